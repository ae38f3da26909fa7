"""Which queries a source is asked today: what found leads first, what is due next, and always something new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawlers import queries
from crawlers.queries import generator
from crawlers.session import Session
from evidence import asking
from evidence.records import Query

if TYPE_CHECKING:
    from crawlers.source import Source

EXPLORING = 0.25  # of the budget, at least, goes to texts that were not asked lately
REST_DAYS = {"site": 3, "generated": 14}  # before such a text is asked again, unless it found something


def budget(session: Session, source: type[Source]) -> int:
    """How many texts the source is asked a day; a walled one a run."""
    own = session.config.source(str(source.name)).queries
    if own is not None:
        return own
    return min(n for n in (session.config.crawl.queries_per_day, source.budget) if n)


def choose(session: Session, source: type[Source], seeds: Sequence[Query]) -> tuple[Query, ...]:
    """Today's texts of one source, in the order in which they are asked; () when its budget of the day is spent.

    Texts that led to confirmed leads come first and in every run. Then the query files, accepted proposals and whatever
    led to leads nobody dismissed, least recently asked first. At least a quarter goes to `site:` and generated texts.
    """
    name = str(source.name)
    left = budget(session, source) - (0 if source.walled else asking.asked_today(session.store, name))
    if left <= 0:
        return ()
    seeds = [query for query in seeds if source.site_search or "site:" not in query.text]
    if most := session.config.crawl.max_queries:
        return tuple(seeds[:min(left, most)])
    asked, gains = asking.last_asked(session.store, name), _gains(session)
    known = {q.text: q for q in (*seeds, *asking.accepted(session.store))}
    explored = {q.text: q for q in _exploring(source) if q.text not in known}
    proven = [t for t, g in sorted(gains.items(), key=lambda i: (-i[1].confirmed, -i[1].leads, i[0])) if g.confirmed]
    leading = [t for t, g in gains.items() if g.leads and not g.confirmed]
    proven, leading = [[t for t in texts if source.site_search or "site:" not in t] for texts in (proven, leading)]
    regular = sorted({t: None for t in (*known, *leading) if t not in proven}, key=lambda t: asked.get(t, ""))
    fresh = _due([q for t, q in explored.items() if t not in gains], asked)
    room = left - min(len(fresh), max(int(left * EXPLORING), left - len(proven) - len(regular)))
    texts = [*(proven + regular)[:room], *(q.text for q in fresh)][:left]
    everything = {**explored, **known}
    return tuple(everything.get(t) or Query(t, origin="manual") for t in texts)


def _exploring(source: type[Source]) -> list[Query]:
    """What is tried beside the query files: `site:` texts and generated ones in turn."""
    sites = queries.sites() if source.site_search else ()
    made, both = generator.generated(), []
    for n in range(max(len(sites), len(made))):
        both += [*sites[n:n + 1], *made[n:n + 1]]
    return both


def _due(texts: Iterable[Query], asked: dict[str, str]) -> list[Query]:
    """What was never asked, in its order, then what has rested long enough, the longest first."""
    now = datetime.now(UTC)
    until = {origin: (now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S") for origin, days in REST_DAYS.items()}
    return sorted((q for q in texts if asked.get(q.text, "") < until.get(q.origin, until["generated"])),
                  key=lambda q: asked.get(q.text, ""))


def _gains(session: Session) -> dict[str, asking.Yield]:
    """What every text brought; read once a process."""
    if session.gains is None:
        session.gains = asking.yields(session.store)
    return session.gains
