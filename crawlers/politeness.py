"""One request at a time to a registrable domain, with a pause between them, whatever spider asks."""

from __future__ import annotations

import asyncio
import random
import time
from functools import lru_cache
from typing import Any, Self
from urllib.parse import urlsplit

import tldextract
from scrapy import Request

_EXTRACT = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # the bundled list: nothing is fetched
JITTER = (0.75, 1.5)  # of the delay: a fixed beat is impolite to a server with many clients like us


@lru_cache(maxsize=20_000)
def domain_of(host: str) -> str:
    """The registrable domain of a host; the host itself when it has none (an address, a bare name)."""
    return str(_EXTRACT(host).top_domain_under_public_suffix) or host


class Politeness:
    """Whose turn it is, per registrable domain; shared by all spiders of a process. Delay in seconds."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self._next: dict[str, float] = {}

    async def turn(self, domain: str, delay: float | None = None) -> None:
        """Return when `domain` may be asked again."""
        pause = self.delay if delay is None else delay
        if pause <= 0:
            return
        now = time.monotonic()
        at = max(now, self._next.get(domain, 0.0))
        self._next[domain] = at + pause * random.uniform(*JITTER)  # noqa: S311 - not a secret
        if at > now:
            await asyncio.sleep(at - now)


class PolitenessMiddleware:
    """Holds each request back until its domain's turn, and gives each domain one download slot."""

    def __init__(self, politeness: Politeness, delay: float | None) -> None:
        self._politeness, self._delay = politeness, delay

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """Built by Scrapy; the spider carries the session and may have a delay of its own."""
        return cls(crawler.spider.session.politeness, getattr(crawler.spider, "delay", None))

    async def process_request(self, request: Request) -> None:
        """Wait; a redirect to another domain waits for that one."""
        domain = domain_of(urlsplit(request.url).hostname or "")
        request.meta["download_slot"] = domain
        await self._politeness.turn(domain, self._delay)
