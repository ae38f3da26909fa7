"""Word lists as analysts write them, compiled into one automaton that finds every word in one pass.

A list is a file in `lexicons/text/`:

    dated: 2026-11            # when the words were last checked
    source: …                 # where they come from
    classes:                  # words that may stand for one another, for use in chains of every file
      exam: {words: [考试, 机考], innocent: [考试院]}
    beside: [certificate.safety]   # look for the features of this list only near words of these
    features:
      promise.no_exam:
        means: 不考试就能拿证   # what an officer reads
        disguise: true         # also look for homophones, look-alikes, split spellings (variants.py); a list: of these terms only
        terms: [免考, …]
        chains:                # parts in this order, at most `gap` letters between two parts, in one sentence
          - {parts: [[不用, 无需], [@exam, 考核]], gap: 4}   # cross: over line ends too; any_order: either first; tight: in one clause
        innocent: [避免考]      # longer words that hold a term by chance
        innocent_chains: […]   # the same, as chains

Terms are written plainly (simplified, lower case, no separators): that is what folded text looks like.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from classifiers.matching import Chain, Hits, Word, clean, linked, spacing_of, stretches
from classifiers.normalise import Folded, fold
from classifiers.variants import variants
from classifiers.yaml_faults import broken_yaml

FOLDER = Path(__file__).parent / "lexicons" / "text"
MAX_HITS = 3_000
REACH = 600  # letters around a word that others keep to
_FIELDS = {"means", "disguise", "terms", "chains", "innocent", "innocent_chains"}
_CHAIN_FIELDS = {"parts", "gap", "cross", "any_order", "tight"}
TERM, PART, INNOCENT, INNOCENT_PART = range(4)
_Group = tuple[tuple[str, ...], tuple[str, ...]]  # the words of a part, and innocent words that hold one of them


class LexiconError(ValueError):
    """A word list cannot be used; the message names file, feature, field and fix."""


@dataclass(slots=True)
class WordPass:
    """The words looked for in one pass: literals, what they stand for, and the chains made of them.

    A literal's slots say what it stands for: (TERM, feature, disguise), (PART, group), (INNOCENT, feature) or
    (INNOCENT_PART, group). Parts of chains with the same words share a group.
    """

    chains: list[Chain] = field(default_factory=list)
    groups: dict[_Group, int] = field(default_factory=dict)
    slots: dict[str, list[tuple[int, Any, str]]] = field(default_factory=dict)
    compiled: list[tuple[str, int, bool, tuple[tuple[int, Any, str], ...]]] = field(default_factory=list)
    automaton: Any = None

    def seal(self) -> None:
        """Build the automaton; a pass is not added to afterwards."""
        self.compiled = [
            (literal, len(literal), literal[0].isascii() or literal[-1].isascii(), tuple(dict.fromkeys(slots)))
            for literal, slots in self.slots.items()
        ]
        self.automaton = AhoCorasick(list(self.slots), matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA)

    def put(self, literal: str, kind: int, target: Any, disguise: str = "") -> None:
        """Let a literal stand for something."""
        self.slots.setdefault(literal, []).append((kind, target, disguise))

    def group(self, words: _Group) -> int:
        """The number of a part's words."""
        if words not in self.groups:
            self.groups[words] = number = len(self.groups)
            for word in words[0]:
                self.put(word, PART, number)
            for word in words[1]:
                self.put(word, INNOCENT_PART, number)
        return self.groups[words]

    def find(self, folded: Folded, start: int, end: int, words: dict[str, list[Word]]) -> None:
        """Add every word within squeezed [start, end), in order of position; at most MAX_HITS of each."""
        hits = self._hits(folded, start, end)
        parts = hits.parts
        for chain in self.chains:
            if all(map(parts.__contains__, chain.groups)):
                spans = linked([hits.group(number) for number in chain.groups], chain, folded.text, folded.gap)
                if chain.innocent:
                    hits.innocent.setdefault(chain.feature, []).extend(spans)
                else:
                    hits.words.setdefault(chain.feature, []).extend(Word(chain.feature, first, last) for first, last in spans)
        for feature, found in hits.words.items():
            kept = clean(found, hits.innocent.get(feature))
            words[feature] = words[feature] + kept if feature in words else kept

    def _hits(self, folded: Folded, begin: int, stop: int) -> Hits:
        """What the automaton finds, sorted by what it stands for."""
        hits = Hits()
        text, gap, compiled = folded.text, folded.gap, self.compiled
        tables: tuple[dict[Any, list[Any]], ...] = (hits.words, hits.parts, hits.innocent, hits.innocent_parts)
        part = text[begin:stop] if begin or stop < len(text) else text
        for number, start, end in self.automaton.find_matches_as_indexes(part, overlapping=True):
            literal, size, latin, slots = compiled[number]
            start += begin
            end += begin
            spacing: str | None = ""
            if latin or (size > 1 and gap.count(0, start + 1, end) != size - 1):
                spacing = spacing_of(gap, text, start, end, literal)
                if spacing is None:
                    continue
            for kind, target, disguise in slots:
                if kind >= INNOCENT and spacing:
                    continue
                found = tables[kind].get(target)
                if found is None:
                    tables[kind][target] = found = []
                if len(found) < MAX_HITS:
                    found.append((start, end) if kind else Word(target, start, end, disguise or spacing or ""))
        return hits


