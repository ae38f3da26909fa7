"""Judge one page: read it, fire the rules, add up, cap, and say what was seen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from classifiers import engine, outcome
from classifiers.engine import Fired, Rule
from classifiers.judgement import HIGH, LOW, MEDIUM, Judgement, band_of
from classifiers.page import PageInput
from classifiers.reader import read
from classifiers.reading import Reading
from evidence.records import Band, Kind

_CEILING = {"low": MEDIUM - 1, "none": LOW - 1}


def judge(given: PageInput, facts: Mapping[str, Any] | None = None, draft: Rule | None = None) -> Judgement:
    """The judgement of a page; deterministic, bounded in time by the length of the page, never raises for bad pages.

    `draft` is judged with as if it were among the rules, in place of the rule of its name if there is one.
    """
    reading = Reading(read(given), facts)
    fired = _fired(reading, draft)
    scores = {kind: _score(fired, kind) for kind in ("ad", "site")}
    # A page that poses as the state's service and sells beside it is a fake site first.
    kind: Kind = "fake_site" if scores["site"] > scores["ad"] or scores["site"] >= HIGH else "ad"
    score = scores["site" if kind == "fake_site" else "ad"]
    band = band_of(score)
    if band == "none":
        kind = "none"
    relevant = _relevant(fired, kind)
    findings = tuple(f.finding for f in sorted(relevant, key=lambda f: (-f.rule.weight, f.rule.name)))
    return Judgement(
        kind=kind, band=band, score=round(score, 1), findings=findings, mirrored=outcome.mirrored(reading),
        role=outcome.role(reading, fired), scope=outcome.scope(reading, relevant), undecidable=outcome.undecidable(reading, band),
        imitates=outcome.imitates(reading, fired) if kind == "fake_site" else "",
        contacts=outcome.contacts(reading, selling=kind == "ad" and score >= MEDIUM), links=outcome.links(reading, kind),
    )  # fmt: skip


def _fired(reading: Reading, draft: Rule | None = None) -> list[Fired]:
    """The rules that hold: those that accuse, and, where any does, those that speak against the same."""
    accusing, against = engine.rules_by_side(draft)
    fired = [f for f in (engine.fire(rule, reading) for rule in accusing) if f is not None]
    kinds = {f.rule.kind for f in fired}
    answers = (engine.fire(rule, reading) for rule in against if kinds and (rule.applies in kinds or rule.applies == "both"))
    return fired + [f for f in answers if f is not None]


def _score(fired: list[Fired], kind: str) -> float:
    """Weights of one kind, less what spoke against, under the lowest ceiling."""
    own = sum(f.rule.weight for f in fired if f.rule.kind == kind)
    if not own:
        return 0.0
    against = [f for f in fired if f.rule.kind in ("exempt", "limit") and f.rule.applies in (kind, "both")]
    score = min(100.0, own) + sum(f.rule.weight for f in against)
    ceiling = min((_CEILING[f.rule.limit] for f in against if f.rule.limit), default=100.0)
    return max(0.0, min(score, ceiling))


def _relevant(fired: list[Fired], kind: Kind) -> list[Fired]:
    """The rows of the score of this kind; of a page that is none, all rows (so that its silence can be explained)."""
    wanted = {"ad": "ad", "fake_site": "site", "none": "both"}[kind]
    if wanted == "both":
        return fired
    return [f for f in fired if f.rule.kind == wanted or (f.rule.kind in ("exempt", "limit") and f.rule.applies in (wanted, "both"))]


def ruleset_digest() -> str:
    """SHA-256 over everything that decides a judgement: rules, lexicons, the code of this package, adjusted weights."""
    digest = _shipped_digest().copy()
    for name, weight in sorted(engine.adjusted().items()):
        digest.update(f"{name}={weight}\0".encode())
    return digest.hexdigest()


@cache
def _shipped_digest() -> hashlib._Hash:
    folder, digest = Path(__file__).parent, hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".py", ".yml", ".tsv") and "__pycache__" not in p.parts):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest


def bands() -> tuple[Band, ...]:
    """Bands from worst to none."""
    return ("high", "medium", "low", "none")
