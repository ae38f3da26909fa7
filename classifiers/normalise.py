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
def _marks() -> Any:
    """For each code point the mark shown in `soft`: full-width punctuation as plain ASCII, all else as it is."""
    table = np.arange(_PLANES, dtype=np.uint32)
    for point in (*range(0xFF01, 0xFF5F), 0x3000, 0xFE55, 0xFE6B):
        table[point] = ord(unicodedata.normalize("NFKC", chr(point)))
    return table


@cache
def _table() -> Any:
    """One entry for each code point of the first three planes: its folded character, or a class of removed ones."""
    table = np.arange(_PLANES, dtype=np.uint32)
    for point in range(_PLANES):
        table[point] = _folded_point(chr(point)) if not 0xD800 <= point < 0xE000 else _SEPARATOR
    for char, plain in (_DIGIT_LIKE | _VARIANTS).items():
        table[ord(char)] = ord(plain)
    _simplify(table)
    return table


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
    for point in (*range(0x2E80, 0x2FE0), *range(0x3200, 0x3400), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20)):
        if 0x3400 <= table[point] < 0xA000 or 0x20000 <= table[point] < 0x2A6E0:
            table[point] = table[table[point]]  # a dressed character may be a traditional one underneath


def fold(text: str) -> Folded:
    """The folded form of a text; linear in its length."""
    text, pinyin = _drop_pinyin(text)
    if ";" in text:
        text = _DEBRIS.sub(lambda match: "\u200b" * len(match.group()), text)
    text = _turn_round(text)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    table = _table()
    classes = np.where(points < _PLANES, table[np.minimum(points, _PLANES - 1)], _SEPARATOR)
    removed = classes >= _GONE
    kept = ~removed
    soft = np.where(removed, _marks()[np.minimum(points, _PLANES - 1)], classes)
    soft[(classes == _GONE)] = 0x20
    soft[(soft >= 0xD800) & (soft < 0xE000)] = 0xFFFD
    at = np.flatnonzero(kept).astype(np.int32)
    return Folded(
        soft=soft.astype("<u4").tobytes().decode("utf-32-le", "replace"),
        text=classes[kept].astype("<u4").tobytes().decode("utf-32-le", "replace"),
        at=at,
        gap=_gaps(classes, removed, at),
        invisible=int(np.count_nonzero(classes == _GONE)),
        pinyin=pinyin,
        dressed=int(np.count_nonzero(kept & (points > 0x2000) & (classes < 0x80))),
        traditional=int(np.count_nonzero(kept & (points != classes) & (points > 0x3400) & ((points < 0xA000) | (points > 0x20000)))),
    )  # fmt: skip


def _gaps(classes: Any, removed: Any, at: Any) -> bytes:
    """The strongest class of removed character before each kept one; format characters count as separators of strength 2."""
    if not len(at):
        return b""
    strength = np.zeros(len(classes) + 1, dtype=np.uint8)
    strength[:-1][removed] = (classes[removed] - _GONE).astype(np.uint8)
    strength[:-1][classes == _GONE] = SEPARATOR
    bounds = np.concatenate(([0], at[:-1] + 1))
    gaps = np.maximum.reduceat(strength, np.stack((bounds, at), axis=1).ravel())[::2]
    gaps[bounds == at] = NONE
    return bytes(gaps.astype(np.uint8).tobytes())


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
