"""The browser of one crawl process: captures pages a few at a time, survives its own death, stays small.

    async with CaptureBrowser.open(session) as browser:
        kept = await browser.capture(url, "mobile", why="qr", origin=verdict_id)

A capture is fetched with a fresh profile through the gate (`crawlers.browsing.gate`); its bytes are in the session's
WARC when it comes back, its row is for the caller to commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata
from typing import Self
from urllib.parse import urlsplit

from crawlers.browsing.chromium import BrowserDied, BrowserUnusable, Chromium, binary_sha256
from crawlers.browsing.dialing import Dialer
from crawlers.browsing.finding import BrowserMissing
from crawlers.browsing.keeping import Context, Kept, Seen, keep, unseen
from crawlers.browsing.profiles import player
from crawlers.browsing.recording import Limits
from crawlers.browsing.visiting import Visit, Visitor
from crawlers.failures import trouble_of
from crawlers.outcomes import Result, outcome_of_trouble
from crawlers.politeness import CapReached, Paused
from crawlers.session import Session
from evidence import ids
from evidence.domains import domain_of
from evidence.records import Profile

__all__ = ["BrowserMissing", "BrowserUnusable", "CaptureBrowser", "Kept", "Seen"]

RENEW = 250  # captures after which the process is exchanged: what it leaks, leaks no further


class CaptureBrowser:
    """At most `tabs` pages at once, each registrable domain in its turn."""

    def __init__(self, session: Session, chromium: Chromium) -> None:
        config = session.config
        self._session, self._chromium = session, chromium
        self._visitor = Visitor(chromium, Dialer(session), Limits(body=config.network.max_bytes, total=3 * config.network.max_bytes),
                                config.browser.timeout)
        self._count = config.browser.tabs
        self._tabs = asyncio.Semaphore(self._count)
        self._renewal, self._solitude, self._writing = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self._generation = 0
        self.tool = f"dajia-browser/0.1 ({chromium.found.name}, Playwright {metadata.version('playwright')})"
        self._facts = {
            "browser": chromium.found.name, "browserSha256": binary_sha256(chromium.found.binary),
            "playwright": metadata.version("playwright"),
            "sandbox": "on" if chromium.sandbox else "OFF",
        }

    @classmethod
    @asynccontextmanager
    async def open(cls, session: Session) -> AsyncIterator[Self]:
        """A started browser; BrowserMissing or BrowserUnusable say why there is none."""
        chromium = await Chromium.open(session.config.browser, session.home.scratch)
        try:
            yield cls(session, chromium)
        finally:
            await chromium.close()

    @property
    def sandbox(self) -> bool:
        """Whether pages run in Chromium's sandbox."""
        return self._chromium.sandbox

    async def capture(
        self, url: str, profile: Profile, *, why: str, origin: str, referer: str = "", phone: bool = False,
        seen: Seen | None = None,
    ) -> Kept:
        """Look at `url` and archive what comes; a browser that dies is replaced and the page tried again, alone."""
        context = Context(self._session.run, why, origin, self.tool, self._facts)
        started, host = ids.utc_now(), urlsplit(url).hostname or ""
        visitor = player(profile, self._session.config.network, phone=phone)
        harmless = died = ""
        for number in range(3):
            try:
                await self._session.politeness.turn(domain_of(host), host=host)
            except (Paused, CapReached) as problem:
                return unseen(url, profile, outcome_of_trouble(trouble_of(problem)), started, context)
            await self._renewed()
            try:
                async with self._alone() if number else self._tabs:
                    if not self._chromium.alive:
                        await self._revive(self._generation)
                    generation = self._generation
                    visit = await self._visitor.visit(url, visitor, referer, harmless=harmless)
            except BrowserDied as problem:
                died = str(problem)
                harmless = died if problem.guilty or number else ""
                await self._revive(generation)
                continue
            return await self._kept(visit, context, {} if seen is None else seen)
        return unseen(url, profile, Result("error", f"the browser died on this page again and again: {died}"), started, context)

    async def _kept(self, visit: Visit, context: Context, seen: Seen) -> Kept:
        """Hashing and compressing are work for another thread; the archive takes one capture at a time."""
        async with self._writing:
            try:
                kept = await asyncio.to_thread(keep, self._session.writer, visit, context, seen)
            except OSError as problem:
                self._session.ledger.failure = problem  # our disk, not their site: stop, store nothing more
                raise
        made = kept.capture
        if made.status and (kept.pauses or made.outcome not in {"blocked", "login"}):
            self._session.politeness.saw(visit.asked, made.url, made.note if kept.pauses else "", made.id)
        return kept

    async def _revive(self, generation: int) -> None:
        """A fresh process, once for all who saw the old one die."""
        async with self._renewal:
            if generation == self._generation:
                await self._chromium.restart()
                self._generation += 1  # not before: whoever asks meanwhile means the process that is gone, too

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """No other page is open meanwhile: what dies now, dies of its own."""
        taken = 0
        async with self._solitude:
            try:
                for _ in range(self._count):
                    await self._tabs.acquire()
                    taken += 1
                yield
            finally:
                for _ in range(taken):
                    self._tabs.release()

    async def _renewed(self) -> None:
        """Exchange the process now and then, when no page is open."""
        if self._chromium.contexts >= RENEW:
            async with self._alone():
                if self._chromium.contexts >= RENEW:
                    await self._revive(self._generation)
