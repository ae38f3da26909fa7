"""Everything stored about one lead, in one frozen structure: what every export is made from.

A dossier only reads. Two calls on an unchanged store give equal dossiers, whatever the clock says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from evidence import ids
from evidence.records import (
    Artifact,
    Capture,
    Check,
    Contact,
    CustodyEvent,
    Decision,
    Lead,
    Package,
    Sighting,
    SiteFact,
    Verdict,
)
from evidence.store import Store
from evidence.timestamps import Token, tokens

MAX_STEPS = 12  # an entry path longer than this is a circle


class DossierError(Exception):
    """A lead that cannot be told; the message says why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way to a page. `kind`: search (a result page and the hit on it) · page (a page that
    led on by link or QR code) · given (an address somebody gave). `capture` is None when nothing was kept."""

    kind: str
    url: str
    capture: Capture | None = None
    sighting: Sighting | None = None
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """The run a capture was made in, with the environment recorded at its start."""

    id: str
    kind: str
    day: str
    started: str
    environment: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dossier:
    """One lead with all that stands behind it. `verdict` is the strongest current one, `capture` the
    page it was passed on; `captures` are all pages tied to the lead, that one first."""

    lead: Lead
    state: str
    verdict: Verdict
    capture: Capture
    verdicts: tuple[Verdict, ...]
    captures: tuple[Capture, ...]
    facts: tuple[SiteFact, ...]
    entry: tuple[Step, ...]
    decisions: tuple[Decision, ...]
    checks: tuple[Check, ...]
    packages: tuple[Package, ...]
    runs: tuple[Run, ...]
    custody: tuple[CustodyEvent, ...]
    tokens: tuple[Token, ...] = ()
    contact_policy: str = "show"

    @property
    def host(self) -> str:
        """The host of the accused page."""
        return ids.host_of(self.capture.url)

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """Every contact in any verdict on the lead, each once, the deciding verdict's first."""
        found: dict[tuple[str, str], Contact] = {}
        for verdict in (self.verdict, *self.verdicts):
            for contact in verdict.contacts:
                found.setdefault((contact.type, contact.value), contact)
        return tuple(found.values())

    def shot(self, profile: str = "", name: str = "screenshot-first") -> tuple[Capture, Artifact] | None:
        """The first picture called `name` of a capture with `profile` (any when ""), or None."""
        for capture in self.captures:
            artifact = capture.artifact(name)
            if artifact and profile in {"", capture.profile}:
                return capture, artifact
        return None

    def fact(self, kind: str) -> SiteFact | None:
        """The newest fact of a kind that holds something, or None: absence is "unknown", never "clean"."""
        return next((f for f in self.facts if f.kind == kind and f.ok), None)


def load(store: Store, lead_id: str, contacts: str = "show") -> Dossier:
    """The dossier of one lead; NotStored when there is no such lead, DossierError when nothing stands behind it.

    `contacts` says whether the sellers' contacts are shown or masked in what is made from it.
    """
    lead = store.lead(lead_id)
    row = store.one("SELECT b.verdict, s.state FROM v_lead_best b JOIN v_lead_state s ON s.lead = b.lead "
                    "WHERE b.lead = ?", lead_id)
    if row is None:
        raise DossierError(f"线索 {lead_id} 没有任何研判结果，无从导出；先运行 dajia judge")
    verdicts = _verdicts(store, lead_id)
    verdict = store.verdict(row["verdict"])
    best = store.capture(verdict.capture)
    captures = _captures(store, best, verdicts)
    entry = tuple(entry_path(store, best))
    hosts = dict.fromkeys(ids.host_of(c.url) for c in captures)
    facts = tuple(f for host in hosts for f in store.site_facts(host))
    way = [s.capture.id for s in entry if s.capture]  # result pages and the pages that led on: their records are packaged too
    warcs = sorted({a.warc for c in captures for a in c.artifacts})
    return Dossier(
        lead=lead, state=row["state"], verdict=verdict, capture=best, verdicts=verdicts, captures=captures, facts=facts,
        entry=entry, decisions=tuple(store.decisions(lead_id)), checks=_checks(store, lead_id),
        packages=_packages(store, lead_id), runs=_runs(store, captures),
        custody=_custody(store, lead_id, [*(c.id for c in captures), *way], hosts,
                         warcs),
        tokens=tuple(t for warc in warcs for t in tokens(store.db, "warc", warc)), contact_policy=contacts)


