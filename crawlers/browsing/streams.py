"""Byte streams of the gate: plain TCP, and TLS over it, with a look-ahead that neither loses nor blocks."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

_PIECE = 64 * 1024


class Stream:
    """One end of a TCP connection. Times out nowhere: whoever reads says how long."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._ahead = bytearray()
        self.used = False  # a request went over it before

    @property
    def peer(self) -> str:
        """The address at the other end, "" when the connection is gone."""
        name = self._writer.get_extra_info("peername")
        return str(name[0]) if name else ""

    async def read(self, n: int = _PIECE) -> bytes:
        """Up to `n` bytes, b"" at the end."""
        if not self._ahead:
            data = await self._receive()
            if len(data) <= n:
                return data
            self._ahead += data
        data = bytes(self._ahead[:n])
        del self._ahead[:n]
        return data

    async def peek(self) -> bytes:
        """What comes next without taking it, b"" at the end."""
        if not self._ahead:
            self._ahead += await self._receive()
        return bytes(self._ahead)

    async def until_blank(self, limit: int) -> bytes:
        """Everything up to and with the first empty line; what came before an early end otherwise.

        Raises ValueError when no empty line comes within `limit` bytes.
        """
        while True:
            end = _blank(self._ahead)
            if end > limit or (end < 0 and len(self._ahead) > limit):
                raise ValueError(f"head longer than {limit} bytes")
            if end >= 0:
                data = bytes(self._ahead[:end])
                del self._ahead[:end]
                return data
            more = await self._receive()
            if not more:
                data = bytes(self._ahead)
                self._ahead.clear()
                return data
            self._ahead += more

    async def write(self, data: bytes) -> None:
        """Send everything, waiting for the other end to take it."""
        self._writer.write(data)
        await self._writer.drain()

    async def close(self) -> None:
        """Close without ceremony."""
        self._writer.close()
        with contextlib.suppress(OSError, ssl.SSLError, asyncio.TimeoutError):
            await asyncio.wait_for(self._writer.wait_closed(), 1.0)

    def abort(self) -> None:
        """Drop the connection at once, what is unsent included."""
        self._writer.transport.abort()

    async def _receive(self) -> bytes:
        return await self._reader.read(_PIECE)


class TlsStream(Stream):
    """TLS over a stream that may have been peeked into. Call `shake` first."""

    def __init__(self, below: Stream, context: ssl.SSLContext, *, server_side: bool = False, name: str = "") -> None:
        super().__init__(below._reader, below._writer)
        self._below = below
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._in, self._out, server_side=server_side, server_hostname=name or None)

    async def shake(self) -> None:
        """The handshake; ssl.SSLError or OSError when it fails."""
        while True:
            try:
                self.tls.do_handshake()
                return await self._flush()
            except ssl.SSLWantReadError:
                await self._feed()

    async def write(self, data: bytes) -> None:
        """Encrypt and send."""
        for start in range(0, len(data), _PIECE):
            self.tls.write(data[start:start + _PIECE])
            await self._flush()

    async def _receive(self) -> bytes:
        while True:
            try:
                return self.tls.read(_PIECE)
            except ssl.SSLWantReadError:
                await self._feed()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""  # many servers just hang up

    async def _feed(self) -> None:
        await self._flush()
        data = await self._below.read()
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()

    async def _flush(self) -> None:
        if self._out.pending:
            await self._below.write(self._out.read())


def _blank(data: bytearray) -> int:
    """Where the byte after the first empty line is, -1 when there is none yet; bare line feeds count."""
    ends = [at + len(mark) for mark in (b"\r\n\r\n", b"\n\n", b"\n\r\n") if (at := data.find(mark)) >= 0]
    return min(ends, default=-1)
