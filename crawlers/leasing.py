"""A spider that lives off a lane of the frontier: it leases, fetches, and acknowledges at commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Self

import scrapy
from scrapy import Request, signals

from crawlers.recorder import Exchanges
from crawlers.session import Session, apply
from evidence import ids
from evidence.frontier import Lease
from evidence.home import Home
from evidence.redis_link import QueueLost

LEASE_SECONDS = 600.0


class LeaseSpider(scrapy.Spider):
    """Base of the source spiders, `capture` and `recheck`.

    Subclasses set `lane` and give `match` and `request_for(lease)`; every lease handed out must come
    back through `settle(lease, write)`, whose `write` runs inside the transaction that acknowledges it.
    """

    lane = "plain"
    at_once = 8
    delay: float | None = None

    def __init__(self, session: Session, owned: bool = False, **arguments: Any) -> None:
        super().__init__(self.name, **arguments)
        self.session, self._owned = session, owned
        self.open_leases: dict[str, Lease] = {}
        self.halted = ""  # the reason why no more work is taken
        self.done = 0
        self._change = asyncio.Event()
        session.waiting.append(self._change)

    @classmethod
    def from_crawler(cls, crawler: Any, *arguments: Any, **named: Any) -> Self:
        """Built by Scrapy. Without a session (plain `scrapy crawl`) one is opened at `home`, with a run of its own."""
        session = named.pop("session", None)
        owned = session is None
        if owned:
            cls.check_arguments(named)
        if session is None:
            session = cls.own_session(named)
        spider = cls(session=session, owned=owned, **named)
        spider._set_crawler(crawler)
        apply(crawler, session.config)
        crawler.signals.connect(spider.on_closed, signal=signals.spider_closed)
        return spider

    @classmethod
    def check_arguments(cls, arguments: dict[str, Any]) -> None:
        """Raise ValueError for a start by hand that lacks what it needs."""

    @classmethod
    def own_session(cls, arguments: dict[str, Any]) -> Session:
        """A session for a spider started by hand: `-a home=…`, `-a run=…`."""
        return Session.open(Home.at(arguments.pop("home", None)), arguments.pop("run", ""), f"scrapy-{cls.name}",
                            day=ids.utc_now()[:10])

    @property
    def obey_robots(self) -> bool:
        """Whether robots.txt is obeyed: the spider's entry in the configuration, `obey` without one."""
        return self.session.config.source(str(self.name)).robots == "obey"

    @property
    def match(self) -> dict[str, Any]:
        """Which leases of the lane are ours."""
        return {}

    def request_for(self, lease: Lease) -> Request | None:
        """The request for a lease; None when it was settled without one."""
        raise NotImplementedError

    def more_may_come(self) -> bool:
        """Whether work for this spider may still be queued by others of the process."""
        return False

    async def before(self) -> None:
        """What comes before the first lease; may set `halted`."""

    async def start(self) -> AsyncIterator[Any]:
        """Lease a few at a time, until there is nothing left and nothing under way."""
        await self.before()
        beat = asyncio.ensure_future(self._beat()) if self.session.frontier.beat_seconds else None
        try:
            async for request in self._work():
                yield request
        finally:
            if beat is not None:
                beat.cancel()

    async def _beat(self) -> None:
        """Renew what is under work, so that a slow page is not lent to a second worker."""
        while True:
            await asyncio.sleep(self.session.frontier.beat_seconds)
            self.session.frontier.renew(list(self.open_leases.values()))

    async def _work(self) -> AsyncIterator[Any]:
        while not self.halted and not self.session.stopping and self.session.ledger.failure is None:
            room = self.at_once - len(self.open_leases)
            leases = self._lease(room) if room > 0 else []
            for lease in leases:
                self.open_leases[lease.key] = lease
                request = self.request_for(lease)
                if request is not None:
                    yield request
            if not leases:
                if not self.open_leases and not self.more_may_come():
                    break
                self._change.clear()
                await self._wait()
        while self.open_leases and not self.session.stopping and self.session.ledger.failure is None:
            self._change.clear()
            await self._wait()

    def _lease(self, room: int) -> list[Lease]:
        try:
            leases = self.session.frontier.lease(self.lane, self.session.worker, room, LEASE_SECONDS, self.match or None,
                                                 self.session.run)
        except QueueLost as problem:
            self.session.ledger.failure = problem  # ends the crawl, told by its exit code
            return []
        return [lease for lease in leases if lease.key not in self.open_leases]  # a slow one of ours ran out: not twice

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._change.wait(), 1.0)
        except TimeoutError:
            return  # look again: the session may be stopping

    def fetch(self, lease: Lease, url: str, **meta: Any) -> Request:
        """A recorded request for a lease; its answer or its failure comes to `on_answer` or `on_failure`."""
        meta = {"lease": lease, "capture": ids.new_id(), "exchanges": Exchanges()} | meta
        return Request(url, callback=self.on_answer, errback=self.on_failure, meta=meta, dont_filter=True)

    def on_answer(self, response: Any) -> Any:
        """What to do with an answer."""
        raise NotImplementedError

    def on_failure(self, failure: Any) -> Any:
        """What to do with a request that brought no answer."""
        raise NotImplementedError

    def settle(self, lease: Lease, write: Any, note: str = "", *, failed: bool = False) -> None:
        """Commit what came of a lease, soon, and acknowledge it in the same transaction."""
        def together() -> None:
            write()
            (self.session.frontier.fail if failed else self.session.frontier.ack)(lease, note)

        def after() -> None:
            self.open_leases.pop(lease.key, None)
            self.done += 1
            self._change.set()

        self.session.ledger.put(together, after, lease)

    def on_closed(self, spider: Any, reason: str) -> None:
        """Give back what was not finished; end the run when it is ours."""
        self.give_back(reason)
        self.end_own(reason)

    def give_back(self, reason: str) -> None:
        """Commit what is pending and return open leases, so that the next run need not wait for them to expire."""
        if reason not in {"finished", "shutdown"}:
            self.session.emit({"event": "error", "source": self.name, "detail": f"{self.name}: spider ended: {reason}"})
        if self.session.ledger.failure is None:
            self.session.ledger.flush()
            for lease in list(self.open_leases.values()):
                self.session.frontier.release(lease, f"given back: {reason}")

    def end_own(self, state: str) -> None:
        """End the run and close the session when this spider was started by hand."""
        if self._owned:
            self.session.store.end_run(self.session.run, "ok" if state in {"ok", "empty", "finished"} else "partial",
                                       {"spider": self.name, "state": state, "done": self.done})
            self.session.close()
