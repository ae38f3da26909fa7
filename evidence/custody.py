"""The custody chain: every fact's arrival as one hash-chained event.

`hash` = SHA-256 over the canonical JSON of every other field, `prev` among them. Triggers inside
SQLite can be dropped by whoever holds the file; the chain cannot be rewritten unnoticed as long
as one head was stamped elsewhere, which is why heads are appended to a file outside the database.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from evidence import ids
from evidence.records import CustodyEvent

GENESIS = "0" * 64


def event_hash(event: CustodyEvent) -> str:
    """The hash an honest event carries."""
    return ids.digest([
        event.seq, event.at, event.event, event.subject_kind, event.subject_id,
        event.digest, event.actor, event.detail, event.prev,
    ])


def append(
    db: sqlite3.Connection, event: str, subject_kind: str, subject_id: str, digest: str, actor: str,
    detail: dict[str, Any] | None = None,
) -> CustodyEvent:
    """Append one event inside the caller's transaction (which must hold the write lock)."""
    last = db.execute("SELECT seq, hash FROM custody ORDER BY seq DESC LIMIT 1").fetchone()
    seq, prev = (last[0] + 1, last[1]) if last else (1, GENESIS)
    draft = CustodyEvent(seq, ids.utc_now(), event, subject_kind, subject_id, digest, actor, detail or {}, prev, "")
    sealed = replace(draft, hash=event_hash(draft))
    db.execute(
        "INSERT INTO custody (seq, at, event, subject_kind, subject_id, digest, actor, detail, prev, hash) "
        "VALUES (?,?,?,?,?,?,?,?,?,?)",
        (seq, sealed.at, event, subject_kind, subject_id, digest, actor,
         json.dumps(sealed.detail, ensure_ascii=False, sort_keys=True), prev, sealed.hash),
    )
    return sealed


def events(db: sqlite3.Connection, after: int = 0) -> Iterator[CustodyEvent]:
    """Every event with seq > `after`, in order."""
    cursor = db.execute(
        "SELECT seq, at, event, subject_kind, subject_id, digest, actor, detail, prev, hash "
        "FROM custody WHERE seq > ? ORDER BY seq", (after,))
    for row in cursor:
        seq, at, event, kind, subject, digest, actor, detail, prev, link = row
        yield CustodyEvent(seq, at, event, kind, subject, digest, actor, json.loads(detail), prev, link)


def broken_links(chain: Iterable[CustodyEvent], first: int = 1, prev: str = GENESIS) -> Iterator[str]:
    """One sentence for each link that does not hold: gap, wrong predecessor, altered content."""
    expected = first
    for event in chain:
        if event.seq != expected:
            yield f"custody event {expected} is missing (found {event.seq} in its place)"
        elif event.prev != prev:
            yield f"custody event {event.seq} does not follow the event before it"
        if event.hash != event_hash(event):
            yield f"custody event {event.seq} ({event.event} {event.subject_kind} {event.subject_id}) was altered"
        expected, prev = event.seq + 1, event.hash


def stamp_head(db: sqlite3.Connection, heads: Path) -> str:
    """Append the chain's head to the file `heads`, fsynced; returns the head's hash ("" when empty)."""
    last = db.execute("SELECT seq, hash, at FROM custody ORDER BY seq DESC LIMIT 1").fetchone()
    if last is None:
        return ""
    line = json.dumps({"seq": last[0], "hash": last[1], "event_at": last[2], "stamped": ids.utc_now()})
    with os.fdopen(os.open(heads, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as out:
        out.write(line + "\n")
        out.flush()
        os.fsync(out.fileno())
    return str(last[1])


def broken_heads(db: sqlite3.Connection, heads: Path) -> Iterator[str]:
    """One sentence for each stamped head the database no longer agrees with."""
    if not heads.exists():
        return
    for number, line in enumerate(heads.read_text(encoding="utf-8").splitlines(), 1):
        try:
            head = json.loads(line)
            seq, expected = int(head["seq"]), str(head["hash"])
        except (ValueError, KeyError, TypeError):
            yield f"{heads.name} line {number}: not a head record"
            continue
        row = db.execute("SELECT hash FROM custody WHERE seq = ?", (seq,)).fetchone()
        if row is None:
            yield f"{heads.name} line {number}: event {seq} is missing from the database (chain cut short)"
        elif row[0] != expected:
            yield f"{heads.name} line {number}: event {seq} differs from the head stamped outside (chain rewritten)"

