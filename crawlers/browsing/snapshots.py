"""What a loaded page shows, taken out of the browser: document, pictures, MHTML, its images. Each step has its time.

Scripts of ours run in a world apart from the page's, so what the page did to its own functions does not matter.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from crawlers.browsing.places import PLACES
from crawlers.browsing.profiles import Player
from evidence.domains import domain_of

MAX_HEIGHT, MAX_WIDTH = 16_000, 2_500  # of a picture, in its pixels; beyond 16,384 Chromium's own picture breaks
MAX_PNG, MAX_JPEG, MAX_MHTML, MAX_DOM = 2 << 20, 12 << 20, 12 << 20, 16 << 20
MAX_IMAGES, MIN_SIDE, MAX_INLINE = 12, 60, 1 << 20
MAX_FRAMES, MAX_FRAME_DOM = 6, 2 << 20
DOM_SECONDS, PICTURE_SECONDS, MHTML_SECONDS = 5.0, 10.0, 8.0
TORN_SECONDS = 3.0  # of a page that did not come whole: where nothing was painted, a picture would wait for ever

_DOM = """(() => {
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) + "\\n" : "";
  const root = document.documentElement;
  return root ? (type + root.outerHTML).slice(0, LIMIT) : "";
})()""".replace("LIMIT", str(MAX_DOM))
_IMAGES = """(() => {
  const found = [];
  for (const img of document.images) {
    if (img.complete && img.naturalWidth >= SIDE && img.naturalHeight >= SIDE)
      found.push({url: img.currentSrc || img.src, width: img.naturalWidth, height: img.naturalHeight});
    if (found.length >= 200) break;
  }
  return found.filter(f => f.url.length <= INLINE);
})()""".replace("SIDE", str(MIN_SIDE)).replace("INLINE", str(MAX_INLINE))
_ICON = """(() => {
  const link = document.querySelector('link[rel~="icon" i]');
  return link ? link.href : new URL("/favicon.ico", location.href).href;
})()"""
_WORDS = "(document.body ? document.body.innerText.trim().length : 0)"
_SCROLL = """(async () => {
  const step = window.innerHeight, pause = ms => new Promise(r => setTimeout(r, ms));
  const high = () => Math.max(document.documentElement.scrollHeight, document.body ? document.body.scrollHeight : 0);
  if (high() <= step * 1.2) return 0;
  let steps = 0;
  for (let y = step; y < high() && steps < 12; y += step, steps++) {
    window.scrollTo({top: y, behavior: "instant"}); await pause(40);
  }
  window.scrollTo({top: 0, behavior: "instant"}); await pause(40);
  return steps;
})()"""


class Stuck(Exception):
    """The page does not answer: a script runs without end, or its process is gone."""


@dataclass(slots=True)
class Shot:
    """What was taken. `missing` says what could not be, and why. `places` tells where on the pictures each text and image of
    the page stands (CSS pixels, `factor` picture pixels each), so that a copy can be masked later."""

    dom: str = ""
    places: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    mhtml: bytes = b""
    images: list[dict[str, Any]] = field(default_factory=list)
    icon: str = ""
    missing: list[str] = field(default_factory=list)


class Camera:
    """Takes the snapshots of one page through its CDP session."""

    def __init__(self, session: CDPSession, player: Player) -> None:
        self._session, self._player = session, player
        self._picture_seconds = PICTURE_SECONDS
        self._first_high = 1.0

    async def words(self) -> int:
        """How many characters a visitor sees; Stuck when the page does not answer."""
        return int(await self._ask(_WORDS, DOM_SECONDS) or 0)

    async def scroll(self) -> int:
        """Go down the page and back, so that pictures load that wait to be seen; the number of steps."""
        return int(await self._ask(_SCROLL, DOM_SECONDS) or 0)

    async def take(self, *, torn: bool = False) -> Shot:
        """Everything. Stuck when not even the document can be had. `torn`: the page did not come whole."""
        self._picture_seconds = TORN_SECONDS if torn else PICTURE_SECONDS
        shot = Shot(dom=str(await self._ask(_DOM, DOM_SECONDS) or ""))
        if len(shot.dom) >= MAX_DOM:
            shot.missing.append(f"document cut at {MAX_DOM} characters")
        shot.dom += await self._frames()
        shot.icon = str(await self._ask(_ICON, DOM_SECONDS) or "")
        shot.images = list(await self._ask(_IMAGES, DOM_SECONDS) or [])
        await self._pictures(shot)
        try:
            made = await self._send("Page.captureSnapshot", MHTML_SECONDS, {"format": "mhtml"})
            data = str(made["data"]).encode()
            if len(data) <= MAX_MHTML:
                shot.mhtml = data
            else:
                shot.missing.append(f"MHTML of {len(data)} bytes not kept")
        except Stuck as problem:
            shot.missing.append(f"MHTML: {problem}")
        return shot

    async def _pictures(self, shot: Shot) -> None:
        """The first screen, then the whole page, both lossless unless that grows too large.

        A page made for desks is shown shrunk on a phone. Chromium would lay it out anew for its picture, so it is given a
        window as wide as what the phone shrinks: the picture has the same page, a picture pixel for each of its own.
        """
        try:
            metrics = await self._send("Page.getLayoutMetrics", DOM_SECONDS)
            view, scale = metrics["cssLayoutViewport"], self._player.picture_scale
            if float(metrics["cssVisualViewport"]["scale"]) < 1.0:
                await self._send("Emulation.setDeviceMetricsOverride", DOM_SECONDS, {
                    "width": view["clientWidth"], "height": view["clientHeight"], "deviceScaleFactor": 1, "mobile": False})
                metrics, scale = await self._send("Page.getLayoutMetrics", DOM_SECONDS), 1.0
            view, size = metrics["cssLayoutViewport"], metrics["cssContentSize"]
            wide, high = min(max(view["clientWidth"], 1.0), MAX_WIDTH), max(view["clientHeight"], 1.0)
            self._first_high = high
            first = {"x": 0, "y": 0, "width": wide, "height": high, "scale": scale}
            await self._places(shot, scale)
            shot.pictures["screenshot-first"] = await self._picture(first)
            full = max(size["height"], high)
            if full * scale > MAX_HEIGHT:
                shot.missing.append(f"page is {full:.0f} pixels high, its picture ends at {MAX_HEIGHT / scale:.0f}")
            whole = first | {"width": min(max(size["width"], wide), MAX_WIDTH), "height": min(full, MAX_HEIGHT / scale)}
            shot.pictures["screenshot-full"] = shot.pictures["screenshot-first"] if whole == first else await self._picture(
                whole, shot.pictures["screenshot-first"][1])
        except Stuck as problem:
            shot.missing.append(f"picture: {problem}")

    async def _places(self, shot: Shot, factor: float) -> None:
        try:
            shot.places = dict(await self._ask(PLACES, DOM_SECONDS) or {}) | {"factor": factor}
        except Stuck as problem:
            shot.missing.append(f"places: {problem}")

    async def _picture(self, clip: dict[str, Any], first: bytes = b"") -> tuple[str, bytes]:
        """PNG by its fast encoder, as quick as JPEG here and without its loss; JPEG for what would be huge.

        How large a page's PNG becomes is told by its first screen's, so that it is not made twice.
        """
        area = clip["width"] * clip["height"] * clip["scale"] ** 2
        dense = len(first) / (clip["width"] * self._first_high * clip["scale"] ** 2) if first else 0.0
        if dense * area <= MAX_PNG:
            data = await self._shoot({"format": "png", "optimizeForSpeed": True, "captureBeyondViewport": True, "clip": clip})
            if len(data) <= MAX_PNG:
                return "image/png", data
        for quality in (82, 50):
            data = await self._shoot({"format": "jpeg", "quality": quality, "captureBeyondViewport": True, "clip": clip})
            if len(data) <= MAX_JPEG:
                return "image/jpeg", data
        raise Stuck(f"{len(data)} bytes even as JPEG")

    async def _shoot(self, asked: dict[str, Any]) -> bytes:
        return base64.b64decode((await self._send("Page.captureScreenshot", self._picture_seconds, asked))["data"])

    async def _frames(self) -> str:
        """The documents of the page's own frames, each behind a comment that names it.

        Frames of other sites are left out: what they show is their operator's word, not this page's.
        """
        tree = (await self._send("Page.getFrameTree", DOM_SECONDS))["frameTree"]
        site, waiting = _site(tree["frame"]["url"]), list(tree.get("childFrames", []))
        found: list[str] = []
        while waiting and len(found) < MAX_FRAMES:
            child = waiting.pop(0)
            url, waiting = child["frame"]["url"], [*waiting, *child.get("childFrames", [])]
            if _site(url) in {site, ""}:
                made = await self._ask(_DOM, DOM_SECONDS, child["frame"]["id"])
                found.append(f"\n<!-- frame {url[:500].replace('--', '- -')} -->\n{str(made or '')[:MAX_FRAME_DOM]}")
        return "".join(found)

    async def _ask(self, script: str, seconds: float, frame: str = "") -> Any:
        """The value of a script in a world of our own, in the main frame or in `frame`."""
        if not frame:
            frame = (await self._send("Page.getFrameTree", seconds))["frameTree"]["frame"]["id"]
        try:
            world = await self._send("Page.createIsolatedWorld", seconds, {"frameId": frame, "worldName": "dajia"})
        except Stuck as problem:
            if "No frame" in str(problem):
                return None  # gone since, or another process's: nothing of this page
            raise
        made = await self._send("Runtime.evaluate", seconds, {
            "expression": script, "contextId": world["executionContextId"], "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in made:
            return None  # a document without the parts the script looks at
        return made["result"].get("value")

    async def _send(self, method: str, seconds: float, params: dict[str, Any] | None = None) -> Any:
        try:
            async with asyncio.timeout(seconds):
                return await self._session.send(method, params or {})
        except TimeoutError as problem:
            raise Stuck(f"{method}: no answer in {seconds:g} s") from problem
        except PlaywrightError as problem:
            raise Stuck(f"{method}: {str(problem).splitlines()[0][:200]}") from problem


def _site(url: str) -> str:
    """The registrable domain of an address; "" for one that has none of its own (about:blank, srcdoc)."""
    host = urlsplit(url).hostname or ""
    return domain_of(host) if host else ""


def inline_image(url: str) -> tuple[str, bytes] | None:
    """Media type and bytes of a data: image, None for what is none."""
    head, comma, rest = url.partition(",")
    if not comma or not head.lower().startswith("data:image/"):
        return None
    try:
        data = base64.b64decode(rest) if head.lower().endswith(";base64") else unquote_to_bytes(rest)
    except (ValueError, binascii.Error):
        return None
    return head[5:].split(";")[0].lower(), data
