"""Jump links that live for minutes and want the cookie of their result page: asked at once, one after the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrapy import Request

from crawlers.answer import Answer
from crawlers.outcomes import outcome_of
from crawlers.recorder import Exchanges
from crawlers.results import Hit
from crawlers.session import TOOL
from crawlers.walls import wall_of
from evidence import ids
from evidence.records import Capture

if TYPE_CHECKING:
    from crawlers.searching import SearchSpider


async def follow(spider: SearchSpider, response: Any, hits: list[Hit]) -> tuple[list[Hit], list[Capture]]:
    """The hits with their real addresses where the jump page told one, and a capture of every jump.

    A wall ends the asking: what is left keeps its link. Paid hits are never asked.
    """
    source = spider.source
    done: list[Hit] = []
    captures: list[Capture] = []
    walled = False
    for hit in hits:
        if walled or hit.paid or hit.url:
            done.append(hit)
            continue
        answer, capture = await _ask(spider, response, hit)
        if capture is not None:
            captures.append(capture)
        walled = answer is None or wall_of(answer) is not None
        target = "" if walled or answer is None else source.target_of(answer) or _landed(source, answer)
        done.append(replace(hit, url=target, resolved_by="jump page") if target else hit)
    return done, captures


async def _ask(spider: SearchSpider, response: Any, hit: Hit) -> tuple[Answer | None, Capture | None]:
    exchanges, capture = Exchanges(), ids.new_id()
    request = Request(hit.link, headers={"Referer": response.url}, dont_filter=True,
                      meta={"capture": capture, "exchanges": exchanges, "dont_retry": True})
    if agent := response.request.headers.get("User-Agent"):
        request.headers["User-Agent"] = agent
    try:
        came = await spider.crawler.engine.download_async(request)
    except Exception as problem:  # noqa: BLE001 - the hit stays unresolved, and its result page says so
        spider.logger.info("%s: jump link not read: %s", spider.name, problem)
        return None, None
    answer = Answer(came.url, came.body, status=came.status,
                    content_type=(came.headers.get(b"Content-Type") or b"").decode("latin-1"))
    result = outcome_of(answer, exchanges.stopped, came.flags)
    return answer, Capture(
        id=capture, run=spider.session.run, asked_url=hit.link, url=came.url, started=exchanges.started, ended=ids.utc_now(),
        means="http", profile="mobile" if spider.source.agent == "mobile" else "desktop",
        outcome=result.outcome, status=came.status, note=f"jump link of hit {hit.rank}; {result.note}".rstrip("; "),
        hops=tuple(exchanges.hops[:-1]), headers=exchanges.headers, ip=exchanges.ip, protocol=exchanges.protocol,
        why="serp", origin=response.meta["capture"], tool=TOOL, artifacts=exchanges.settled())


def _landed(source: Any, answer: Answer) -> str:
    """Where plain redirects led, when that is no longer the engine."""
    return "" if source.on_hosts(answer.url) else answer.url
