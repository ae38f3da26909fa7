"""A queue that many machines share: Redis Streams, whose consumer groups do the leasing.

An entry of the stream is a piece of work; reading it (XREADGROUP) lends it, and whoever is silent too long loses it to the
next who asks (XAUTOCLAIM). It is acknowledged after the worker's store committed what came of it: at least once, and
exactly once when a killed worker is started again on its own store before the lease runs out, because that store knows
what it committed (`free_all`). Just before a commit `keep` asks whether the leases are still ours, so that a worker
that was slow, or cut off, does not store what was lent to another meanwhile.

Only the plain lane is shared; what one machine alone must do (result pages, pages that vanish in minutes, the browser)
stays in its store. A key waits once in a run, by a set of the run's keys; queued again by a later run it replaces the
entry that still waits, as in the store.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from evidence import ids
from evidence.config import Frontier as Settings
from evidence.frontier import LANES, MAX_ATTEMPTS, Frontier, FrontierAway, Lease
from evidence.redis_link import QueueLost, link, reaching
from evidence.redis_steps import ADD, GROUP, KEEP, SETTLE, make_group, worker_name
from evidence.store import Store

SHARED = ("plain",)
NEVER_BACK = 5  # lent this often and never settled: it kills whoever takes it
REMEMBERED = 30 * 86_400  # seconds that the keys of a run are remembered after its last addition
FAILURES_KEPT = 100_000
_GIVEN_BACK = 86_400_000  # idle milliseconds no lease is longer than: at once for whoever asks


class SharedFrontier(Frontier):
    """The queue of one store, with the lanes in `SHARED` behind it in Redis. One worker to a store."""

    def __init__(self, store: Store, settings: Settings) -> None:
        super().__init__(store)
        self._redis, self._milliseconds = link(settings), int(settings.lease * 1000)
        self._name = f"{{dajia:{settings.queue}}}"
        self.beat_seconds = settings.lease / 3
        self.worker = worker_name(store.home)
        self.away_since = 0.0  # when the queue was first out of reach; 0: it answers
        self._written: list[Lease] = []  # settled in the transaction under way
        self._unsent: list[Lease] = []  # committed here, not yet acknowledged there
        self._add, self._keep, self._settle = (self._redis.register_script(text) for text in (ADD, KEEP, SETTLE))
        with reaching(self._redis):
            for lane in SHARED:
                for stream in self._streams(lane):
                    make_group(self._redis, stream)

    def add(
        self, lane: str, key: str, payload: Mapping[str, Any], *, run: str, host: str = "", priority: int = 0,
    ) -> bool:
        """See `Frontier.add`. There are two priorities: above zero, and the others."""
        if lane not in SHARED or payload.get("ephemeral"):
            return super().add(lane, key, payload, run=run, host=host, priority=priority)
        stream = self._streams(lane)[0 if priority > 0 else 1]
        with reaching(self._redis):
            return bool(self._add(
                keys=[self._key(lane, f"seen:{run}"), self._key(lane, "open"), stream],
                args=[key, run, host, json.dumps(payload, ensure_ascii=False), REMEMBERED]))

    def lease(
        self, lane: str, worker: str, n: int, seconds: float = 300.0, match: Mapping[str, Any] | None = None,
        run: str = "",
    ) -> list[Lease]:
        """Up to `n` pieces: what this store has itself first, then what others left lying, then new work.

        The shared part lends for the configured time and is nobody's run; while Redis is away it lends nothing.
        """
        leases = super().lease(lane, worker, n, seconds, match, run)
        if lane not in SHARED or match or len(leases) >= n:
            return leases
        try:
            self.committed()
            for stream in self._streams(lane):
                if len(leases) < n:
                    leases += self._lent(lane, stream, n - len(leases))
            self.away_since = 0.0
        except FrontierAway:
            self.away_since = self.away_since or time.monotonic()
        return leases

    def ack(self, lease: Lease, note: str = "") -> None:
        """See `Frontier.ack`; Redis hears of it once the transaction is committed."""
        self._done(lease, "done", note) if lease.ticket else super().ack(lease, note)

    def fail(self, lease: Lease, note: str) -> None:
        """See `Frontier.fail`."""
        self._done(lease, "failed", note) if lease.ticket else super().fail(lease, note)

    def release(self, lease: Lease, note: str = "") -> None:
        """See `Frontier.release`. While Redis is away nothing is done: the lease runs out."""
        if not lease.ticket:
            super().release(lease, note)
        elif lease.attempts >= MAX_ATTEMPTS:
            self.fail(lease, note)
        else:
            self._again([lease], _GIVEN_BACK)

    def keep(self, leases: Sequence[Lease]) -> list[bool]:
        """Which leases are still ours, their time begun anew; FrontierAway when nobody can say."""
        self._written = []
        shared = [lease for lease in leases if lease.ticket]
        with reaching(self._redis):
            ours = dict(zip((lease.ticket for lease in shared), self._holding(shared, 0), strict=True))
        return [bool(ours.get(lease.ticket, True)) for lease in leases]

    def committed(self) -> None:
        """Acknowledge what the store has; what cannot be told now is told later."""
        self._unsent += self._written
        self._written = []
        while self._unsent:
            try:
                self._tell(self._unsent[0])
            except FrontierAway:
                return
            self._unsent.pop(0)

    def renew(self, leases: Sequence[Lease]) -> None:
        """See `Frontier.renew`."""
        self._again([lease for lease in leases if lease.ticket], 0)

    def more(self, lane: str) -> bool:
        """Whether entries wait or are lent to somebody, or nobody can say."""
        try:
            counts = self._shared_counts(lane)
        except FrontierAway:
            self.away_since = self.away_since or time.monotonic()
            return True
        return counts["waiting"] + counts["leased"] > 0

    def free_all(self, lane: str = "") -> int:
        """See `Frontier.free_all`, for the work this store's worker had: what it committed is acknowledged, the rest given back."""
        count = super().free_all(lane)
        for shared in SHARED if not lane else [lane for lane in (lane,) if lane in SHARED]:
            for stream in self._streams(shared):
                count += self._free(shared, stream)
        return count

    def counts(self, lane: str, run: str | None = None) -> dict[str, int]:
        """Here and shared together; the shared part tells of the whole queue, and with `run` only its `done` is the run's."""
        counts = super().counts(lane, run)
        if lane not in SHARED:
            return counts
        for row in self._store.rows("SELECT state, count(*) AS n FROM frontier WHERE lane = ? AND worker = ? AND state IN "
                                    "('done', 'failed') AND (? IS NULL OR run = ?) GROUP BY state", lane, self.worker, run, run):
            counts[row["state"]] -= row["n"]  # kept here, counted there
        shared = self._shared_counts(lane)
        if run is not None:
            with reaching(self._redis):
                queued = int(self._redis.scard(self._key(lane, f"seen:{run}")))
            shared["done"] = max(0, queued - shared["waiting"] - shared["leased"])
        return {state: counts[state] + shared[state] for state in counts}

    def _shared_counts(self, lane: str) -> dict[str, int]:
        waiting = leased = 0
        with reaching(self._redis):
            for stream in self._streams(lane):
                pending = int(self._redis.xpending(stream, GROUP)["pending"])
                waiting, leased = waiting + int(self._redis.xlen(stream)) - pending, leased + pending
            told = self._redis.hgetall(self._key(lane, "counts"))
        return {"waiting": waiting, "leased": leased, "done": int(told.get("done", 0)), "failed": int(told.get("failed", 0))}

    def _lent(self, lane: str, stream: str, n: int) -> list[Lease]:
        """What others left lying, then new work; entries that a later run replaced are dropped on the way."""
        found: list[tuple[str, dict[str, str]]] = []
        with reaching(self._redis):
            cursor = "0-0"
            while len(found) < n:
                cursor, claimed, *_ = self._redis.xautoclaim(stream, GROUP, self.worker, self._milliseconds, cursor, count=n - len(found))
                found += [(ticket, entry) for ticket, entry in claimed if entry]
                if cursor == "0-0":
                    break
            tries = {ticket: self._lent_times(stream, ticket) for ticket, _ in found}
            if len(found) < n:
                for _, entries in self._redis.xreadgroup(GROUP, self.worker, {stream: ">"}, count=n - len(found)) or ():
                    found += entries
            return self._leases(lane, stream, found, tries)

    def _lent_times(self, stream: str, ticket: str) -> int:
        said = self._redis.xpending_range(stream, GROUP, ticket, ticket, 1)
        return int(said[0]["times_delivered"]) if said else 1

    def _leases(self, lane: str, stream: str, found: list[tuple[str, dict[str, str]]], tries: dict[str, int]) -> list[Lease]:
        newest = self._redis.hmget(self._key(lane, "open"), [entry["key"] for _, entry in found]) if found else []
        made = []
        for (ticket, entry), run in zip(found, newest, strict=True):
            lease = Lease(lane, entry["key"], entry["run"], entry["host"], json.loads(entry["payload"]), tries.get(ticket, 1),
                          self.worker, f"{stream} {ticket}")
            if run != entry["run"]:
                self._tell(lease, "")
            elif lease.attempts > NEVER_BACK:
                self._tell(lease, "failed", f"lent {NEVER_BACK} times and never settled")
            elif (known := self._known(lease)) is not None:
                self._tell(lease, known)
            else:
                made.append(lease)
        return made

    def _known(self, lease: Lease) -> str | None:
        """What this store committed of a lease already: its acknowledgement was lost on the way."""
        row = self._store.one("SELECT state FROM frontier WHERE lane = ? AND key = ? AND run = ? AND state IN ('done', 'failed')",
                              lease.lane, lease.key, lease.run)
        return str(row["state"]) if row else None

    def _free(self, lane: str, stream: str) -> int:
        count = 0
        with reaching(self._redis):
            for said in self._redis.xpending_range(stream, GROUP, "-", "+", 10_000, self.worker):
                ticket = str(said["message_id"])
                for _, entry in self._redis.xrange(stream, ticket, ticket):
                    lease = Lease(lane, entry["key"], entry["run"], entry["host"], {}, 1, self.worker, f"{stream} {ticket}")
                    if (known := self._known(lease)) is not None:
                        self._tell(lease, known)
                    else:
                        self._holding([lease], _GIVEN_BACK)
                        count += 1
        return count

    def _done(self, lease: Lease, state: str, note: str) -> None:
        with self._store.transaction():
            self._store.db.execute(
                "INSERT INTO frontier (lane, key, run, host, payload, priority, state, worker, note, added) VALUES (?,?,?,?,?,0,?,?,?,?) "
                "ON CONFLICT (lane, key) DO UPDATE SET run = excluded.run, payload = excluded.payload, state = excluded.state, "
                "worker = excluded.worker, note = excluded.note, lease_until = 0",
                (lease.lane, lease.key, lease.run, lease.host, json.dumps(lease.payload, ensure_ascii=False), state, self.worker,
                 note[:500], ids.utc_now()))
        self._written.append(lease)
        if not self._store.db.in_transaction:
            self.committed()

    def _tell(self, lease: Lease, state: str | None = None, note: str = "") -> None:
        """Acknowledge an entry, counted under `state` (as the store has it when none is given)."""
        stream, ticket = lease.ticket.split(" ")
        state = self._known(lease) or "done" if state is None else state
        with reaching(self._redis):
            self._settle(keys=[stream, self._key(lease.lane, "open"), self._key(lease.lane, "counts"), self._key(lease.lane, "failed")],
                         args=[GROUP, ticket, lease.key, lease.run, state, note, FAILURES_KEPT])

    def _again(self, leases: Sequence[Lease], idle: int) -> None:
        try:
            with reaching(self._redis):
                self._holding(leases, idle)
        except (FrontierAway, QueueLost):  # whoever leases next hears of it
            self.away_since = self.away_since or time.monotonic()

    def _holding(self, leases: Sequence[Lease], idle: int) -> list[int]:
        """For each lease 1 when it is still ours, its idle time set; in one round trip."""
        if not leases:
            return []
        with self._redis.pipeline(transaction=False) as pipe:
            for lease in leases:
                stream, ticket = lease.ticket.split(" ")
                self._keep(keys=[stream], args=[GROUP, self.worker, ticket, idle], client=pipe)
            return [int(answer) for answer in pipe.execute()]

    def _streams(self, lane: str) -> tuple[str, str]:
        if lane not in LANES:
            raise ValueError(f"unknown lane {lane!r}; lanes: {', '.join(LANES)}")
        return self._key(lane, "first"), self._key(lane, "then")

    def _key(self, lane: str, what: str) -> str:
        return f"{self._name}:{lane}:{what}"
