"""Group commit: many results, one fsync of the WARC and one transaction of the store.

What a crash loses is only what was not committed yet, and its leases were not acknowledged either:
it is fetched again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from evidence.archive import WarcWriter
from evidence.store import Store

MAX_PENDING = 32
SECONDS = 0.15


class Ledger:
    """Queue writes with `put`; they are committed together, soon. `on_commit` runs after each commit."""

    def __init__(self, store: Store, writer: WarcWriter) -> None:
        self._store, self._writer = store, writer
        self._pending: list[tuple[Callable[[], None], Callable[[], None] | None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self.failure: BaseException | None = None

    def put(self, write: Callable[[], None], on_commit: Callable[[], None] | None = None) -> None:
        """Have `write` run inside the next transaction; it must only write to the store."""
        if self.failure is not None:
            return  # nothing is stored after a failed commit; the leases stay open and are done again
        self._pending.append((write, on_commit))
        if len(self._pending) >= MAX_PENDING:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SECONDS, self._on_timer)

    def flush(self) -> None:
        """Commit what is queued; the bytes reach the disk before the rows that refer to them."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        pending, self._pending = self._pending, []
        if not pending:
            return
        try:
            self._writer.sync()
            with self._store.transaction():
                for write, _ in pending:
                    write()
        except BaseException as problem:
            self.failure = problem  # whoever leases next stops the crawl with it
            raise
        for _, done in pending:
            if done is not None:
                done()

    def _on_timer(self) -> None:
        self._timer = None
        with contextlib.suppress(Exception):  # kept in `failure`; a timer has nobody to raise to
            self.flush()
