"""The way out for facts: connections by name or through the proxy, guarded against private addresses, bounded in time."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from crawlers.addresses import forbidden
from crawlers.facts import names
from crawlers.facts.draft import Unanswered
from crawlers.facts.known import is_address
from crawlers.facts.pace import Pace
from evidence.config import Config

_MAX_HEAD = 16_384


@dataclass(slots=True)
class Line:
    """An open connection. `via` says how it was made: "direct 203.0.113.5" or "proxy"."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    via: str


class Door:
    """What one stage of look-ups shares: configuration, name servers, pace, and answers to names asked before."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.seconds = config.network.connect_timeout
        self.pace = Pace()
        self._servers: tuple[names.Server, ...] | None = None
        self._resolved: dict[str, asyncio.Task[names.Resolution]] = {}

    @property
    def servers(self) -> Sequence[names.Server]:
        """The name servers in use; Unanswered when there is none."""
        if self._servers is None:
            self._servers = names.servers(self.config.network.resolvers)
        return self._servers

    async def resolution(self, host: str) -> names.Resolution:
        """Whether `host` has addresses; each name is asked once."""
        if host not in self._resolved:
            self._resolved[host] = asyncio.ensure_future(names.resolve(host, self.servers, self.seconds))
        return await asyncio.shield(self._resolved[host])

    async def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses to connect to; Unanswered when there are none, or one of them must not be contacted."""
        if f"{host}:{port}" in self.config.network.allow:
            found: tuple[str, ...] = (host,) if is_address(host) else (await self.resolution(host)).addresses
            return found or _nothing(host, "no address")
        if is_address(host):
            found = (host,)
        else:
            resolution = await self.resolution(host)
            found = resolution.addresses or _nothing(host, resolution.detail)
        for address in found:
            if reason := forbidden(address):
                raise Unanswered(f"refused: {host} is at {address}: {reason}")
        return found

    def proxy_for(self, host: str) -> str:
        """The proxy for a connection to `host`: the configured one, else the environment's, else ""."""
        if self.config.network.proxy:
            return self.config.network.proxy
        proxies = getproxies()
        return "" if not proxies or proxy_bypass(host) else proxies.get("https", "")

    @asynccontextmanager
    async def line(self, host: str, port: int, *, direct_too: bool = False) -> AsyncIterator[Line]:
        """A connection to host:port, through the proxy when there is one; Unanswered says why there is none.

        With `direct_too` a proxy that lets only web ports through is passed by: WHOIS is no web port.
        """
        proxy = self.proxy_for(host)
        try:
            async with asyncio.timeout(self.seconds * 2):
                opened = await (self._either(proxy, host, port) if proxy and direct_too else
                                self._tunnel(proxy, host, port) if proxy else self._direct(host, port))
        except TimeoutError as problem:
            raise Unanswered(f"{host}:{port}: no connection within {self.seconds * 2:g} s") from problem
        try:
            yield opened
        finally:
            opened.writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await opened.writer.wait_closed()

    @asynccontextmanager
    async def plain_line(self, host: str, port: int) -> AsyncIterator[Line]:
        """A connection to a server the configuration names: whatever its address, and never through a proxy."""
        try:
            async with asyncio.timeout(self.seconds):
                reader, writer = await asyncio.open_connection(host, port)
        except (OSError, TimeoutError) as problem:
            raise Unanswered(f"{host}:{port}: {problem or 'no connection in time'}") from problem
        try:
            yield Line(reader, writer, "direct")
        finally:
            writer.close()

    async def _either(self, proxy: str, host: str, port: int) -> Line:
        try:
            return await self._tunnel(proxy, host, port)
        except Unanswered as closed:
            try:
                return await self._direct(host, port)
            except Unanswered as problem:
                raise Unanswered(f"{closed}; directly: {problem}") from problem

    async def _direct(self, host: str, port: int) -> Line:
        problem: OSError | None = None
        for address in (await self.addresses(host, port))[:2]:
            try:
                async with asyncio.timeout(self.seconds):
                    reader, writer = await asyncio.open_connection(address, port)
                return Line(reader, writer, f"direct {address}")
            except (OSError, TimeoutError) as failed:  # the next address may answer
                problem = failed
        raise Unanswered(f"{host}:{port}: {problem or 'no answer in time'}") from problem

    async def _tunnel(self, proxy: str, host: str, port: int) -> Line:
        if is_address(host) and f"{host}:{port}" not in self.config.network.allow and (reason := forbidden(host)):
            raise Unanswered(f"refused: {host}: {reason}")
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        if parts.scheme != "http" or not parts.hostname:
            raise Unanswered(f"a proxy of scheme {parts.scheme!r} cannot be used for look-ups; only http:// proxies can")
        try:
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
        except OSError as problem:
            raise Unanswered(f"the proxy does not answer: {problem}") from problem
        try:
            await _connect(reader, writer, f"[{host}]:{port}" if ":" in host else f"{host}:{port}", parts.username, parts.password)
        except BaseException:
            writer.close()
            raise
        return Line(reader, writer, "proxy")


async def _connect(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str, user: str | None, password: str | None,
) -> None:
    """Have the proxy open a tunnel to `target`; Unanswered for any answer but 2xx."""
    head = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n"
    if user:
        secret = f"{unquote(user)}:{unquote(password or '')}".encode()
        head += f"Proxy-Authorization: Basic {base64.b64encode(secret).decode()}\r\n"
    try:
        writer.write(f"{head}\r\n".encode("ascii", "strict"))
        await writer.drain()
        answer = await reader.readuntil(b"\r\n\r\n")
    except (OSError, UnicodeError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as problem:
        raise Unanswered(f"the proxy broke off: {type(problem).__name__}") from problem
    words = answer[:_MAX_HEAD].split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
    if len(words) < 2 or not words[1].startswith("2"):
        raise Unanswered(f"the proxy answered {' '.join(words[1:])[:80] or 'nothing usable'} to CONNECT {target}")


def _nothing(host: str, detail: str) -> tuple[str, ...]:
    raise Unanswered(f"{host}: {detail or 'no address'}")
