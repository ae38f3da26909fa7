"""One request at a time to a registrable domain, with a pause between them, whatever spider or means asks."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from evidence.domains import domain_of
from evidence.turns import MemoryTurns, Terms, Turns

LATE = 0.25  # seconds a turn may be overslept before it is lost


class Paused(IgnoreRequest):
    """The host put up a wall lately and is left alone; `str()` says which and until when, `proof` is its capture."""

    def __init__(self, why: str, proof: str = "") -> None:
        super().__init__(why)
        self.proof = proof


class CapReached(IgnoreRequest):
    """The domain had its requests of the day; `str()` says how many."""


class Politeness:
    """Whose turn it is, for all spiders of a process; the register behind it may be shared by many. Delay in seconds."""

    def __init__(self, delay: float, turns: Turns | None = None, cap: int = 0, pause: float = 1800.0) -> None:
        self.terms, self.turns = Terms(delay, cap, pause), turns or MemoryTurns()
        self._clock = time.monotonic
        self._tried: set[str] = set()  # hosts whose door this process tries after a pause
        self._shut: dict[str, tuple[str, str]] = {}  # walls met by this process: what waited for a turn must not leave

    async def turn(self, domain: str, delay: float | None = None, host: str = "", *, probing: bool = True) -> None:
        """Return when `host` (of `domain`) may be asked; Paused or CapReached when it may not."""
        terms = self.terms if delay is None else Terms(delay, self.terms.cap, self.terms.pause)
        host = host or domain
        while True:
            turn = self.turns.take(domain, host, terms, probing=probing)
            if turn.refusal:
                raise Paused(turn.why, turn.proof) if turn.refusal == "paused" else CapReached(turn.why)
            if turn.probe:
                self._tried.add(host)
                self._shut.pop(host, None)
            if turn.wait > 0:
                due = self._clock() + turn.wait
                await asyncio.sleep(turn.wait)
                self._still_open(host)
                if terms.delay > 0 and not turn.probe and self._clock() - due > max(LATE, terms.delay / 8):
                    continue  # this process stood still: what it owed must not leave all at once
            if not turn.again:
                return

    def _still_open(self, host: str) -> None:
        """Raise Paused when the host showed a wall while a request waited for its turn."""
        if host in self._shut:
            wall, proof = self._shut[host]
            raise Paused(f"not asked: {host} has just shown a wall ({wall})", proof)

    def saw(self, asked: str, final: str, wall: str = "", proof: str = "") -> None:
        """What came of asking `asked`, answered at `final`: a wall by name, with its capture, or a page.

        The door is the host that was knocked at; where a redirect left its domain (a short link), the host that answered.
        """
        host, end = urlsplit(asked).hostname or "", urlsplit(final).hostname or ""
        door = asked if not end or domain_of(host) == domain_of(end) else final
        if wall:
            self.saw_wall(door, wall, proof)
        else:
            self.saw_page(door)

    def saw_wall(self, url: str, wall: str, proof: str) -> None:
        """`url` was answered by a wall: its host is left alone for a while, in this run and the next."""
        host = urlsplit(url).hostname or ""
        if self.terms.pause <= 0 or not host:
            return
        self.turns.walled(domain_of(host), host, wall, proof, self.terms)
        self._tried.discard(host)
        self._shut[host] = (wall, proof)

    def saw_page(self, url: str) -> None:
        """`url` was answered properly: a door that was tried is open again."""
        host = urlsplit(url).hostname or ""
        if host in self._tried:
            self._tried.discard(host)
            self.turns.answered(domain_of(host), host)


class PolitenessMiddleware:
    """Holds each request back until its domain's turn, and gives each domain one download slot."""

    def __init__(self, politeness: Politeness, delay: float | None) -> None:
        self._politeness, self._delay = politeness, delay

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """Built by Scrapy; the spider carries the session and may have a delay of its own."""
        return cls(crawler.spider.session.politeness, getattr(crawler.spider, "delay", None))

    async def process_request(self, request: Request) -> None:
        """Wait; a redirect to another domain waits for that one. robots.txt and warm-ups do not count as the try
        at a door that was shut, and keep the common pause, not the spider's own."""
        host = urlsplit(request.url).hostname or ""
        domain = domain_of(host)
        request.meta["download_slot"] = domain
        aside = bool(request.meta.get("robots_exempt") or request.meta.get("warm_up"))
        await self._politeness.turn(domain, None if aside else self._delay, host, probing=not aside)
