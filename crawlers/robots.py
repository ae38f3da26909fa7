"""robots.txt: obeyed unless the configuration overrides it with a written legal basis; never assumed.

Scrapy's own middleware lets everything pass when robots.txt cannot be fetched. Here (RFC 9309):
a 4xx means there are no rules; a 5xx means "do not come now" and the page is not asked; a network
failure is the page's failure too and is reported as such.
"""

from __future__ import annotations

import asyncio
from typing import Any, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

AGENT = "dajia"
MAX_BYTES = 512 * 1024


class RobotsForbidden(IgnoreRequest):
    """robots.txt does not allow this address; `str()` quotes where that is said."""


class RobotsUnavailable(RobotsForbidden):
    """robots.txt answered with a server error: the page is not asked now, which is not a "no" of its owner."""


class RobotsMiddleware:
    """Asks each origin's robots.txt once per process and spider, through the same chain as any request."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._obey = crawler.spider.obey_robots
        self._rules: dict[str, asyncio.Future[Protego]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """Built by Scrapy; the spider says whether its source obeys."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RobotsForbidden where the rules forbid; the failure to fetch them is raised as it came."""
        if not self._obey or request.meta.get("robots_exempt"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._fetch(origin))
        rules = await asyncio.shield(self._rules[origin])
        if not rules.can_fetch(request.url, AGENT):
            raise RobotsForbidden(f"{origin}/robots.txt does not allow {parts.path or '/'}")

    async def _fetch(self, origin: str) -> Protego:
        request = Request(f"{origin}/robots.txt", priority=1000, callback=NO_CALLBACK,
                          meta={"robots_exempt": True, "robots_of": origin, "dont_retry": True})
        response: Response = await self._crawler.engine.download_async(request)
        if response.status >= 500:
            raise RobotsUnavailable(f"{origin}/robots.txt answered {response.status}: not asked further")
        text = response.body[:MAX_BYTES].decode("utf-8", "replace") if response.status == 200 else ""
        return Protego.parse(text)
