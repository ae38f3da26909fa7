"""One look at one page: go there, let it settle, take what it shows, and say honestly how far that went."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urldefrag

from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from crawlers.browsing.chromium import BrowserDied, Chromium
from crawlers.browsing.dialing import Dialer
from crawlers.browsing.gate import Gate
from crawlers.browsing.memory import give_back
from crawlers.browsing.profiles import Player
from crawlers.browsing.recording import Exchange, Limits, Recording
from crawlers.browsing.snapshots import Camera, Shot, Stuck
from crawlers.browsing.watching import Watch
from evidence import ids
from evidence.records import Hop

QUIET, SETTLE_SECONDS, THIN, THIN_SECONDS = 0.3, 2.0, 40, 2.0
LOAD_SECONDS, STILL_SECONDS = 6.0, 1.5
LATE_SECONDS = 25.0  # beyond the page's own time: pictures and documents of a heavy page


@dataclass(slots=True)
class Visit:
    """What came of a look. `short` lists what is missing from a whole one; `trouble` is "kind: text" when no page
    came; `scripts` is False when the page could only be taken with its scripts off."""

    asked: str
    player: Player
    recording: Recording
    watch: Watch
    started: str = field(default_factory=ids.utc_now)
    ended: str = ""
    url: str = ""
    main: Exchange | None = None
    hops: list[Hop] = field(default_factory=list)
    shot: Shot = field(default_factory=Shot)
    short: list[str] = field(default_factory=list)
    trouble: str = ""
    scripts: bool = True
    referer: str = ""

_OURS = ("frozen:", "limit:")  # ways on that were closed to the page, not closed in themselves
# What every open page says when the browser goes: no page is to blame for that alone.
_BYSTANDER = re.compile(r"closed|^no page|does not answer|took too long")


class Visitor:
    """Looks at pages with one Chromium. `seconds` for the loading of one page."""

    def __init__(self, chromium: Chromium, dialer: Dialer, limits: Limits, seconds: float) -> None:
        self._chromium, self._dialer, self._limits, self._seconds = chromium, dialer, limits, seconds

    async def visit(self, url: str, player: Player, referer: str = "", *, harmless: str = "") -> Visit:
        """A look at `url`; once more without scripts when they keep it from being taken. Raises BrowserDied.

        `harmless`: why it is to be taken without scripts at once.
        """
        if harmless:
            visit = await self._attempt(url, player, referer, scripts=False)
            visit.short.insert(0, f"{harmless}; taken with scripts off")
            return visit
        visit = await self._attempt(url, player, referer, scripts=True)
        if not visit.watch.why:
            return visit
        why = visit.watch.why
        again = await self._attempt(url, player, referer, scripts=False)
        again.watch.dialogs = visit.watch.dialogs
        again.watch.console = [*visit.watch.console, *again.watch.console]
        again.watch.popups = visit.watch.popups
        again.short.insert(0, f"{why}; taken with scripts off")
        if again.main is None and visit.main is not None:
            visit.short.append(why)
            return visit
        return again

    async def _attempt(self, url: str, player: Player, referer: str, *, scripts: bool) -> Visit:
        visit = Visit(url, player, Recording(self._limits), Watch(), url=url, scripts=scripts, referer=referer)
        gate = Gate(self._dialer, visit.recording, self._chromium.key.context, self._seconds)
        await gate.open()
        gone = self._chromium.gone
        try:
            context = await self._chromium.context(gate.address, player.options() | {"java_script_enabled": scripts})
            try:
                await self._in_time(visit, context, gone)
            finally:
                await visit.watch.close()
                await self._chromium.drop(context)
                if visit.watch.why:
                    await asyncio.to_thread(give_back)
        finally:
            await gate.close()
        if gone.is_set() or not self._chromium.alive:
            why = visit.watch.why or visit.trouble or "the browser ended during the capture"
            raise BrowserDied(why, guilty=bool(visit.watch.why) and not _BYSTANDER.search(why))
        self._conclude(visit)
        visit.ended = ids.utc_now()
        return visit

    async def _in_time(self, visit: Visit, context: BrowserContext, gone: asyncio.Event) -> None:
        """Look until it is done, the page gives a reason to stop, the browser is gone, or time is up."""
        work = asyncio.ensure_future(self._look(visit, context))
        stops = [asyncio.ensure_future(event.wait()) for event in (visit.watch.over, gone)]
        try:
            await asyncio.wait({work, *stops}, timeout=self._seconds + LATE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                visit.watch.stop("the browser was closed" if gone.is_set() else "the page took too long to be captured")
        finally:
            for task in (work, *stops):
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work

    async def _look(self, visit: Visit, context: BrowserContext) -> None:
        try:
            page = await context.new_page()
            visit.watch.follow(context, page)
            session = await context.new_cdp_session(page)
            await session.send("Page.enable")
            session.on("Page.windowOpen", visit.watch.window_open)
            await session.send("Emulation.setUserAgentOverride", visit.player.agent_override())
        except PlaywrightError as problem:
            visit.watch.stop(f"no page: {str(problem).splitlines()[0][:200]}")
            return
        until = time.monotonic() + self._seconds
        if not await self._go(visit, page, until):
            return
        camera = Camera(session, visit.player)
        try:
            await self._settle(visit, page, camera, until)
            visit.recording.frozen = True
            visit.url = urldefrag(page.url)[0]
            visit.shot = await camera.take(torn=bool(visit.short))
        except Stuck as problem:
            visit.watch.stop(f"the page does not answer ({problem})")

    async def _go(self, visit: Visit, page: Page, until: float) -> bool:
        """Send the page to its address; whether anything is shown."""
        try:
            await page.goto(visit.asked, wait_until="commit", timeout=self._seconds * 1000, referer=visit.referer or None)
        except PlaywrightTimeout:
            visit.trouble = f"timeout: no answer in {self._seconds:g} s"
            return False
        except PlaywrightError as problem:
            if "has been closed" in str(problem):  # not the site's doing: the page, or the whole browser, is gone
                await asyncio.sleep(0.2)  # the news that the browser is gone may come after
                visit.watch.stop("the page was closed while it loaded")
            visit.trouble = f"broken: {_said(problem)}"
            return False
        return True

    async def _settle(self, visit: Visit, page: Page, camera: Camera, until: float) -> None:
        """Wait until the page is loaded and quiet, within its time; go down and up once for late pictures."""
        try:
            if await _loaded(page, "domcontentloaded", visit.recording, until):
                await _loaded(page, "load", visit.recording, min(until, time.monotonic() + LOAD_SECONDS))
            else:
                visit.short.append("the document did not come to its end")
                await asyncio.wait_for(page.evaluate("window.stop()"), 2)
        except TimeoutError:
            pass  # it does not answer: the camera will find out
        except PlaywrightError as problem:
            raise Stuck(_said(problem)) from problem
        await _quiet(visit.recording, min(until, time.monotonic() + SETTLE_SECONDS))
        patience = min(until, time.monotonic() + THIN_SECONDS)
        while visit.scripts and await camera.words() < THIN and time.monotonic() < patience and self._may_grow(visit):
            await asyncio.sleep(0.25)
        if await camera.scroll():
            await _quiet(visit.recording, min(until, time.monotonic() + SETTLE_SECONDS))

    @staticmethod
    def _may_grow(visit: Visit) -> bool:
        """Whether an almost empty page has scripts or frames from which more may come."""
        return any(e.media_type.endswith("javascript") or b"<script" in e.body[:200_000].lower()
                   for e in visit.recording.exchanges)

    def _conclude(self, visit: Visit) -> None:
        """Which exchange brought the page, by which hops, and what was cut on the way."""
        exchanges = visit.recording.exchanges
        asked = list(dict.fromkeys(visit.watch.navigations)) or [visit.asked]
        # A document that did not come left the page before it in its place (`relaying._turn_away`), maybe at the same address.
        byurl = {urldefrag(e.url)[0]: e for e in exchanges if visit.trouble or not e.failed}
        final = visit.url if visit.url in byurl and not visit.trouble else asked[-1]
        visit.main = byurl.get(final)
        for n, url in enumerate(asked):
            if url == final:
                break
            hop = byurl.get(url)
            location = hop.header("location") if hop else ""
            visit.hops.append(Hop(url, hop.status if hop else 0, location or (asked[n + 1] if n + 1 < len(asked) else final)))
        if visit.trouble:
            visit.url = final
            if visit.main is not None and visit.main.failed:
                visit.trouble = visit.main.failed
        if visit.main is not None and visit.main.cut in {"length", "time", "bomb", "disconnect"}:
            visit.short.append(f"body of the page: {visit.main.cut}")
        if not visit.trouble:
            missed = {urldefrag(e.url)[0]: e.failed for e in exchanges if e.navigation and e.failed and not e.failed.startswith(_OURS)}
            visit.short += [f"it went on to {url}: {missed[url]}"[:400] for url in asked if url in missed][:3]
        visit.short += [f"limit: {limit}" for limit in visit.recording.over]
        visit.short += visit.shot.missing


async def _loaded(page: Page, state: Literal["domcontentloaded", "load"], recording: Recording, until: float) -> bool:
    """Wait for a load state; False when it did not come in time, or nothing is under way any more that could bring it."""
    wait = asyncio.ensure_future(page.wait_for_load_state(state, timeout=0))
    try:
        while time.monotonic() < until and recording.quiet_seconds < STILL_SECONDS:
            done, _ = await asyncio.wait({wait}, timeout=0.1)
            if done:
                await wait
                return True
        return False
    finally:
        wait.cancel()
        await asyncio.gather(wait, return_exceptions=True)


async def _quiet(recording: Recording, until: float) -> None:
    while recording.quiet_seconds < QUIET and time.monotonic() < until:
        await asyncio.sleep(0.05)


def _left(until: float) -> float:
    """Milliseconds until then, at least one: 0 would mean for ever."""
    return max(1.0, (until - time.monotonic()) * 1000)


def _said(problem: PlaywrightError) -> str:
    return str(problem).splitlines()[0].replace("Page.goto: ", "")[:200]