def entry_path(store: Store, capture: Capture) -> Iterator[Step]:
    """How `capture` was reached, first step first; the page itself is not a step."""
    steps: list[Step] = []
    why, origin, seen = capture.why, capture.origin, {capture.id}
    while origin and origin not in seen and len(steps) < MAX_STEPS:
        seen.add(origin)
        step = _step(store, why, origin)
        if step is None:
            break
        steps.append(step)
        why, origin = (step.capture.why, step.capture.origin) if step.kind == "page" and step.capture else ("", "")
    if not steps:
        steps.append(Step("given", capture.asked_url))
    yield from reversed(steps)


def _step(store: Store, why: str, origin: str) -> Step | None:
    sighting = store.one("SELECT * FROM sightings WHERE id = ?", origin)
    if sighting is not None:
        hit = Sighting(**(dict(sighting) | {"paid": bool(sighting["paid"])}))
        serp = store.capture(hit.serp_capture) if _has(store, "captures", hit.serp_capture) else None
        return Step("search", serp.url if serp else hit.link, serp, hit)
    if _has(store, "verdicts", origin):
        verdict = store.verdict(origin)
        page = store.capture(verdict.capture)
        return Step("page", page.url, page, None, why)
    if _has(store, "captures", origin):
        page = store.capture(origin)
        return Step("page", page.url, page, None, why)
    return None


def _has(store: Store, table: str, record: str) -> bool:
    return bool(record) and store.one(f"SELECT 1 FROM {table} WHERE id = ?", record) is not None


def _verdicts(store: Store, lead: str) -> tuple[Verdict, ...]:
    """The newest verdict on each capture of the lead, strongest first."""
    rows = store.rows(
        "SELECT verdict FROM (SELECT lv.verdict, v.score, v.at, row_number() OVER (PARTITION BY v.capture "
        "ORDER BY v.at DESC, v.id DESC) AS age FROM lead_verdicts lv JOIN verdicts v ON v.id = lv.verdict "
        "WHERE lv.lead = ?) WHERE age = 1 ORDER BY score DESC, at DESC, verdict DESC", lead)
    return tuple(store.verdict(r["verdict"]) for r in rows)


def _captures(store: Store, best: Capture, verdicts: Iterable[Verdict]) -> tuple[Capture, ...]:
    """The best capture, then the others by address likeness and time; browser captures of a page stand together."""
    others = [store.capture(v.capture) for v in verdicts if v.capture != best.id]
    others.sort(key=lambda c: (_key(c.url) != _key(best.url), c.means != "browser", c.started))
    return (best, *others)


def _key(url: str) -> str:
    try:
        return ids.url_key(url)
    except ValueError:
        return url


def _checks(store: Store, lead: str) -> tuple[Check, ...]:
    return tuple(Check(**dict(r)) for r in store.rows("SELECT * FROM checks WHERE lead = ? ORDER BY at, id", lead))


def _packages(store: Store, lead: str) -> tuple[Package, ...]:
    return tuple(Package(**dict(r)) for r in store.rows("SELECT * FROM packages WHERE lead = ? ORDER BY at, id", lead))


def _runs(store: Store, captures: Iterable[Capture]) -> tuple[Run, ...]:
    found = []
    for run in dict.fromkeys(c.run for c in captures):
        row = store.one("SELECT id, kind, day, at, environment FROM runs WHERE id = ?", run)
        if row is not None:
            found.append(Run(row["id"], row["kind"], row["day"], row["at"], json.loads(row["environment"])))
    return tuple(found)


def _custody(
    store: Store, lead: str, captures: Iterable[str], hosts: Iterable[str], warcs: Iterable[str],
) -> tuple[CustodyEvent, ...]:
    wanted = {("lead", lead), *(("capture", c) for c in captures), *(("site", h) for h in hosts),
              *(("warc", w) for w in warcs)}
    found = []
    for kind, subject in sorted(wanted):
        for row in store.rows("SELECT seq, at, event, subject_kind, subject_id, digest, actor, detail, prev, hash "
                              "FROM all_custody WHERE subject_kind = ? AND subject_id = ?", kind, subject):
            values = dict(row)
            found.append(CustodyEvent(**(values | {"detail": json.loads(values["detail"])})))
    return tuple(sorted(found, key=lambda e: e.seq))
