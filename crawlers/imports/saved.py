"""Pages people saved: HTML, MHTML, WARC, WACZ and screenshots, as what was in them and where they say they came from.

What a saved file says of its own origin is its word, and is kept as that. A page's own links (canonical, og:url) are
never taken for its address: a fake claims to be the real site there too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path

from crawlers.imports import BadFile, Picture, picture
from crawlers.imports.text import address

MAX_BODY, MAX_PARTS, MAX_PICTURES, MAX_PICTURE = 20 * 1024 * 1024, 3_000, 30, 10 * 1024 * 1024
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d{1,5}\)(\S{4,2000}?)\s*-->", re.I)
_SINGLE_FILE = re.compile(rb"<!--\s*Page saved with SingleFile\s+url:\s*(\S{4,2000})\s+saved date:\s*([^\r\n]{4,80})", re.I)
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class SavedPage:
    """One page as saved. `url` is "" when nothing tells it; `stated` is the time the file states, in its own words.

    `body` is the HTML as it lay in the file ("" bytes for a screenshot), `content_type` as stated there;
    `how` names the kind of file and where in it the page lay.
    """

    url: str
    body: bytes
    content_type: str
    how: str
    stated: str = ""
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    pictures: tuple[Picture, ...] = ()
    title: str = ""


@dataclass(slots=True)
class Saved:
    """The pages of a file, and what in it could not be used."""

    pages: list[SavedPage] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read(path: Path, data: bytes, url: str = "") -> Saved:
    """The pages in a saved file, told apart by its bytes; `url` is where the person says it came from. BadFile for others."""
    from crawlers.imports import archives

    one = picture(path.name, data)
    if one is not None:
        return Saved([SavedPage(url, b"", "", f"截图 {path.name}", pictures=(one,))])
    if data.startswith(b"PK\x03\x04"):
        return archives.wacz(path, data)
    if data.startswith((b"\x1f\x8b", b"WARC/")):
        return archives.warc(path, data)
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    if re.match(rb"(?:[A-Za-z-]+:[^\n]*\r?\n[ \t]?)+", head) and re.search(rb"^content-type:\s*multipart/related", head, re.I | re.M):
        return mhtml(path, data, url)
    if _looks_html(data):
        return Saved([html(path, data, url)])
    raise BadFile(f"{path.name}：认不出是哪种保存的网页；认得 HTML、MHTML、WARC、WACZ 和 PNG、JPEG、GIF、WebP、BMP 截图。"
                  "浏览器里请用“另存为 → 网页，单个文件（.mhtml）”")


def _looks_html(data: bytes) -> bool:
    head = data[:_HEAD].replace(b"\x00", b"").lower()
    return bool(re.search(rb"<!doctype html|<html|<head|<body|<title|<meta|<div|<p[ >]|<table|<!-- saved from|<a ", head))


def html(path: Path, data: bytes, url: str = "") -> SavedPage:
    """A page of one file. Its address is the person's word, else the mark a browser or SingleFile left at its beginning."""
    head, stated = data[:_HEAD], ""
    marked = ""
    if found := _SINGLE_FILE.search(head):
        marked, stated = found[1].decode("utf-8", "replace"), found[2].decode("utf-8", "replace").strip()
    elif found := _SAVED_FROM.search(head):
        marked = found[1].decode("utf-8", "replace")
    return SavedPage(url or address(marked), data[:MAX_BODY], "text/html", f"另存的网页 {path.name}", stated,
                     pictures=tuple(_beside(path)))


def _beside(path: Path) -> Iterator[Picture]:
    """The pictures of a "web page, complete": they lie in the folder beside it that browsers name after it."""
    for name in (f"{path.stem}_files", f"{path.stem}.files", f"{path.stem}_文件"):
        folder = path.parent / name
        if folder.is_dir():
            files = sorted(p for p in folder.iterdir() if p.is_file() and not p.is_symlink() and p.stat().st_size <= MAX_PICTURE)
            found = (picture(f"{name}/{p.name}", p.read_bytes()) for p in files[:500])
            yield from [one for one in found if one is not None][:MAX_PICTURES]
            return


def mhtml(path: Path, data: bytes, url: str = "") -> Saved:
    """A page saved as one MHTML file: its main HTML as it was sent, its pictures, its stated address and time."""
    message = message_from_bytes(data, policy=policy.compat32)
    parts = [part for _, part in zip(range(MAX_PARTS), message.walk(), strict=False) if not part.is_multipart()]
    pages = [part for part in parts if _kind(part) in ("text/html", "application/xhtml+xml")]
    if not pages:
        raise BadFile(f"{path.name}：MHTML 里没有网页正文；请重新另存一次")
    stated_url = _header(message, "Snapshot-Content-Location") or _header(pages[0], "Content-Location")
    root = next((part for part in pages if stated_url and _header(part, "Content-Location") == stated_url), pages[0])
    found = (picture(_header(part, "Content-Location")[:200] or f"part {n}", body) for n, part in enumerate(parts)
             if _kind(part).startswith("image/") and len(body := _payload(part)) <= MAX_PICTURE)
    page = SavedPage(url or address(stated_url), _payload(root)[:MAX_BODY], _header(root, "Content-Type") or "text/html",
                     f"MHTML {path.name}", _stated(message),
                     pictures=tuple(one for one in found if one is not None)[:MAX_PICTURES], title=_header(message, "Subject")[:300])
    problems = [] if page.body.strip() else [f"{path.name}：网页正文是空的；请重新另存一次"]
    return Saved([page], problems)


def _kind(part: Message) -> str:
    return str(part.get_content_type()).lower()


def _payload(part: Message) -> bytes:
    """A part's bytes with its transfer coding undone; a broken coding leaves what there is."""
    body = part.get_payload(decode=True)
    return body if isinstance(body, bytes) else b""


def _header(part: Message, name: str) -> str:
    """A header as text, encoded words undone, in one line; "" where there is none or it is broken."""
    from email.errors import HeaderParseError
    from email.header import decode_header, make_header

    raw = part.get(name)
    if raw is None:
        return ""
    try:
        text = str(make_header(decode_header(str(raw))))
    except (HeaderParseError, LookupError, ValueError, TypeError):
        text = str(raw)
    return " ".join(text.split())


def _stated(message: Message) -> str:
    """The time the file states, as written."""
    return _header(message, "Date")[:80]


def _script_time(text: str) -> datetime:
    """A time as JavaScript writes it: Wed Nov 25 2026 10:00:00 GMT+0800 (…)."""
    return datetime.strptime(text.partition(" (")[0], "%a %b %d %Y %H:%M:%S GMT%z")


_READERS: tuple[Callable[[str], datetime], ...] = (datetime.fromisoformat, parsedate_to_datetime, _script_time)


def moment(stated: str, now: str) -> str:
    """A stated time as UTC in the store's format; `now` where it states none, one without a zone, or one still to come."""
    for reader in _READERS:
        try:
            read_as = reader(stated.strip())
            if read_as.tzinfo is None:
                continue  # a time without a zone is no moment
            found = read_as.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        if "2000" < found <= now:
            return found
    return now
