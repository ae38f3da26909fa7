"""From sightings to pages worth fetching: which hits become candidates, and how urgent they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawlers.results import speaks_of
from crawlers.session import Session
from evidence import ids
from evidence.records import Query, Sighting

if TYPE_CHECKING:
    from crawlers.source import Source

EPHEMERAL = ("mp.weixin.qq.com",)  # signed article links live for minutes
PAID, ORGANIC, UNRESOLVED, SOON = 30, 20, 10, 90


def queue(session: Session, source: type[Source], sightings: Iterable[Sighting], query: str = "") -> int:
    """Queue each new address of a result page; returns how many. Runs inside the page's transaction.

    A paid hit is fetched only where its target was printed: its click link bills the advertiser. An
    organic jump link that tells nothing is fetched as it is, where links are dear only if the hit speaks of `query`.
    A page of a source that reads such pages goes to that source.
    """
    known, limit = session.frontier.counts("plain", session.run), session.config.crawl.max_candidates
    room, count = limit - sum(known.values()), 0
    for sighting in sightings:
        url = sighting.url or ("" if sighting.paid else sighting.link)
        if not url or (sighting.url and source.owns(url)) or count >= room:
            continue
        if url == query or any(re.search(pattern, url) for pattern in source.billed_links):
            continue  # the very page that was read; a link that bills somebody
        if source.dear_links and not sighting.url and not speaks_of(f"{sighting.title} {sighting.snippet}", query):
            continue
        reader = session.readers.get(ids.host_of(url))
        if reader is not None and reader is not source and reader.reads(url):
            queue_reading(session, reader, url, sighting.id)
            continue
        count += add(session, url, "sighting", sighting.id, _priority(sighting))
    return count


def queue_reading(session: Session, reader: type[Source], url: str, origin: str) -> bool:
    """Queue a page for the source that reads it; False when it was queued in this run or fetched lately."""
    try:
        normal, key, host = ids.normal_url(url), ids.url_key(url), ids.host_of(url)
    except ValueError:
        return False
    if fetched_lately(session, key):
        return False
    payload = {"source": str(reader.name), "query": normal, "theme": "ad", "page": 1, "host": "", "origin": origin}
    return session.frontier.add("serp", ids.key([str(reader.name), key]), payload, run=session.run, host=host)


def add(session: Session, url: str, why: str, origin: str, priority: int) -> bool:
    """Queue one address; False when it is no web address, already queued in this run, or fetched lately."""
    try:
        normal, key, host = ids.normal_url(url), ids.url_key(url), ids.host_of(url)
    except ValueError:
        return False
    if fetched_lately(session, key):
        return False
    ephemeral = host in EPHEMERAL
    return session.frontier.add("plain", key, {"url": normal, "why": why, "origin": origin, "ephemeral": ephemeral},
                                run=session.run, host=host, priority=SOON if ephemeral else priority)


def fetched_lately(session: Session, key: str) -> bool:
    """Whether an earlier run fetched this address well within `recapture_days`; a failure does not count."""
    days = session.config.crawl.recapture_days
    since = (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return days > 0 and session.store.one(
        "SELECT 1 FROM captures WHERE url_key = ? AND started > ? AND outcome IN ('ok', 'partial') AND run <> ? LIMIT 1",
        key, since, session.run) is not None


def _priority(sighting: Sighting) -> int:
    if not sighting.url:
        return UNRESOLVED
    return PAID if sighting.paid else ORGANIC


def queue_page(session: Session, source: str, query: Query, page: int = 1, host: str = "") -> bool:
    """Queue one result page; False when this run has it already."""
    payload = {"source": source, "query": query.text, "theme": query.theme, "page": page, "host": host}
    return session.frontier.add("serp", ids.key([source, query.text, str(page), host]), payload, run=session.run,
                                host=host, priority=-page)
