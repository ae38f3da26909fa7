"""How close a text's wording is to that of known sellers: a linear model over short pieces of it and over their sound.

Lists of words know what was listed. Sellers coin new ones by the day, out of the same stuff: this model weighs single
characters, pairs, and the sound of two and three in a row (so a homophone weighs what the plain word does). It is data
(`lexicons/wording.tsv`: piece, rarity, weight), fitted by `bench/fit_wording.py` on invented pages of both kinds, and it
never accuses alone: rules ask for contacts and certificates beside it, and everything that speaks against still does.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from pypinyin import lazy_pinyin

FILE = Path(__file__).parent / "lexicons" / "wording.tsv"
MAX_LETTERS = 4_000
SOUND = "~"
_SHOWN = re.compile(r"[\u3400-\u9fff]{2,}")
_RUN = re.compile(r"[a-z0-9]+|[^a-z0-9]")
_SYLLABLE = re.compile(
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|iao|ian|ing|ang|eng|ong|uai|uan|ai|ei|ao|ou|an|en|er|ia|ie|iu|in|ua|uo|ui|un|ue|ve|a|o|e|i|u|v)"
    "(?![aeiouv])")
_PINYIN = re.compile(f"(?:{_SYLLABLE.pattern})+")
_TOLD, _SHORT_FIGURE, _LONG_WORD = 6, 4, 6


@dataclass(frozen=True, slots=True)
class Model:
    """Rarity and weight of every known piece, the bias, the rarity of what is unknown; `dated` says when it was fitted."""

    pieces: dict[str, tuple[float, float]]
    bias: float
    unknown: float
    dated: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """`score`: 0 is undecided, above it sellers, below it everybody else; `telling`: pieces that weighed most for sellers."""

    score: float
    telling: tuple[str, ...]


def tokens(squeezed: str) -> list[str]:
    """What pieces are made of: each Han character, Latin letters by syllable where they are pinyin, figures by length.

    "dai考" gives dai, 考; an account name is "a0", a long figure "00", a short one "0": which account it is says nothing.
    """
    found: list[str] = []
    for run in _RUN.findall(squeezed[:MAX_LETTERS]):
        if not run[0].isascii():
            found.append(run)
        elif run.isdigit():
            found.append("00" if len(run) > _SHORT_FIGURE else "0")
        elif not run.isalpha():
            found.append("a0")
        else:
            found += _syllables(run)
    return found


def pieces(squeezed: str) -> Counter[str]:
    """The pieces of a squeezed text (letters, figures, Han) and how often each stands there."""
    plain = tokens(squeezed)
    found = Counter(plain)
    found.update(map("".join, pairwise(plain)))
    sounds = list(map(_sound, plain))
    found.update(f"{SOUND}{a} {b}" for a, b in pairwise(sounds))
    found.update(f"{SOUND}{a} {b} {c}" for a, b, c in zip(sounds, sounds[1:], sounds[2:], strict=False))
    return found


@lru_cache(maxsize=30_000)
def _sound(token: str) -> str:
    return str(lazy_pinyin(token)[0]) if "\u3400" <= token <= "\u9fff" else token


@lru_cache(maxsize=30_000)
def _syllables(run: str) -> tuple[str, ...]:
    """A run of Latin letters as pinyin syllables, else whole; a long word that is no pinyin is just a word."""
    parts = _PINYIN.fullmatch(run)
    if parts and len(run) > 1:
        return tuple(_SYLLABLE.findall(run))
    return (run,) if len(run) <= _LONG_WORD else ("aa",)


def weighed(found: Counter[str], rarity: Mapping[str, tuple[float, float]], unknown: float) -> Iterator[tuple[str, float]]:
    """(piece, share) of the known pieces: letters and sounds are two halves, each of length one with what is unknown in it,
    so that a text about something else altogether resembles nobody."""
    for half in (False, True):
        square, rows = 0.0, []
        for piece, n in found.items():
            if (piece[0] == SOUND) is half:
                known = rarity.get(piece)
                share = (1 + math.log(n)) * (known[0] if known else unknown)
                square += share * share
                if known:
                    rows.append((piece, share))
        length = math.sqrt(square) or 1.0
        yield from ((piece, share / length) for piece, share in rows)


def likeness(squeezed: str, model: Model | None = None) -> Likeness:
    """How a squeezed text compares with known sellers' wording; linear in its length, at most MAX_LETTERS of it."""
    return _likeness(squeezed[:MAX_LETTERS]) if model is None else _weigh(squeezed, model)


@lru_cache(maxsize=64)  # a page is asked about as a whole and around its contacts, more than once
def _likeness(squeezed: str) -> Likeness:
    return _weigh(squeezed, shipped())


def _weigh(squeezed: str, model: Model) -> Likeness:
    parts = [(share * model.pieces[piece][1], piece) for piece, share in weighed(pieces(squeezed), model.pieces, model.unknown)]
    telling = sorted((part for part in parts if part[0] > 0 and _SHOWN.fullmatch(part[1])), reverse=True)
    return Likeness(model.bias + sum(part for part, _ in parts), tuple(piece for _, piece in telling[:_TOLD]))


@cache
def shipped() -> Model:
    """The model that comes with the package."""
    return parse(FILE.read_text(encoding="utf-8"))


def parse(text: str) -> Model:
    """A model from its file's text; ValueError names the line that is not one."""
    found: dict[str, tuple[float, float]] = {}
    bias, unknown, dated = 0.0, 0.0, ""
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split("\t")
        if line.startswith("# dated: "):
            dated = line.removeprefix("# dated: ")
        elif line.startswith("#") or not line:
            continue
        elif len(cells) == 2 and cells[0] == "bias":
            bias = float(cells[1])
        elif len(cells) == 2 and cells[0] == "unknown":
            unknown = float(cells[1])
        elif len(cells) == 3:
            found[cells[0]] = (float(cells[1]), float(cells[2]))
        else:
            raise ValueError(f"wording.tsv 第 {number} 行：应为“片段<Tab>稀有度<Tab>权重”")
    return Model(found, bias, unknown, dated)
