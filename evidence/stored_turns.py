"""The register of turns in the store: shared by the processes of one installation, kept between its runs."""

from __future__ import annotations

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from evidence.home import Home
from evidence.store import open_connection
from evidence.turns import Door, Profile, Terms, Turn, decide, opened, shut

WRITE_EVERY = 500  # uncounted requests to domains without a delay, at most


class StoredTurns:
    """A register in the tables `domains` and `doors`; see `evidence.turns.Turns`.

    It has a connection of its own: a turn is no evidence, so it need not wait for the disk (`synchronous = NORMAL`),
    and it must not become part of somebody's transaction. Requests to domains without a delay are counted in memory
    and written in batches.
    """

    def __init__(
        self, home: Home, clock: Callable[[], float] = time.time, chance: Callable[[], float] = random.random,
    ) -> None:
        self._db = open_connection(home)
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._clock, self._chance = clock, chance
        self._uncounted: Counter[str] = Counter()
        self._known: dict[str, Profile] = {}

    def take(self, domain: str, host: str, terms: Terms, *, probing: bool = True) -> Turn:
        """See `Turns.take`."""
        if terms.delay <= 0 and not self._db.execute("SELECT 1 FROM doors WHERE domain = ?", (domain,)).fetchone():
            return self._counted(domain, host, terms)
        with self._changing(domain) as profile:
            return decide(profile, host, terms, self._clock(), self._chance(), probing=probing)

    def walled(self, domain: str, host: str, wall: str, proof: str, terms: Terms) -> float:
        """See `Turns.walled`."""
        with self._changing(domain) as profile:
            return shut(profile, host, wall, proof, terms, self._clock()).until

    def answered(self, domain: str, host: str) -> None:
        """See `Turns.answered`."""
        with self._changing(domain) as profile:
            opened(profile, host, self._clock())

    def close(self) -> None:
        """Write the counts and close the connection."""
        self._write_counts()
        self._db.close()

    def _counted(self, domain: str, host: str, terms: Terms) -> Turn:
        """A turn that needs no appointment: counted, and written later."""
        profile = self._known.get(domain)
        if profile is None:
            profile = self._known[domain] = self._load(domain)
        turn = decide(profile, host, terms, self._clock(), 0.0)
        if not turn.refusal:
            self._uncounted[domain] += 1
            if self._uncounted.total() >= WRITE_EVERY:
                self._write_counts()
        return turn

    def _write_counts(self) -> None:
        counts, self._uncounted = self._uncounted, Counter()
        self._known.clear()
        if not counts:
            return
        day = time.strftime("%Y-%m-%d", time.localtime(self._clock()))
        with self._writing():
            self._db.executemany(
                "INSERT INTO domains (domain, next_at, day, asked) VALUES (?, 0, ?, ?) ON CONFLICT (domain) DO UPDATE SET "
                "asked = CASE WHEN day = excluded.day THEN asked + excluded.asked ELSE excluded.asked END, day = excluded.day",
                [(domain, day, n) for domain, n in counts.items()])

    @contextmanager
    def _changing(self, domain: str) -> Iterator[Profile]:
        """The domain's profile under the write lock; what the block does to it is stored."""
        if self._uncounted:
            self._write_counts()
        with self._writing():
            profile = self._load(domain)
            before = set(profile.doors)
            yield profile
            self._db.execute("INSERT OR REPLACE INTO domains (domain, next_at, day, asked) VALUES (?,?,?,?)",
                             (domain, profile.next_at, profile.day, profile.asked))
            self._db.executemany("DELETE FROM doors WHERE host = ?", [(host,) for host in before - set(profile.doors)])
            self._db.executemany(
                "INSERT OR REPLACE INTO doors (host, domain, walls, until, probing, wall, proof) VALUES (?,?,?,?,?,?,?)",
                [(d.host, domain, d.walls, d.until, d.probing, d.wall, d.proof) for d in profile.doors.values()])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _load(self, domain: str) -> Profile:
        row: sqlite3.Row | None = self._db.execute("SELECT * FROM domains WHERE domain = ?", (domain,)).fetchone()
        profile = Profile(domain, row["next_at"], row["day"], row["asked"]) if row else Profile(domain)
        for door in self._db.execute("SELECT * FROM doors WHERE domain = ?", (domain,)):
            profile.doors[door["host"]] = Door(door["host"], door["walls"], door["until"], door["probing"], door["wall"],
                                               door["proof"])
        return profile
