"""A page as a person meets it: blocks of visible text in their regions, links, forms, pictures, footer.

`read(PageInput)` gives a `Page`. `Page.text` is all visible text, blocks joined by newlines; every character of it
can be led back to the place it came from (`Page.place`): the HTML source, the plain text, a picture's OCR.
Regions: title meta heading body nav aside footer header comment form alt hidden image.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

MAX_SOURCE = 12_000_000
MAX_TEXT = 1_000_000
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class ImageReading:
    """What a picture says: QR texts, OCR text, a 64-bit perceptual hash; `note` says why it could not be read."""

    name: str
    qr: tuple[str, ...] = ()
    ocr: str = ""
    phash: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PageInput:
    """What is judged: an address with HTML source or plain text, and what its pictures were read as."""

    url: str
    html: str = ""
    text: str = ""
    charset: str = ""
    content_type: str = ""
    title: str = ""
    images: tuple[ImageReading, ...] = ()


class Block(NamedTuple):
    """A run of text without a line break: [start, end) in `Page.text`, where it stands, which post it belongs to.

    `unit` is 0 for the page itself and n > 0 for the n-th post or reply. `where`: html text title image:<name>.
    """

    start: int
    end: int
    region: str
    tag: str
    unit: int
    where: str


class Link(NamedTuple):
    """An outgoing link: absolute address, its words, region and place in `Page.text` (-1 without words)."""

    url: str
    words: str
    region: str
    start: int
    end: int


class Picture(NamedTuple):
    """An image element: absolute source (data: URIs cut short), alternative text, offset in the source."""

    src: str
    alt: str
    offset: int


class Field(NamedTuple):
    """A form field: kind (text, password, select, submit …), name, and the words that label it."""

    kind: str
    name: str
    label: str
    offset: int


@dataclass(frozen=True, slots=True)
class Form:
    """A form, or the page's fields outside any form (`action` is ""). `start`/`end` bound it in `Page.text`."""

    action: str
    method: str
    fields: tuple[Field, ...]
    start: int
    end: int


class Piece(NamedTuple):
    """A run of `Page.text` from `start`, taken from [source_start, source_end); `literal` when copied one to one."""

    start: int
    source_start: int
    source_end: int
    literal: bool


@dataclass(frozen=True)
class Page:
    """A readable page. `source` is the HTML or the plain text that offsets of `place` refer to."""

    url: str
    source: str
    text: str
    blocks: tuple[Block, ...]
    pieces: tuple[Piece, ...] = field(repr=False)
    title: str = ""
    links: tuple[Link, ...] = ()
    forms: tuple[Form, ...] = ()
    pictures: tuple[Picture, ...] = ()
    meta: tuple[tuple[str, str], ...] = ()
    frames: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    script_size: int = 0
    script_text: str = field(default="", repr=False)
    readings: tuple[ImageReading, ...] = ()
    is_html: bool = True
    truncated: bool = False

    @cached_property
    def host(self) -> str:
        """The host of the address, lower case, "" when there is none."""
        try:
            return (urlsplit(self.url).hostname or "").lower()
        except ValueError:
            return ""

    @cached_property
    def _starts(self) -> list[int]:
        return [b.start for b in self.blocks]

    @cached_property
    def _piece_starts(self) -> list[int]:
        return [p.start for p in self.pieces]

    def block_at(self, index: int) -> Block:
        """The block that holds the character `index` of `text`."""
        return self.blocks[max(0, bisect_right(self._starts, index) - 1)]

    def region(self, *names: str) -> str:
        """The text of every block in these regions, one a line."""
        return "\n".join(self.text[b.start : b.end] for b in self.blocks if b.region in names)

    def place(self, start: int, end: int) -> tuple[str, int, int, str]:
        """(quote, start, end, where) of `text[start:end]` in what it came from: the quote is that very slice."""
        first, last = self.block_at(start), self.block_at(max(start, end - 1))
        if first.where != last.where:
            end = first.end
        left, right = self._source_of(start)[0], self._source_of(max(start, end - 1))[1]
        if right <= left or right - left > 4000:
            right = self._source_of(max(start, min(end, first.end) - 1))[1]
        where = first.where
        if where in ("html", "text"):
            return self.source[left:right], left, right, where
        return self.text[start:end], left, right, where

    def _source_of(self, index: int) -> tuple[int, int]:
        piece = self.pieces[max(0, bisect_right(self._piece_starts, index) - 1)]
        if not piece.literal:
            return piece.source_start, piece.source_end
        at = piece.source_start + index - piece.start
        return at, at + 1

    def absolute(self, address: str) -> str:
        """`address` as an absolute http(s) URL, "" when it is none."""
        return absolute(self.url, address)


_WEB = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?=[/?#]|\Z)")
_ODD_PATH = re.compile(r"[\s\\]|/\.|\A\.")


@lru_cache(maxsize=1024)
def _base_of(base: str) -> tuple[str, str]:
    """Scheme and host of an address, and the address up to its last slash; ("", "") for what is no plain web address."""
    match = _WEB.match(base)
    if not match:
        return "", ""
    origin, path = match[0], base[match.end() :].partition("?")[0].partition("#")[0]
    return origin, origin + (path.rpartition("/")[0] + "/" if "/" in path else "/")


@lru_cache(maxsize=8192)
def absolute(base: str, address: str) -> str:
    """`address` resolved against `base` when the outcome is http(s), else ""."""
    address = address.strip()
    origin, folder = _base_of(base)
    if not _ODD_PATH.search(address):  # the common spellings need no parser
        if _WEB.match(address):
            return address
        if origin and address.startswith("/") and not address.startswith("//"):
            return origin + address
        if origin and address[:1].isalnum() and ":" not in address:
            return folder + address
    try:
        url = urljoin(base, address)
        return url if urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname else ""
    except ValueError:
        return ""


def decode_html(data: bytes, content_type: str = "", charset: str = "") -> str:
    """The text of received bytes: byte order mark, then header, then meta, then what decodes; never raises."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    header = _HEADER_CHARSET.search(content_type)
    meta = _META_CHARSET.search(data[:8192])
    named = (charset, header[1] if header else "", meta[1].decode("ascii") if meta else "")
    tried = [n for n in (_known(name) for name in named) if n]
    for name in dict.fromkeys([*tried, "utf-8", "gb18030", "big5"]):
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    return data.decode(tried[0] if tried else "utf-8", "replace")


def _known(name: str) -> str:
    """A text codec's name; GB2312 and GBK are read as their superset, as browsers do. "" when unknown."""
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return ""
    if found in ("gb2312", "gbk", "hz"):
        return "gb18030"
    return found if found.startswith(("utf", "gb", "big5", "iso", "cp", "latin", "euc", "shift", "ascii")) else ""
