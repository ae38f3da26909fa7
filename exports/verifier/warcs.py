"""WARC files record by record: digests, dates, addresses, and that nothing is torn or follows the end.

Record digests do not cover WARC headers or completeness. What does: the digest of the whole file, held in the
store and its custody chain, or in the package's manifest. The checks here name the record that differs.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from exports.verifier.claims import ALTERED, BLOCK, Claim, Refused, has_sm3, sha256_of

MAX_RECORD = 256 * 1024 * 1024
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


class Record(NamedTuple):
    """One record: where its member lies, its headers (names lower case), its block and payload."""

    offset: int
    length: int
    headers: dict[str, str]
    block: bytes
    payload: bytes
    fault: str

    @property
    def kind(self) -> str:
        """WARC-Type."""
        return self.headers.get("warc-type", "")

    @property
    def label(self) -> str:
        """What to call it in a claim."""
        return f"{self.kind or '?'} {self.headers.get('warc-target-uri', '')[:120]} @{self.offset}"


def members(stream: Any) -> Iterator[tuple[int, int, bytes, str]]:
    """(offset, length, plain bytes, fault) of each gzip member; a fault ends the reading."""
    offset, pending = 0, b""
    while True:
        inflater, used, out, size = zlib.decompressobj(31), 0, [], 0
        while not inflater.eof:
            block = pending or stream.read(BLOCK)
            pending = b""
            if not block:
                if used:
                    yield offset, used, b"", "最后一条记录残缺（文件被截断）"
                return
            used += len(block)
            try:
                while block and not inflater.eof:
                    plain = inflater.decompress(block, 4 * BLOCK)
                    size += len(plain)
                    out.append(plain)
                    block = inflater.unconsumed_tail
                    if size > MAX_RECORD:
                        raise Refused(f"位置 {offset} 的记录解压后超过 {MAX_RECORD} 字节，停止读取")
            except zlib.error as problem:
                yield offset, used, b"", f"压缩数据损坏：{problem}"
                return
        pending = inflater.unused_data
        used -= len(pending)
        yield offset, used, b"".join(out), ""
        offset += used


def records(stream: Any) -> Iterator[Record]:
    """Every record of a gzip-compressed WARC; the last one may hold a fault that ended the reading."""
    for offset, length, plain, fault in members(stream):
        yield Record(offset, length, {}, b"", b"", fault) if fault else record_of(offset, length, plain)


def record_of(offset: int, length: int, plain: bytes) -> Record:
    """The record in one member."""
    head, gap, rest = plain.partition(b"\r\n\r\n")
    lines = head.decode("utf-8", "replace").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    size = headers.get("content-length", "")
    if not gap or not lines[0].startswith("WARC/1.") or not size.isdigit():
        return Record(offset, length, headers, b"", b"", "不是 WARC 记录")
    block, tail = rest[:int(size)], rest[int(size):]
    fault = "" if len(block) == int(size) and tail == b"\r\n\r\n" else "记录长度与声明不符"
    payload = block
    if headers.get("content-type", "").lower().startswith("application/http"):
        payload = block.partition(b"\r\n\r\n")[2]
    return Record(offset, length, headers, block, payload, fault)


def record_faults(record: Record) -> list[str]:
    """What is wrong with one record by itself; empty when nothing is."""
    if record.fault:
        return [record.fault]
    h, found = record.headers, []
    found += [f"缺少 {name}" for name in ("warc-type", "warc-record-id", "warc-date") if not h.get(name)]
    if h.get("warc-date") and not _DATE.fullmatch(h["warc-date"]):
        found.append("WARC-Date 不是规定的写法")
    wanted = ["warc-block-digest"] + (["warc-payload-digest"] if record.kind in ("response", "resource") else [])
    for name in wanted:
        if name not in h:
            found.append(f"缺少 {name}")
        elif not _digest_holds(h[name], record.block if "block" in name else record.payload):
            found.append(f"{name} 与内容不符")
    sm3 = h.get("x-dajia-payload-sm3", "")
    if record.kind in ("response", "resource") and "x-dajia-capture" in h and not sm3:
        found.append("缺少 x-dajia-payload-sm3")
    if sm3 and has_sm3() and hashlib.new("sm3", record.payload).hexdigest() != sm3:
        found.append("SM3 与内容不符")
    return found


def _digest_holds(label: str, data: bytes) -> bool:
    """Whether a labelled digest (sha256:BASE32 or hexadecimal; sha1 alike) is that of `data`."""
    name, _, value = label.partition(":")
    if name.lower() not in ("sha256", "sha1", "sha512"):
        return False
    digest = hashlib.new(name.lower(), data)
    return value in (base64.b32encode(digest.digest()).decode("ascii"), digest.hexdigest()) or \
        value.rstrip("=") == base64.b32encode(digest.digest()).decode("ascii").rstrip("=")


def pair_faults(response: Record, request: Record) -> list[str]:
    """A response and the request written right after it tell of one exchange: same page, same moment."""
    a, b = response.headers, request.headers
    names = ("warc-target-uri", "warc-date", "x-dajia-capture")
    found = [f"{name} 与同一次交换的请求记录不符" for name in names if a.get(name) != b.get(name)]
    lines, url = request.block.decode("utf-8", "replace").split("\r\n"), b.get("warc-target-uri", "")
    try:
        parts = urlsplit(url if url.isascii() else "")
    except ValueError:
        return found
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.netloc and len(lines) > 1 and (f" {target} " not in lines[0] or lines[1] != f"Host: {parts.netloc}"):
        found.append("WARC-Target-URI 与请求行不符")
    return found


def warc_claims(stream: Any, label: str) -> tuple[list[Claim], list[Record]]:
    """Claims for the records that do not hold, and every record (payloads replaced by their digest)."""
    claims: list[Claim] = []
    seen: list[Record] = []
    ids: set[str] = set()
    before: Record | None = None
    try:
        for record in records(stream):
            faults = record_faults(record)
            if not record.fault and not seen and record.kind != "warcinfo":
                faults.append("第一条不是 warcinfo（开头被删或次序被改）")
            if record.headers.get("warc-record-id") in ids:
                faults.append("WARC-Record-ID 重复")
            ids.add(record.headers.get("warc-record-id", ""))
            if before is not None and before.kind == "response" and "x-dajia-capture" in before.headers:
                faults += pair_faults(before, record) if record.kind == "request" else ["应答记录后面没有它的请求记录（被删或次序被改）"]
            elif record.kind == "request" and "x-dajia-capture" in record.headers:
                faults.append("请求记录前面没有它的应答记录（被删或次序被改）")
            claims += [Claim(f"{label} {record.label}", ALTERED, fault) for fault in faults]
            before = record._replace(block=b"", payload=b"")
            seen.append(record._replace(block=b"", payload=sha256_of(record.payload).encode("ascii")))
    except Refused as problem:
        claims.append(Claim(label, ALTERED, str(problem)))
    if before is not None and before.kind == "response" and "x-dajia-capture" in before.headers:
        claims.append(Claim(f"{label} {before.label}", ALTERED, "应答记录后面没有它的请求记录（被删或截断）"))
    if not seen:
        claims.append(Claim(label, ALTERED, "没有一条可读的记录"))
    return claims, seen
