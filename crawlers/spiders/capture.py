"""Fetches candidates plainly: one lease, one request chain, one Capture, whatever came of it."""

from __future__ import annotations

from typing import Any

from crawlers.answer import Answer
from crawlers.failures import trouble_of
from crawlers.leasing import LeaseSpider
from crawlers.outcomes import Result, jump_of, outcome_of, outcome_of_trouble
from crawlers.recorder import Exchanges
from crawlers.session import TOOL
from crawlers.shortlinks import is_short
from evidence import ids
from evidence.frontier import Lease
from evidence.records import Capture

MAX_JUMPS = 5
UNREACHED = frozenset({"unreachable", "timeout"})


class CaptureSpider(LeaseSpider):
    """The plain fetch of lane `plain`. By hand: `scrapy crawl capture -a url=https://… [-a home=DIR]`."""

    name = "capture"
    lane = "plain"
    why = "manual"

    def __init__(self, url: str = "", **named: Any) -> None:
        super().__init__(**named)
        self.at_once = max(8, self.session.config.crawl.concurrency * 4)
        self.unreached = 0
        if url:
            self.session.frontier.add(self.lane, ids.url_key(url), {"url": ids.normal_url(url), "why": "manual", "origin": ""},
                                      run=self.session.run, host=ids.host_of(url))

    def request_for(self, lease):
        """The first request; every capture has a cookie jar of its own."""
        try:
            return self.fetch(lease, lease.payload["url"], cookiejar=lease.key)
        except ValueError as problem:  # Scrapy refuses the address before it is asked
            self._store(lease, self._capture(lease, ids.new_id(), Exchanges(), lease.payload["url"],
                                             Result("refused", f"not a usable address: {problem}")))
            return None

    def on_answer(self, response):
        """Store the capture, or follow a page that only passes visitors on: an engine's once, short links hop by hop."""
        lease, exchanges = response.meta["lease"], response.meta["exchanges"]
        answer = Answer(response.url, response.body, status=response.status,
                        content_type=(response.headers.get(b"Content-Type") or b"").decode("latin-1"))
        jumps = response.meta.get("jumps", 0)
        if jumps < (MAX_JUMPS if is_short(response.url) else 1) and (target := jump_of(answer)):
            exchanges.pointed(target)
            return response.request.replace(url=target, meta=response.meta | {"jumps": jumps + 1}, dont_filter=True)
        result = outcome_of(answer, exchanges.stopped, response.flags)
        if result.pauses or result.outcome not in {"blocked", "login"}:
            self.session.politeness.saw(exchanges.hops[0].url if exchanges.hops else response.url, response.url,
                                        result.note if result.pauses else "", response.meta["capture"])
        capture = self._capture(lease, response.meta["capture"], exchanges, response.url, result,
                                answer.title if answer.is_html else "")
        self._store(lease, capture)
        return None

    def on_failure(self, failure):
        """Store that nothing came, and why; what we cannot explain is also reported as an error."""
        meta, trouble = failure.request.meta, trouble_of(failure.value)
        if trouble.kind == "internal":
            self.session.emit({"event": "error", "detail": f"{failure.request.url}: {trouble.text}"})
        self.unreached += trouble.kind in UNREACHED
        result = outcome_of_trouble(trouble)
        if trouble.kind == "broken" and meta["exchanges"].status == 200:  # it reloads itself: what it shows is there
            result = Result("partial", f"refreshes without end: {trouble.text}")
        self._store(meta["lease"], self._capture(meta["lease"], meta["capture"], meta["exchanges"], failure.request.url,
                                                 result))

    def _store(self, lease: Lease, capture: Capture) -> None:
        """Without its text: that goes into the index when the page is first judged, and read for it anyway."""
        self.settle(lease, lambda: self.session.store.add_capture(capture), capture.outcome)
        self.session.page(capture.asked_url, capture.outcome)

    def _capture(self, lease: Lease, capture: str, exchanges: Exchanges, url: str, result: Result,
                 title: str = "") -> Capture:
        last = exchanges.hops[-1:] if exchanges.hops and exchanges.hops[-1].url == url else []
        return Capture(
            id=capture, run=self.session.run, asked_url=lease.payload["url"], url=url, started=exchanges.started,
            ended=ids.utc_now(), means="http", profile="desktop", outcome=result.outcome,
            status=exchanges.status, note=result.note, hops=tuple(exchanges.hops[:-1] if last else exchanges.hops),
            headers=exchanges.headers, ip=exchanges.ip, protocol=exchanges.protocol, title=title[:300],
            why=lease.payload.get("why", self.why), origin=lease.payload.get("origin", ""), tool=TOOL,
            truncated=result.outcome == "partial", artifacts=exchanges.settled())
