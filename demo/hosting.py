"""A host's own pages as replies: charset, variants for phones and for visitors from a search, pictures, downloads."""

from __future__ import annotations

import mimetypes
import random
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from demo import pictures
from demo.messages import Reply, Request, failure, redirect
from demo.sites import Site

_SERVERS = ("nginx", "nginx/1.18.0", "Apache/2.4.41 (Ubuntu)", "Microsoft-IIS/8.5", "openresty")
_TEXT = {".html": "text/html", ".htm": "text/html", ".txt": "text/plain", ".js": "application/javascript", ".css": "text/css",
         ".json": "application/json", ".xml": "text/xml", ".svg": "image/svg+xml"}
_PIECE = 65_536
_APK = b"PK\x03\x04\x14\x00\x08\x08\x08\x00"


def serve(site: Site, request: Request) -> Reply:
    """The reply of a host to a request; its own 404 for what it has not."""
    server = _SERVERS[_mix(site.host) % len(_SERVERS)]
    page = site.page(request.target)
    if page is None:
        return failure(404, "Not Found", server)
    reply = next(make for kind, make in _MAKERS.items() if kind in page)(site, page, request)
    reply.status = page.get("status", reply.status)
    reply.server = server
    if "type" in page and "file" not in page and "text" not in page:
        reply.kind = page["type"]
    if "attachment" in page:
        reply.headers += (("Content-Disposition", f"attachment; filename*=UTF-8''{quote(page['attachment'])}"),)
    if "mobile" in page or "searched" in page:
        reply.headers += (("Vary", "User-Agent"),)
    return reply


def _file(site: Site, page: dict[str, Any], request: Request) -> Reply:
    name = page["file"]
    if request.from_search and "searched" in page:
        name = page["searched"]
    if request.mobile and "mobile" in page:
        name = page["mobile"]
    path = site.folder / name
    kind = page.get("type") or _TEXT.get(path.suffix.lower())
    if kind is None or path.suffix.lower() not in _TEXT:
        return Reply(_bytes(path), kind=kind or mimetypes.guess_type(path.name)[0] or "application/octet-stream")
    return _styled(site, Reply(_encoded(path, site.charset), kind=_kind(site, kind)))


def _text(site: Site, page: dict[str, Any], request: Request) -> Reply:
    return _styled(site, Reply(page["text"].encode(site.charset, "replace"), kind=_kind(site, page.get("type", "text/plain"))))


def _redirect(site: Site, page: dict[str, Any], request: Request) -> Reply:
    return redirect(quote(page["redirect"], safe=":/?#[]@!$&'()*+,;=%~"))


def _qr(site: Site, page: dict[str, Any], request: Request) -> Reply:
    return Reply(pictures.qr(page["qr"]), kind="image/png")


def _picture(site: Site, page: dict[str, Any], request: Request) -> Reply:
    return Reply(pictures.poster(tuple(map(str, page["picture"]))), kind="image/png")


def _download(site: Site, page: dict[str, Any], request: Request) -> Reply:
    size, kind = page["bytes"], page.get("type", "application/octet-stream")
    start = _APK if "android" in kind or "zip" in kind else b""
    return Reply(_pieces(start, max(0, size), _mix(site.host)), kind=kind, length=max(0, size))


_MAKERS: dict[str, Callable[[Site, dict[str, Any], Request], Reply]] = {
    "file": _file, "text": _text, "redirect": _redirect, "qr": _qr, "picture": _picture, "bytes": _download,
}


def _pieces(start: bytes, size: int, seed: int) -> Iterator[bytes]:
    """`size` bytes that look like an archive, the same at every ask."""
    chance, left = random.Random(seed), size
    while left > 0:
        piece = (start + chance.randbytes(min(left, _PIECE)))[:left]
        start = b""
        left -= len(piece)
        yield piece


def _styled(site: Site, reply: Reply) -> Reply:
    """Servers differ: some compress, some send in chunks, some do neither; a host keeps its habit."""
    habit = _mix(site.host) % 4
    reply.gzip, reply.chunked = habit in {0, 1}, habit in {1, 2}
    return reply


def _kind(site: Site, kind: str) -> str:
    """Old hosts leave the charset of a page to its own <meta>."""
    modern = site.charset.lower() in {"utf-8", "utf8"}
    return kind if kind == "text/html" and not modern else f"{kind}; charset={site.charset.lower()}"


@lru_cache(maxsize=2048)
def _encoded(path: Path, charset: str) -> bytes:
    """A page file in its host's charset; what the charset lacks becomes a character reference, as old systems do it."""
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    kept = path.suffix.lower() in {".html", ".htm", ".xml", ".svg"}
    if charset.lower() in {"utf-8", "utf8"}:
        return text.encode("utf-8", "surrogateescape")
    return text.encode(charset, "xmlcharrefreplace" if kept else "replace")


@lru_cache(maxsize=512)
def _bytes(path: Path) -> bytes:
    return path.read_bytes()


def _mix(text: str) -> int:
    return zlib.crc32(text.encode())
