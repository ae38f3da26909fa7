"""The deepen stage: browser captures of what deserves them - at a desk, on a phone, and as arriving from where it was found.

All captures of one page are committed together with the acknowledgement of its lease: a kill loses what was not
committed, which is then captured again, and doubles nothing.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from crawlers import sources
from crawlers.browser import BrowserMissing, BrowserUnusable, CaptureBrowser, Kept, Seen
from crawlers.browsing.chromium import clear_leftovers
from crawlers.browsing.finding import find
from crawlers.session import Event, Session
from evidence import config as settings
from evidence.archive import ArchiveError
from evidence.frontier import Lease
from evidence.home import Home
from evidence.reading import NotStored
from evidence.records import Profile
from evidence.store import StoreError

LANE = "browser"
OK, PARTIAL, ENVIRONMENT, NOTHING = 0, 1, 3, 4
LEASE_SECONDS = 900.0
LED_HERE = ("sighting", "link", "qr")
_WAITING = 3  # pages in hand for each tab: while one waits for its domain's turn another is captured
_UNREACHED = ("unreachable:", "timeout:")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a visitor comes to a page: the address that leads there, and whether they hold a phone."""

    referer: str
    phone: bool


def run(home: Home, run: str, emit: Callable[[Event], None]) -> int:
    """Capture every lease of the lane; exit codes as in `crawlers.run`, 3 when there is no browser.

    A lease's payload: url, why, origin (as in Candidate); `profiles` narrows "desktop" and "mobile".
    """
    _logging()
    config = settings.load(home)
    try:
        find(config.browser.path)
    except BrowserMissing as problem:
        emit({"event": "error", "detail": str(problem)})
        return ENVIRONMENT
    clear_leftovers(home.scratch)
    session = Session.open(home, run, "deepen", emit)
    try:
        return _in_loop(session)
    finally:
        session.close()


def _in_loop(session: Session) -> int:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    if session.config.network.resolvers:
        from twisted.internet import asyncioreactor  # the guard asks configured name servers by Twisted

        asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
    try:
        return loop.run_until_complete(Deepening(session).go())
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        asyncio.set_event_loop(None)


class Deepening:
    """One deepen stage at work."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._done = self._unreached = 0
        self._open: dict[str, Lease] = {}

    async def go(self) -> int:
        """Work until the lane is empty; the exit code."""
        session = self._session
        session.frontier.free_all(LANE)  # the lock of the run says that earlier workers are dead
        session.total = self._expected()
        try:
            async with CaptureBrowser.open(session) as browser:
                if not browser.sandbox:
                    _LOG.warning("CHROMIUM RUNS WITHOUT ITS SANDBOX (root, or switched off): run dajia as an ordinary user")
                await self._work(browser)
        except (BrowserMissing, BrowserUnusable) as problem:
            session.emit({"event": "error", "detail": str(problem)})
            self._give_back("no browser")
            return ENVIRONMENT
        if session.ledger.failure is not None:
            raise session.ledger.failure
        session.ledger.flush()
        self._give_back("stopped")
        counts = session.frontier.counts(LANE, session.run)
        if self._done and self._done == self._unreached:
            return NOTHING
        return PARTIAL if counts["waiting"] or counts["leased"] or counts["failed"] else OK

    def _expected(self) -> int:
        marks = ",".join("?" for _ in LED_HERE)
        row = self._session.store.one(
            f"SELECT coalesce(sum(2 + (json_extract(payload, '$.why') IN ({marks}))), 0) AS n FROM frontier "
            "WHERE lane = ? AND run = ? AND state = 'waiting'", *LED_HERE, LANE, self._session.run)
        return int(row["n"]) if row else 0

    async def _work(self, browser: CaptureBrowser) -> None:
        """Several pages in hand; a signal stops the taking of more and drops what is not finished."""
        workers = [asyncio.ensure_future(self._worker(browser)) for _ in range(self._session.config.browser.tabs * _WAITING)]
        loop = asyncio.get_running_loop()

        def stop() -> None:
            self._session.stopping = True
            for worker in workers:
                worker.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError, RuntimeError, ValueError):  # not this system, or not the main thread
                loop.add_signal_handler(number, stop)
        try:
            for end in await asyncio.gather(*workers, return_exceptions=True):
                if isinstance(end, BaseException) and not isinstance(end, asyncio.CancelledError):
                    raise end
        finally:
            stop()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _worker(self, browser: CaptureBrowser) -> None:
        session = self._session
        while not session.stopping and session.ledger.failure is None:
            leases = session.frontier.lease(LANE, session.worker, 1, LEASE_SECONDS, run=session.run)
            if not leases:
                return
            lease = leases[0]
            self._open[lease.key] = lease
            try:
                self._settle(lease, await self._captures(browser, lease))
            except (BrowserMissing, BrowserUnusable, StoreError, ArchiveError, OSError):
                session.stopping = True  # no page's fault: nobody should go on
                raise
            except Exception as problem:  # noqa: BLE001 - one page must not end the stage; it is told and tried again
                _LOG.exception("%s", lease.payload.get("url"))
                session.emit({"event": "error", "detail": f"{lease.payload.get('url')}: {type(problem).__name__}: {problem}"})
                session.frontier.release(self._open.pop(lease.key), f"{type(problem).__name__}: {problem}")

    async def _captures(self, browser: CaptureBrowser, lease: Lease) -> list[Kept]:
        payload, seen = lease.payload, Seen()
        url, why, origin = payload["url"], payload.get("why", ""), payload.get("origin", "")
        made = [await browser.capture(url, profile, why=why, origin=origin, seen=seen)
                for profile in payload.get("profiles", _PROFILES)]
        if arrival := self._arrival(why, origin):
            made.append(await browser.capture(url, "from-search", why=why, origin=origin, referer=arrival.referer,
                                              phone=arrival.phone, seen=seen))
        return made

    def _arrival(self, why: str, origin: str) -> Arrival | None:
        """Where a visitor would come from, as the records say: the result page, or the page with the link or code."""
        store = self._session.store
        if why == "sighting":
            row = store.one("SELECT source, serp_capture FROM sightings WHERE id = ?", origin)
            found = row and self._address(row["serp_capture"])
            source = sources.classes().get(row["source"]) if row else None
            return Arrival(found, source is not None and source.agent == "mobile") if found else None
        if why in LED_HERE:
            row = store.one("SELECT capture FROM verdicts WHERE id = ?", origin)
            found = row and self._address(row["capture"])
            return Arrival(found, why == "qr") if found else None
        return None

    def _address(self, capture: str) -> str:
        try:
            return self._session.store.capture(capture).url
        except NotStored:
            return ""

    def _settle(self, lease: Lease, kept: list[Kept]) -> None:
        session = self._session

        def write() -> None:
            for one in kept:
                session.store.add_capture(one.capture, one.text)
            session.frontier.ack(lease, ", ".join(one.capture.outcome for one in kept))

        def told() -> None:
            self._open.pop(lease.key, None)
            for one in kept:
                capture = one.capture
                self._done += 1
                self._unreached += capture.note.startswith(_UNREACHED)
                session.page(capture.asked_url, capture.outcome, means="browser", profile=capture.profile)

        session.ledger.put(write, told)

    def _give_back(self, why: str) -> None:
        for lease in list(self._open.values()):
            self._session.frontier.release(lease, f"given back: {why}")


_PROFILES: tuple[Profile, ...] = ("desktop", "mobile")


def _logging() -> None:
    if not logging.getLogger().handlers:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
