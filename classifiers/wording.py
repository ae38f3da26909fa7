"""How close a page is to known sellers' or known fakes': linear models over short pieces of text, their sound, and marks.

Lists of words know what was listed. Sellers coin new ones by the day, out of the same stuff: this model weighs single
characters, pairs, and the sound of two and three in a row (so a homophone weighs what the plain word does), once over the
page's own words and once over those around its contacts, and beside them what the features found (`classifiers.marks`).
The models are data (`lexicons/wording.tsv` for sellers, `lexicons/posing.tsv` for sites that pose as official ones: piece,
rarity, weight; a mark begins with "="), fitted by `bench/fit_wording.py` on invented pages of both kinds.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from pypinyin import lazy_pinyin

FOLDER = Path(__file__).parent / "lexicons"
SELLERS, FAKES = "wording", "posing"
MAX_LETTERS, MAX_NEAR = 2_500, 1_000
SOUND, MARK, FOREIGN = "~", "=", "aa"
# What one mark weighs beside a whole text, whose pieces have length one together.
MARKED = 0.16
_SHOWN = re.compile(r"[\u3400-\u9fff]{2,}")
_RUN = re.compile(r"[a-z0-9]+|[^a-z0-9]")
_LATIN = re.compile(r"[a-z]+")
_SYLLABLE = re.compile(
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|iao|ian|ing|ang|eng|ong|uai|uan|ai|ei|ao|ou|an|en|er|ia|ie|iu|in|ua|uo|ui|un|ue|ve|a|o|e|i|u|v)"
    "(?![aeiouv])")
_PINYIN = re.compile(f"(?:{_SYLLABLE.pattern})+")
_TOLD, _MARKS_TOLD, _SHORT_FIGURE, _LONG_WORD = 6, 4, 4, 6


@dataclass(frozen=True, slots=True)
class Model:
    """Rarity and weight of every known piece, the bias, the rarity of what is unknown; `dated` says when it was fitted."""

    pieces: dict[str, tuple[float, float]]
    bias: float
    unknown: float
    dated: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """`score`: above 0 rather one of them, below it rather not; `telling`, `marked`: pieces and marks that weighed most for it."""

    score: float
    telling: tuple[str, ...]
    marked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """What the model reads of a page, squeezed: its own words, those around its contacts, and its marks."""

    whole: str
    near: str
    marks: Mapping[str, int] = field(default_factory=dict)


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


def foreign(squeezed: str) -> float:
    """How much of a text is in long words of Latin letters that are no pinyin: a share of its letters."""
    words = [run for run in _LATIN.findall(squeezed) if _syllables(run) == (FOREIGN,)]
    return sum(map(len, words)) / max(len(squeezed), 1)


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
    return (run,) if len(run) <= _LONG_WORD else (FOREIGN,)


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


def shares(words: Words, rarity: Mapping[str, tuple[float, float]], unknown: float) -> Iterator[tuple[str, float]]:
    """(piece, share) of everything known on a page; a piece may come twice, from the whole and from around the contacts."""
    whole, near = words.whole[:MAX_LETTERS], words.near[:MAX_NEAR]
    if whole == near:
        yield from ((piece, 2 * share) for piece, share in weighed(pieces(whole), rarity, unknown))
    else:
        yield from weighed(pieces(whole), rarity, unknown)
        yield from weighed(pieces(near), rarity, unknown)
    yield from ((MARK + name, MARKED * math.log1p(n)) for name, n in words.marks.items() if MARK + name in rarity)


def likeness(words: Words, model: Model | None = None) -> Likeness:
    """How a page compares with those a model knows (default: sellers'); linear in its length, at most MAX_LETTERS of it."""
    model = model or shipped()
    weight: dict[str, float] = {}
    for piece, share in shares(words, model.pieces, model.unknown):
        weight[piece] = weight.get(piece, 0.0) + share * model.pieces[piece][1]
    heaviest = sorted(((part, piece) for piece, part in weight.items() if part > 0), reverse=True)
    told = [piece for _, piece in heaviest if _SHOWN.fullmatch(piece)]
    marked = [piece[1:] for _, piece in heaviest if piece[0] == MARK]
    return Likeness(model.bias + sum(weight.values()), tuple(told[:_TOLD]), tuple(marked[:_MARKS_TOLD]))


@cache
def shipped(name: str = SELLERS) -> Model:
    """A model that comes with the package: SELLERS or FAKES."""
    return parse(place(name).read_text(encoding="utf-8"))


def place(name: str) -> Path:
    """The file of a model."""
    return FOLDER / f"{name}.tsv"


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
            raise ValueError(f"模型文件第 {number} 行：应为“片段<Tab>稀有度<Tab>权重”")
    return Model(found, bias, unknown, dated)
