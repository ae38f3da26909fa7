"""Scan whole zones of host names for lookalikes: `scan_lines`, `scan_file`.

Promise: exactly the names that `names.judge_name` reports, in order, one dict each
(`name, imitates, band, score, reasons`), at about two million names a second: a byte-level token pass over whole
blocks picks the few lines that the judge then reads. `Counts` tells names, hits and bad lines.
"""

from __future__ import annotations

import itertools
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from classifiers.hosts import HostError, normal_host
from classifiers.name_tokens import Token, misspellings, tokens
from classifiers.names import judge_normal

_BLOCK = 4 << 20
_LINES_AT_ONCE = 50_000
_LONGEST_LINE = 4096
_KEPT_EXAMPLES = 5
_GLYPHS = bytes.maketrans(b"01354_9", b"olesa-g")
_DIGITS = b"0123456789"
_PLAIN = np.zeros(256, dtype=bool)
_PLAIN[np.frombuffer(b"abcdefghijklmnopqrstuvwxyz0123456789-_.\n", dtype=np.uint8)] = True


class ScanError(ValueError):
    """The list cannot be read; the message names the file and the fix."""


@dataclass(slots=True)
class Counts:
    """What one scan saw: `bad` lines are no host names; `examples` holds the first few with their reason."""

    names: int = 0
    hits: int = 0
    bad: int = 0
    examples: list[str] = field(default_factory=list)

    def reject(self, reason: object) -> None:
        """Count one bad line."""
        self.bad += 1
        if len(self.examples) < _KEPT_EXAMPLES:
            self.examples.append(str(reason))


def scan_file(path: str | Path, counts: Counts | None = None) -> Iterator[dict[str, Any]]:
    """Hits of a list with one name per line; gzip is recognised by its bytes; "-" reads standard input."""
    if str(path) == "-":
        yield from scan_stream(sys.stdin.buffer, "标准输入", counts or Counts())
        return
    try:
        with Path(path).open("rb") as stream:
            yield from scan_stream(stream, str(path), counts or Counts())
    except IsADirectoryError as error:
        raise ScanError(f"{path} 是文件夹；请给出每行一个域名的文件（可为 .gz）") from error
    except FileNotFoundError as error:
        raise ScanError(f"找不到文件 {path}") from error


def scan_lines(lines: Iterable[str | bytes], counts: Counts | None = None) -> Iterator[dict[str, Any]]:
    """Hits among lines, text or UTF-8 bytes, with or without line ends."""
    tally = counts or Counts()
    rows = iter(lines)
    while batch := list(itertools.islice(rows, _LINES_AT_ONCE)):
        if isinstance(batch[0], str) and all(isinstance(row, str) for row in batch):
            texts: list[str] = batch  # type: ignore[assignment]
            block = "\n".join(map(str.rstrip, texts)).encode("utf-8", "replace")
        else:
            block = b"\n".join(
                (row.encode("utf-8", "replace") if isinstance(row, str) else row).rstrip() for row in batch
            )
        yield from scan_block(block, tally)


class Stream(Protocol):
    """Whatever gives bytes."""

    def read(self, n: int, /) -> bytes:
        """At most about `n` bytes; b"" at the end."""


def scan_stream(stream: Stream, name: str, counts: Counts) -> Iterator[dict[str, Any]]:
    """Hits of a stream of lines, plain or gzip; `name` stands in messages."""
    head = stream.read(2)
    source: Iterator[bytes] = _blocks(stream, head)
    if head == b"\x1f\x8b":
        source = _unzipped(source, name)
    rest = b""
    for data in source:
        block, newline, tail = (rest + data).rpartition(b"\n")
        rest = tail
        if newline:
            yield from scan_block(block, counts)
        elif len(rest) > 8 * _BLOCK:
            raise ScanError(f"{name}: 一行超过 32 MiB，不是每行一个域名的文件")
    if rest:
        yield from scan_block(rest, counts)


def _blocks(stream: Stream, head: bytes) -> Iterator[bytes]:
    if head:
        yield head
    while data := stream.read(_BLOCK):
        yield data


