"""What is kept of a result page: its capture, its sightings, and the note its lease is settled with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crawlers.answer import Answer
from crawlers.recorder import Exchanges
from crawlers.results import Hit, PageState, Parsed
from crawlers.session import TOOL
from evidence import ids
from evidence.frontier import Lease
from evidence.records import Capture, Outcome, Sighting

if TYPE_CHECKING:
    from crawlers.searching import SearchSpider

NOTE_LENGTH = 480  # the frontier keeps 500 characters of a note
_OUTCOMES: dict[str, Outcome] = {"blocked": "blocked", "login": "login", "degraded": "error", "unreachable": "error"}


def capture(spider: SearchSpider, meta: dict[str, Any], answer: Answer, state: PageState) -> Capture:
    """The capture of a result page: its bytes are in the WARC already. A page of a source with entry "site" is kept as
    what it is, a page that a sighting led to, and is judged like any other."""
    exchanges: Exchanges = meta["exchanges"]
    payload = meta["lease"].payload if "lease" in meta else {}
    page = spider.source.entry == "site" and "origin" in payload
    return Capture(
        id=meta["capture"], run=spider.session.run, asked_url=exchanges.hops[0].url if exchanges.hops else answer.url,
        url=answer.url, started=exchanges.started, ended=ids.utc_now(), means="http",
        profile="mobile" if spider.source.agent == "mobile" else "desktop",
        outcome=state.outcome or _OUTCOMES.get(state.state, "ok"), status=answer.status, note=state.rule,  # type: ignore[arg-type]
        hops=tuple(exchanges.hops[:-1]), headers=exchanges.headers, ip=exchanges.ip, protocol=exchanges.protocol,
        title=answer.title[:300], why="sighting" if page else "serp",
        origin=str(payload.get("origin", "")) if page else f"{spider.name}:{payload.get('query', '')}", tool=TOOL,
        truncated=bool(exchanges.stopped), artifacts=exchanges.settled())


def sighting(spider: SearchSpider, lease: Lease, serp: str, hit: Hit) -> Sighting:
    """One hit as a record; `serp` is the capture of its page."""
    return Sighting(ids.new_id(), spider.session.run, str(spider.name), lease.payload["query"], lease.payload["page"],
                    hit.rank, hit.title, hit.snippet, hit.shown_site, hit.date_text, hit.paid, hit.ad_marker,
                    hit.link, hit.url, hit.resolved_by, serp, ids.utc_now())


def note(state: PageState, serp: str, parsed: Parsed | None = None) -> str:
    """A page's state, rule, proof and selectors as JSON that fits the frontier; selectors go first when it does not."""
    full: dict[str, Any] = {"state": state.state, "detail": state.rule[:160], "capture": serp}
    if parsed is not None and parsed.selectors:
        full["selectors"] = parsed.selectors
    text = json.dumps(full, ensure_ascii=False)
    return text if len(text) <= NOTE_LENGTH else json.dumps({k: v for k, v in full.items() if k != "selectors"},
                                                            ensure_ascii=False)


def item(made: Sighting) -> dict[str, Any]:
    """What `scrapy crawl -o` exports."""
    return {name: getattr(made, name) for name in (
        "source", "query", "page", "rank", "title", "snippet", "shown_site", "date_text", "paid", "ad_marker", "link",
        "url", "resolved_by", "serp_capture", "at")}
