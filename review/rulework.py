"""What analysts do with rules: try a draft on everything stored, see which words sellers newly use, fit weights to decisions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from classifiers import Judgement, judge
from classifiers.engine import Rule, adjust, adjusted, rules
from classifiers.fitting import logistic
from classifiers.reader import read
from classifiers.reading import OWN_REGIONS, Reading
from classifiers.wording import shipped
from evidence.archive import ArchiveError, Vault
from evidence.home import Home
from evidence.records import Capture
from evidence.store import Store
from review.judging import facts_of, page_of

LEAST_DECISIONS = 20
_OFTENER = 4  # times as common with sellers as with others
_HELD = 100.0  # a weight of 100 points is one unit to the fit
_PULL = 0.5  # how strongly weights are held to what they were: few decisions move them little
_LATEST = """SELECT c.id FROM captures c JOIN verdicts v ON v.capture = c.id
    WHERE c.outcome IN ('ok', 'partial') AND c.started = (SELECT max(started) FROM captures o WHERE o.url = c.url
      AND o.outcome IN ('ok', 'partial') AND EXISTS (SELECT 1 FROM verdicts w WHERE w.capture = o.id))
    GROUP BY c.id ORDER BY c.id"""
_LABELLED = """SELECT state IN ('confirmed', 'released') AS guilty, verdict FROM v_leads
    WHERE state IN ('confirmed', 'released', 'dismissed', 'revoked') ORDER BY id"""
_SELLERS = """SELECT capture FROM v_leads
    WHERE kind = 'ad' AND (state IN ('confirmed', 'released') OR (band = 'high' AND state = 'new'))"""


@dataclass(frozen=True, slots=True)
class Change:
    """A stored page that a draft judges otherwise, and the draft's reason, "" when it does not hold there itself."""

    url: str
    before: Judgement
    after: Judgement
    reason: str


@dataclass(frozen=True, slots=True)
class Company:
    """A piece of wording, with how many known sellers' pages and other pages show it."""

    text: str
    sellers: int
    others: int


@dataclass(frozen=True, slots=True)
class Refit:
    """Proposed weights: rule → (now, proposed, guilty leads it fired on, innocent ones), and what they were learnt from."""

    weights: dict[str, tuple[float, float, int, int]]
    guilty: int
    innocent: int
    right_before: int
    right_after: int


def use_own_weights(home: Home) -> None:
    """Take the installation's accepted weights; RuleError when the file is wrong."""
    adjust(_read(home.weights))


def _read(path: Path) -> dict[str, float]:
    from classifiers.engine import RuleError

    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return {str(name): float(weight) for name, weight in raw.get("weights", {}).items()}
    except (yaml.YAMLError, AttributeError, TypeError, ValueError) as problem:
        raise RuleError(f"{path}：应为 weights: 下每行“规则: 权重”；改正它，或删去后使用随附权重（{problem}）") from problem


def stored_pages(store: Store) -> Iterator[tuple[Capture, Any]]:
    """The latest judged capture of every address with its page, or the ArchiveError that says why it cannot be read."""
    vault = Vault(store.home)
    for row in store.rows(_LATEST):
        capture = store.capture(row["id"])
        try:
            yield capture, page_of(vault, capture)
        except ArchiveError as problem:
            yield capture, problem


def try_rule(store: Store, draft: Rule) -> tuple[list[Change], int, list[str]]:
    """(changes, pages looked at, pages that could not be read) of one draft over everything stored; nothing is written."""
    changes, looked, unread = [], 0, []
    for capture, page in stored_pages(store):
        if isinstance(page, ArchiveError):
            unread.append(f"{capture.url}：{page}")
            continue
        looked += 1
        facts = facts_of(store, capture)
        before, after = judge(page, facts), judge(page, facts, draft)
        if (before.band, before.kind, before.score) != (after.band, after.kind, after.score):
            own = next((f.sentence for f in after.findings if f.rule == draft.name), "")
            changes.append(Change(capture.url, before, after, own))
    return changes, looked, unread


