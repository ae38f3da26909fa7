"""The tokens that names of fake query sites are made of, read from `lexicons/name_tokens.yml`.

Kinds: body (an agency), cert (a document or trade), service (查询 …), state (gov …), place, filler.
Strength: sole = telling alone · strong = needs one more sign · weak = needs two · "" for fillers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import yaml

from classifiers.register import LEXICONS, register

_STRENGTHS = ("sole", "strong", "weak")
_JOINED_FROM = 8  # letters from which an official host without its dots is no chance
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MISSPELT_FROM = 8  # letters from which one wrong letter is no chance; telling tokens already from six
_FILE = LEXICONS / "name_tokens.yml"


class TokenError(ValueError):
    """The token file cannot be used; the message names file, field and fix."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a name: what it means and which official host it points at ("" when none)."""

    text: str
    kind: str
    strength: str
    host: str
    means: str
    misspelt: bool = False


@dataclass(frozen=True, slots=True)
class Tokens:
    """All tokens by spelling, plus the plumbing that explains innocent gov-cn labels.

    `official_marks`: each official host, written between dots and, hyphened, between hyphens.
    """

    by_text: Mapping[str, Token]
    longest: int
    plumbing_labels: frozenset[str]
    plumbing_parents: tuple[str, ...]
    official: tuple[str, ...] = field(repr=False)
    official_marks: tuple[tuple[str, str, str], ...] = field(repr=False)

    def of(self, *kinds: str) -> Iterator[Token]:
        """Every token of these kinds."""
        return (token for token in self.by_text.values() if token.kind in kinds)


def _read() -> dict[str, Any]:
    try:
        raw = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise TokenError(f"{_FILE}: 无法读取：{error}") from error
    if not isinstance(raw, dict):
        raise TokenError(f"{_FILE}: 顶层应为键值（body、cert、service、state、filler、plumbing）")
    return raw


def _token(kind: str, number: int, row: Mapping[str, Any]) -> Token:
    where = f"{_FILE}: {kind}[{number}]"
    if "token" not in row or "means" not in row:
        raise TokenError(f"{where}: 缺少 token 或 means；每个词都要写明含义")
    strength = str(row.get("strength", ""))
    if kind != "filler" and strength not in _STRENGTHS:
        raise TokenError(f"{where}.strength 是 {strength!r}，应为 {'/'.join(_STRENGTHS)} 之一")
    return Token(str(row["token"]), kind, strength, str(row.get("host", "")), str(row["means"]))


def _may_be_misspelt(token: Token) -> bool:
    if not token.text.isascii() or "去掉点" in token.means or token.kind not in ("body", "cert"):
        return False
    least = 6 if token.strength == "sole" else _MISSPELT_FROM
    return token.strength != "weak" and len(token.text) >= least


def misspellings(word: str) -> set[str]:
    """Every string one letter away: one left out, added, changed, or two neighbours swapped."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {a + b[1:] for a, b in cuts if b}
    found |= {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    found |= {a + c + b[1:] for a, b in cuts if b for c in _LETTERS}
    found |= {a + c + b for a, b in cuts for c in _LETTERS}
    return found - {word}


@cache
def tokens() -> Tokens:
    """The tokens shipped with the classifiers, with the provinces of the register as places."""
    raw = _read()
    found: dict[str, Token] = {}
    for province in register().provinces:
        for text, strength in ((province.pinyin, "strong"), (province.initials, "weak"), (province.name, "strong")):
            found[text] = Token(text, "place", strength, province.host, f"{province.name}")
    for host in register().hosts():
        joined = host.removeprefix("www.").replace(".", "")
        if len(joined) >= _JOINED_FROM and host.isascii():
            found[joined] = Token(joined, "body", "sole", host, f"{host} 去掉点")
    for kind in ("filler", "state", "service", "cert", "body"):
        for number, row in enumerate(raw.get(kind) or ()):
            token = _token(kind, number, row)
            found[token.text] = token
    for token in [t for t in found.values() if _may_be_misspelt(t)]:
        for variant in (wrong for wrong in misspellings(token.text) if wrong[:1] == token.text[:1]):
            found.setdefault(
                variant, replace(token, text=variant, means=f"与 {token.text} 只差一处：{token.means}", misspelt=True)
            )
    plumbing = raw.get("plumbing") or {}
    return Tokens(
        by_text=found,
        longest=max(map(len, found)),
        plumbing_labels=frozenset(plumbing.get("labels", ())),
        plumbing_parents=tuple("." + parent for parent in plumbing.get("parents", ())),
        official=register().hosts(),
        official_marks=tuple((host, f".{host}.", f"-{host.replace('.', '-')}-") for host in register().hosts()),
    )
