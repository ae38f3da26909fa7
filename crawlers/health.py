"""How well a source can still be read: results against its own past, and which declared fields are found."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from crawlers.results import Parsed
from crawlers.session import Session
from evidence.store import Store

if TYPE_CHECKING:
    from crawlers.source import Source

FIELDS = ("card", "title", "link", "real", "snippet", "shown_site", "date_text")
DAYS = 14
ENOUGH_PAGES = 5  # below this a poor harvest is chance
ENOUGH_RUNS = 3  # before that there is no median to compare with
SHARE = 0.25  # of the median: below, something has changed that no single page shows


@dataclass(frozen=True, slots=True)
class Found:
    """How one declared field fared on a page: `share` of the hits that have it, the selector that gave most of them,
    and whether that is the first of its chain. `declared` is False for a field the source does not print."""

    field: str
    share: float
    selector: str
    primary: bool
    declared: bool = True


def too_few(session: Session, source: type[Source], state: str, read: int, results: int) -> str:
    """Why so few results mean that the source is not read properly; "" when they are enough, or prove nothing.

    `read` pages were answered with results or with "nothing found", and had `results` organic hits together.
    """
    if state not in {"ok", "empty"} or read < ENOUGH_PAGES:
        return ""
    rate, least = results / read, session.config.source(str(source.name)).minimum
    least = source.minimum if least is None else least
    if rate < least:
        return f"{results} results on {read} pages, below the declared minimum of {least:g} a page"
    usual = usual_rate(session.store, str(source.name), session.run)
    if usual is not None and rate < usual * SHARE:
        return f"{rate:.1f} results a page against a {DAYS}-day median of {usual:.1f}"
    return ""


def usual_rate(store: Store, source: str, run: str = "") -> float | None:
    """The median of results per page over the last `DAYS` days without `run`; None before there are enough runs."""
    since = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - DAYS * 86400))
    rates = [row["results"] / row["pages"] for row in store.rows(
        "SELECT results, pages FROM source_runs WHERE source = ? AND run <> ? AND at > ? AND pages > 0 "
        "AND state IN ('ok', 'empty', 'degraded') AND run NOT IN (SELECT id FROM runs WHERE kind = 'check')", source, run, since)]
    return median(rates) if len(rates) >= ENOUGH_RUNS else None


def fields(source: type[Source], parsed: Parsed) -> tuple[Found, ...]:
    """Each field of a page that was read, in the order of `FIELDS`."""
    hits = len(parsed.hits)
    made = []
    for name in FIELDS:
        chain: tuple[str, ...] = getattr(source, name)
        counts = parsed.counts.get(name, {})
        best = max(counts, key=lambda s: counts[s], default="")
        total = hits if name == "card" and best else sum(counts.values())
        made.append(Found(name, min(1.0, total / hits) if hits else 0.0, best, bool(chain) and best == chain[0], bool(chain)))
    return tuple(made)
