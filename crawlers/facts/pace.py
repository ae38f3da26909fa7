"""One question at a time to a server, with a pause between them, and none to one that has stopped answering."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from crawlers.facts.draft import Unanswered

TROUBLES = 3


class Pace:
    """Turns per server for one stage. After `TROUBLES` failures in a row a server is left alone until the end."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._last: dict[str, float] = {}
        self._failed: dict[str, int] = {}

    @asynccontextmanager
    async def turn(self, server: str, interval: float) -> AsyncIterator[None]:
        """Hold the server's turn; `interval` seconds lie between two questions. Unanswered when it was given up."""
        async with self._locks.setdefault(server, asyncio.Lock()):
            if self._failed.get(server, 0) >= TROUBLES:
                raise Unanswered(f"{server} failed {TROUBLES} times in a row and is left alone for this run")
            clock = asyncio.get_running_loop().time
            wait = self._last.get(server, -interval) + interval - clock()
            if wait > 0:
                await asyncio.sleep(wait)
            self._last[server] = clock()
            try:
                yield
            except BaseException:
                self._failed[server] = self._failed.get(server, 0) + 1
                raise
            self._failed[server] = 0
