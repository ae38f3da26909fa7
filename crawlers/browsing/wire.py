"""HTTP/1.x as it stands on the wire: heads and framing, read leniently, never rewritten.

A browser forgives a server much; what it would show must not be lost to a stricter parser. So heads are kept as
the bytes they were, and only what tells where a body ends is understood here.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import brotli
from backports import zstd

Pairs = tuple[tuple[str, str], ...]
MAX_HEAD = 256 * 1024  # what Chromium takes
_STEP = 256 * 1024


class WireError(Exception):
    """Bytes that are no HTTP/1.x message; `str()` says what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Head:
    """A message head: its first line in three parts, its header lines in order and case, its own bytes."""

    first: tuple[str, str, str]
    headers: Pairs
    raw: bytes

    def get(self, name: str) -> str:
        """The first header called `name`, "" when there is none."""
        return next((v for k, v in self.headers if k.lower() == name), "")

    def tokens(self, name: str) -> list[str]:
        """The comma-separated lower-case values of every header called `name`."""
        return [t.strip().lower() for k, v in self.headers if k.lower() == name for t in v.split(",") if t.strip()]


@dataclass(frozen=True, slots=True)
class Framing:
    """How a body ends: nowhere (none), after `length` bytes, after the last chunk, or with the connection."""

    kind: Literal["none", "length", "chunked", "close"]
    length: int = 0


def read_head(raw: bytes) -> Head:
    """The head in `raw`, which ends with its empty line; WireError for what has no first line.

    Header lines without a colon and folded lines are joined to the line before, as browsers do.
    """
    lines = raw.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    parts = as_text(lines[0]).split(None, 2)
    if len(parts) < 2:
        raise WireError(f"not an HTTP message: {lines[0][:60]!r}")
    pairs: list[tuple[str, str]] = []
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if pairs and (line[:1] in (b" ", b"\t") or not colon):
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {as_text(line).strip()}".strip())
        elif colon:
            pairs.append((as_text(name).strip(), as_text(value).strip()))
    return Head((parts[0], parts[1], parts[2] if len(parts) > 2 else ""), tuple(pairs), raw)


def status_of(head: Head) -> int:
    """The status of a response head; WireError when it is none."""
    version, status, _ = head.first
    if not version.upper().startswith("HTTP/") or not status[:3].isdigit():
        raise WireError(f"not an HTTP response: {' '.join(head.first)[:60]!r}")
    return int(status[:3])


def request_framing(head: Head) -> Framing:
    """How a request's body ends; without a length and chunks there is none."""
    if "chunked" in head.tokens("transfer-encoding"):
        return Framing("chunked")
    length = _length(head)
    return Framing("length", length) if length else Framing("none")


def response_framing(head: Head, method: str, status: int) -> Framing:
    """How a response's body ends (RFC 9112 §6.3); a length that is no number means: with the connection."""
    if method == "HEAD" or status < 200 or status in {204, 304}:
        return Framing("none")
    if "chunked" in head.tokens("transfer-encoding"):
        return Framing("chunked")
    length = _length(head)
    return Framing("close") if length is None else Framing("length", length)


def lasts(head: Head) -> bool:
    """Whether the connection goes on after this message."""
    said = head.tokens("connection") + head.tokens("proxy-connection")
    version = head.first[0] if head.first[0].upper().startswith("HTTP/") else head.first[2]
    return "close" not in said and ("keep-alive" in said or version.strip().upper() != "HTTP/1.0")


def as_text(value: bytes) -> str:
    """Header bytes as text: UTF-8 where they are that, else Latin-1, which loses nothing."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _length(head: Head) -> int | None:
    values = [v for v in head.tokens("content-length") if v.isdigit()]
    return int(values[0][:18]) if values else None


class Dechunker:
    """Takes chunked bytes as they come, gives the payload in them; `done` after the last chunk and its trailer."""

    def __init__(self) -> None:
        self.done = False
        self._held = b""
        self._left = 0
        self._state: Literal["size", "data", "end", "trailer"] = "size"

    def feed(self, data: bytes) -> bytes:
        """The payload in `data`; WireError for a size that is none."""
        self._held += data
        out: list[bytes] = []
        while not self.done and self._advance(out):
            pass
        return b"".join(out)

    def _advance(self, out: list[bytes]) -> bool:
        if self._state == "data":
            piece, self._held = self._held[:self._left], self._held[self._left:]
            out.append(piece)
            self._left -= len(piece)
            if self._left:
                return False
            self._state = "end"
        line, newline, rest = self._held.partition(b"\n")
        if not newline:
            if len(line) > 16_384:
                raise WireError("chunk line without end")
            return False
        self._held = rest
        if self._state == "size":
            self._open(line.strip())
        elif self._state == "trailer":
            self.done = not line.strip()
        else:
            self._state = "size"
        return True

    def _open(self, line: bytes) -> None:
        digits = line.split(b";", 1)[0].strip()
        if not digits or len(digits) > 15 or any(c not in b"0123456789abcdefABCDEF" for c in digits):
            raise WireError(f"not a chunk size: {line[:40]!r}")
        self._left = int(digits, 16)
        self._state = "data" if self._left else "trailer"


class _Inflater(Protocol):
    def __call__(self, data: bytes, room: int) -> bytes: ...


class Inflation:
    """Counts what a coded body grows to, without keeping it: a small body can be a bomb, in several layers too."""

    def __init__(self, coding: str) -> None:
        self.size = 0
        names = [name.strip() for name in coding.lower().split(",") if name.strip() not in {"", "identity"}]
        known = [_INFLATERS[name] for name in reversed(names) if name in _INFLATERS]
        self._layers = [made() for made in known[:_LAYERS]] if len(known) == len(names) else []

    def feed(self, data: bytes, limit: int) -> bool:
        """Take the next coded bytes; False when the plain body is longer than `limit`."""
        try:
            for layer in self._layers:
                data = layer(data, limit - self.size)
        except (zlib.error, brotli.error, zstd.ZstdError, EOFError):
            self._layers = []  # not the coding it claims: counted as it is
        self.size += len(data)
        return self.size <= limit


def _zlib() -> _Inflater:
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 32)

    def inflate(data: bytes, room: int) -> bytes:
        made = unzip.decompress(data, room + _STEP)
        return made if not unzip.unconsumed_tail else made.ljust(room + _STEP, b"\0")

    return inflate


def _brotli() -> _Inflater:
    unbrotli = brotli.Decompressor()

    def inflate(data: bytes, room: int) -> bytes:
        made = bytearray(unbrotli.process(data, output_buffer_limit=_STEP))
        while len(made) <= room and not unbrotli.can_accept_more_data():
            made += unbrotli.process(b"", output_buffer_limit=_STEP)
        return bytes(made)

    return inflate


def _zstd() -> _Inflater:
    unzstd = zstd.ZstdDecompressor()

    def inflate(data: bytes, room: int) -> bytes:
        if unzstd.eof:
            return b""
        made = bytearray(unzstd.decompress(data, _STEP))
        while len(made) <= room and not unzstd.needs_input and not unzstd.eof:
            made += unzstd.decompress(b"", _STEP)
        return bytes(made)

    return inflate


_LAYERS = 5
_INFLATERS: dict[str, Callable[[], _Inflater]] = {"gzip": _zlib, "x-gzip": _zlib, "deflate": _zlib, "br": _brotli, "zstd": _zstd}
