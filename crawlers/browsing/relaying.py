"""One connection of the browser through the gate, request by request: checked, sent on, recorded, passed back."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from typing import Protocol
from urllib.parse import urlsplit

from crawlers.browsing.dialing import Dialer, Line, NotReached, Origin
from crawlers.browsing.recording import Exchange, Recording
from crawlers.browsing.streams import Stream, TlsStream
from crawlers.browsing.wire import (
    MAX_HEAD,
    Dechunker,
    Framing,
    Head,
    Inflation,
    WireError,
    lasts,
    read_head,
    request_framing,
    response_framing,
    status_of,
)

_HOP = ("proxy-connection:", "proxy-authorization:")
BROKEN = (OSError, ValueError, WireError, TimeoutError, EOFError)
_LINGER = 2.0  # seconds a refused download waits for the browser to let go
_PIECE = 64 * 1024


class Relay:
    """One connection of the browser, and the line to the server that goes with it."""

    def __init__(self, dialer: Dialer, recording: Recording, seconds: float) -> None:
        self._dialer, self._recording, self._seconds = dialer, recording, seconds
        self._line: Line | None = None

    def drop(self) -> None:
        """Close the line to the server."""
        if self._line is not None:
            self._line.stream.abort()
            self._line = None

    async def serve(self, browser: Stream, context: ssl.SSLContext) -> None:
        """Answer requests until either side ends."""
        fixed: Origin | None = None
        while True:
            raw = await browser.until_blank(MAX_HEAD)
            if not raw.strip():
                return
            head = read_head(raw)
            if head.first[0] == "CONNECT":
                fixed, browser = await self._tunnel(browser, head, context)
            elif not await self._one(browser, head, fixed):
                return

    async def _tunnel(self, browser: Stream, head: Head, context: ssl.SSLContext) -> tuple[Origin, Stream]:
        """Become the host that is asked for. ws:// comes through a tunnel too, without TLS."""
        host, _, port = head.first[1].rpartition(":")
        await browser.write(b"HTTP/1.1 200 ok\r\n\r\n")
        secure = (await browser.peek())[:1] == b"\x16"
        if secure:
            tls = TlsStream(browser, context, server_side=True)
            await tls.shake()
            browser = tls
        return Origin("https" if secure else "http", host.strip("[]"), int(port)), browser

    async def _one(self, browser: Stream, head: Head, fixed: Origin | None) -> bool:
        """One request and its answer; whether the connection goes on."""
        origin, url = _asked(head, fixed)
        exchange = self._recording.begin(url, head.first[0], _kept(head))
        try:
            if self._recording.frozen and exchange.navigation:
                raise NotReached("frozen", "the page tried to go on while it was being captured")
            if reason := self._dialer.refusal(url):
                raise NotReached("refused", reason)
            if reason := self._recording.refuses(exchange):
                raise NotReached("limit", reason)
            upgrade = "websocket" in head.tokens("upgrade")
            if upgrade and not self._recording.takes_socket(url):
                raise NotReached("limit", "too many sockets")
            return await self._relayed(browser, head, origin, exchange)
        except NotReached as problem:
            exchange.failed = str(problem)
            await _turn_away(browser, exchange)
            return False
        except BROKEN as problem:
            late = isinstance(problem, TimeoutError)
            if exchange.status:
                exchange.cut = exchange.cut or ("time" if late else "disconnect")
            else:
                exchange.failed = f"{'timeout' if late else 'broken'}: {type(problem).__name__}: {problem}"[:300]
                await _turn_away(browser, exchange)
            return False
        finally:
            self._recording.end(exchange)

    async def _relayed(self, browser: Stream, head: Head, origin: Origin, exchange: Exchange) -> bool:
        answer, line = await self._answer(browser, head, origin, exchange)
        status = exchange.status
        if line.relayed and status == 407:
            raise NotReached("blocked", "the proxy answered 407")
        await browser.write(answer.raw)
        if status == 101:
            await self._pipe(browser, line.stream)
            return False
        framing = response_framing(answer, head.first[0], status)
        if exchange.is_download and framing.kind != "none":
            exchange.cut = "download"
            with contextlib.suppress(*BROKEN):
                await asyncio.wait_for(browser.read(), _LINGER)
            return False
        whole = await self._body(line.stream, framing, _Taker(self._recording, exchange, browser))
        if not whole and framing.kind != "close":
            exchange.cut = exchange.cut or "disconnect"
        if framing.kind == "close" or not whole or not lasts(answer) or not lasts(head):
            return False
        line.stream.used = True
        return True

    async def _answer(self, browser: Stream, head: Head, origin: Origin, exchange: Exchange) -> tuple[Head, Line]:
        """Send the request, and again on a fresh line when a used one turned out closed; the final response head."""
        framing = request_framing(head)
        for attempt in (1, 2):
            line = await self._ready(origin)
            exchange.ip, exchange.tls, exchange.certificate = line.ip, line.tls, line.certificate
            used = line.stream.used
            try:
                await line.stream.write(_sent(head, exchange.url, line))
                if framing.kind != "none":
                    await self._body(browser, framing, _Sender(line.stream))
                return await self._response(line.stream, browser, exchange), line
            except BROKEN:
                self.drop()
                if not used or framing.kind != "none" or attempt == 2:
                    raise
        raise AssertionError("unreachable")

    async def _ready(self, origin: Origin) -> Line:
        if self._line is not None and self._line.origin != origin:
            self.drop()
        if self._line is None:
            self._line = await self._dialer.dial(origin)
        return self._line

    async def _response(self, server: Stream, browser: Stream, exchange: Exchange) -> Head:
        """The final response head; interim ones other than 101 are swallowed."""
        until = time.monotonic() + self._seconds
        while True:
            async with asyncio.timeout(_left(until)):
                raw = await server.until_blank(MAX_HEAD)
            if not raw:
                raise EOFError("closed without an answer")
            head = read_head(raw)
            status = status_of(head)
            if status >= 200 or status == 101:
                exchange.status, exchange.reason, exchange.headers = status, head.first[2], head.headers
                exchange.protocol = head.first[0].upper()
                return head
            if status == 100:
                await browser.write(raw)

    async def _body(self, source: Stream, framing: Framing, take: _Take) -> bool:
        """Pass a body on as it comes; False when it ended early, was cut, or ends with the connection."""
        chunks = Dechunker() if framing.kind == "chunked" else None
        left = framing.length if framing.kind == "length" else _PIECE
        until = time.monotonic() + self._seconds
        while framing.kind != "none" and left and not (chunks and chunks.done):
            async with asyncio.timeout(_left(until)):
                data = await source.read(min(_PIECE, left))
            if not data or not await take(data, chunks.feed(data) if chunks else data):
                return False
            if framing.kind == "length":
                left -= len(data)
        return True

    async def _pipe(self, browser: Stream, server: Stream) -> None:
        """A WebSocket: bytes both ways, counted, until one side ends or the capture's share is used up."""
        async def one_way(source: Stream, target: Stream) -> None:
            with contextlib.suppress(*BROKEN):
                while data := await source.read():
                    self._recording.received += len(data)
                    if self._recording.received > self._recording.limits.total:
                        return
                    await target.write(data)

        self._recording.active -= 1  # an open socket is no page that still loads
        try:
            ways = [asyncio.ensure_future(one_way(browser, server)), asyncio.ensure_future(one_way(server, browser))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
        finally:
            self._recording.active += 1


class _Take(Protocol):
    async def __call__(self, data: bytes, payload: bytes) -> bool: ...


class _Sender:
    """Passes a request body on."""

    def __init__(self, server: Stream) -> None:
        self._server = server

    async def __call__(self, data: bytes, payload: bytes) -> bool:
        await self._server.write(data)
        return True


class _Taker:
    """Records a response body and passes it to the browser, within the recording's limits."""

    def __init__(self, recording: Recording, exchange: Exchange, browser: Stream) -> None:
        self._exchange, self._recording, self._browser = exchange, recording, browser
        self._inflation = Inflation(exchange.coding)

    async def __call__(self, data: bytes, payload: bytes) -> bool:
        self._inflation.feed(payload, self._recording.limits.body)
        if reason := self._recording.takes(self._exchange, payload, self._inflation.size):
            self._exchange.cut = reason
            return False
        await self._browser.write(data)
        return True


def _left(until: float) -> float:
    """Seconds until then; TimeoutError when there are none: whoever sends fast enough would never be interrupted."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("out of time")
    return left


async def _turn_away(browser: Stream, exchange: Exchange) -> None:
    """Say that nothing comes. A document is not followed by an error page, which would be the browser's own words and differs
    from one to the next: the page that is shown stays, and where there is none the browser says so."""
    said = b"204 No Content" if exchange.navigation else b"502 refused by dajia"
    with contextlib.suppress(*BROKEN):
        await browser.write(b"HTTP/1.1 " + said + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def _asked(head: Head, fixed: Origin | None) -> tuple[Origin, str]:
    """Where a request goes, and its whole address."""
    target = head.first[1]
    if fixed is not None:
        return fixed, fixed.url + (target if target.startswith("/") else "/")
    parts = urlsplit(target)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WireError(f"not a proxy request: {target[:80]!r}")
    origin = Origin(parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
    return origin, target


def _kept(head: Head) -> tuple[tuple[str, str], ...]:
    return tuple((k, v) for k, v in head.headers if f"{k.lower()}:" not in _HOP)


def _sent(head: Head, url: str, line: Line) -> bytes:
    """The request head as the browser wrote it, without what was meant for the gate."""
    lines = [row for row in head.raw.split(b"\r\n") if not row.lower().startswith(tuple(h.encode() for h in _HOP))]
    path = urlsplit(url)._replace(scheme="", netloc="", fragment="").geturl() or "/"
    target = url if line.relayed else path if path.startswith("/") else "/" + path
    lines[0] = f"{head.first[0]} {target} HTTP/1.1".encode()
    if line.credentials:
        lines[1:1] = [f"Proxy-Authorization: {line.credentials}".encode()]
    return b"\r\n".join(lines)
