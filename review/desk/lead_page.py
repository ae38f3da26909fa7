"""What a lead's page shows: everything that speaks for and against it, in plain rows for the template."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from classifiers.register import register
from evidence.archive import ArchiveError, Vault
from evidence.records import Artifact, Capture, Finding, Verdict
from evidence.store import Store
from exports import dossier, quoting
from exports.masking import mask
from exports.wording import PROFILES
from review import clock, decisions
from review.console import KIND_LABELS
from review.desk import doubts, site_facts
from review.desk.pivots import Alike, Pivot, alike, pivots

_KINDS_OF_SHOT = ("screenshot-full", "screenshot-first")


@dataclass(frozen=True, slots=True)
class Reason:
    """A finding as a person reads it: words before, the quote itself, words after."""

    sentence: str
    weight: float
    rule: str
    before: str
    quote: str
    after: str
    where: str


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of a page: where it is served, of which capture; `read` is what was read from its pictures and codes."""

    capture: str
    artifact: str
    at: str
    url: str
    read: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pane:
    """One way of looking (desktop, phone, from search): the suspect page and, for a fake, the official one."""

    profile: str
    label: str
    suspect: Shot
    official: Shot | None


@dataclass(slots=True)
class LeadPage:
    """The whole page."""

    told: dossier.Dossier
    kind: str
    reasons: list[Reason] = field(default_factory=list)
    against: list[Reason] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    panes: list[Pane] = field(default_factory=list)
    facts: list[site_facts.Told] = field(default_factory=list)
    pivots: list[Pivot] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)
    gang: Any = None
    ties: list[Any] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)
    assigned: str = ""
    people: list[str] = field(default_factory=list)
    moves: list[tuple[str, str]] = field(default_factory=list)
    seen: str = ""
    problems: list[str] = field(default_factory=list)


def build(store: Store, vault: Vault, lead_id: str) -> LeadPage:
    """The page of one lead; NotStored or DossierError when there is none."""
    told = dossier.load(store, lead_id)
    page = LeadPage(told, KIND_LABELS.get(told.lead.kind, told.lead.kind))
    readings, keep = _readings(vault, told.capture, page), tuple(c.value for c in told.contacts)
    for finding in told.verdict.findings:
        (page.reasons if finding.weight > 0 else page.against).append(_reason(finding, readings, keep))
    page.doubts = doubts.of(store, told)
    page.panes = _panes(store, told)
    page.facts = site_facts.told(told.facts)
    page.pivots = pivots(store, told)
    page.alike = alike(page.pivots)
    page.gang = store.one("SELECT g.* FROM gangs g JOIN gang_members m ON m.gang = g.id WHERE m.lead = ?", lead_id)
    if page.gang is not None:
        page.ties = store.rows("SELECT * FROM gang_ties WHERE gang = ? ORDER BY place LIMIT 8", page.gang["id"])
    page.notes = store.rows("SELECT * FROM notes WHERE lead = ? ORDER BY at, id", lead_id)
    page.assigned = next((n["assigned"] for n in reversed(page.notes) if n["assigned"]), "")
    page.people = [r["name"] for r in store.rows("SELECT name FROM desk_users WHERE disabled = 0 AND role <> 'viewer' ORDER BY name")]
    page.moves = [(move, decisions.MOVE_LABELS[move]) for move in decisions.allowed(told.state)]
    page.seen = decisions.last_decision(store, lead_id)
    return page


def _readings(vault: Vault, capture: Capture, page: LeadPage) -> list[str]:
    source = capture.artifact("dom") or capture.artifact("body")
    if source is None:
        return []
    try:
        return quoting.decoded(vault.decoded(source))
    except ArchiveError as problem:
        page.problems.append(f"网页原文读不出来：{problem}")
        return []


def _reason(finding: Finding, readings: list[str], keep: tuple[str, ...]) -> Reason:
    before, after = quoting.around(readings, finding)
    around = quoting.AROUND
    return Reason(hidden(finding.sentence, keep), finding.weight, finding.rule, hidden(before, keep)[-around:],
                  hidden(quoting.plain(finding.quote), keep), hidden(after, keep)[:around], finding.where)


def hidden(text: str, keep: tuple[str, ...] = ()) -> str:
    """Personal data masked, as everywhere a person looks."""
    return mask(text, keep).text


def _panes(store: Store, told: dossier.Dossier) -> list[Pane]:
    """For each way of looking the newest picture of the page, beside the official page seen the same way."""
    said = {v.capture: v for v in told.verdicts}
    newest: dict[str, Capture] = {}
    for capture in sorted(told.captures, key=lambda c: c.started):
        if _picture(capture) is not None:
            newest[capture.profile] = capture
    official = _official(store, told.verdict.imitates) if told.lead.kind == "fake_site" and newest else {}
    found = []
    for profile, label in PROFILES.items():
        if profile in newest:
            beside = official.get(profile) or official.get("desktop") or next(iter(official.values()), None)
            found.append(Pane(profile, label, _shot(newest[profile], said.get(newest[profile].id)),
                              _shot(beside, None) if beside else None))
    return found


def _shot(capture: Capture, verdict: Verdict | None) -> Shot:
    picture = _picture(capture)
    assert picture is not None
    read = []
    if verdict is not None:
        keep = tuple(c.value for c in verdict.contacts)
        read = [f"图中文字：{hidden(f.quote, keep)}" for f in verdict.findings if f.where.startswith("image") and f.quote]
        read += [f"二维码：{c.value}" for c in verdict.contacts if c.type == "qr"]
    return Shot(capture.id, picture.name, clock.local(capture.started), capture.url, tuple(dict.fromkeys(read)))


def _picture(capture: Capture) -> Artifact | None:
    found = (capture.artifact(name) for name in _KINDS_OF_SHOT)
    return next((a for a in found if a is not None and a.media_type.startswith("image/")), None)


def _official(store: Store, imitates: str) -> dict[str, Capture]:
    """Newest pictured captures of the imitated service by profile, when it was ever taken with the browser."""
    found: dict[str, Capture] = {}
    for host in _hosts(imitates):
        for row in store.rows("SELECT c.id FROM captures c WHERE c.host = ? AND c.means = 'browser' AND c.outcome = 'ok' "
                              "ORDER BY c.started DESC LIMIT 6", host):
            capture = store.capture(row["id"])
            if _picture(capture) is not None:
                found.setdefault(capture.profile, capture)
        if found:
            break
    return found


def _hosts(imitates: str) -> list[str]:
    """Hosts the imitated service may answer at: the name itself, or those of the official system or body of that name."""
    known = register()
    hosts = [s.host for s in known.systems if imitates in s.titles]
    return [imitates, *hosts, *(h for b in known.bodies if imitates in b.names for h in b.hosts)] if imitates else []