@dataclass(slots=True)
class Lexicon:
    """All lists of a folder. `means` maps every feature to its Chinese meaning; `beside` holds, by the features they
    keep to, the words looked for only near those."""

    means: dict[str, str] = field(default_factory=dict)
    classes: dict[str, _Group] = field(default_factory=dict)
    everywhere: WordPass = field(default_factory=WordPass)
    beside: dict[tuple[str, ...], WordPass] = field(default_factory=dict)

    def seal(self) -> Lexicon:
        """Build the automata."""
        for words in (self.everywhere, *self.beside.values()):
            words.seal()
        return self

    def find(self, folded: Folded, whole: bool = False) -> dict[str, list[Word]]:
        """Every word of every feature; `whole`: look for words that keep to others in the whole text."""
        words: dict[str, list[Word]] = {}
        self.everywhere.find(folded, 0, len(folded.text), words)
        for keepers, wordpass in self.beside.items():
            places = [w.start for feature in keepers for w in words.get(feature, ())]
            if places:
                for start, end in [(0, len(folded.text))] if whole else stretches(places, REACH, len(folded.text)):
                    wordpass.find(folded, start, end, words)
        return words


def load(folder: Path) -> Lexicon:
    """All lists of `folder`; raises LexiconError naming file, feature, field and fix."""
    lexicon = Lexicon()
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise LexiconError(f"{folder}: 没有词表（*.yml）")
    lists = [(path, _read(path)) for path in files]
    for path, raw in lists:
        for name, entry in (raw.get("classes") or {}).items():
            _add_class(lexicon, path, str(name), entry)
    for path, raw in lists:
        beside = tuple(_words(f"{path}: ", "beside", raw.get("beside") or [], plain=False))
        words = lexicon.beside.setdefault(beside, WordPass()) if beside else lexicon.everywhere
        for name, entry in (raw.get("features") or {}).items():
            _add(lexicon, words, path, str(name), entry)
    return lexicon.seal()


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path}: 无法读取：{error}；应为 UTF-8 文本") from error
    except yaml.YAMLError as error:
        raise LexiconError(broken_yaml(path, error)) from error
    if not isinstance(raw, dict) or not raw.get("dated") or not (raw.get("features") or raw.get("classes")):
        raise LexiconError(f"{path}: 顶层应有 dated、source，以及 features 或 classes")
    for part in ("features", "classes"):
        if not isinstance(raw.get(part) or {}, dict):
            raise LexiconError(f"{path}: {part} 应为键值")
    return raw


def _add_class(lexicon: Lexicon, path: Path, name: str, entry: Any) -> None:
    where = f"{path}: classes.{name}"
    if name in lexicon.classes:
        raise LexiconError(f"{where}: 这个词类已有定义")
    if not isinstance(entry, dict) or set(entry) - {"words", "innocent"}:
        raise LexiconError(f"{where}: 应写成 {{words: […], innocent: […]}}")
    words = _words(where, "words", entry.get("words"))
    lexicon.classes[name] = (tuple(words), tuple(_words(where, "innocent", entry.get("innocent", []))))


