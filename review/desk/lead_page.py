"""What a lead's page shows: everything that speaks for and against it, in plain rows for the template."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from evidence.archive import ArchiveError, Vault
from evidence.records import Artifact, Capture, Finding
from evidence.store import Store
from exports import dossier, quoting
from exports.defang import defang
from exports.masking import mask
from review import clock, decisions, links
from review.console import BAND_LABELS, KIND_LABELS

PROFILE_LABELS = {"desktop": "电脑", "mobile": "手机", "from-search": "从搜索进入"}
_MAX_SAME = 12


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
    """A picture of the page: where it is served, of which capture."""

    capture: str
    artifact: str
    label: str
    at: str
    url: str


@dataclass(slots=True)
class LeadPage:
    """The whole page."""

    told: dossier.Dossier
    state: str
    band: str
    kind: str
    reasons_for: list[Reason] = field(default_factory=list)
    reasons_against: list[Reason] = field(default_factory=list)
    shots: list[Shot] = field(default_factory=list)
    official: list[Shot] = field(default_factory=list)
    pivots: list[Any] = field(default_factory=list)
    gang: Any = None
    ties: list[Any] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)
    moves: list[tuple[str, str]] = field(default_factory=list)
    seen: str = ""
    problems: list[str] = field(default_factory=list)


def build(store: Store, vault: Vault, lead_id: str) -> LeadPage:
    """The page of one lead; NotStored or DossierError when there is none."""
    told = dossier.load(store, lead_id)
    page = LeadPage(told, told.state, BAND_LABELS.get(told.verdict.band, told.verdict.band),
                    KIND_LABELS.get(told.lead.kind, told.lead.kind))
    readings, keep = _readings(vault, told.capture, page), tuple(c.value for c in told.contacts)
    for finding in told.verdict.findings:
        (page.reasons_for if finding.weight > 0 else page.reasons_against).append(_reason(finding, readings, keep))
    page.shots = [shot for capture in told.captures for shot in _shots(capture)]
    page.official = _official(store, told.verdict.imitates)
    page.pivots = _pivots(store, told)
    page.gang = store.one("SELECT g.* FROM gangs g JOIN gang_members m ON m.gang = g.id WHERE m.lead = ?", lead_id)
    if page.gang is not None:
        page.ties = store.rows("SELECT * FROM gang_ties WHERE gang = ? ORDER BY place LIMIT 12", page.gang["id"])
    page.notes = store.rows("SELECT * FROM notes WHERE lead = ? ORDER BY at, id", lead_id)
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
    return Reason(_hidden(finding.sentence, keep), finding.weight, finding.rule, _hidden(before, keep)[-around:],
                  _hidden(quoting.plain(finding.quote), keep), _hidden(after, keep)[:around], finding.where)


def _hidden(text: str, keep: tuple[str, ...] = ()) -> str:
    """Personal data masked, as everywhere a person looks."""
    return mask(text, keep).text


def _shots(capture: Capture) -> list[Shot]:
    label = PROFILE_LABELS.get(capture.profile, capture.profile)
    return [Shot(capture.id, a.name, label + ("（首屏）" if a.name.endswith("first") else "（整页）"),
                 clock.local(capture.started), capture.url)
            for a in _pictures(capture)]


def _pictures(capture: Capture) -> list[Artifact]:
    return [a for a in capture.artifacts if a.name.startswith("screenshot") and a.media_type.startswith("image/")]


def _official(store: Store, imitates: str) -> list[Shot]:
    """Pictures of the imitated service, when it was ever captured with the browser."""
    if not imitates:
        return []
    rows = store.rows("SELECT id FROM captures WHERE host = ? AND means = 'browser' AND outcome = 'ok' "
                      "ORDER BY started DESC LIMIT 2", imitates)
    return [shot for row in rows for shot in _shots(store.capture(row["id"]))]


def _pivots(store: Store, told: dossier.Dossier) -> list[Any]:
    """Other leads that show the same contact."""
    found = []
    for contact in told.contacts[:40]:
        rows = store.rows("SELECT DISTINCT l.id, l.subject, l.kind FROM contacts k JOIN lead_verdicts lv ON lv.verdict = k.verdict "
                          "JOIN leads l ON l.id = lv.lead WHERE k.type = ? AND k.value = ? AND l.id <> ? LIMIT ?",
                          contact.type, contact.value, told.lead.id, _MAX_SAME)
        found.append({"label": links.TYPE_LABELS.get(contact.type, contact.type), "value": contact.value, "others": rows})
    return found


def shown_address(url: str) -> str:
    """An address that nothing turns into a link."""
    return defang(url)
