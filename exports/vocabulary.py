"""Drift of vocabulary: which words of the pages' own came, grew, shrank and went between two periods.

A word is what a rule quoted from a page, at most `LONGEST` characters, counted once a lead. Quotes with a
run of digits or an address are left out: those are contacts and numbers, not words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evidence.store import Store
from exports.masking import mask
from exports.quoting import plain

LONGEST = 16
SHOWN = 12
_NO_WORD = re.compile(r"\d{4}|[a-z0-9][a-z0-9_-]{4}|[@/]|\.[a-z]{2}|^[\W\d_]*$", re.I)
GROWTH = 1.5  # a share that changed by this factor is told as growth or decline


@dataclass(frozen=True, slots=True)
class Word:
    """A word with the number of leads that showed it, now and before."""

    text: str
    now: int
    before: int


@dataclass(frozen=True, slots=True)
class Drift:
    """What changed; `leads` is how many leads each period has, now and before."""

    fresh: tuple[Word, ...]
    growing: tuple[Word, ...]
    shrinking: tuple[Word, ...]
    gone: tuple[Word, ...]
    common: tuple[Word, ...]
    leads: tuple[int, int]


def drift(store: Store, where: str, now: Sequence[str], before: Sequence[str]) -> Drift:
    """Compare two periods; `where` is a condition on `leads l` with one pair of parameters."""
    present, past = _words(store, where, now), _words(store, where, before)
    leads = (_leads(store, where, now), _leads(store, where, before))
    words = [Word(text, present.get(text, 0), past.get(text, 0)) for text in {*present, *past}]
    words.sort(key=lambda w: (-max(w.now, w.before), w.text))
    both = [w for w in words if w.now and w.before]

    def rate(word: Word) -> float:
        return (word.now / max(1, leads[0])) / (word.before / max(1, leads[1]))
    return Drift(
        fresh=_first(w for w in words if leads[1] and w.now >= 2 and not w.before),
        growing=_first(sorted((w for w in both if rate(w) >= GROWTH and w.now >= 3), key=lambda w: -rate(w))),
        shrinking=_first(sorted((w for w in both if rate(w) <= 1 / GROWTH and w.before >= 3), key=rate)),
        gone=_first(w for w in words if leads[0] and w.before >= 2 and not w.now),
        common=_first(w for w in words if w.now), leads=leads)


def _first(words: object) -> tuple[Word, ...]:
    return tuple(words)[:SHOWN]  # type: ignore[arg-type]


def _words(store: Store, where: str, span: Sequence[str]) -> dict[str, int]:
    """Leads per word."""
    found: dict[str, set[str]] = {}
    cursor = store.db.execute(
        f"SELECT DISTINCT l.id, f.quote FROM leads l JOIN v_lead_best b ON b.lead = l.id JOIN findings f ON f.verdict = b.verdict "
        f"WHERE {where} AND f.weight > 0 AND f.quote <> '' AND length(f.quote) <= 200", tuple(span))
    for lead, quote in cursor:
        if word := word_of(quote):
            found.setdefault(word, set()).add(lead)
    return {word: len(leads) for word, leads in found.items()}


def word_of(quote: str) -> str:
    """The word a rule quoted, "" for what is none: an address, a contact, a number, a person's data, a sentence."""
    word = plain(quote).strip("，。、；：,.;:!！?？“”\"'（）()《》【】 ").casefold()
    return word if 2 <= len(word) <= LONGEST and not _NO_WORD.search(word) and not mask(word).items else ""


def _leads(store: Store, where: str, span: Sequence[str]) -> int:
    row = store.one(f"SELECT count(*) AS n FROM leads l WHERE {where}", *span)
    return int(row["n"]) if row else 0
