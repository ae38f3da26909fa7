"""A visit into the archive, and the Capture that tells of it: received bytes first, then what the browser made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag

from crawlers.answer import Answer
from crawlers.browsing.profiles import LOCALE, TIME_ZONE
from crawlers.browsing.recording import Exchange
from crawlers.browsing.snapshots import MAX_IMAGES, inline_image
from crawlers.browsing.visiting import Visit
from crawlers.failures import Trouble
from crawlers.outcomes import Result, outcome_of, outcome_of_trouble
from evidence import ids
from evidence.archive import WarcWriter
from evidence.records import Artifact, Capture, Profile

MAX_PARTS, MAX_PART, MAX_PARTS_BYTES = 150, 5 << 20, 15 << 20
RASTER = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp")
_CUT = {"length": "length", "time": "time", "bomb": "length", "disconnect": "disconnect", "download": "unspecified"}
_MADE = ("response heads are the wire's own lines, the HTTP version set to 1.1; bodies are as received with their content "
         "coding, chunk framing undone; request heads are as the browser wrote them, the Host line first; document, "
         "pictures and MHTML were made by the browser")
Seen = dict[tuple[str, str], str]  # (address, SHA-256) of a part -> the capture of this page that holds it


@dataclass(frozen=True, slots=True)
class Context:
    """What a capture is part of: its run, why the page is looked at, the record that led there, the tool's name."""

    run: str
    why: str
    origin: str
    tool: str
    browser: dict[str, str]  # version, binary digest, sandbox state


@dataclass(frozen=True, slots=True)
class Kept:
    """A capture whose bytes are in the archive, and the words for the full-text index, if there are any."""

    capture: Capture
    text: tuple[str, str] | None = None
    pauses: bool = False  # the host wants to be left alone for a while


def keep(writer: WarcWriter, visit: Visit, context: Context, seen: Seen) -> Kept:
    """Write everything a visit brought. Parts that an earlier capture of the same page holds already are only named."""
    capture_id = ids.new_id()
    page = _answer(visit)
    result = result_of(visit, page)
    title = page.title[:300] if page else ""
    artifacts = list(_artifacts(_Box(writer, visit, capture_id), seen))
    writer.metadata(capture_id=capture_id, url=visit.url, fields=_fields(visit, context), started=visit.started)
    main = visit.main
    capture = Capture(
        id=capture_id, run=context.run, asked_url=visit.asked, url=visit.url, started=visit.started, ended=visit.ended,
        means="browser", profile=visit.player.profile, outcome=result.outcome, status=main.status if main else 0,
        note=result.note[:500], hops=tuple(visit.hops), headers=main.headers if main else (), ip=main.ip if main else "",
        protocol=main.protocol if main else "", title=title, why=context.why, origin=context.origin, tool=context.tool,
        truncated=result.outcome == "partial", artifacts=tuple(artifacts))
    words = (title, page.visible) if page and result.outcome in {"ok", "partial"} else None
    return Kept(capture, words, result.pauses)


def unseen(asked: str, profile: Profile, result: Result, started: str, context: Context) -> Kept:
    """The capture of a page that was not looked at, and why."""
    return Kept(Capture(
        id=ids.new_id(), run=context.run, asked_url=asked, url=asked, started=started, ended=ids.utc_now(), means="browser",
        profile=profile, outcome=result.outcome, note=result.note[:500], why=context.why, origin=context.origin, tool=context.tool))


def result_of(visit: Visit, page: Answer | None = None) -> Result:
    """The honest outcome of a visit; `page` is what it showed, where that was read already."""
    main, downloads = visit.main, visit.watch.downloads
    if visit.trouble:
        if downloads or (main is not None and main.is_download):
            return Result("refused", f"download: {main.media_type if main and main.media_type else downloads[0]['name']}")
        kind, _, text = visit.trouble.partition(": ")
        if main is not None and main.status and kind == "broken":
            known = outcome_of(Answer(visit.url, bytes(main.body), status=main.status, content_type=main.header("content-type")), "", ())
            if known.outcome not in {"ok", "partial"} or main.status in {204, 205}:
                return known
        return outcome_of_trouble(Trouble(kind, text))
    page = page or _answer(visit)
    if page is None:
        return Result("error", "; ".join(visit.short) or "nothing was shown")
    found = outcome_of(page, "", ())
    if found.outcome == "ok" and visit.short:
        return Result("partial", "; ".join(visit.short))
    return found


def _answer(visit: Visit) -> Answer | None:
    """The page as it was shown; its received bytes where the document could not be had."""
    status = visit.main.status if visit.main else 200
    if visit.shot.dom:
        return Answer(visit.url, visit.shot.dom.encode("utf-8", "replace"), status=status, content_type="text/html; charset=utf-8")
    if visit.main is not None and visit.main.status and not visit.trouble:
        return Answer(visit.url, bytes(visit.main.body), status=status, content_type=visit.main.header("content-type"))
    return None


class _Box:
    """Writes the records of one capture."""

    def __init__(self, writer: WarcWriter, visit: Visit, capture_id: str) -> None:
        self.writer, self.visit, self.capture_id = writer, visit, capture_id

    def response(self, name: str, exchange: Exchange) -> Artifact:
        """One exchange under `name`."""
        return self.writer.response(
            capture_id=self.capture_id, url=exchange.url, status=exchange.status, reason=exchange.reason,
            headers=exchange.headers, body=bytes(exchange.body), method=exchange.method,
            request_headers=[h for h in exchange.request_headers if h[0].lower() != "host"], ip=exchange.ip,
            protocol=exchange.protocol, started=exchange.started, media_type=exchange.media_type, coding=exchange.coding,
            reconstructed=False, truncated=_CUT.get(exchange.cut, ""), name=name)

    def resource(self, name: str, media_type: str, data: bytes) -> Artifact:
        """Something the browser made of the page."""
        return self.writer.resource(capture_id=self.capture_id, name=name, url=self.visit.url, media_type=media_type,
                                    data=data, started=self.visit.ended)


