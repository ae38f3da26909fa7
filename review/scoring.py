"""The demo's own score: leads against the truth table. The only module that reads the truth, after everything else is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from evidence import ids
from evidence.store import Store
from review.leads import QUEUED


class TruthError(Exception):
    """A truth table that cannot be read; the message names file and entry."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What one subject of the demo web is. `subject` is a host, or a URL for one page on somebody's host."""

    subject: str
    kind: str
    kind_of: str
    note: str

    @property
    def is_page(self) -> bool:
        """Whether one page is meant rather than a whole host."""
        return "://" in self.subject


@dataclass(slots=True)
class Score:
    """Expected against found, by subject, at medium or above. Lists name what is missing or wrongly accused."""

    expected: dict[str, int] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    missed: list[Truth] = field(default_factory=list)
    accused: list[Truth] = field(default_factory=list)
    decoys: int = 0
    unseen_decoys: list[Truth] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    by_class: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def perfect(self) -> bool:
        """Everything found, nobody accused."""
        return not (self.missed or self.accused or self.unknown)


def load(folder: Path) -> list[Truth]:
    """Every entry of `folder/*.yml`; TruthError for a bad one."""
    entries: list[Truth] = []
    for path in sorted(folder.glob("*.yml")):
        for number, row in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")) or []):
            try:
                entries.append(Truth(str(row["subject"]), str(row["kind"]), str(row["class"]), str(row.get("note", ""))))
            except (KeyError, TypeError) as problem:
                raise TruthError(f"{path}: entry {number + 1}: needs subject, kind, class ({problem})") from problem
    if not entries:
        raise TruthError(f"{folder}: no truth table")
    return entries


def score(store: Store, truths: list[Truth]) -> Score:
    """Count the leads of `store` against `truths`."""
    result = Score()
    leads = [dict(r) for r in store.rows("SELECT kind, subject, scope, band, url FROM v_leads")]
    queued = [lead for lead in leads if lead["band"] in QUEUED]
    captured = {ids.url_key(r["url"]) for r in store.rows("SELECT DISTINCT url FROM captures WHERE outcome IN ('ok','partial')")}
    hosts = {r["host"] for r in store.rows("SELECT DISTINCT host FROM captures WHERE outcome IN ('ok','partial')")}
    for truth in truths:
        hits = [lead for lead in queued if _meant(truth, lead)]
        if truth.kind in {"ad", "fake_site"}:
            good = any(lead["kind"] == truth.kind for lead in hits)
            result.expected[truth.kind] = result.expected.get(truth.kind, 0) + 1
            result.found[truth.kind] = result.found.get(truth.kind, 0) + good
            got, of = result.by_class.get(truth.kind_of, (0, 0))
            result.by_class[truth.kind_of] = (got + good, of + 1)
            if not good:
                result.missed.append(truth)
            continue
        result.decoys += 1
        if hits:
            result.accused.append(truth)
        seen = ids.url_key(truth.subject) in captured if truth.is_page else truth.subject in hosts
        if not seen:
            result.unseen_decoys.append(truth)
    result.unknown = sorted({lead["subject"] for lead in queued if not any(_meant(t, lead) for t in truths)})
    return result


def _meant(truth: Truth, lead: dict[str, Any]) -> bool:
    """Whether a lead accuses this subject: a page entry by its page, a host entry by anything on the host."""
    if truth.is_page:
        return "://" in lead["subject"] and ids.url_key(lead["subject"]) == ids.url_key(truth.subject)
    subject = str(lead["subject"])
    return (ids.host_of(subject) if "://" in subject else subject) == truth.subject
