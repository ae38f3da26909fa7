"""Tell words from letters that only meet by chance: spacing inside a word, parts linked in order, longer innocent words."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from classifiers.normalise import BLANK, COMMA, LIST, SEPARATOR, STOP


class Word(NamedTuple):
    """An occurrence: squeezed positions [start, end), and how it was disguised ("" when plain)."""

    feature: str
    start: int
    end: int
    disguise: str = ""


Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Chain:
    """Parts in order with at most `gap` letters between them, in one sentence unless `cross`; `groups` number their words.

    `any_order`: of two parts either may come first. `tight`: no comma between them either.
    `innocent`: what the chain covers is no word of the feature.
    """

    feature: str
    groups: tuple[int, ...]
    gap: int
    cross: bool = False
    any_order: bool = False
    innocent: bool = False
    tight: bool = False


@dataclass(slots=True)
class Hits:
    """What one pass found: whole words by feature, parts of chains by group, and innocent words of either."""

    words: dict[str, list[Word]] = field(default_factory=dict)
    parts: dict[int, Spans] = field(default_factory=dict)
    innocent: dict[str, Spans] = field(default_factory=dict)
    innocent_parts: dict[int, Spans] = field(default_factory=dict)

    def group(self, number: int) -> Spans:
        """The spans of a group in order, without those inside innocent words."""
        innocent = self.innocent_parts.pop(number, None)
        if innocent and number in self.parts:
            self.parts[number] = [s for s in self.parts[number] if not covered(s[0], s[1], innocent)]
        return self.parts.get(number, [])


_NEGATORS = frozenset("不没勿禁")


def spacing_of(gap: bytes, text: str, start: int, end: int, literal: str) -> str | None:
    """"" for a plain occurrence, "separator" for a word pulled apart on purpose, None for letters that only meet by chance."""
    if start and gap[start] == 0 and _runs_on(text[start - 1], literal[0]):
        return None
    if end < len(text) and gap[end] == 0 and _runs_on(literal[-1], text[end]):
        return None
    inner = gap[start + 1 : end]
    widest = max(inner, default=0)
    if widest == 0 or (widest == BLANK and all(not g or _scripts_meet(literal, i) for i, g in enumerate(inner))):
        return ""
    spaced = len(inner) - inner.count(0)
    if spaced == len(inner) and (len(inner) > 1 or _spaced_around(gap, start, end, literal.isascii())):
        return "vertical" if widest >= STOP else "separator"
    if widest >= LIST:
        return None
    if widest == SEPARATOR or len(inner) >= 3:
        return "separator" if widest == SEPARATOR else ""
    return None


def _scripts_meet(literal: str, at: int) -> bool:
    """A blank between Latin and Han is typography, not disguise."""
    return literal[at].isascii() != literal[at + 1].isascii()


def _runs_on(left: str, right: str) -> bool:
    """Whether two neighbours belong to one Latin word or one number."""
    return left.isascii() and right.isascii() and ((left.isalpha() and right.isalpha()) or (left.isdigit() and right.isdigit()))


def _spaced_around(gap: bytes, start: int, end: int, latin: bool) -> bool:
    """A two-letter word with one gap is pulled apart only when its neighbours stand apart as well, or the gap is odd."""
    if gap[start + 1] == SEPARATOR:
        return True
    around = [*gap[max(1, start - (0 if latin else 1)) : start + 1], *gap[end : end + 1]]
    least = STOP if gap[start + 1] >= STOP else 1
    return gap[start + 1] != LIST and len(around) >= 2 and min(around) >= least


def linked(rows: list[Spans], chain: Chain, text: str, gap: bytes) -> Iterator[tuple[int, int]]:
    """Where the parts stand in order, within reach of one another and in one sentence."""
    if len(rows) == 2:
        yield from _pairs(rows[0], rows[1], chain, text, gap)
        if chain.any_order:
            yield from _pairs(rows[1], rows[0], chain, text, gap)
        return
    ends: list[tuple[int, int]] = rows[0]
    for row in rows[1:]:
        ends = list(_pairs(ends, row, chain, text, gap))
    yield from ends


def _pairs(first: Spans, second: Spans, chain: Chain, text: str, gap: bytes) -> Iterator[tuple[int, int]]:
    """For each first part the nearest second part behind it, the longest of those that begin there."""
    second = sorted(second)
    begins = [span[0] for span in second]
    widest = COMMA if chain.tight else STOP
    for start, end in first:
        near = bisect_left(begins, end)
        if near >= len(second) or begins[near] - end > chain.gap:
            continue
        begin, last = second[bisect_right(begins, begins[near]) - 1]  # sorted: the longest of one begin is the last
        if not chain.cross and max(gap[end : begin + 1], default=0) >= widest:
            continue
        if not _NEGATORS.isdisjoint(text[end:begin]):
            continue  # "手机不能带进去" says the reverse of "手机带进去"
        yield start, last


def covered(start: int, end: int, innocent: Spans) -> bool:
    """Whether a word lies within an innocent one, or begins inside one."""
    return any(a < start < b or (a == start and end <= b) for a, b in innocent)


def within(word: Word, spans: Spans) -> bool:
    """Whether a word is part of one of the ordered spans: "假证" in "办假证" warns of nothing."""
    near = bisect_left(spans, (word.start + 1, 0))
    return any(start <= word.start and word.end <= end for start, end in spans[max(0, near - 6) : near])


def clean(found: list[Word], innocent: Spans | None) -> list[Word]:
    """Words in order, without those inside an innocent word or inside a longer word of the same feature."""
    if innocent:
        found = [w for w in found if not covered(w.start, w.end, innocent)]
    if len(found) < 2:
        return found
    kept: list[Word] = []
    for word in sorted(found, key=lambda w: (w.start, -w.end, w.disguise)):
        if not kept or word.end > kept[-1].end:
            kept.append(word)
    return kept


def boundaries(gap: bytes, strength: int) -> list[int]:
    """Squeezed positions where a stretch begins: 0 and every position whose gap is at least `strength`."""
    return [0, *(m.start() for m in re.finditer(rb"[\x%02x-\xff]" % strength, gap) if m.start())]


def spans(starts: list[int], length: int) -> list[tuple[int, int]]:
    """Stretches between consecutive boundaries."""
    return list(pairwise([*starts, length]))


def stretches(places: list[int], reach: int, length: int) -> list[tuple[int, int]]:
    """The parts of a text within reach of any of the places, overlapping ones joined."""
    joined: list[tuple[int, int]] = []
    for place in sorted(places):
        start, end = max(0, place - reach), min(length, place + reach)
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
