"""The only way out of the browser: a forward proxy on loopback, one port for each capture.

Whatever Chromium sends for a page - documents, frames, workers, sockets, redirect hops, downloads - comes here,
is checked, sent on unchanged, and what comes back is recorded before the browser has it. TLS ends here and begins
anew towards the server, so recorded bytes and head lines are those of the wire; the server sees this program's
TLS, as it does in plain fetches, and the browser knows the gate by its key alone.
"""

from __future__ import annotations

import asyncio
import ssl

from crawlers.browsing.dialing import Dialer
from crawlers.browsing.recording import Recording
from crawlers.browsing.relaying import BROKEN, Relay
from crawlers.browsing.streams import Stream


class Gate:
    """Serves one capture's browser context from `open` to `close`. `seconds` bounds each wait for a server."""

    def __init__(self, dialer: Dialer, recording: Recording, context: ssl.SSLContext, seconds: float) -> None:
        self._dialer, self.recording, self._context, self._seconds = dialer, recording, context, seconds
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.address = ""

    async def open(self) -> None:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=1 << 18)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Stop listening and drop what is under way."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        stream = Stream(reader, writer)
        relay = Relay(self._dialer, self.recording, self._seconds)
        try:
            await relay.serve(stream, self._context)
        except BROKEN:
            pass  # the browser hung up, or spoke no HTTP: what was recorded until then stands
        except asyncio.CancelledError:
            pass  # the capture is over; asyncio would print a traceback for a cancelled connection
        finally:
            self._tasks.discard(task)
            relay.drop()
            stream.abort()
