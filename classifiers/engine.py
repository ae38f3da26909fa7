"""Rules over features: load them from YAML, evaluate them on a reading, give the rows a score is made of.

A rule is one file, `rules/<kind>/<name>.yml`; its cases lie in `tests/classifiers/rules/<kind>/<name>.yml`
(`hits:` and `misses:`, at least five each; a case is a text, or {html: …, url: …, facts: {…}, title: …, ocr: …}).

    title: 免考出证                    # a few words for lists
    kind: ad                          # ad | site: adds to that score · exempt: takes away · limit: caps the band
    when:                             # an expression, see below
      all: [promise.no_exam, certificate.*]
      within: 60                      # letters (separators not counted) from the first to the last, in one post
    unless: {any: [role.court]}       # optional: the rule is silent when this holds anywhere on the page
    weight: 55                        # ad, site: > 0 · exempt: < 0
    limit: low                        # only kind limit: the highest band that remains (low | none)
    applies: ad                       # exempt, limit: which score (ad | site | both; default both)
    why: 页面写着“{promise.no_exam}”，同处提到“{certificate.*}”   # Chinese; {feature} = its quote, {feature:value} = its value
    references: [领域笔记 §3.1]        # where it comes from; laws by name and article

Expressions: a feature name (`form.query`), a family (`promise.*`), or one of
    {all: […], within: n}   every part, n letters apart at most (without `within`: anywhere in the same post)
    {any: […]}              one of the parts
    {not: part}             inside `all`: no such part within the same distance (or post)
    {count: feature, least: n}   n different features or words (distinct values, else distinct quotes) of a feature or family
Hits outside the text (host, facts) count as near everything. Hits that somebody else is quoted with
(news, warnings, questions; see features/frame.py) are not seen as the feature but as `framed.<family>`.

Scores: ad and site weights add up apart (0–100), exempt weights are added to the scores they apply to, then limits cap the band.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from classifiers.expressions import FAR, Node, Span, evaluate, needs
from classifiers.features import UnknownFeature, expand
from classifiers.reading import Reading
from classifiers.yaml_faults import broken_yaml
from evidence.records import Finding

FOLDER = Path(__file__).parent / "rules"
KINDS = ("ad", "site", "exempt", "limit")
_FIELDS = {"title", "kind", "when", "unless", "weight", "limit", "applies", "why", "references"}
# Families by what they cost, the dear last; all others are words of the one pass over the text.
_DEAR = (
    ("identity.", "facts.", "contact."), ("certificate.", "claim.", "form.", "card.", "filing.", "app."),
    ("sign.", "hint.", "grave.", "price.", "disguise.", "title."),
)  # fmt: skip
_SLOT = re.compile(r"\{([a-z_.*]+)(:value)?\}")


class RuleError(ValueError):
    """A rule cannot be used; the message names file, line or field, and the fix."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A loaded rule; `name` is "<kind>/<file>"."""

    name: str
    title: str
    kind: str
    when: Node
    unless: Node | None
    weight: float
    limit: str
    applies: str
    why: str
    references: tuple[str, ...] = field(default=())
    needs: tuple[tuple[str, ...], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that holds on a page, with its best span and the finding made of it."""

    rule: Rule
    span: Span
    finding: Finding


def load(folder: Path = FOLDER) -> tuple[Rule, ...]:
    """Every rule below `folder`, by name; raises RuleError. An empty folder is an error, not an empty rule set."""
    files = sorted(path for kind in KINDS for path in (folder / kind).glob("*.yml"))
    if not files:
        raise RuleError(f"{folder}: 没有规则文件；应为 <kind>/<name>.yml")
    return tuple(read_rule(path) for path in files)


_ADJUSTED: dict[str, float] = {}


def adjust(weights: Mapping[str, float]) -> None:
    """Use these weights instead of the shipped ones from now on (an installation's own, learnt from its decisions).

    RuleError for a rule that does not exist or a weight whose sign is not the shipped one's.
    """
    known = {rule.name: rule.weight for rule in shipped()}
    for name, weight in weights.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise RuleError(f"没有规则 {name!r}" + (f"，是不是 {near[0]}？" if near else ""))
        if weight * known[name] < 0 or abs(weight) > 100:
            raise RuleError(f"规则 {name} 的权重 {weight:g} 不对：须与原权重 {known[name]:g} 同号，绝对值不超过 100")
    _ADJUSTED.clear()
    _ADJUSTED.update(weights)
    rules.cache_clear()
    rules_by_side.cache_clear()


def adjusted() -> Mapping[str, float]:
    """The weights that differ from the shipped ones."""
    return _ADJUSTED


@cache
def shipped() -> tuple[Rule, ...]:
    """The rules that come with the classifiers, as their files say."""
    return load()


@cache
def rules() -> tuple[Rule, ...]:
    """The shipped rules, with this installation's weights."""
    return tuple(replace(rule, weight=_ADJUSTED.get(rule.name, rule.weight)) for rule in shipped())


@cache
def rules_by_side(draft: Rule | None = None) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The rules that accuse, and those that speak against accusing; with `draft` in place of its namesake."""
    every = rules() if draft is None else (*(r for r in rules() if r.name != draft.name), draft)
    return tuple(r for r in every if r.kind in ("ad", "site")), tuple(r for r in every if r.kind in ("exempt", "limit"))


def read_rule(path: Path) -> Rule:
    """One rule file; raises RuleError naming file, line or field, and the fix."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path}:1: 无法读取：{error}；应为 UTF-8 文本") from error
    except yaml.YAMLError as error:
        raise RuleError(broken_yaml(path, error)) from error
    if not isinstance(raw, dict):
        raise RuleError(f"{path}:1: 顶层应为键值（title、kind、when、weight、why…）")
    reader = _RuleReader(path, text)
    if unknown := sorted(set(map(str, raw)) - _FIELDS):
        raise reader.wrong(unknown[0], f"不认识的字段；可用：{'、'.join(sorted(_FIELDS))}")
    return reader.rule(raw)


class _RuleReader:
    """Turns parsed YAML into a rule, remembering where the file says what."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.split("\n")

    def wrong(self, word: str, message: str) -> RuleError:
        """An error at the line that holds `word`."""
        line = next((n for n, content in enumerate(self.lines, 1) if word in content), 1)
        return RuleError(f"{self.path}:{line}: {word}：{message}")

    def rule(self, raw: dict[str, Any]) -> Rule:
        kind = self._one_of(raw, "kind", KINDS)
        if self.path.parent.name in KINDS and kind != self.path.parent.name:
            raise self.wrong("kind", f"写的是 {kind}，文件却在 {self.path.parent.name}/ 下；两者要一致")
        for name in ("title", "when", "why"):
            if not raw.get(name):
                raise self.wrong(name, "缺少这个字段，或内容为空")
        limit = self._one_of(raw, "limit", ("low", "none")) if kind == "limit" else ""
        if kind in ("exempt", "limit") and "applies" in raw:
            self._one_of(raw, "applies", ("ad", "site", "both"))
        if not isinstance(raw.get("references") or [], list):
            raise self.wrong("references", "应为列表，如 [领域笔记 §3.1]")
        weight = self._weight(raw, kind)
        why, when = str(raw["why"]), self.node(raw["when"])
        for match in _SLOT.finditer(why):
            self._known(match[1])
        return Rule(
            name=f"{kind}/{self.path.stem}",
            title=str(raw["title"]),
            kind=kind,
            when=when,
            unless=self.node(raw["unless"]) if raw.get("unless") else None,
            weight=weight,
            limit=limit,
            applies=kind if kind in ("ad", "site") else str(raw.get("applies", "both")),
            why=why,
            references=tuple(map(str, raw.get("references") or ())),
            needs=tuple(sorted(needs(when), key=_dear)),
        )

    def _one_of(self, raw: dict[str, Any], name: str, allowed: tuple[str, ...]) -> str:
        value = str(raw.get(name, ""))
        if value not in allowed:
            raise self.wrong(name, f"写的是 {value!r}，应为 {' / '.join(allowed)} 之一")
        return value

    def _weight(self, raw: dict[str, Any], kind: str) -> float:
        value = raw.get("weight", 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.wrong("weight", f"写的是 {value!r}，应为数字")
        if (kind in ("ad", "site") and not 0 < value <= 100) or (kind == "exempt" and not -100 <= value < 0):
            raise self.wrong("weight", f"{value} 超出范围：ad、site 为 1 到 100，exempt 为 -100 到 -1")
        return float(value)

    def _known(self, name: str) -> str:
        try:
            expand(name)
        except UnknownFeature as error:
            raise self.wrong(name, str(error)) from error
        return name

    def _number(self, raw: dict[str, Any], name: str, otherwise: int) -> int:
        value = raw.get(name, otherwise)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.wrong(name, f"写的是 {value!r}，应为 0 或更大的整数")
        return value

    def node(self, raw: Any) -> Node:
        """An expression."""
        if isinstance(raw, str):
            return Node("feature", self._known(raw))
        if isinstance(raw, list):
            return Node("all", parts=tuple(self.node(part) for part in raw))
        if not isinstance(raw, dict):
            raise self.wrong("when", f"看不懂的条件 {raw!r}；应为特征名或 all/any/not/count")
        ops = [op for op in ("all", "any", "not", "count") if op in raw]
        if len(ops) != 1 or set(raw) - {ops[0], "within", "least"}:
            raise self.wrong(str(next(iter(raw), "when")), "条件里应恰有 all、any、not、count 之一，另可有 within、least")
        op, body = ops[0], raw[ops[0]]
        if op == "count":
            return Node("count", self._known(str(body)), least=self._number(raw, "least", 2), within=self._number(raw, "within", FAR))
        if op == "not":
            return Node("not", parts=(self.node(body),), within=self._number(raw, "within", 0))
        if not isinstance(body, list) or not body:
            raise self.wrong(op, "应为非空列表")
        return Node(op, parts=tuple(self.node(part) for part in body), within=self._number(raw, "within", FAR))  # type: ignore[arg-type]


def _dear(group: tuple[str, ...]) -> int:
    """How much it takes to look for a group of features: what settles a rule cheaply is asked first."""
    return max((place for place, names in enumerate(_DEAR) if any(name.startswith(names) for name in group)), default=-1)


def fire(rule: Rule, reading: Reading) -> Fired | None:
    """The rule's finding on a page, or None when it is silent."""
    for group in rule.needs:
        if not any(map(reading.hits, group)):
            return None
    spans = evaluate(rule.when, reading)
    if not spans or (rule.unless is not None and evaluate(rule.unless, reading)):
        return None
    span = spans[0]
    quote, start, end, where = _quote(reading, span)
    finding = Finding(rule.name, rule.weight, quote, start, end, _sentence(rule.why, reading, span), where)
    return Fired(rule, span, finding)


def _quote(reading: Reading, span: Span) -> tuple[str, int, int, str]:
    """What the finding shows: the whole span when short, else its first telling hit."""
    placed = [h for h in span.hits if h.start >= 0]
    if not placed:
        first = span.hits[0] if span.hits else None
        return (first.quote, -1, -1, first.where) if first else ("", -1, -1, "html")
    start, end = min(h.start for h in placed), max(h.end for h in placed)
    if end - start > 90 or reading.page.block_at(start).end < end:
        telling = next((h for h in placed if not h.feature.startswith(("contact.", "certificate."))), placed[0])
        start, end = telling.start, telling.end
    return reading.page.place(start, end)


def _sentence(why: str, reading: Reading, span: Span) -> str:
    def fill(match: re.Match[str]) -> str:
        wanted = expand(match[1])
        hit = next((h for h in span.hits if h.feature in wanted), None)
        if hit is None:
            near = [h for name in wanted for h in reading.hits(name) if h.unit == span.unit or h.at < 0]
            hit = near[0] if near else None
        if hit is None:
            return "…"
        return hit.value if match[2] else reading.quote(hit)[:60]

    return _SLOT.sub(fill, why)