def _unzipped(blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    machine = zlib.decompressobj(31)
    inside = False
    try:
        for data in blocks:
            while data:
                inside = True
                out = machine.decompress(data, _BLOCK)
                if out:
                    yield out
                data = machine.unconsumed_tail
                if machine.eof:
                    data, machine, inside = machine.unused_data.lstrip(b"\0"), zlib.decompressobj(31), False
    except zlib.error as error:
        raise ScanError(f"{name}: 不是完好的 gzip 文件：{error}") from error
    if inside:
        raise ScanError(f"{name}: gzip 文件不完整（下载或复制中断？）；请重新取得")


def scan_block(block: bytes, counts: Counts) -> Iterator[dict[str, Any]]:
    """Hits of one block of whole lines, in order."""
    data = block.lower()
    raw = np.frombuffer(data, dtype=np.uint8)
    ends = np.append(np.flatnonzero(raw == 10), len(raw))
    starts = np.append(0, ends[:-1] + 1)
    lengths = ends - starts
    counts.names += int(np.count_nonzero(lengths))
    wanted = _lines_with_tokens(data, ends) | _odd_lines(raw, ends, lengths)
    for number in np.flatnonzero(wanted & (lengths > 0)):
        line = data[starts[number] : ends[number]].strip()
        if not line or line.startswith(b"#"):
            counts.names -= 1
            continue
        if (hit := _judge_line(line, counts)) is not None:
            yield hit


def _judge_line(line: bytes, counts: Counts) -> dict[str, Any] | None:
    try:
        if len(line) > _LONGEST_LINE:
            raise HostError(f"一行 {len(line)} 字节，不是域名")
        name = normal_host(line.decode("utf-8"))
    except (HostError, UnicodeDecodeError) as error:
        counts.names -= 1
        counts.reject(error)
        return None
    found = judge_normal(name)
    if found is None:
        return None
    counts.hits += 1
    return {
        "name": line.decode("utf-8"),
        "imitates": found.imitates,
        "band": found.band,
        "score": found.score,
        "reasons": list(found.reasons),
    }


def _odd_lines(raw: Any, ends: Any, lengths: Any) -> Any:
    """Lines the fast path must not answer for: other bytes than a plain host name has, empty labels, too long."""
    odd = ~_PLAIN[raw]
    dots = raw == 46
    odd[1:] |= dots[1:] & dots[:-1]
    marks = lengths > 253
    marks[np.searchsorted(ends, np.flatnonzero(odd))] = True
    return marks


def _lines_with_tokens(data: bytes, ends: Any) -> Any:
    """Which lines hold a trigger once look-alike glyphs, doubled letters and digits are undone."""
    marks = np.zeros(len(ends), dtype=bool)
    for form in (_glyphs_undone(data), data.translate(None, _DIGITS)):
        thin = _single(form)
        hits = _triggers().find_matches_as_indexes(thin, overlapping=False)
        if hits:
            places = np.fromiter((hit[1] for hit in hits), dtype=np.int64, count=len(hits))
            breaks = np.flatnonzero(np.frombuffer(thin, dtype=np.uint8) == 10)
            marks[np.searchsorted(breaks, places)] = True
    return marks


def _glyphs_undone(data: bytes) -> bytes:
    return data.replace(b"rn", b"m").replace(b"vv", b"w").translate(_GLYPHS)


def _single(data: bytes) -> bytes:
    raw = np.frombuffer(data, dtype=np.uint8)
    keep = np.ones(len(raw), dtype=bool)
    keep[1:] = (raw[1:] != raw[:-1]) | (raw[1:] == 10)
    return bytes(raw[keep].tobytes())


@cache
def _triggers() -> BytesAhoCorasick:
    """Every string without which `judge_name` has nothing to say, in thinned form."""
    words: set[str] = {"xn-", "gov"}
    words |= {f".{near}.cn" for near in misspellings("gov")}
    table = tokens()
    for host in table.official:
        words |= {host + ".", host.replace(".", "-")}
    strong = [t for t in table.of("body", "cert", "state") if t.strength in ("sole", "strong") and t.text.isascii()]
    words |= {t.text for t in strong if len(t.text) >= 4}
    words |= set(_pairs([t for t in strong if len(t.text) < 4], list(table.of("service", "cert", "state", "body"))))
    weak = [t for t in table.of("body", "cert") if t.strength == "weak" and t.text.isascii()]
    words |= set(_pairs(weak, list(table.of("service"))))
    thin = {_single(_glyphs_undone(word.encode())) for word in words if word.isascii()}
    thin |= {
        _single(word.encode().translate(None, _DIGITS))
        for word in words
        if word.isascii() and not any(map(str.isdigit, word))
    }
    shortest = _without_redundant({word for word in thin if len(word) >= 3})
    return BytesAhoCorasick(sorted(shortest), matchkind=MatchKind.Standard, implementation=Implementation.DFA)


def _without_redundant(words: set[bytes]) -> set[bytes]:
    """The words that hold no other word: the shorter one finds the line as well."""
    kept: set[bytes] = set()
    for word in sorted(words, key=len):
        inner = (word[i:j] for i in range(len(word)) for j in range(i + 3, len(word) + 1))
        if not any(part in kept for part in inner):
            kept.add(word)
    return kept


def _pairs(short: list[Token], others: list[Token]) -> Iterator[str]:
    """A short token is worth a look only beside another one, joined, hyphened or dotted."""
    neighbours = [other.text for other in others if other.text.isascii() and not other.misspelt]
    for one in short:
        for other in neighbours:
            if other != one.text:
                for joint in ("", "-", "."):
                    yield one.text + joint + other
                    yield other + joint + one.text
