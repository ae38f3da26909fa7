"""The custody chains of stores that were united into this one: kept event by event, held by the chain of this store.

A store is known by the hash of its first event. Each uniting appends to this store's own chain one event `merged` that
holds how far the other chain reached and its last hash; so whoever stamps this store's head stamps theirs too.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from evidence import custody, ids
from evidence.records import CustodyEvent

_COLUMNS = "seq, at, event, subject_kind, subject_id, digest, actor, detail, prev, hash"


class Reach(NamedTuple):
    """How far a chain goes: the store's name (hash of its first event), its last event's number and hash."""

    origin: str
    seq: int
    head: str

    @property
    def digest(self) -> str:
        """What the event `merged` holds."""
        return ids.digest([self.origin, self.seq, self.head])


def own(db: sqlite3.Connection, schema: str = "main") -> Reach | None:
    """The reach of a store's own chain; None while nothing was entered."""
    first = db.execute(f"SELECT hash FROM {schema}.custody WHERE seq = 1").fetchone()
    last = db.execute(f"SELECT seq, hash FROM {schema}.custody ORDER BY seq DESC LIMIT 1").fetchone()
    return Reach(first[0], last[0], last[1]) if first and last else None


def others(db: sqlite3.Connection, schema: str = "main") -> list[Reach]:
    """The reach of every chain that was united into a store, by name."""
    rows = db.execute(f"SELECT origin, max(seq) FROM {schema}.origin_custody GROUP BY origin ORDER BY origin").fetchall()
    return [Reach(row[0], row[1], _hash(db, schema, row[0], row[1]) or "") for row in rows]


def chain(db: sqlite3.Connection, origin: str) -> Iterator[CustodyEvent]:
    """The events of one united chain, in order."""
    for row in db.execute(f"SELECT {_COLUMNS} FROM origin_custody WHERE origin = ? ORDER BY seq", (origin,)):
        seq, at, event, kind, subject, digest, actor, detail, prev, link = row
        yield CustodyEvent(seq, at, event, kind, subject, digest, actor, json.loads(detail), prev, link)


def faults(db: sqlite3.Connection) -> Iterator[str]:
    """One sentence for each link of a united chain that does not hold, and for each that nobody vouches for."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'origin_custody'").fetchone():
        return
    vouched = {(row[0], row[1]) for row in db.execute("SELECT subject_id, digest FROM all_custody WHERE event = 'merged'")}
    there = {reach.origin: reach for reach in others(db)}
    for origin, reach in there.items():
        yield from (f"{origin[:16]}: {fault}" for fault in custody.broken_links(chain(db, origin)))
        if _hash(db, "main", origin, 1) != origin:
            yield f"{origin[:16]}: its first event is not the one it is named by"
        if (origin, reach.digest) not in vouched:
            yield f"{origin[:16]}: no event of this store vouches for its end (event {reach.seq})"
    for origin in sorted({origin for origin, _ in vouched} - set(there)):
        if (mine := own(db)) is None or mine.origin != origin:
            yield f"{origin[:16]}: was united into this store and is missing"


def said(db: sqlite3.Connection) -> str:
    """How many chains were united, for people; "" without any."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'origin_custody'").fetchone():
        return ""
    count = len(others(db))
    return f"，另有并入的 {count} 条保管链各自环环相扣" if count else ""


def _hash(db: sqlite3.Connection, schema: str, origin: str, seq: int) -> str | None:
    row = db.execute(f"SELECT hash FROM {schema}.origin_custody WHERE origin = ? AND seq = ?", (origin, seq)).fetchone()
    return str(row[0]) if row else None


def take_over(db: sqlite3.Connection, actor: str) -> int:
    """Append to this store what the attached store `src` has of its own chain and of chains united into it; events added.

    ValueError when two chains of one name go apart: then one of them was rewritten, or a store was copied and both
    copies were written to.
    """
    added = 0
    mine, theirs = own(db), own(db, "src")
    if theirs is None:
        return 0
    for reach in (theirs, *others(db, "src")):
        source = "src.custody" if reach is theirs else "src.origin_custody"
        where, name = ("1 = 1", ()) if reach is theirs else ("s.origin = ?", (reach.origin,))
        if mine is not None and reach.origin == mine.origin:
            _agree(db, f"SELECT count(*) FROM {source} s LEFT JOIN main.custody m ON m.seq = s.seq WHERE {where} AND s.hash IS NOT m.hash",
                   name, reach)
            continue
        _agree(db, f"SELECT count(*) FROM {source} s JOIN main.origin_custody m ON m.origin = ? AND m.seq = s.seq WHERE {where} "
                   "AND s.hash <> m.hash", (reach.origin, *name), reach)
        columns = ", ".join(f"s.{column}" for column in _COLUMNS.split(", "))
        done = db.execute(
            f"INSERT INTO main.origin_custody (origin, {_COLUMNS}) SELECT ?, {columns} FROM {source} s WHERE {where} AND s.seq > "
            "(SELECT coalesce(max(seq), 0) FROM main.origin_custody WHERE origin = ?) ORDER BY s.seq",
            (reach.origin, *name, reach.origin)).rowcount
        if done:
            custody.append(db, "merged", "store", reach.origin, reach.digest, actor, {"seq": reach.seq, "head": reach.head, "events": done})
        added += done
    return added


def _agree(db: sqlite3.Connection, sql: str, values: tuple[str, ...], reach: Reach) -> None:
    if db.execute(sql, values).fetchone()[0]:
        raise ValueError(reach.origin)
