"""Group commit: many results, one fsync of the WARC and one transaction of the store.

What a crash loses is only what was not committed yet, and its leases were not acknowledged either:
it is fetched again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from evidence.archive import WarcWriter
from evidence.frontier import Frontier, FrontierAway, Lease
from evidence.store import Store

MAX_PENDING = 32
SECONDS = 0.15
AWAY_SECONDS = 0.5


Entry = tuple[Callable[[], None], Callable[[], None] | None, Lease | None]


class Ledger:
    """Queue writes with `put`; they are committed together, soon. `on_commit` runs after each commit."""

    def __init__(self, store: Store, writer: WarcWriter, frontier: Frontier | None = None) -> None:
        self._store, self._writer, self._frontier = store, writer, frontier or Frontier(store)
        self._pending: list[Entry] = []
        self._timer: asyncio.TimerHandle | None = None
        self.failure: BaseException | None = None

    def put(self, write: Callable[[], None], on_commit: Callable[[], None] | None = None, lease: Lease | None = None) -> None:
        """Have `write` run inside the next transaction; it must only write to the store.

        What belongs to a `lease` is left out when, at the commit, the lease is somebody else's: it is theirs to store.
        """
        if self.failure is not None:
            return  # nothing is stored after a failed commit; the leases stay open and are done again
        self._pending.append((write, on_commit, lease))
        if len(self._pending) >= MAX_PENDING:
            self.flush()
        elif self._timer is None:
            self._later(SECONDS)

    def flush(self) -> None:
        """Commit what is queued; the bytes reach the disk before the rows that refer to them."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        pending, self._pending = self._pending, []
        if not pending:
            return
        try:
            self._commit(pending)
        except FrontierAway:
            self._pending = pending + self._pending  # nobody can take these leases either: wait for the queue
            self._later(AWAY_SECONDS)
            return
        except BaseException as problem:
            self.failure = problem  # whoever leases next stops the crawl with it
            raise
        for _, done, _ in pending:
            if done is not None:
                done()

    def _commit(self, pending: list[Entry]) -> None:
        held = [lease for _, _, lease in pending if lease is not None]
        lost = {lease.key for lease, kept in zip(held, self._frontier.keep(held), strict=True) if not kept}
        self._writer.sync()
        with self._store.transaction():
            for write, _, lease in pending:
                if lease is None or lease.key not in lost:
                    write()
        self._frontier.committed()

    def _later(self, seconds: float) -> None:
        with contextlib.suppress(RuntimeError):  # no loop: the process is closing, and the leases will run out
            self._timer = asyncio.get_running_loop().call_later(seconds, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        with contextlib.suppress(Exception):  # kept in `failure`; a timer has nobody to raise to
            self.flush()
