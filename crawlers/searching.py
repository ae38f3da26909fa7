"""What a source does in a run: asks its queries page by page until they are done or a wall stands there."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import CannotResolveHostError

from crawlers import candidates, discovery, guard, results
from crawlers.answer import Answer
from crawlers.failures import trouble_of
from crawlers.leasing import LeaseSpider
from crawlers.recorder import Exchanges
from crawlers.session import TOOL
from evidence import ids
from evidence.frontier import Lease
from evidence.records import Capture, Query, Sighting

BREAKERS = frozenset({"blocked", "login", "robots"})  # one is enough: asking on would be rude, or useless
MAX_MISSES = 3  # unreachable pages in a row before a source that did answer is given up
MAX_PROBE_SECONDS = 4.0


class SearchSpider(LeaseSpider):
    """The moving part of `Source`. By hand: `scrapy crawl NAME -a query=电工证 [-a pages=2] [-a home=DIR]`."""

    lane = "serp"

    def __init__(self, query: str = "", pages: int | str = 0, **named: Any) -> None:
        super().__init__(**named)
        config = self.session.config
        self.settings_of = config.source(str(self.name))
        self.delay = self.settings_of.delay
        self.pages = int(pages) or config.crawl.pages_per_query
        self.at_once = 1 if (config.crawl.delay if self.delay is None else self.delay) else 4
        self._misses = 0
        self._given_up: dict[str, str] = {}
        if query:
            candidates.queue_page(self.session, str(self.name), Query(query, origin="manual"))

    @classmethod
    def check_arguments(cls, arguments: dict[str, Any]) -> None:
        """By hand a query is needed: a source that was asked nothing must not look empty."""
        if not str(arguments.get("query", "")).strip():
            raise ValueError(f"what shall {cls.name} be asked? scrapy crawl {cls.name} -a query=电工证 [-a pages=2] [-a home=DIR]")

    @property
    def match(self) -> dict[str, str]:
        """The queries of this source."""
        return {"source": str(self.name)}

    async def before(self) -> None:
        """See whether the source can be reached at all, so that a dead network is told in seconds."""
        url = self.build("", 1, next(iter(self.asked_hosts(self.settings_of)), ""))  # type: ignore[attr-defined]
        network = self.session.config.network
        if problem := await unreachable(self.session.proxy_for(url) or url, network.connect_timeout, network.resolvers):
            self.halt("unreachable", problem)
            return
        if self.warm_up:  # type: ignore[attr-defined]
            await self._fetch_warm_up()

    async def _fetch_warm_up(self) -> None:
        """One page for its cookie; what goes wrong here will go wrong with the first query and be told then."""
        request = Request(self.warm_up, dont_filter=True, meta={"dont_retry": True})  # type: ignore[attr-defined]
        with contextlib.suppress(Exception):
            await self.crawler.engine.download_async(request)

    def request_for(self, lease: Lease) -> Request:
        """The result page a lease stands for."""
        host = lease.payload.get("host", "")
        url = self.build(lease.payload["query"], lease.payload["page"], host)  # type: ignore[attr-defined]
        request = self.fetch(lease, url)
        for name, value in self.headers:  # type: ignore[attr-defined]
            request.headers[name] = value
        if self.agent == "mobile":  # type: ignore[attr-defined]
            request.headers["User-Agent"] = self.session.config.network.mobile_user_agent
        request.meta["dont_merge_cookies"] = not self.cookies  # type: ignore[attr-defined]
        return request

    def on_answer(self, response: Any) -> Any:
        """Read a result page and store capture, sightings, candidates and the next page together."""
        lease: Lease = response.meta["lease"]
        answer = Answer(response.url, response.body, status=response.status, charset=self.charset,  # type: ignore[attr-defined]
                        content_type=(response.headers.get(b"Content-Type") or b"").decode("latin-1"))
        state, parsed = self.read(answer)  # type: ignore[attr-defined]
        capture = self._capture(response.meta, answer, state)
        sightings = [self._sighting(lease, capture.id, hit) for hit in parsed.hits] if state.state == "ok" else []

        def write() -> None:
            self.session.store.add_capture(capture)  # its text is in the sightings; the index is for found pages
            self.session.store.add_sightings(sightings)
            candidates.queue(self.session, type(self), sightings)  # type: ignore[arg-type]
            if state.state == "ok" and self._goes_on(lease, parsed):
                self.session.total += candidates.queue_page(
                    self.session, str(self.name), Query(lease.payload["query"], lease.payload.get("theme", "ad")),
                    lease.payload["page"] + 1, lease.payload.get("host", ""))

        self._note(lease, state, write, capture.id, parsed)
        yield from (_item(s) for s in sightings)

    def on_failure(self, failure: Any) -> None:
        """A result page that did not come."""
        trouble = trouble_of(failure.value)
        state = {"refused": "unreachable", "timeout": "unreachable", "broken": "degraded",
                 "internal": "degraded"}.get(trouble.kind, trouble.kind)
        if trouble.kind == "internal":
            self.session.emit({"event": "error", "source": self.name, "detail": f"{self.name}: {trouble.text}"})
        self._note(failure.request.meta["lease"], results.PageState(state, trouble.text), lambda: None)

    def halt(self, state: str, detail: str, host: str = "") -> None:
        """Take no more work of this source (or of its one `host`) in this run."""
        self.halted = "" if host else state
        self._given_up[host] = json.dumps({"state": "skipped", "why": state, "detail": detail[:200]}, ensure_ascii=False)
        self._sweep()

    def _sweep(self) -> None:
        """Mark what waits for a source or host that was given up, with the reason."""
        for host, note in self._given_up.items():
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
            record = discovery.conclude(self.session, type(self))  # type: ignore[arg-type]
        if record is not None:
            self.logger.log(20 if record.state in {"ok", "empty"} else 30, "%s: %s, %d pages, %d results, %d ads. %s",
                            record.source, record.state, record.pages, record.results, record.ads, record.detail)
        self.end_own(record.state if record else "interrupted")

    def _note(self, lease: Lease, state: results.PageState, write: Any, capture: str = "",
              parsed: results.Parsed | None = None) -> None:
        """Settle a lease with a note that the source's state is later computed from."""
        note = {"state": state.state, "detail": state.rule[:160], "capture": capture}
        if parsed is not None and parsed.selectors:
            note["selectors"] = parsed.selectors  # type: ignore[assignment]
        text = json.dumps(note, ensure_ascii=False)
        if len(text) > 480:
            text = json.dumps({k: v for k, v in note.items() if k != "selectors"}, ensure_ascii=False)
        self.settle(lease, write, text, failed=state.state in {"unreachable", "robots"})
        self.session.page(f"{self.name}: {lease.payload['query']} #{lease.payload['page']}", state.state, source=str(self.name))
        self._misses = self._misses + 1 if state.state == "unreachable" else 0
        if not self.halted and (state.state in BREAKERS or self._misses >= MAX_MISSES):
            self.halt(state.state, state.rule, lease.payload.get("host", ""))

    def _goes_on(self, lease: Lease, parsed: results.Parsed) -> bool:
        full = parsed.organic >= self.per_page and self.numbered  # type: ignore[attr-defined]
        return lease.payload["page"] < self.pages and (parsed.more or full)

    def _capture(self, meta: dict[str, Any], answer: Answer, state: results.PageState) -> Capture:
        exchanges: Exchanges = meta["exchanges"]
        outcome = {"blocked": "blocked", "login": "login", "degraded": "error", "unreachable": "error"}.get(state.state, "ok")
        return Capture(
            id=meta["capture"], run=self.session.run, asked_url=exchanges.hops[0].url if exchanges.hops else answer.url,
            url=answer.url, started=exchanges.started, ended=ids.utc_now(), means="http", profile="desktop",
            outcome=outcome, status=answer.status, note=state.rule, hops=tuple(exchanges.hops[:-1]),  # type: ignore[arg-type]
            headers=exchanges.headers, ip=exchanges.ip, protocol=exchanges.protocol, title=answer.title[:300],
            why="serp", origin=f"{self.name}:{meta['lease'].payload['query']}", tool=TOOL,
            truncated=bool(exchanges.stopped), artifacts=exchanges.settled())

    def _sighting(self, lease: Lease, capture: str, hit: results.Hit) -> Sighting:
        return Sighting(ids.new_id(), self.session.run, str(self.name), lease.payload["query"], lease.payload["page"],
                        hit.rank, hit.title, hit.snippet, hit.shown_site, hit.date_text, hit.paid, hit.ad_marker,
                        hit.link, hit.url, hit.resolved_by, capture, ids.utc_now())


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


def _item(sighting: Sighting) -> dict[str, Any]:
    """What `scrapy crawl -o` exports."""
    return {name: getattr(sighting, name) for name in (
        "source", "query", "page", "rank", "title", "snippet", "shown_site", "date_text", "paid", "ad_marker", "link",
        "url", "resolved_by", "serp_capture", "at")}
