"""Where new host names come from: lists in files and at addresses, and certificate logs.

Each feed ends in one state, as a source does: ok · empty · degraded (a gap, or not read to its end) · unreachable.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from crawlers.ctlogs import Reading, read_on
from crawlers.facts.door import Door
from crawlers.facts.draft import Unanswered
from crawlers.facts.fetching import get
from evidence.records import SourceState

MAX_LIST = 256_000_000


@dataclass(slots=True)
class Feed:
    """What one feed gave: `lines` of a list as they came, its state, and what is to be told of it."""

    name: str
    state: SourceState = "ok"
    lines: Iterable[bytes | str] = field(default_factory=list)
    detail: str = ""
    reading: Reading | None = None


def from_file(path: Path) -> Feed:
    """A list with one name a line, plain or gzip; `unreachable` says that the file is not there or damaged."""
    name = f"feed:{path.name}"
    try:
        return _list(name, path.read_bytes())
    except OSError as problem:
        return Feed(name, "unreachable", detail=f"{path}: {problem.strerror or problem}")


async def from_url(door: Door, url: str) -> Feed:
    """The same at an address."""
    name = f"feed:{url.split('://')[-1].partition('?')[0][:120]}"
    try:
        answer = await get(door, url, "text/plain, */*;q=0.5", MAX_LIST, 600.0)
    except Unanswered as problem:
        return Feed(name, "unreachable", detail=str(problem))
    if answer.status != 200:
        return Feed(name, "blocked" if answer.status in {401, 403, 429} else "unreachable", detail=f"{url}: status {answer.status}")
    return _list(name, answer.body)


def _list(name: str, data: bytes) -> Feed:
    try:
        plain = unpacked(data)
    except ValueError as problem:
        return Feed(name, "degraded", detail=str(problem))
    if b"\x00" in plain[:4096] or plain[:1] in (b"<", b"{"):
        return Feed(name, "layout", detail="不是每行一个域名的文本（网页、JSON 或二进制）")
    lines = plain.splitlines()
    return Feed(name, "ok" if any(line.strip() for line in lines) else "empty", lines)


def unpacked(data: bytes) -> bytes:
    """A gzip list unpacked, at most `MAX_LIST` bytes; ValueError for a torn one or a bomb. Other data as it is."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    out = b""
    while data:
        machine = zlib.decompressobj(31)
        try:
            out += machine.decompress(data, MAX_LIST - len(out) + 1)
        except zlib.error as problem:
            raise ValueError(f"不是完好的 gzip：{problem}") from problem
        if len(out) > MAX_LIST:
            raise ValueError(f"解压后超过 {MAX_LIST >> 20} MiB")
        if not machine.eof:
            raise ValueError("gzip 不完整（下载中断？）")
        data = machine.unused_data.lstrip(b"\x00")
    return out


async def from_log(door: Door, log: str, cursor: int | None, limit: int, backlog: int, skip: bool = False) -> Feed:
    """A certificate log read on from `cursor`; a gap makes it `degraded`, and `detail` the alarm."""
    reading = await read_on(door, log, cursor, limit, backlog, skip)
    name = f"ct:{reading.log.split('://')[-1][:120]}"
    if not reading.reached:
        return Feed(name, "unreachable", detail=reading.problem, reading=reading)
    told = [reading.problem, f"{reading.unreadable} 条读不懂" if reading.unreadable else "",
            f"按要求跳过 {reading.missed} 条，没有看过" if reading.missed else ""]
    state: SourceState = "degraded" if reading.problem or reading.missed else "ok" if reading.next > reading.first else "empty"
    return Feed(name, state, reading.names, "；".join(filter(None, told)), reading)
