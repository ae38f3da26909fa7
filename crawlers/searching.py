"""What a source does in a run: asks its queries page by page until they are done or a wall stands there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.exceptions import CannotResolveHostError

from crawlers import candidates, discovery, guard, jumps, results, serps
from crawlers.answer import Answer
from crawlers.failures import Trouble, trouble_of
from crawlers.leasing import LeaseSpider
from crawlers.recorder import Exchanges
from crawlers.walls import wall_at, wall_of
from evidence import ids
from evidence.frontier import Lease
from evidence.records import Capture, Query, Sighting

BREAKERS = frozenset({"blocked", "login", "robots"})  # one is enough: asking on would be rude, or useless
MAX_MISSES = 3  # unreachable pages in a row before a source that did answer is given up
MAX_PROBE_SECONDS = 4.0
_STATE_OF = {"refused": "unreachable", "timeout": "unreachable", "broken": "degraded", "internal": "degraded",
             "paused": "blocked", "capped": "degraded"}


class SearchSpider(LeaseSpider):
    """The moving part of `Source`. By hand: `scrapy crawl NAME -a query=电工证 [-a pages=2] [-a home=DIR]`."""

    lane = "serp"

    def __init__(self, query: str = "", pages: int | str = 0, **named: Any) -> None:
        super().__init__(**named)
        self.source = cast(Any, type(self))  # the declaration, a `type[Source]`
        crawl = self.session.config.crawl
        self.settings_of = self.session.config.source(str(self.name))
        self.delay = crawl.delay * self.source.patience if self.settings_of.delay is None else self.settings_of.delay
        self.pages = int(pages) or min(crawl.pages_per_query, self.source.max_pages or crawl.pages_per_query)
        self.at_once = 1 if self.delay or self.source.asks_jumps else 4
        self._misses = 0
        self.given_up: dict[str, tuple[str, str, str]] = {}  # host ("" for all) → state, reason, proof
        if query:
            candidates.queue_page(self.session, str(self.name), Query(query, origin="manual"))

    @classmethod
    def check_arguments(cls, arguments: dict[str, Any]) -> None:
        """By hand a query is needed: a source that was asked nothing must not look empty."""
        if not str(arguments.get("query", "")).strip():
            raise ValueError(f"what shall {cls.name} be asked? scrapy crawl {cls.name} -a query=电工证 [-a pages=2] [-a home=DIR]")

    @property
    def match(self) -> dict[str, Any]:
        """The queries of this source."""
        return {"source": str(self.name)}

    def more_may_come(self) -> bool:
        """A source that reads what others show waits for them."""
        return self.source.entry == "site" and bool(self.session.searching)

    async def before(self) -> None:
        """See whether the source can be reached at all, so that a dead network is told in seconds."""
        url = self.source.build("", 1, next(iter(self.source.asked_hosts(self.settings_of)), ""))
        network = self.session.config.network
        if problem := await unreachable(self.session.proxy_for(url) or url, network.connect_timeout, network.resolvers):
            self.halt("unreachable", problem)
        elif self.source.entry == "site":
            await self._first_page(url)
        elif self.source.warm_up:
            await self._first_page(self.source.warm_up)

    async def _first_page(self, url: str) -> None:
        """One page before the others: for its cookie, or to see whether the site of a source without a search is open.

        A host that cannot be had is given up here. Any other trouble of a warm-up meets the first query too, and is told
        then; a source that only reads what others show has no first query, so its wall is told from here.
        """
        exchanges, capture = Exchanges(), ids.new_id()
        request = Request(url, dont_filter=True, meta={"dont_retry": True, "warm_up": True, "capture": capture,
                                                      "exchanges": exchanges})
        self._dress(request)
        alone = self.source.entry == "site"
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as problem:  # noqa: BLE001 - see above
            trouble = trouble_of(problem)
            if trouble.kind in {"blocked", "unreachable"} or (alone and trouble.kind in {"robots", "paused", "timeout"}):
                self.halt(_STATE_OF.get(trouble.kind, trouble.kind), trouble.text, proof=trouble.proof)
            return
        answer = Answer(response.url, response.body, status=response.status)
        wall = wall_of(answer) if alone else None
        if wall is not None and wall.state in BREAKERS:
            state = results.PageState(wall.state, wall.name, wall.pauses)
            made = serps.capture(self, {"capture": capture, "exchanges": exchanges}, answer, state)
            self._saw(exchanges, url, state, capture)
            self.session.ledger.put(lambda: self.session.store.add_capture(made))
            self.halt(wall.state, wall.name, proof=capture)

    def _dress(self, request: Request) -> None:
        """The headers, agent and cookie jar the source is asked with."""
        for name, value in self.source.headers:
            request.headers[name] = value
        if self.source.agent == "mobile":
            request.headers["User-Agent"] = self.session.config.network.mobile_user_agent
        request.meta["dont_merge_cookies"] = not self.source.cookies

    def request_for(self, lease: Lease) -> Request | None:
        """The result page a lease stands for; None when its address cannot be asked."""
        url = self.source.build(lease.payload["query"], lease.payload["page"], lease.payload.get("host", ""))
        try:
            request = self.fetch(lease, url)
        except ValueError as problem:
            self._note(lease, results.PageState("degraded", f"not a usable address: {problem}"), lambda: None)
            return None
        self._dress(request)
        return request

    async def on_answer(self, response: Any) -> AsyncIterator[Any]:
        """Read a result page and store capture, sightings, candidates and the next page together."""
        lease: Lease = response.meta["lease"]
        answer = Answer(response.url, response.body, status=response.status, charset=self.source.answer_charset or self.source.charset,
                        content_type=(response.headers.get(b"Content-Type") or b"").decode("latin-1"))
        try:
            state, parsed = self.source.read(answer, lease.payload["query"])
            asked = await jumps.follow(self, response, parsed.hits) if self.source.asks_jumps and state.state == "ok" else None
        except Exception as problem:  # noqa: BLE001 - a page that breaks the reading must not hang the source
            self._broken(lease, problem)
            return
        if state.state == "layout" and response.meta.get("again", 0) < self.source.retries:
            yield self._again(response)
            return
        parsed.hits, captures = asked or (parsed.hits, [])
        captures = [serps.capture(self, response.meta, answer, state), *captures]
        sightings = [serps.sighting(self, lease, captures[0].id, hit) for hit in parsed.hits] if state.state == "ok" else []
        self._saw(response.meta["exchanges"], answer.url, state, captures[0].id)
        self._note(lease, state, self._writing(lease, state, parsed, captures, sightings), captures[0].id, parsed)
        for made in sightings:
            yield serps.item(made)

    def _again(self, response: Any) -> Request:
        """The same question once more, as an exchange of its own."""
        meta = response.meta | {"again": response.meta.get("again", 0) + 1, "capture": ids.new_id(), "exchanges": Exchanges()}
        again: Request = response.request.replace(meta=meta, dont_filter=True)
        return again

    def _writing(self, lease: Lease, state: results.PageState, parsed: results.Parsed, captures: list[Capture],
                 sightings: list[Sighting]) -> Callable[[], None]:
        """What is stored of a result page, in one transaction."""
        def write() -> None:
            for made in captures:
                self.session.store.add_capture(made)
            self.session.store.add_sightings(sightings)
            candidates.queue(self.session, self.source, sightings, lease.payload["query"])
            discovery.note_answer(self.session, self.source, lease, state, parsed, captures[0].id)
            if state.state == "ok" and self._goes_on(lease, parsed):
                self.session.total += candidates.queue_page(
                    self.session, str(self.name), Query(lease.payload["query"], lease.payload.get("theme", "ad")),
                    lease.payload["page"] + 1, lease.payload.get("host", ""))
        return write

    def _saw(self, exchanges: Exchanges, url: str, state: results.PageState, capture: str) -> None:
        """Tell the register of turns what kind of answer came; the door is the one that was knocked at."""
        asked = exchanges.hops[0].url if exchanges.hops else url
        if state.pauses or state.state not in BREAKERS:
            self.session.politeness.saw(asked, url, state.rule if state.pauses else "", capture)

    def on_failure(self, failure: Any) -> None:
        """A result page that did not come; a redirect into a known wall is that wall, though it was not followed."""
        trouble, meta = trouble_of(failure.value), failure.request.meta
        lease, exchanges = meta["lease"], meta["exchanges"]
        if trouble.kind == "internal":
            self._broken(lease, failure.value)
            return
        last = exchanges.hops[-1] if exchanges.hops else None
        wall = wall_at(urljoin(last.url, last.location)) if last and last.location else None
        if last is not None and wall is not None:
            state = results.PageState(wall.state, f"{wall.name} (redirect not followed: {trouble.text})", wall.pauses)
            made = serps.capture(self, meta, Answer(last.url, b"", status=last.status), state)
            self._saw(exchanges, last.url, state, made.id)
            self._note(lease, state, lambda: self.session.store.add_capture(made), made.id)
            return
        self._note(lease, results.PageState(_STATE_OF.get(trouble.kind, trouble.kind), trouble.text), lambda: None, trouble.proof)
        if trouble.kind == "capped":
            self.halt("degraded", trouble.text)

    def _broken(self, lease: Lease, problem: BaseException) -> None:
        """What we cannot explain is told as an error, and the source is not stopped by it."""
        trouble: Trouble = trouble_of(problem)
        self.session.emit({"event": "error", "source": self.name, "detail": f"{self.name}: {trouble.text}"})
        self.logger.error("%s: %s", self.name, trouble.text, exc_info=problem)
        self._note(lease, results.PageState("degraded", trouble.text), lambda: None)

    def halt(self, state: str, detail: str, host: str = "", proof: str = "") -> None:
        """Take no more work of this source (or of its one `host`) in this run; `proof` is the capture that says why."""
        self.halted = "" if host else state
        self.given_up[host] = (state, detail, proof)
        self._sweep()

    def _sweep(self) -> None:
        """Mark what waits for a source or host that was given up, with the reason."""
        for host, (state, detail, proof) in self.given_up.items():
            note = json.dumps({"state": "skipped", "why": state, "detail": detail[:200], "capture": proof}, ensure_ascii=False)
            match = self.match | ({"host": host} if host else {})
            with self.session.store.transaction():
                for lease in self.session.frontier.lease(self.lane, self.session.worker, 1_000_000, match=match,
                                                         run=self.session.run):
                    self.session.frontier.fail(lease, note)

    def on_closed(self, spider: Any, reason: str) -> None:
        """Give back, and state how the source fared; by hand the log is the only place to say it."""
        self.give_back(reason)
        record = None
        if self.session.ledger.failure is None:
            self._sweep()  # pages queued by answers that were still under way
            record = discovery.conclude(self.session, self.source, self.given_up.get(""))
        if record is not None:
            self.logger.log(20 if record.state in {"ok", "empty"} else 30, "%s: %s, %d pages, %d results, %d ads. %s",
                            record.source, record.state, record.pages, record.results, record.ads, record.detail)
        self.end_own(record.state if record else "interrupted")

    def _note(self, lease: Lease, state: results.PageState, write: Callable[[], None], capture: str = "",
              parsed: results.Parsed | None = None) -> None:
        """Settle a lease with a note that the source's state is later computed from."""
        self.settle(lease, write, serps.note(state, capture, parsed), failed=state.state in {"unreachable", "robots"})
        self.session.page(f"{self.name}: {lease.payload['query']} #{lease.payload['page']}", state.state, source=str(self.name))
        self._misses = self._misses + 1 if state.state == "unreachable" else 0
        if not self.halted and (state.state in BREAKERS or self._misses >= MAX_MISSES):
            self.halt(state.state, state.rule, lease.payload.get("host", ""))

    def _goes_on(self, lease: Lease, parsed: results.Parsed) -> bool:
        full = parsed.organic >= self.source.per_page and self.source.numbered
        return bool(lease.payload["page"] < self.pages and (parsed.more or full))


async def unreachable(url: str, seconds: float, servers: Sequence[str] = ()) -> str:
    """Why the host of `url` cannot be connected to; "" when it can. Takes `MAX_PROBE_SECONDS` at most."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)

    async def connect() -> None:
        addresses = guard.literal(host) or await guard.resolve(host, seconds, servers)
        _, writer = await asyncio.open_connection(addresses[0], port)
        writer.close()

    try:
        await asyncio.wait_for(connect(), min(seconds, MAX_PROBE_SECONDS))
    except (OSError, TimeoutError, CannotResolveHostError) as problem:
        return f"{host}:{port}: {type(problem).__name__} {problem}".strip()
    return ""
