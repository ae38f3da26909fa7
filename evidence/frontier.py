"""What to fetch next: leases in SQLite, acknowledged when the capture is committed.

A worker leases work for some seconds, and acknowledges it inside the transaction that stores the
result (`Store.transaction`). Whoever is killed in between leaves a lease that runs out, and the
work is done again; nothing is lost and nothing is stored twice.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from evidence import ids
from evidence.store import Store

T = TypeVar("T")
MAX_ATTEMPTS = 3
QUEUE_ONLY = ("import", "lookalikes")  # kinds of run that queue work and leave it to the next one
LANES = ("serp", "plain", "browser", "recheck")


class FrontierAway(Exception):
    """The queue cannot be reached just now; what waits for it may be tried again."""


def patiently(ask: Callable[[], T], seconds: float) -> T:
    """Ask again and again while the queue is away, for so long; not for code in an event loop."""
    until = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except FrontierAway:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


@dataclass(frozen=True, slots=True)
class Lease:
    """A piece of work lent to one worker. `attempts` counts this lease too."""

    lane: str
    key: str
    run: str
    host: str
    payload: dict[str, Any]
    attempts: int
    worker: str
    ticket: str = ""  # how a queue outside the store knows it


class Frontier:
    """The queue of one store."""

    beat_seconds = 0.0  # how often a lease under work must be renewed; 0: never

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self, lane: str, key: str, payload: Mapping[str, Any], *, run: str, host: str = "", priority: int = 0,
    ) -> bool:
        """Queue work; False when this lane has that key already in this run.

        The same key in a later run is armed again: a page is asked anew, in place, not in a second row.
        """
        if lane not in LANES:
            raise ValueError(f"unknown lane {lane!r}; lanes: {', '.join(LANES)}")
        with self._store.transaction():
            done = self._store.db.execute(
                "INSERT INTO frontier (lane, key, run, host, payload, priority, added) VALUES (?,?,?,?,?,?,?) "
                "ON CONFLICT (lane, key) DO UPDATE SET run = excluded.run, payload = excluded.payload, "
                "priority = excluded.priority, state = 'waiting', worker = '', lease_until = 0, attempts = 0, "
                "note = '', added = excluded.added WHERE frontier.run <> excluded.run",
                (lane, key, run, host, json.dumps(payload, ensure_ascii=False), priority, ids.utc_now()))
        return done.rowcount > 0

    def lease(
        self, lane: str, worker: str, n: int, seconds: float = 300.0, match: Mapping[str, Any] | None = None,
        run: str = "",
    ) -> list[Lease]:
        """Up to `n` pieces of waiting or overdue work, highest priority first, lent for `seconds`."""
        now = time.time()
        where, params = "", []
        for name, value in (match or {}).items():
            where += " AND json_extract(payload, ?) = ?"
            params += [f"$.{name}", value]
        if run:
            where += " AND run = ?"
            params.append(run)
        with self._store.transaction():
            rows = self._store.rows(
                "SELECT key, run, host, payload, attempts FROM frontier WHERE lane = ? AND (state = 'waiting' OR "
                f"(state = 'leased' AND lease_until < ?)) {where} ORDER BY priority DESC, added, key LIMIT ?",
                lane, now, *params, n)
            self._store.db.executemany(
                "UPDATE frontier SET state = 'leased', worker = ?, lease_until = ?, attempts = attempts + 1 "
                "WHERE lane = ? AND key = ?", [(worker, now + seconds, lane, r["key"]) for r in rows])
        return [Lease(lane, r["key"], r["run"], r["host"], json.loads(r["payload"]), r["attempts"] + 1, worker)
                for r in rows]

    def ack(self, lease: Lease, note: str = "") -> None:
        """The work is done; call inside the transaction that stores what came of it."""
        self._move(lease, "done", note)

    def release(self, lease: Lease, note: str = "") -> None:
        """The work was not done; it waits again, or fails for good after `MAX_ATTEMPTS`."""
        self._move(lease, "failed" if lease.attempts >= MAX_ATTEMPTS else "waiting", note)

    def fail(self, lease: Lease, note: str) -> None:
        """The work cannot be done in this run."""
        self._move(lease, "failed", note)

    def free_all(self, lane: str = "") -> int:
        """Give every lent piece back at once: for a new run that knows the old workers are dead."""
        with self._store.transaction():
            return self._store.db.execute(
                "UPDATE frontier SET state = 'waiting', worker = '', lease_until = 0 "
                "WHERE state = 'leased' AND (? = '' OR lane = ?)", (lane, lane)).rowcount

    def adopt(self, run: str, lane: str = "plain", since: str = "") -> int:
        """Make what imports and look-outs queued, and nobody has fetched yet, the work of `run`; returns how much it is.

        With `since` (a day, YYYY-MM-DD) also what daily runs and hand-made ones of that day and later did not get to:
        they were cut off, and nobody else would take it up. The lock of the run says that they are over.
        """
        with self._store.transaction():
            return self._store.db.execute(
                "UPDATE frontier SET run = ? WHERE lane = ? AND state = 'waiting' AND run <> ? AND run IN "
                f"(SELECT id FROM runs WHERE kind IN ({', '.join('?' for _ in QUEUE_ONLY)}) "
                "OR (? <> '' AND day >= ? AND kind IN ('daily', 'part', 'capture')))",
                (run, lane, run, *QUEUE_ONLY, since, since)).rowcount

    def keep(self, leases: Sequence[Lease]) -> list[bool]:
        """Which leases are still the holder's, asked just before the commit; here all: nobody else has the store's lock."""
        return [True] * len(leases)

    def committed(self) -> None:
        """The transaction that acknowledged leases was committed."""

    def renew(self, leases: Sequence[Lease]) -> None:
        """Make the time of these leases begin anew: their work goes on."""

    def more(self, lane: str) -> bool:
        """Whether work may still come back from other workers."""
        return False

    def counts(self, lane: str, run: str | None = None) -> dict[str, int]:
        """How many pieces are waiting, leased, done, failed."""
        found = self._store.rows(
            "SELECT state, count(*) AS n FROM frontier WHERE lane = ? AND (? IS NULL OR run = ?) GROUP BY state",
            lane, run, run)
        return {"waiting": 0, "leased": 0, "done": 0, "failed": 0} | {r["state"]: r["n"] for r in found}

    def _move(self, lease: Lease, state: str, note: str) -> None:
        with self._store.transaction():
            self._store.db.execute(
                "UPDATE frontier SET state = ?, note = ?, lease_until = 0 WHERE lane = ? AND key = ? AND run = ?",
                (state, note[:500], lease.lane, lease.key, lease.run))