def drift(store: Store, least: int = 2, shown: int = 60) -> tuple[list[Company], int, int]:
    """Pieces of wording (2–6 Han) that keep company with known sellers and that the wording model does not know yet.

    Sellers are leads that people confirmed, or high ones nobody has looked at; all other judged pages are the others.
    """
    sellers: Counter[str] = Counter()
    others: Counter[str] = Counter()
    totals = [0, 0]
    known = shipped().pieces
    guilty = {r["capture"] for r in store.rows(_SELLERS)}
    for capture, page in stored_pages(store):
        if isinstance(page, ArchiveError):
            continue
        bad = capture.id in guilty
        totals[0 if bad else 1] += 1
        (sellers if bad else others).update(_phrases(page))
    found = [Company(text, n, others[text]) for text, n in sellers.items()
             if n >= least and n * totals[1] > _OFTENER * others[text] * totals[0] and not _known(text, known)]
    found.sort(key=lambda c: (-c.sellers, c.others, -len(c.text), c.text))
    kept: list[Company] = []
    for one in found:
        if not any(one.text in other.text and one.sellers <= other.sellers for other in kept):
            kept.append(one)
        if len(kept) == shown:
            break
    return kept, totals[0], totals[1]


def _known(text: str, known: Mapping[str, tuple[float, float]]) -> bool:
    """Whether the wording model has weighed every pair of the text already."""
    return all(text[i:i + 2] in known for i in range(len(text) - 1))


def _phrases(page: Any) -> set[str]:
    reading = Reading(read(page))
    soft = reading.folded.soft
    text = "\n".join(soft[b.start:b.end] for b in reading.page.blocks if b.region in OWN_REGIONS)[:6000]
    found: set[str] = set()
    for run in re.findall(r"[\u4e00-\u9fff]{2,}", text):
        found.update(run[at:at + size] for size in range(2, 7) for at in range(len(run) - size + 1))
    return found


def refit(store: Store) -> Refit:
    """Weights that people's decisions speak for. ValueError when there are too few decisions of either kind."""
    labelled = store.rows(_LABELLED)
    truth = [bool(row["guilty"]) for row in labelled]
    guilty = sum(truth)
    if guilty < LEAST_DECISIONS or len(labelled) - guilty < LEAST_DECISIONS:
        raise ValueError(f"已确认 {guilty} 条、已排除 {len(labelled) - guilty} 条：各需至少 {LEAST_DECISIONS} 条才能调整权重")
    adjustable = [rule for rule in rules() if rule.weight]
    column = {rule.name: n for n, rule in enumerate(adjustable)}
    rows, fired = [], []
    for row in labelled:
        names = {r["rule"] for r in store.rows("SELECT DISTINCT rule FROM findings WHERE verdict = ?", row["verdict"])}
        rows.append({column[name]: 1.0 for name in names if name in column})
        fired.append(names)
    prior = [rule.weight / _HELD * 4 for rule in adjustable]  # 50 points, the bar of the queue, is two log-odds
    fit = logistic(rows, truth, len(column), strength=_PULL / len(rows) ** 0.5, prior=prior, bias=-2.0, steps=2000,
                   free_bias=False, balanced=False)
    proposed = {}
    for rule in adjustable:
        weight = round(float(fit.weights[column[rule.name]]) * _HELD / 4)
        weight = max(0, min(100, weight)) if rule.weight > 0 else min(0, max(-100, weight))
        bad = sum(rule.name in names for names, is_bad in zip(fired, truth, strict=True) if is_bad)
        good = sum(rule.name in names for names, is_bad in zip(fired, truth, strict=True) if not is_bad)
        if bad + good and weight != rule.weight:
            proposed[rule.name] = (rule.weight, float(weight), bad, good)
    now = {rule.name: rule.weight for rule in adjustable}
    then = now | {name: new for name, (_, new, _, _) in proposed.items()}
    right = [sum((sum(w.get(n, 0) for n in names) >= 50) == bad for names, bad in zip(fired, truth, strict=True)) for w in (now, then)]
    return Refit(proposed, guilty, len(labelled) - guilty, *right)


def accept(home: Home, found: Refit, at: str) -> Path:
    """Write the proposed weights as the installation's own; the next run judges everything again with them."""
    path = home.weights
    weights = dict(adjusted()) | {name: new for name, (_, new, _, _) in found.weights.items()}
    text = (f"# 由研判台的决定拟合：确认 {found.guilty} 条，排除 {found.innocent} 条。删去本文件即恢复随附权重。\n"
            + yaml.safe_dump({"dated": at, "weights": weights}, allow_unicode=True, sort_keys=True))
    path.write_text(text, encoding="utf-8")
    adjust(weights)
    return path
