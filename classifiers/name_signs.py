"""Read the signs in a host's labels: segmentation into known tokens, and undoing of look-alike glyphs.

A short token counts only where the whole hyphen-part is explained by known tokens, because three letters
occur in any word by chance; a token of six or more letters counts wherever it stands.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from classifiers.name_tokens import Token, tokens

LONG = 6  # letters that do not meet by chance
_SHORT_REST = 2  # unexplained letters forgiven beside tokens of four or more
_PARTS = re.compile(r"[-_.]+")
_DIGITS = re.compile(r"\d+")
_GLYPHS = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("3", "e"), ("5", "s"), ("4", "a"), ("9", "g"))
# Letters of other scripts that look like Latin ones, after NFKD has removed the accents.
_OTHER_SCRIPTS = str.maketrans(
    "аесорхуѕіјԁһкмтпгѵԝвɡоαεορυνκιτωοɩıøłđħŋƅɑɢɪʀᴍᴏᴇᴠцʏ",
    "aecopxysijdhkmtnrvwbgoaeopuvkitwoiiolohnbagirmoevuy",
)


@dataclass(frozen=True, slots=True)
class Sign:
    """One token found in a name; `part` numbers the hyphen- or dot-part it stands in, `alone` that it fills it."""

    token: Token
    part: int
    alone: bool


def latin(label: str) -> str:
    """A label with accents and look-alike letters of other scripts turned to plain Latin; Han is kept."""
    if label.isascii():
        return label
    plain = "".join(c for c in unicodedata.normalize("NFKD", label.lower()) if not unicodedata.combining(c))
    return plain.translate(_OTHER_SCRIPTS)


def unglyph(label: str) -> str:
    """A label with ASCII look-alikes read as what they imitate: rn as m, 0 as o …"""
    for shown, meant in _GLYPHS:
        label = label.replace(shown, meant)
    return label


def single(label: str) -> str:
    """A label with doubled letters made single (govv, memm), the www prefix left alone."""
    return re.sub(r"(?!w)([a-z])\1+", r"\1", label)


def segment(part: str) -> tuple[list[Token], int]:
    """The tokens that explain most of `part` with the fewest words, and how many characters stay unexplained.

    Digits are explained for free, unless they belong to a token such as a hotline number.
    """
    known, longest = tokens().by_text, tokens().longest
    best: list[tuple[int, int, tuple[Token, ...]]] = [(0, 0, ())]
    for end in range(1, len(part) + 1):
        rest, words, chain = best[end - 1]
        choice = (rest + (not part[end - 1].isdigit()), words, chain)
        for start in range(max(0, end - longest), end):
            token = known.get(part[start:end])
            if token is not None:
                rest, words, chain = best[start]
                if (rest, words + 1) < choice[:2] or ((rest, words + 1) == choice[:2] and token.host):
                    choice = (rest, words + 1, (*chain, token))
        best.append(choice)
    rest, _, chain = best[-1]
    return list(chain), rest


def _trusted(part: str, found: list[Token], rest: int) -> list[Token]:
    if rest == 0:
        return found
    letters = len(_DIGITS.sub("", part))
    found = [token for token in found if not token.misspelt]
    sturdy = [token for token in found if len(token.text) >= 4 or not token.text.isascii()]
    if rest <= _SHORT_REST and len(sturdy) >= 2 and sum(len(t.text) for t in sturdy) >= 0.75 * letters:
        return sturdy
    return [token for token in found if len(token.text) >= LONG or _is_han_word(token)]


def _is_han_word(token: Token) -> bool:
    return len(token.text) >= 3 and not token.text.isascii()


def signs(labels: tuple[str, ...]) -> list[Sign]:
    """The signs in these labels, left to right. `gov-cn` written across a hyphen counts as one token."""
    text = ".".join(labels)
    found: list[Sign] = []
    known = tokens().by_text
    parts = [part for part in _PARTS.split(text) if part]
    number = 0
    while number < len(parts):
        pair = "-".join(parts[number : number + 2])
        if pair in known:
            found.append(Sign(known[pair], number, True))
            number += 2
            continue
        words, rest = segment(parts[number])
        trusted = _trusted(parts[number], words, rest)
        found += [Sign(token, number, rest == 0 and len(words) == 1) for token in trusted]
        number += 1
    return found
