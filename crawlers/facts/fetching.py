"""A small guarded GET for machine answers (RDAP, feeds, certificate logs): pinned to checked addresses, bounded."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from crawlers.facts.door import Door
from crawlers.facts.draft import Unanswered
from crawlers.guard import refusal

HOPS, SECONDS, MAX_BYTES = 3, 20.0, 4_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the address that answered, its status and its whole body."""

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str]
    distrust: str = ""  # what was wrong with its certificate, where that was let pass


class _Pinned(AbstractResolver):
    """Names resolve to what the door has checked, and to nothing else."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        """The checked addresses in aiohttp's shape."""
        return [ResolveResult(hostname=host, host=ip, port=port, proto=0, flags=socket.AI_NUMERICHOST,
                              family=socket.AF_INET6 if ":" in ip else socket.AF_INET)
                for ip in await self._door.addresses(host, port)]

    async def close(self) -> None:
        """Nothing is held."""


async def get(
    door: Door, url: str, accept: str = "*/*", limit: int = MAX_BYTES, seconds: float = SECONDS, *, believe: bool = False,
) -> Answer:
    """One GET, up to `HOPS` redirects, each checked; Unanswered for whatever is no whole answer. Any status is an answer.

    With `believe` a bad certificate (an office network that opens TLS has its own) is let pass and told in `distrust`.
    """
    try:
        async with asyncio.timeout(seconds):
            for _ in range(HOPS + 1):
                try:
                    answer = await _one(door, url, accept, limit, verify=True)
                except _Distrusted as problem:
                    if not believe:
                        raise
                    answer = replace(await _one(door, url, accept, limit, verify=False), distrust=str(problem))
                target = answer.headers.get("Location", "")
                if answer.status not in {301, 302, 303, 307, 308} or not target:
                    return answer
                url = urljoin(url, target)
    except TimeoutError as problem:
        raise Unanswered(f"{url}: no whole answer within {seconds:g} s") from problem
    raise Unanswered(f"{url}: more than {HOPS} redirects")


class _Distrusted(Unanswered):
    """The certificate is not trusted here."""


async def _one(door: Door, url: str, accept: str, limit: int, *, verify: bool) -> Answer:
    if reason := refusal(url, door.config.network.allow):
        raise Unanswered(f"refused: {reason}")
    network = door.config.network
    headers = {"Accept": accept, "User-Agent": f"dajia ({network.contact or 'no contact given'})"}
    connector = aiohttp.TCPConnector(resolver=_Pinned(door), ttl_dns_cache=None, use_dns_cache=False)
    proxy = door.proxy_for(urlsplit(url).hostname or "")
    options: dict[str, Any] = {"allow_redirects": False, "headers": headers, "ssl": verify}
    if proxy:
        connector = aiohttp.TCPConnector()  # the proxy's own address is the configuration's business
        options["proxy"] = proxy if "://" in proxy else f"http://{proxy}"
    try:
        async with aiohttp.ClientSession(connector=connector) as session, session.get(url, **options) as response:
            body = bytearray()
            async for block in response.content.iter_chunked(65_536):  # already inflated: a bomb stops here too
                body += block
                if len(body) > limit:
                    raise Unanswered(f"{url}: more than {limit} bytes")
            return Answer(str(response.url), response.status, bytes(body), response.headers)
    except (aiohttp.ClientConnectorCertificateError, ssl.SSLCertVerificationError) as problem:
        raise _Distrusted(f"{url}: certificate not trusted: {_said(problem)}") from problem
    except (aiohttp.ClientError, OSError, ValueError) as problem:
        raise Unanswered(f"{url}: {type(problem).__name__}: {str(problem)[:200]}") from problem


def _said(problem: Exception) -> str:
    inner = getattr(problem, "certificate_error", problem)
    return str(getattr(inner, "verify_message", "") or inner)[:160]
