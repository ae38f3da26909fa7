"""Undo disguise while keeping every character's way back: one table pass over the text.

`fold(text)` gives a `Folded`: `soft` has one folded character for each character of the text (width, case, script and
variant undone), `text` only its letters, digits and Han (the *squeezed* text, on which words are looked for),
`at[i]` the text index of squeezed character i, and `gap[i]` what stood before it:
0 nothing · 1 blank · 2 separator (symbol, emoji, dash, bracket …) · 3 list mark · 4 comma, colon · 5 line break or sentence end.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from opencc import OpenCC

NONE, BLANK, SEPARATOR, LIST, COMMA, STOP = range(6)
_PLANES = 0x30000
_INVISIBLE, _DRESSED, _TRADITIONAL = 8, 16, 24
_GONE, _BLANK, _SEPARATOR, _LIST, _COMMA, _STOP = (0xFFFF0000 + n for n in range(6))
_LISTS = "、/／|｜\\＼"
_COMMAS = "，,；;：:"
_STOPS = "。！？!?\n\r\x0b\x0c\u2028\u2029…"
_DIGIT_LIKE = {"〇": "0", "○": "0", "◯": "0", "Ο": "o", "Ｏ": "o", "➊": "1", "⓪": "0", "⓿": "0", "🄋": "0"}
# Variant and component characters that no compatibility table knows: each stands for the plain one on its right.
_VARIANTS = {"攷": "考", "証": "证", "證": "证", "訁": "讠", "囯": "国", "囗": "口", "徴": "征", "癥": "症", "剑": "剑"}
_ADDED_PINYIN = re.compile(r"(?<=[\u3400-\u9fff])[(（]([a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{1,7})[)）]")
_TONES = re.compile(r"[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]")
# What is left of entities of invisible characters when they were escaped twice or cut.
_DEBRIS = re.compile(r"&?(?:amp;)?(?:zwnj|zwj|shy|ensp|emsp|thinsp|lrm|rlm|#8203|#x200b|#820[4-7]);", re.IGNORECASE)
_RTL = re.compile("\u202e([^\u202c\u202d\n]{2,200})")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; see the module. `invisible` counts format characters inside words, `pinyin` bracketed readings,
    `foreign` characters that were full-width, circled, mathematical or otherwise dressed-up letters and digits."""

    soft: str
    text: str
    at: Any
    gap: bytes
    invisible: int
    pinyin: int
    dressed: int
    traditional: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The text indexes [start, end) of squeezed characters [start, end)."""
        return int(self.at[start]), int(self.at[end - 1]) + 1

    def index(self, text_index: int) -> int:
        """The first squeezed character at or after a text index."""
        return int(self.at.searchsorted(np.int32(text_index)))  # another type would copy the array at every call


@cache
def _tables() -> tuple[Any, Any, Any]:
    """For each code point of the first three planes: its folded character or the class of a removed one; what `soft`
    shows for it; and two sorts of facts in bits: strength as a gap (0–7), what kind of dress it wore (8, 16, 24)."""
    table = np.arange(_PLANES, dtype=np.uint32)
    for point in range(_PLANES):
        table[point] = _folded_point(chr(point)) if not 0xD800 <= point < 0xE000 else _SEPARATOR
    for char, plain in (_DIGIT_LIKE | _VARIANTS).items():
        table[ord(char)] = ord(plain)
    _simplify(table)
    points = np.arange(_PLANES, dtype=np.uint32)
    removed = table >= _GONE
    soft = np.where(removed, _marks(points), table)
    soft[table == _GONE] = 0x20
    soft[(soft >= 0xD800) & (soft < 0xE000)] = 0xFFFD
    strength = np.where(removed, table - _GONE, 0).astype(np.uint8)
    strength[table == _GONE] = SEPARATOR
    kind = np.zeros(_PLANES, dtype=np.uint8)
    kind[table == _GONE] = _INVISIBLE
    kind[~removed & (points > 0x2000) & (table < 0x80)] = _DRESSED
    kind[~removed & (points != table) & (points > 0x3400) & ((points < 0xA000) | (points > 0x20000))] = _TRADITIONAL
    return table, soft.astype("<u4"), strength | kind


def _marks(points: Any) -> Any:
    """Full-width punctuation as plain ASCII, all else as it is."""
    shown = points.copy()
    for point in (*range(0xFF01, 0xFF5F), 0x3000, 0xFE55, 0xFE6B):
        shown[point] = ord(unicodedata.normalize("NFKC", chr(point)))
    return shown


def _folded_point(char: str) -> int:
    if char in _STOPS:
        return _STOP
    if char in _COMMAS:
        return _COMMA
    if char in _LISTS:
        return _LIST
    plain = unicodedata.normalize("NFKC", char)
    if len(plain) > 1:
        letters = [c for c in plain if c.isalnum()]
        plain = letters[0] if len(letters) == 1 else char
    plain = plain.lower()
    if len(plain) != 1:
        plain = plain[:1] or char
    category = unicodedata.category(plain)
    if category[0] in "LN":
        return ord(plain)
    if category in ("Cf", "Mn", "Me", "Cn", "Co") or 0xFE00 <= ord(char) <= 0xFE0F or ord(char) >= 0xE0100:
        return _GONE
    return _BLANK if category in ("Zs", "Cc") else _SEPARATOR


def _simplify(table: Any) -> None:
    """Traditional Han to simplified, character by character (phrases would break the one-to-one map)."""
    han = [chr(point) for point in (*range(0x3400, 0xA000), *range(0x20000, 0x2A6E0))]
    simple = OpenCC("t2s").convert("\n".join(han)).split("\n")
    for char, plain in zip(han, simple, strict=True):
        if len(plain) == 1 and plain != char and table[ord(char)] == ord(char):
            table[ord(char)] = ord(plain)
    for _ in range(2):  # a dressed character may be a traditional one underneath
        kept = np.flatnonzero(table < _PLANES)
        table[kept] = table[table[kept]]


def fold(text: str) -> Folded:
    """The folded form of a text; linear in its length."""
    text, pinyin = _drop_pinyin(text)
    if ";" in text:
        text = _DEBRIS.sub(lambda match: "\u200b" * len(match.group()), text)
    text = _turn_round(text)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if len(points) and int(points.max()) >= _PLANES:
        tags = (points >= 0xE0000) & (points < 0xE0200)  # variation selectors and tags show nothing; the rest is no text
        points = np.where(points < _PLANES, points, np.where(tags, 0x200B, 0xFFFD))
    table, shown, facts = _tables()
    classes, sorts = table[points], facts[points]
    kept = classes < _GONE
    at = np.flatnonzero(kept).astype(np.int32)
    kinds = np.bincount(sorts >> 3, minlength=4)
    return Folded(
        soft=shown[points].tobytes().decode("utf-32-le", "replace"),
        text=classes[kept].astype("<u4", copy=False).tobytes().decode("utf-32-le", "replace"),
        at=at,
        gap=_gaps(sorts & 7, kept, at),
        invisible=int(kinds[_INVISIBLE >> 3]),
        pinyin=pinyin,
        dressed=int(kinds[_DRESSED >> 3]),
        traditional=int(kinds[_TRADITIONAL >> 3]),
    )


def _gaps(strength: Any, kept: Any, at: Any) -> bytes:
    """The strongest class of removed character before each kept one; format characters count as separators."""
    gaps = np.zeros(len(at), dtype=np.uint8)
    lost = np.flatnonzero(~kept)
    if len(lost) and len(at):
        first = np.flatnonzero(np.diff(lost, prepend=-2) > 1)  # where a run of removed characters begins
        behind = np.searchsorted(at, lost[first])  # the kept character that follows the run
        inside = behind < len(at)
        gaps[behind[inside]] = np.maximum.reduceat(strength[lost], first)[inside]
    return gaps.tobytes()


def _drop_pinyin(text: str) -> tuple[str, int]:
    """Readings in brackets behind Han characters become blanks: machine-made mirrors carry them by the dozen."""
    if not _TONES.search(text):
        return text, 0
    count = 0

    def blank(match: re.Match[str]) -> str:
        nonlocal count
        if not _TONES.search(match[1]) and count == 0:
            return match.group()
        count += 1
        return "\u200b" * len(match.group())

    return _ADDED_PINYIN.sub(blank, text), count


def _turn_round(text: str) -> str:
    """Text behind a right-to-left override reads backwards; offsets stay, the marked span as a whole is quoted."""
    if "\u202e" not in text:
        return text
    return _RTL.sub(lambda m: "\u202e" + m[1][::-1], text)
