"""Names that look like official ones, each with the state it was seen in, and how far certificate logs were read.

A name gets a new row only when its state changed: the first row that says "yes" is when it came into the world.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from evidence.records import as_row
from evidence.store import Store


@dataclass(frozen=True, slots=True)
class NameSeen:
    """One name in one state. `state` is yes (it has an address), no or unknown; `wildcard` when its parent answers for any name."""

    id: str
    run: str
    name: str
    source: str
    imitates: str
    band: str
    score: float
    reasons: tuple[str, ...]
    state: str
    addresses: tuple[str, ...]
    wildcard: bool
    detail: str
    at: str


@dataclass(frozen=True, slots=True)
class LogWindow:
    """One reading of a certificate log: entries `first` up to before `next`, of `size` at the time.

    `unreadable` entries gave no name; `missed` lie between the last reading and this one and were never read.
    """

    id: str
    run: str
    log: str
    first: int
    next: int
    size: int
    names: int
    unreadable: int
    missed: int
    problem: str
    at: str


def states(store: Store, names: Iterable[str]) -> dict[str, str]:
    """The newest state of each of `names` that was ever seen."""
    found: dict[str, str] = {}
    wanted = list(names)
    for start in range(0, len(wanted), 500):
        part = wanted[start:start + 500]
        marks = ",".join("?" for _ in part)
        for row in store.rows(f"SELECT name, state, max(at) FROM lookalikes WHERE name IN ({marks}) GROUP BY name", *part):
            found[row["name"]] = row["state"]
    return found


def waiting(store: Store, since: str) -> list[NameSeen]:
    """Names first seen after `since` that have no address yet, in their newest state: a name often comes before its site."""
    rows = store.rows("SELECT l.* FROM lookalikes l WHERE l.state <> 'yes' AND l.id = (SELECT id FROM lookalikes x WHERE x.name = l.name "
                      "ORDER BY x.at DESC, x.id DESC LIMIT 1) AND (SELECT min(at) FROM lookalikes y WHERE y.name = l.name) > ?", since)
    return [NameSeen(**dict(row) | {"reasons": tuple(json.loads(row["reasons"])), "addresses": tuple(json.loads(row["addresses"])),
                                    "wildcard": bool(row["wildcard"])}) for row in rows]


def add_name(store: Store, record: NameSeen) -> None:
    """A name in a state it was not in before."""
    row = as_row(record) | {"reasons": json.dumps(record.reasons, ensure_ascii=False), "addresses": json.dumps(record.addresses),
                            "wildcard": int(record.wildcard)}
    store.add_row("lookalikes", row, "seen", "name", record.name)


def add_window(store: Store, record: LogWindow) -> None:
    """How far a log was read now."""
    store.add_row("ct_windows", as_row(record), "read", "log", record.log)


def cursor(store: Store, log: str) -> int | None:
    """The entry to go on from in `log`; None when it was never read."""
    row = store.one("SELECT next FROM ct_windows WHERE log = ? ORDER BY at DESC, id DESC LIMIT 1", log)
    return int(row["next"]) if row else None
