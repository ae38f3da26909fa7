"""Starts Chromium so that it keeps to itself, makes a fresh context for each capture, starts it again when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from crawlers.browsing.finding import BrowserMissing, Found, found_all
from crawlers.browsing.gatekey import GateKey
from crawlers.browsing.memory import MemoryWatch
from evidence.config import Browser as BrowserSettings

START_SECONDS = 60.0
CLOSE_SECONDS = 6.0
_PREFIX = "dajia-browser-"
_LOG = logging.getLogger(__name__)
# Nothing but what a captured page asks for may leave, and nothing of that by a way around the gate.
_FEATURES_OFF = (
    # Chromium takes the last list it is given, so what Playwright switches off is switched off again here.
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch",
    # Parts of the window nobody sees, each with a process of its own for every capture.
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "InitialWebUI", "WebUIReloadButton", "WebUIToolbar", "TopChromeWebUI",
    # Talk of its own.
    "Translate", "AutofillServerCommunication", "CertificateTransparencyComponentUpdater", "InterestFeedContentSuggestions",
    "CalculateNativeWinOcclusion", "GlobalMediaControls", "DialMediaRouteProvider",
)
FLAGS = (
    f"--disable-features={','.join(_FEATURES_OFF)}",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-domain-reliability",
    "--disable-client-side-phishing-detection", "--disable-default-apps", "--disable-extensions", "--disable-breakpad",
    "--disable-quic", "--no-pings", "--no-first-run", "--no-default-browser-check", "--metrics-recording-only",
    "--disable-gpu", "--mute-audio", "--hide-scrollbars", "--disable-notifications",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # names are the gate's business
    "--js-flags=--max-old-space-size=256",
    "--disk-cache-size=1", "--media-cache-size=1",
)
# Chromium keeps its own pop-up blocker: a storm of windows stays a list of attempts.
UNWANTED = ("--disable-popup-blocking",)


class BrowserDied(Exception):
    """The browser process is gone, or no longer answers; a fresh one may do. `guilty`: the page at hand did it."""

    def __init__(self, why: str, *, guilty: bool = False) -> None:
        super().__init__(why)
        self.guilty = guilty


class BrowserUnusable(Exception):
    """A Chromium was found but does not start here; the message says why and what to do."""


class Chromium:
    """A running Chromium. `open` it, take a context for each capture from `context`, `close` it at the end."""

    def __init__(self, found: Found, settings: BrowserSettings, scratch: Path) -> None:
        self.found, self.sandbox = found, sandboxed(settings)
        self.key = GateKey.make(scratch)
        self._folder = ""
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._memory: MemoryWatch | None = None
        self._changing = asyncio.Lock()
        self.contexts = 0
        self.gone = asyncio.Event()  # of the process that runs now; set when it ends, however it does

    @classmethod
    async def open(cls, settings: BrowserSettings, scratch: Path) -> Chromium:
        """Find one and start it, the next one when it does not start; BrowserMissing or BrowserUnusable say why none did."""
        first: BrowserUnusable | None = None
        for found in found_all(settings.path):
            made = cls(found, settings, scratch)
            try:
                await made.start()
            except BrowserUnusable as problem:
                _LOG.warning("%s", problem)
                first = first or problem
            else:
                return made
        raise first or BrowserMissing("no Chromium found")

    async def start(self) -> None:
        """Start the process with a profile folder of its own."""
        async with self._changing:
            await self._start()

    async def _start(self) -> None:
        self._folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")  # short: a socket's path has 107 characters at most
        flags = [*FLAGS, f"--ignore-certificate-errors-spki-list={self.key.spki}"]
        held = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = self._folder  # Playwright's driver makes the profile in the system's folder otherwise
        try:
            self._playwright = await async_playwright().start()
            self._browser = await self._playwright.chromium.launch(
                executable_path=str(self.found.path), headless=True, chromium_sandbox=self.sandbox, args=flags,
                ignore_default_args=list(UNWANTED), timeout=START_SECONDS * 1000, handle_sigint=False,
                handle_sigterm=False, handle_sighup=False, downloads_path=self._folder, env=_surroundings(self._folder),
                # Whatever the browser asks on its own account runs into a closed port.
                proxy={"server": "http://127.0.0.1:9", "bypass": "<-loopback>"})
        except PlaywrightError as problem:
            await self._close()
            raise BrowserUnusable(_why(problem, self)) from problem
        finally:
            if held is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = held
        self.contexts = 0
        gone = self.gone = asyncio.Event()
        self._browser.on("disconnected", lambda _: gone.set())
        self._memory = MemoryWatch(self._folder)
        self._memory.start()

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._browser is not None and self._browser.is_connected()

    async def context(self, gate: str, options: dict[str, Any]) -> BrowserContext:
        """A context that nothing was kept in, whose only way out is `gate`; BrowserDied when the process is gone."""
        if not self.alive:
            raise BrowserDied("the browser is gone")
        assert self._browser is not None
        self.contexts += 1
        try:
            async with asyncio.timeout(START_SECONDS / 2):
                return await self._browser.new_context(
                    proxy={"server": gate, "bypass": "<-loopback>"}, accept_downloads=False, service_workers="allow",
                    **options)
        except (PlaywrightError, TimeoutError) as problem:
            raise BrowserDied(f"the browser gives no context: {problem}") from problem

    async def drop(self, context: BrowserContext) -> None:
        """Close a context; a browser that cannot do that any more is ended."""
        if context.browser is not self._browser:
            return  # it went with its process, and an ended driver would never answer
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await context.close()
        except (PlaywrightError, TimeoutError):
            async with self._changing:
                if context.browser is self._browser:  # not one that took its place meanwhile
                    await self._close()

    async def restart(self) -> None:
        """End what is left and start anew."""
        async with self._changing:
            await self._close()
            await self._start()

    async def close(self) -> None:
        """End the browser and remove everything it wrote."""
        async with self._changing:
            await self._close()

    async def _close(self) -> None:
        browser, playwright = self._browser, self._playwright
        self._browser = self._playwright = None
        self.gone.set()  # calls under way at an ended driver are never answered: nobody may wait for them
        if self._memory is not None:
            await self._memory.stop()
            self._memory = None
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                if browser is not None:
                    await browser.close()
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                if playwright is not None:
                    await playwright.stop()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = ""


def _surroundings(folder: str) -> dict[str, str | float | bool]:
    """The environment of the process: cache and crash reports it would keep in the user's home are in `folder`.

    Not by --disk-cache-dir: with it the contexts of a headless shell share one cache, and each waits for the one before.
    """
    # Its other folders stay where they are: a user's fonts are among them.
    return {**os.environ, "XDG_CACHE_HOME": f"{folder}/cache", "BREAKPAD_DUMP_LOCATION": f"{folder}/crashes"}


def sandboxed(settings: BrowserSettings) -> bool:
    """Whether Chromium runs in its sandbox: always, except for root, for whom it has none."""
    if settings.sandbox == "auto":
        return not hasattr(os, "geteuid") or os.geteuid() != 0
    return settings.sandbox == "on"


def clear_leftovers(scratch: Path) -> None:
    """Remove the profile folders that killed processes left behind."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owner = path.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not _lives(int(owner)):
            shutil.rmtree(path, ignore_errors=True)  # somebody else's stays: it cannot be removed
    for path in scratch.glob("gate-*"):
        path.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@lru_cache(maxsize=4)
def binary_sha256(path: Path) -> str:
    """SHA-256 of the program that runs."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _why(problem: Exception, browser: Chromium) -> str:
    said = str(problem)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    place = browser.found.path
    if "Running as root without --no-sandbox" in said:
        return f'{place}: root has no browser sandbox; run dajia as an ordinary user, or set [browser] sandbox = "auto"'
    if "No usable sandbox" in said:
        return (f"{place}: this system gives no user namespaces for the sandbox; allow them "
                '(sysctl kernel.unprivileged_userns_clone=1), or set [browser] sandbox = "off" and accept the risk')
    missing = next((line for line in lines if "error while loading shared libraries" in line), "")
    return f"{place} ({browser.found.name}) does not start: {(missing or (lines or ['no output'])[0])[:300]}"