def _add(lexicon: Lexicon, words: WordPass, path: Path, name: str, entry: Any) -> None:
    where = f"{path}: features.{name}"
    if not isinstance(entry, dict) or not entry.get("means"):
        raise LexiconError(f"{where}: 缺少 means（给人看的中文说明）")
    if unknown := set(entry) - _FIELDS:
        raise LexiconError(f"{where}: 不认识的字段 {'、'.join(sorted(unknown))}；可用：{'、'.join(sorted(_FIELDS))}")
    if name in lexicon.means:
        raise LexiconError(f"{where}: 这个特征已在别的词表里定义")
    lexicon.means[name] = str(entry["means"])
    hidden = entry.get("disguise")
    hidden_terms = _words(where, "disguise", hidden) if isinstance(hidden, list) else []
    terms, innocent = _part(lexicon, f"{where}.terms", entry.get("terms", []))
    for term in terms:
        words.put(term, TERM, name)
        if hidden is True or term in hidden_terms:
            for spelling, kind in variants(term):
                words.put(spelling, TERM, name, kind)
    for term in (*innocent, *_words(where, "innocent", entry.get("innocent", []))):
        words.put(term, INNOCENT, name)
    for field_ in ("chains", "innocent_chains"):
        for number, chain in enumerate(entry.get(field_, [])):
            words.chains.append(_chain(lexicon, words, f"{where}.{field_}[{number}]", name, chain, field_ != "chains"))


def _chain(lexicon: Lexicon, words: WordPass, where: str, feature: str, raw: Any, innocent: bool) -> Chain:
    if not isinstance(raw, dict) or not isinstance(raw.get("parts"), list) or len(raw["parts"]) < 2:
        raise LexiconError(f"{where}: 应写成 {{parts: [[…], […]], gap: 数}}")
    if unknown := set(raw) - _CHAIN_FIELDS:
        raise LexiconError(f"{where}: 不认识的字段 {'、'.join(sorted(unknown))}；可用：{'、'.join(sorted(_CHAIN_FIELDS))}")
    gap = raw.get("gap", 4)
    if isinstance(gap, bool) or not isinstance(gap, int) or gap < 0:
        raise LexiconError(f"{where}.gap: 写的是 {gap!r}，应为 0 或更大的整数")
    if raw.get("any_order") and len(raw["parts"]) != 2:
        raise LexiconError(f"{where}.any_order: 只用于两部分的链")
    groups = tuple(words.group(_part(lexicon, f"{where}.parts[{n}]", terms)) for n, terms in enumerate(raw["parts"]))
    return Chain(feature, groups, gap, bool(raw.get("cross")), bool(raw.get("any_order")), innocent, bool(raw.get("tight")))


def _part(lexicon: Lexicon, where: str, terms: Any) -> _Group:
    """The words of a part, classes put in for their names."""
    words: list[str] = []
    innocent: list[str] = []
    if not isinstance(terms, list):
        raise LexiconError(f"{where}: 应为列表")
    for term in terms:
        if str(term).startswith("@"):
            if str(term)[1:] not in lexicon.classes:
                raise LexiconError(f"{where}: 没有词类 {term}；已有：{'、'.join('@' + name for name in sorted(lexicon.classes))}")
            words += lexicon.classes[str(term)[1:]][0]
            innocent += lexicon.classes[str(term)[1:]][1]
        else:
            words += _words(where, "", [term])
    return tuple(dict.fromkeys(words)), tuple(dict.fromkeys(innocent))


def _words(where: str, name: str, terms: Any, plain: bool = True) -> list[str]:
    place = f"{where}.{name}" if name else where
    if not isinstance(terms, list):
        raise LexiconError(f"{place}: 应为列表")
    if not plain:
        return list(map(str, terms))
    found = []
    for term in map(str, terms):
        folded = fold(term).text
        if folded != term:
            raise LexiconError(f"{place}: “{term}” 应写成规范形式 “{folded}”（简体、小写、无空格标点）")
        if not term:
            raise LexiconError(f"{place}: 有空词")
        found.append(term)
    return list(dict.fromkeys(found))


@cache
def lexicon() -> Lexicon:
    """The lists shipped with the classifiers, compiled once."""
    return load(FOLDER)
