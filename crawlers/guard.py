"""No request leaves for a place a stranger's page should not be able to point us to.

Every request, each redirect hop and each robots.txt included, is checked before it is sent: scheme,
literal addresses in any spelling, and — unless a proxy resolves names — the addresses behind the name.
The connection then uses exactly the address that was checked (`PinnedResolver`), so a name that
answers differently the second time gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import TimeoutError as DeferredTimeoutError
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from twisted.names.error import DomainError
from zope.interface import implementer  # type: ignore[import-untyped]

from crawlers.addresses import forbidden
from crawlers.session import Session
from evidence.ids import to_ascii

PINS: dict[str, tuple[str, ...]] = {}  # name -> the addresses that were checked; what is not here is not connected to
MAX_URL = 8192


class Refused(IgnoreRequest):
    """A request that was not sent; `str()` says why."""


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing is under way."""


@implementer(IHostnameResolver)
class PinnedResolver:
    """Twisted's resolver for this process: knows only literal addresses and names the guard has checked."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> Self:
        """Built by Scrapy."""
        return cls(reactor)

    def install_on_reactor(self) -> None:
        """Take the place of the system's resolver."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 - Twisted's name
        self, receiver: Any, hostName: str, portNumber: int = 0, addressTypes: Any = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """Answer from the pins; a name that was never checked does not exist."""
        resolution = _Resolution(hostName)
        receiver.resolutionBegan(resolution)
        for address in PINS.get(hostName) or literal(hostName):
            kind = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(kind("TCP", address, portNumber))
        receiver.resolutionComplete()
        return resolution


class GuardMiddleware:
    """Refuses what `refusal` refuses, and sends the rest through the configured proxy."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """Built by Scrapy; the spider carries the session."""
        return cls(crawler.spider.session)

    async def process_request(self, request: Request) -> None:
        """Raise Refused for a forbidden target, CannotResolveHostError for a name without addresses."""
        network = self.session.config.network
        parts = _parts(request.url)
        proxy = self.session.proxy_for(request.url)
        if reason := refusal(request.url, network.allow):
            raise Refused(reason)
        host = parts.hostname or ""
        if proxy:
            request.meta["proxy"] = proxy
            await self._pin(urlsplit(proxy).hostname or "", checked=False)
        elif not literal(host):
            allowed = _port_of(parts, host) in network.allow
            await self._pin(host, checked=not allowed)

    async def _pin(self, host: str, checked: bool) -> None:
        if host in PINS or literal(host):
            return
        network = self.session.config.network
        addresses = await resolve(host, network.connect_timeout, network.resolvers)
        for address in addresses if checked else ():
            if reason := forbidden(address):
                raise Refused(f"{host} resolves to {address}: {reason}")
        PINS[host] = addresses


def refusal(url: str, allow: list[str]) -> str:
    """Why `url` must not be asked, as far as its text alone tells; "" when it may be."""
    if len(url) > MAX_URL:
        return f"address of {len(url)} characters"
    try:
        parts = _parts(url)
        port = parts.port
    except ValueError as problem:
        return f"not a usable address: {problem}"
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in {"http", "https"} or not host:
        return f"not an http(s) address: {url[:80]}"
    if port == 0:
        return "port 0"
    if _port_of(parts, host) in allow:
        return ""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".home.arpa")):
        return f"{host}: name of this machine or its own network"
    return forbidden(host) if _looks_numeric(host) else ""


async def resolve(host: str, seconds: float, servers: Sequence[str] = ()) -> tuple[str, ...]:
    """The addresses of a name, IPv4 first; CannotResolveHostError when there are none in time.

    Asks `servers` ("ip" or "ip:port") when there are any, else the system.
    """
    try:
        found = await asyncio.wait_for(_asked(host, seconds, servers) if servers else _system(host), seconds)
    except (OSError, UnicodeError, TimeoutError, DeferredTimeoutError, DomainError, DNSLookupError) as problem:
        raise CannotResolveHostError(f"{host}: {type(problem).__name__}: {problem}") from problem
    addresses = sorted(set(found), key=lambda a: (":" in a, a))
    if not addresses:
        raise CannotResolveHostError(f"{host}: no address")
    return tuple(addresses)


async def _system(host: str) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(item[4][0]).split("%")[0] for item in found]


async def _asked(host: str, seconds: float, servers: Sequence[str]) -> list[str]:
    """A and AAAA records from the configured name servers."""
    from twisted.names import client, dns

    places = [(ip, int(port or 53)) for ip, _, port in (s.partition(":") for s in servers)]
    resolver: Any = client.Resolver(servers=places, timeout=(seconds / 2,))  # type: ignore[no-untyped-call]
    found: list[str] = []
    for lookup in (resolver.lookupAddress, resolver.lookupIPV6Address):
        answers, _, _ = await maybe_deferred_to_future(lookup(to_ascii(host)))
        found += [a.payload.dottedQuad() if a.type == dns.A else socket.inet_ntop(socket.AF_INET6, a.payload.address)
                  for a in answers if a.type in {dns.A, dns.AAAA}]
    return found


def _parts(url: str) -> Any:
    return urlsplit(url)


def _port_of(parts: Any, host: str) -> str:
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def literal(host: str) -> tuple[str, ...]:
    """The address `host` is, in its normal spelling; () when it is a name."""
    try:
        return (str(ipaddress.ip_address(host.strip("[]"))),)
    except ValueError:
        return ()


def _looks_numeric(host: str) -> bool:
    """Whether a resolver could read this as an address (127.1, 0x7f000001, 2130706433, ::1)."""
    if ":" in host:
        return True
    last = host.rsplit(".", 1)[-1]
    return last.isdigit() or (last[:2].lower() == "0x" and all(c in "0123456789abcdefABCDEF" for c in last[2:]))
