"""Spellings by which sellers hide a word: homophones, look-alikes, split components, pinyin, reversal.

Given a plain word, `variants` lists what it may have been written as. A spelling that is an ordinary word itself is
left out, so "包过" does not make "报国" suspicious. The substitutes are data: `lexicons/substitutes.yml`.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations
from pathlib import Path

import yaml
from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from classifiers.normalise import fold

_FILE = Path(__file__).parent / "lexicons" / "substitutes.yml"


@cache
def _substitutes() -> tuple[dict[str, tuple[tuple[str, str], ...]], frozenset[str]]:
    """For each Han character its (substitute, kind) pairs; and spellings that are ordinary words."""
    raw = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    table: dict[str, list[tuple[str, str]]] = {}
    for kind in ("homophone", "shape", "split"):
        for char, others in raw[kind].items():
            rows = table.setdefault(char, [])
            for other in others if isinstance(others, list) else list(others):
                plain = fold(other).text
                if plain and plain != char:
                    rows.append((plain, kind))
    return {char: tuple(dict.fromkeys(rows)) for char, rows in table.items()}, frozenset(raw["ordinary"])


def variants(word: str) -> list[tuple[str, str]]:
    """(spelling, kind) for each disguised spelling of a word: one or two characters replaced, romanised, or reversed."""
    table, ordinary = _substitutes()
    found: dict[str, str] = {}
    choices = [[*table.get(char, ()), (_reading(char), "pinyin")] if not char.isascii() else [] for char in word]
    for count in (1, 2):
        if count == 2 and len(word) > 5:
            break
        for places in combinations(range(len(word)), count):
            _replace(word, places, choices, found)
    if len(word) >= 3:
        found.setdefault(word[::-1], "reversed")
    return [
        (spelling, kind)
        for spelling, kind in found.items()
        if spelling != word and spelling not in PHRASES_DICT and spelling not in ordinary and not spelling.isascii()
    ]


def _replace(word: str, places: tuple[int, ...], choices: list[list[tuple[str, str]]], found: dict[str, str]) -> None:
    spellings = [("", "")]
    for at, char in enumerate(word):
        options = choices[at] if at in places else [(char, "")]
        spellings = [(left + new, kind or other) for left, kind in spellings for new, other in options]
    for spelling, kind in spellings:
        found.setdefault(spelling, kind)


@cache
def _reading(char: str) -> str:
    return str(lazy_pinyin(char)[0])
