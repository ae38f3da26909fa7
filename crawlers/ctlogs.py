"""Certificate logs (RFC 6962): the host names of newly certified sites, read on from where the last reading stopped.

A log only ever grows. Whatever keeps us from reading it without a gap – it answers no more, it shrank, it no longer
gives old entries, we cannot keep up – is said in `Reading.problem`, and what was skipped is counted, never hidden.
"""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from crawlers.facts.door import Door
from crawlers.facts.draft import Unanswered
from crawlers.facts.fetching import get

BATCH, SECONDS, MAX_ANSWER = 1_000, 300.0, 64_000_000
_X509, _PRECERT = 0, 1


@dataclass(slots=True)
class Reading:
    """One reading: entries `first` up to before `next`, the log's `size`, the names in them (each once, lower case)."""

    log: str
    first: int = 0
    next: int = 0
    size: int = 0
    names: list[str] = field(default_factory=list)
    unreadable: int = 0
    missed: int = 0
    problem: str = ""
    reached: bool = False


async def read_on(door: Door, log: str, cursor: int | None, limit: int, backlog: int, skip: bool = False) -> Reading:
    """Read at most `limit` entries on from `cursor`; a log never read before begins `backlog` entries before its end.

    With `skip` what lies between the cursor and that place is given up, and counted in `missed`: a person's decision.
    """
    reading = Reading(log.rstrip("/"), first=cursor or 0, next=cursor or 0)
    try:
        reading.size = await _size(door, reading.log)
    except Unanswered as problem:
        reading.problem = f"读不到日志：{problem}"
        return reading
    reading.reached = True
    if skip and cursor is not None and cursor < reading.size - backlog:
        reading.missed = reading.size - backlog - cursor
        reading.first = reading.next = reading.size - backlog
    if cursor is None or cursor > reading.size:
        reading.first = reading.next = max(0, reading.size - backlog)
    if cursor is not None and cursor > reading.size:
        reading.problem = f"日志变短了（上次读到 {cursor}，现在只有 {reading.size}）：不是同一份日志，或被替换；从末尾重新开始"
    seen: dict[str, None] = {}
    await _entries(door, reading, limit, seen)
    reading.names = list(seen)
    if reading.size > reading.next and not reading.problem:
        reading.problem = f"没有读到头，还差 {reading.size - reading.next} 条；下次接着读，若越差越多请调大 feeds.ct_entries 或更勤地运行"
    return reading


async def _size(door: Door, log: str) -> int:
    said = await _json(door, f"{log}/ct/v1/get-sth")
    size = said.get("tree_size")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise Unanswered(f"{log}: get-sth gives no tree_size (a static-CT log? only RFC 6962 ones can be read)")
    return size


async def _entries(door: Door, reading: Reading, limit: int, seen: dict[str, None]) -> None:
    last, started = min(reading.size, reading.next + limit), time.monotonic()
    while reading.next < last and time.monotonic() - started < SECONDS:
        end = min(last, reading.next + BATCH) - 1
        try:
            said = await _json(door, f"{reading.log}/ct/v1/get-entries?start={reading.next}&end={end}")
        except Unanswered as problem:
            reading.problem = f"第 {reading.next} 条起读不到：{problem}"
            return
        entries = said.get("entries")
        if not isinstance(entries, list) or not entries:
            reading.problem = f"第 {reading.next} 条起日志给不出内容（旧条目可能已删）"
            return
        for entry in entries[:end - reading.next + 1]:
            names = entry_names(entry)
            reading.unreadable += names is None
            seen.update(dict.fromkeys(names or ()))
        reading.next += min(len(entries), end - reading.next + 1)


async def _json(door: Door, url: str) -> dict[str, Any]:
    answer = await get(door, url, "application/json", MAX_ANSWER, 60.0)
    if answer.status != 200:
        raise Unanswered(f"{url}: status {answer.status}")
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError) as problem:
        raise Unanswered(f"{url}: no JSON ({type(problem).__name__})") from problem
    if not isinstance(said, dict):
        raise Unanswered(f"{url}: not a JSON object")
    return said


def entry_names(entry: Any) -> list[str] | None:
    """The host names of one log entry (wildcards without their star); None for an entry that cannot be read."""
    try:
        leaf = base64.b64decode(entry["leaf_input"], validate=True)
        extra = base64.b64decode(entry.get("extra_data") or "", validate=True)
        return certificate_names(x509.load_der_x509_certificate(_certificate(leaf, extra)))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, x509.InvalidVersion, x509.DuplicateExtension):
        return None


def _certificate(leaf: bytes, extra: bytes) -> bytes:
    """The certificate, or the precertificate that lies in the extra data (RFC 6962 §3.4, §4.6)."""
    kind = int.from_bytes(leaf[10:12], "big")
    if leaf[0] != 0 or leaf[1] != 0 or kind not in (_X509, _PRECERT):
        raise ValueError("no timestamped entry of version 1")
    return _prefixed(leaf, 12) if kind == _X509 else _prefixed(extra, 0)


def _prefixed(data: bytes, at: int) -> bytes:
    size = int.from_bytes(data[at:at + 3], "big")
    body = data[at + 3:at + 3 + size]
    if size == 0 or len(body) != size:
        raise ValueError("cut short")
    return body


def certificate_names(one: x509.Certificate) -> list[str]:
    """The alternative names of a certificate, else its common name where that is a host name."""
    try:
        names = list(one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName))
    except x509.ExtensionNotFound:
        names = [str(a.value) for a in one.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    plain = (name.strip().lower().removeprefix("*.").rstrip(".") for name in names)
    return [name for name in dict.fromkeys(plain) if "." in name and " " not in name and len(name) <= 253]