def _artifacts(box: _Box, seen: Seen) -> Iterator[Artifact]:
    visit, held = box.visit, set()
    if visit.main is not None and visit.main.status:
        held.add(id(visit.main))
        yield box.response("body", visit.main)
    for number, hop in enumerate(visit.hops, 1):
        exchange = next((e for e in visit.recording.exchanges if e.url == hop.url and e.status and id(e) not in held), None)
        if exchange is not None:
            held.add(id(exchange))
            yield box.response(f"hop-{number}", exchange)
    notes: dict[int, str] = {}
    yield from _parts(box, [e for e in visit.recording.exchanges if e.status and id(e) not in held], seen, notes)
    yield from _inline(box)
    if visit.shot.dom:
        yield box.resource("dom", "text/html; charset=utf-8", visit.shot.dom.encode("utf-8", "replace"))
    for name, (media_type, data) in visit.shot.pictures.items():
        yield box.resource(name, media_type, data)
    if visit.shot.places and visit.shot.pictures:
        yield box.resource("places", "application/json", json.dumps(visit.shot.places, ensure_ascii=False).encode("utf-8", "replace"))
    if visit.shot.mhtml:
        yield box.resource("mhtml", "multipart/related", visit.shot.mhtml)
    yield box.resource("console", "application/json", _console(visit, notes))


def _parts(box: _Box, exchanges: list[Exchange], seen: Seen, notes: dict[int, str]) -> Iterator[Artifact]:
    """Sub-resources; pictures a person sees are called image-N, so that they are read for codes and words."""
    shown = {urldefrag(str(i.get("url", "")))[0] for i in box.visit.shot.images}
    images = resources = size = 0
    icon = False
    digests: set[str] = set()
    for exchange in exchanges:
        key = (exchange.url, ids.sha256(bytes(exchange.body)))
        if (holder := seen.setdefault(key, box.capture_id)) != box.capture_id:
            notes[id(exchange)] = f"same bytes as in capture {holder}"
            continue
        size += len(exchange.body)
        if resources + images >= MAX_PARTS or len(exchange.body) > MAX_PART or size > MAX_PARTS_BYTES:
            notes[id(exchange)] = "body not kept: beyond the share of one capture"
            continue
        picture = exchange.url in shown and exchange.media_type in RASTER and images < MAX_IMAGES and key[1] not in digests
        digests.add(key[1])
        if exchange.url == box.visit.shot.icon and exchange.status == 200 and _is_icon(exchange) and not icon:
            icon = True
            yield box.response("favicon", exchange)
            continue
        images, resources = images + picture, resources + (not picture)
        yield box.response(f"image-{images:03}" if picture else f"resource-{resources:03}", exchange)


def _is_icon(exchange: Exchange) -> bool:
    """Whether the answer is a picture, not the page that many servers send for whatever is asked."""
    kind = exchange.media_type
    return len(exchange.body) > 0 and (kind.startswith("image/") or kind in {"", "application/octet-stream"})


def _inline(box: _Box) -> Iterator[Artifact]:
    """Pictures that stand in the document itself as data: addresses."""
    number = 0
    for entry in box.visit.shot.images:
        made = inline_image(str(entry.get("url", ""))) if number < MAX_IMAGES else None
        if made and made[0] in RASTER:
            number += 1
            yield box.resource(f"image-inline-{number:03}", *made)


def _console(visit: Visit, notes: dict[int, str]) -> bytes:
    """What the page said and tried, and every request with its fate, as JSON."""
    watch = visit.watch
    record = {
        "console": watch.console, "dialogs": watch.dialogs, "windows": watch.popups, "downloads": watch.downloads,
        "sockets": visit.recording.sockets, "limits": visit.recording.over, "short": visit.short,
        "blocked": [{"url": e.url[:2000], "why": e.failed} for e in visit.recording.exchanges if e.failed],
        "requests": [_request(e, notes.get(id(e), "")) for e in visit.recording.exchanges],
    }
    return json.dumps(record, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _request(exchange: Exchange, note: str) -> dict[str, Any]:
    row: dict[str, Any] = {"method": exchange.method, "url": exchange.url[:2000], "status": exchange.status,
                           "type": exchange.media_type[:100], "bytes": len(exchange.body), "at": exchange.started}
    if exchange.status:
        row["sha256"] = ids.sha256(bytes(exchange.body))
    more = {"ip": exchange.ip, "tls": exchange.tls, "certificate": exchange.certificate, "cut": exchange.cut,
            "failed": exchange.failed, "note": note}
    return row | {k: v for k, v in more.items() if v}


def _fields(visit: Visit, context: Context) -> dict[str, str]:
    player, main = visit.player, visit.main
    return {
        "profile": player.profile, "userAgent": player.agent, "viewport": f"{player.width}x{player.height} at {player.ratio:g}",
        "locale": LOCALE, "timeZone": TIME_ZONE, "referer": visit.referer, "scripts": "on" if visit.scripts else "off",
        **context.browser, "freshProfile": "yes", "tls": main.tls if main else "", "certificateSha256": main.certificate if main else "",
        "requests": str(len(visit.recording.exchanges)), "blocked": str(sum(bool(e.failed) for e in visit.recording.exchanges)),
        "incomplete": "; ".join(visit.short), "howMade": _MADE,
    }
