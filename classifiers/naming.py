"""Where on a page names can stand: one cheap pass that spares most blocks the dear look for official names and services.

A block without any of these words holds no official name, no service that sounds like one, no organisation of its own.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from classifiers.claims import official_words, own_words, service_words
from classifiers.normalise import Folded, fold


@dataclass(frozen=True, slots=True)
class Spots:
    """Offsets in `Page.text` of words without which there is no official name, no service, no own name."""

    official: list[int]
    service: list[int]
    own: list[int]

    def official_in(self, start: int, end: int) -> bool:
        """Whether an official name may stand in `text[start:end]`."""
        return _any(self.official, start, end)

    def service_in(self, start: int, end: int) -> bool:
        """Whether the name of a query service may."""
        return _any(self.service, start, end)

    def own_in(self, start: int, end: int) -> bool:
        """Whether the name of a school, a firm or an association may."""
        return _any(self.own, start, end)


def _any(places: list[int], start: int, end: int) -> bool:
    near = bisect_left(places, start)
    return near < len(places) and places[near] < end


@cache
def _machine() -> tuple[AhoCorasick, tuple[frozenset[str], ...]]:
    kinds: dict[str, set[str]] = {}
    for kind, words in (("official", official_words()), ("service", service_words()), ("own", own_words())):
        for word in words:
            kinds.setdefault(fold(word).text, set()).add(kind)
    machine = AhoCorasick(list(kinds), matchkind=MatchKind.Standard, implementation=Implementation.DFA)
    return machine, tuple(map(frozenset, kinds.values()))


def spots(folded: Folded) -> Spots:
    """The spots of a text."""
    machine, kinds = _machine()
    found: dict[str, list[int]] = {"official": [], "service": [], "own": []}
    for word, start, _ in machine.find_matches_as_indexes(folded.text, overlapping=True):
        place = int(folded.at[start])
        for kind in kinds[word]:
            found[kind].append(place)
    return Spots(*(sorted(places) for places in found.values()))
