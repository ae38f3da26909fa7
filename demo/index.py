"""Full text search of the demo engines: real matching of words against what the pages say."""

from __future__ import annotations

import re
from collections.abc import Iterable

from demo.sites import Entry

_HAN = re.compile(r"[\u3400-\u9fff]+")
_ENOUGH = 0.5  # of the query must be found, on the average of its words


def grams(word: str) -> set[str]:
    """Two-letter pieces of Han text, other words whole."""
    pieces: set[str] = set()
    for run in _HAN.findall(word):
        pieces |= {run[i:i + 2] for i in range(len(run) - 1)} or {run}
    return pieces | {w.lower() for w in re.findall(r"[A-Za-z0-9]+", word)}


def likeness(query: str, words: str) -> float:
    """How much of the query a text holds, 0 to 1."""
    parts = [found for word in query.split() if (found := grams(word))]
    if not parts:
        return 0.0
    return sum(sum(g in words for g in part) / len(part) for part in parts) / len(parts)


def find(query: str, entries: Iterable[Entry], engine: str) -> list[Entry]:
    """Organic hits, best first, an order that does not change from one ask to the next."""
    rated = [(likeness(query, e.words) + likeness(query, e.title.lower()), likeness(query, e.words), e)
             for e in entries if engine in e.engines]
    return [e for _, enough, e in sorted(rated, key=lambda r: (-r[0], r[2].url)) if enough >= _ENOUGH]


def advertised(query: str, entries: Iterable[Entry], engine: str) -> list[Entry]:
    """Paid hits: whoever bought words like these."""
    return [e for e in entries if engine in e.paid and likeness(query, e.words) >= _ENOUGH][:3]
