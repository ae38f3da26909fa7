"""Tell words from letters that only meet by chance: spacing inside a word, parts linked in order, longer innocent words."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from classifiers.normalise import BLANK, LIST, SEPARATOR, STOP


@dataclass(frozen=True, slots=True)
class Word:
    """An occurrence: squeezed positions [start, end), and how it was disguised ("" when plain)."""

    feature: str
    start: int
    end: int
    disguise: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """Parts in order with at most `gap` letters between them, in one sentence unless `cross`."""

    feature: str
    parts: int
    gap: int
    cross: bool = False


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


def linked(rows: list[list[tuple[int, int]]], chain: Chain, text: str, gap: bytes) -> Iterator[tuple[int, int]]:
    """For each first part, the nearest next parts within reach and in the same sentence."""
    later = [sorted(row) for row in rows[1:]]
    starts = [[span[0] for span in row] for row in later]
    for first, last in rows[0]:
        end = last
        for row, begin in zip(later, starts, strict=True):
            near = bisect_left(begin, end)
            if near >= len(row) or row[near][0] - end > chain.gap:
                break
            best = max(row[near : bisect_right(begin, row[near][0])], key=lambda span: span[1])
            if not chain.cross and max(gap[end : best[0] + 1], default=0) >= STOP:
                break
            if not _NEGATORS.isdisjoint(text[end : best[0]]):
                break  # "手机不能带进去" says the reverse of "手机带进去"
            end = best[1]
        else:
            yield first, end


def clean(found: list[Word], innocent: list[tuple[int, int]]) -> list[Word]:
    """Words in order, without those inside an innocent word or inside a longer word of the same feature."""
    if innocent:
        found = [w for w in found if not any(a < w.start < b or (a == w.start and w.end <= b) for a, b in innocent)]
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
