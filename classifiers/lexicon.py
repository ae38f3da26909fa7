"""Word lists as analysts write them, compiled into one automaton that finds every word in one pass.

A list is a file in `lexicons/text/`:

    dated: 2026-11            # when the words were last checked
    source: …                 # where they come from
    features:
      promise.no_exam:
        means: 不考试就能拿证   # what an officer reads
        disguise: true         # also look for homophones, look-alikes, split spellings (variants.py); a list: of these terms only
        terms: [免考, …]
        chains:                # parts in this order, at most `gap` letters between two parts, in one sentence
          - {parts: [[不用, 无需], [考试, 考核]], gap: 4}   # cross: true = over line ends too (table cells)
        innocent: [避免考]      # longer words that hold a term by chance

Terms are written plainly (simplified, lower case, no separators): that is what folded text looks like.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from classifiers.matching import Chain, Word, clean, linked, spacing_of
from classifiers.normalise import Folded, fold
from classifiers.variants import variants
from classifiers.yaml_faults import broken_yaml

FOLDER = Path(__file__).parent / "lexicons" / "text"
MAX_HITS = 3_000
_FIELDS = {"means", "disguise", "terms", "chains", "innocent"}


class LexiconError(ValueError):
    """A word list cannot be used; the message names file, feature, field and fix."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """What a literal stands for: a whole term (chain -1) or the `part`-th part of a chain; or an innocent word."""

    feature: str
    chain: int = -1
    part: int = 0
    disguise: str = ""
    innocent: bool = False


@dataclass(slots=True)
class Lexicon:
    """All lists of a folder; `means` maps every feature to its Chinese meaning."""

    means: dict[str, str] = field(default_factory=dict)
    chains: list[Chain] = field(default_factory=list)
    slots: dict[str, list[_Slot]] = field(default_factory=dict)
    literals: list[str] = field(default_factory=list)
    meanings: list[list[_Slot]] = field(default_factory=list)
    latin: list[bool] = field(default_factory=list)
    automaton: Any = None

    def seal(self) -> Lexicon:
        """Build the automaton; a lexicon is not added to afterwards."""
        self.literals = list(self.slots)
        self.meanings = list(self.slots.values())
        self.latin = [literal[0].isascii() or literal[-1].isascii() for literal in self.literals]
        self.automaton = AhoCorasick(
            self.literals, matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA
        )
        return self

    def find(self, folded: Folded) -> dict[str, list[Word]]:
        """Every word of every feature, in order of position; at most MAX_HITS of each."""
        words: dict[str, list[Word]] = {}
        parts: dict[int, list[list[tuple[int, int]]]] = {}
        innocent: dict[str, list[tuple[int, int]]] = {}
        text, gap = folded.text, folded.gap
        for number, start, end in self.automaton.find_matches_as_indexes(text, overlapping=True):
            literal = self.literals[number]
            plain = not self.latin[number] and gap.count(0, start + 1, end) == end - start - 1
            spacing = "" if plain else spacing_of(gap, text, start, end, literal)
            if spacing is None:
                continue
            for slot in self.meanings[number]:
                if slot.innocent:
                    if not spacing:
                        innocent.setdefault(slot.feature, []).append((start, end))
                elif slot.chain < 0:
                    found = words.setdefault(slot.feature, [])
                    if len(found) < MAX_HITS:
                        found.append(Word(slot.feature, start, end, slot.disguise or spacing))
                else:
                    rows = parts.setdefault(slot.chain, [[] for _ in range(self.chains[slot.chain].parts)])
                    if len(rows[slot.part]) < MAX_HITS:
                        rows[slot.part].append((start, end))
        for chain, rows in parts.items():
            if all(rows):
                feature = self.chains[chain].feature
                words.setdefault(feature, []).extend(
                    Word(feature, start, end) for start, end in linked(rows, self.chains[chain], text, gap)
                )
        return {feature: clean(found, innocent.get(feature, [])) for feature, found in words.items()}


def load(folder: Path) -> Lexicon:
    """All lists of `folder`; raises LexiconError naming file, feature, field and fix."""
    lexicon = Lexicon()
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise LexiconError(f"{folder}: 没有词表（*.yml）")
    for path in files:
        try:
            raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise LexiconError(f"{path}: 无法读取：{error}；应为 UTF-8 文本") from error
        except yaml.YAMLError as error:
            raise LexiconError(broken_yaml(path, error)) from error
        if not isinstance(raw, dict) or not isinstance(raw.get("features"), dict) or not raw.get("dated"):
            raise LexiconError(f"{path}: 顶层应有 dated、source 和 features")
        for name, entry in raw["features"].items():
            _add(lexicon, path, str(name), entry)
    return lexicon.seal()


def _add(lexicon: Lexicon, path: Path, name: str, entry: Any) -> None:
    where = f"{path}: features.{name}"
    if not isinstance(entry, dict) or not entry.get("means"):
        raise LexiconError(f"{where}: 缺少 means（给人看的中文说明）")
    if unknown := set(entry) - _FIELDS:
        raise LexiconError(f"{where}: 不认识的字段 {'、'.join(sorted(unknown))}；可用：{'、'.join(sorted(_FIELDS))}")
    if name in lexicon.means:
        raise LexiconError(f"{where}: 这个特征已在别的词表里定义")
    lexicon.means[name] = str(entry["means"])
    for term in _words(where, "terms", entry.get("terms", [])):
        lexicon.slots.setdefault(term, []).append(_Slot(name))
        if entry.get("disguise") is True or term in _hidden_terms(where, entry.get("disguise")):
            for spelling, kind in variants(term):
                lexicon.slots.setdefault(spelling, []).append(_Slot(name, disguise=kind))
    for term in _words(where, "innocent", entry.get("innocent", [])):
        lexicon.slots.setdefault(term, []).append(_Slot(name, innocent=True))
    for chain in entry.get("chains", []):
        if not isinstance(chain, dict) or not isinstance(chain.get("parts"), list) or len(chain["parts"]) < 2:
            raise LexiconError(f"{where}.chains: 每条应写成 {{parts: [[…], […]], gap: 数}}")
        gap = chain.get("gap", 4)
        if isinstance(gap, bool) or not isinstance(gap, int) or gap < 0:
            raise LexiconError(f"{where}.chains.gap: 写的是 {gap!r}，应为 0 或更大的整数")
        lexicon.chains.append(Chain(name, len(chain["parts"]), gap, bool(chain.get("cross"))))
        for part, terms in enumerate(chain["parts"]):
            for term in _words(where, f"chains.parts[{part}]", terms):
                lexicon.slots.setdefault(term, []).append(_Slot(name, len(lexicon.chains) - 1, part))


def _hidden_terms(where: str, disguise: Any) -> list[str]:
    return _words(where, "disguise", disguise) if isinstance(disguise, list) else []


def _words(where: str, name: str, terms: Any) -> list[str]:
    if not isinstance(terms, list):
        raise LexiconError(f"{where}.{name}: 应为列表")
    plain = []
    for term in map(str, terms):
        folded = fold(term).text
        if folded != term:
            raise LexiconError(f"{where}.{name}: “{term}” 应写成规范形式 “{folded}”（简体、小写、无空格标点）")
        if not term:
            raise LexiconError(f"{where}.{name}: 有空词")
        plain.append(term)
    return list(dict.fromkeys(plain))


@cache
def lexicon() -> Lexicon:
    """The lists shipped with the classifiers, compiled once."""
    return load(FOLDER)
