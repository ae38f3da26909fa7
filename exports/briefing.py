"""What one day's files tell, read from the store as it is asked for: nothing is held in memory but the lead at hand.

A lead is *new* on a day when its first verdict came from a run of that day, or it was made on that day
(in China): a job that runs past midnight shows its leads in the file of the day it began, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from evidence.archive import ArchiveError, Vault
from evidence.config import Config
from evidence.records import Artifact
from evidence.store import Store
from exports import coverage, dossier, wording
from exports.account import Account, Teller
from exports.defang import defang, line
from exports.masking import mask, mask_contact
from exports.recurrences import NEW, Recurrence, recurrences

SETTLED_DAYS = 30
CHECKED_BYTES = 512 * 1024 * 1024  # of evidence read back and compared for one day's list


@dataclass(frozen=True, slots=True)
class Row:
    """A lead in a list: `subject`, `url` and `title` are masked, defanged, bounded. `move` fields are of its newest decision."""

    id: str
    kind: str
    band: str
    score: float
    state: str
    subject: str
    title: str
    url: str
    found: str
    last_seen: str
    reviewer: str
    reason: str
    decided: str
    check: str
    packages: int
    reasons: str
    contacts: str


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One stored item behind the day's leads. `state`: 已核对 · 未核对 · or why it cannot be read."""

    lead: str
    subject: str
    capture: str
    url: str
    way: str
    at: str
    name: str
    artifact: Artifact
    state: str

    @property
    def sound(self) -> bool:
        """Whether nothing is known against it."""
        return self.state in {"已核对", "未核对"}


@dataclass
class Briefing:
    """One day's matter. `run` is the run whose coverage is told; lists are of the whole day."""

    store: Store
    vault: Vault
    run: str
    day: str
    config: Config
    untold: list[str] = field(default_factory=list)  # leads that could not be told, and why
    _unchecked: set[tuple[str, str]] = field(default_factory=set)

    @property
    def contacts(self) -> str:
        """Whether sellers' contacts are shown or masked."""
        return self.config.exports.contacts

    @cached_property
    def coverage(self) -> coverage.Coverage:
        """What was really looked at."""
        return coverage.read(self.store, self.run, self.day, self.config)

    @cached_property
    def new(self) -> list[str]:
        """Ids of the day's new leads, heaviest first."""
        return [r["id"] for r in self.store.rows(
            f"SELECT b.id FROM v_leads b WHERE b.id IN ({NEW}) ORDER BY b.score DESC, b.id", self.run, self.day, self.day)]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Leads: new high, medium and low today, all waiting for a person, settled today, released in all."""
        bands = dict.fromkeys(("high", "medium", "low", "none"), 0)
        for r in self.store.rows(f"SELECT band, count(*) AS n FROM v_leads WHERE id IN ({NEW}) GROUP BY band",
                                 self.run, self.day, self.day):
            bands[r["band"]] = r["n"]
        states = {r["state"]: r["n"] for r in self.store.rows("SELECT state, count(*) AS n FROM v_lead_state GROUP BY state")}
        today = self.store.one("SELECT count(DISTINCT lead) AS n FROM decisions WHERE date(at, '+8 hours') = ? "
                               "AND move IN ('second', 'dismiss', 'revoke')", self.day)
        return bands | {"new": len(self.new), "pending": sum(states.get(s, 0) for s in ("new", "doubtful", "confirmed")),
                        "settled_today": today["n"] if today else 0, "released": states.get("released", 0),
                        "recurred": len(self.recurrences)}

    @cached_property
    def gangs(self) -> dict[str, int]:
        """How many leads share each contact that more than one lead shows."""
        return {f"{r['type']}:{r['value']}": r["leads"] for r in self.store.rows(
            "SELECT type, value, leads FROM v_contacts WHERE leads > 1 ORDER BY leads DESC LIMIT 1000")}

    def accounts(self, leads: list[str] | None = None) -> Iterator[Account]:
        """The account of each new lead (or of those named); a lead that cannot be told is told as such."""
        teller = Teller(self.vault, self.config)
        for lead in self.new if leads is None else leads:
            try:
                yield teller.account(dossier.load(self.store, lead, self.contacts))
            except dossier.DossierError as problem:
                self.untold.append(line(str(problem), 200))

    def listed(self) -> Iterator[Row]:
        """The new leads as rows, heaviest first."""
        yield from self._rows(f"l.id IN ({NEW})", "l.score DESC, l.id", self.run, self.day, self.day)

    def pending(self) -> Iterator[Row]:
        """Every lead that waits for a person, heaviest first."""
        yield from self._rows("l.state IN ('new', 'doubtful', 'confirmed')", "l.score DESC, l.found, l.id")

    def settled(self) -> Iterator[Row]:
        """Leads decided since `SETTLED_DAYS` days before the day, newest decision first."""
        since = (date.fromisoformat(self.day) - timedelta(days=SETTLED_DAYS)).isoformat()
        yield from self._rows("l.state IN ('released', 'dismissed', 'revoked') AND date(l.decided, '+8 hours') >= ?",
                              "l.decided DESC, l.id", since)

    @cached_property
    def older_settled(self) -> int:
        """How many decided leads are too old for the list."""
        since = (date.fromisoformat(self.day) - timedelta(days=SETTLED_DAYS)).isoformat()
        row = self.store.one("SELECT count(*) AS n FROM v_lead_state WHERE state IN ('released', 'dismissed', 'revoked') "
                             "AND date(decided, '+8 hours') < ?", since)
        return int(row["n"]) if row else 0

    @cached_property
    def recurrences(self) -> list[Recurrence]:
        """Leads that came back on the day: up again, found again after they were laid aside, or under another name."""
        return recurrences(self.store, self.run, self.day, self.contacts)

    @cached_property
    def unread(self) -> dict[tuple[str, str], str]:
        """What is wrong with each stored item that cannot be read back: (capture, name) → why. Told in every file."""
        left, bad = CHECKED_BYTES, {}
        for _, _, capture in self._exhibited():
            for artifact in self.store.capture(capture).artifacts:
                left -= artifact.size
                if left < 0:
                    self._unchecked.add((capture, artifact.name))
                elif problem := self._problem(artifact):
                    bad[capture, artifact.name] = problem
        return bad

    def exhibits(self) -> Iterator[Exhibit]:
        """Every stored item behind the day's leads and behind the walls met, with how reading it back went."""
        bad = self.unread
        for lead, subject, capture in self._exhibited():
            found = self.store.capture(capture)
            way = f"{wording.MEANS.get(found.means, found.means)}·{wording.PROFILES.get(found.profile, found.profile)}"
            for artifact in found.artifacts:
                key = (capture, artifact.name)
                state = f"读不出来：{bad[key]}" if key in bad else "未核对" if key in self._unchecked else "已核对"
                yield Exhibit(lead, subject, capture, line(defang(found.url), 600), way, found.started,
                              wording.ARTIFACTS.get(artifact.name, line(artifact.name, 60)), artifact, state)

    def _problem(self, artifact: Artifact) -> str:
        try:
            self.vault.read(artifact)
        except ArchiveError as problem:
            return line(str(problem), 200)
        return ""

    def _exhibited(self) -> Iterator[tuple[str, str, str]]:
        """(lead, its subject, capture): pages of the day's leads with the result pages that led there, then walls met."""
        seen: set[str] = set()
        leads = [*self.new, *(r.lead for r in self.recurrences), *(r["lead"] for r in self.store.rows(
            "SELECT DISTINCT lead FROM decisions WHERE date(at, '+8 hours') = ? ORDER BY lead", self.day))]
        for lead in dict.fromkeys(leads):
            rows = self.store.rows(
                "SELECT DISTINCT c.id, l.subject, g.serp_capture FROM lead_verdicts lv JOIN verdicts v ON v.id = lv.verdict "
                "JOIN captures c ON c.id = v.capture JOIN leads l ON l.id = lv.lead LEFT JOIN sightings g ON g.id = c.origin "
                "WHERE lv.lead = ? ORDER BY c.started, c.id", lead)
            for row in rows:
                for capture in (row["serp_capture"], row["id"]):
                    if capture and capture not in seen and self._stored(capture):
                        seen.add(capture)
                        yield lead, line(defang(row["subject"]), 300), capture
        for source in self.coverage.rows:
            if source.proof and source.proof not in seen and self._stored(source.proof):
                seen.add(source.proof)
                yield "", f"来源 {source.name}：{source.label}", source.proof

    def _stored(self, capture: str) -> bool:
        return self.store.one("SELECT 1 FROM captures WHERE id = ?", capture) is not None

    def _rows(self, where: str, order: str, *params: str) -> Iterator[Row]:
        cursor = self.store.db.execute(
            "SELECT l.*, s.reason, (SELECT k.state FROM checks k WHERE k.lead = l.id ORDER BY k.at DESC LIMIT 1) AS checked, "
            "(SELECT count(*) FROM packages p WHERE p.lead = l.id) AS packages FROM v_leads l "
            f"JOIN v_lead_state s ON s.lead = l.id WHERE {where} ORDER BY {order}", params)
        for r in cursor:
            yield Row(r["id"], r["kind"], r["band"], r["score"], r["state"], line(defang(r["subject"]), 300), self._said(r["title"], 200),
                      line(defang(r["url"]), 600), r["found"], r["last_seen"] or "", line(r["reviewer"] or "", 40),
                      self._said(r["reason"] or "", 300), r["decided"] or "", wording.CHECKS.get(r["checked"] or "", ""), r["packages"],
                      *self._grounds(r["verdict"]))

    def _grounds(self, verdict: str) -> tuple[str, str]:
        """A verdict's three heaviest reasons and its contacts, each as one text."""
        keep = self.store.rows("SELECT type, value FROM contacts WHERE verdict = ? ORDER BY n LIMIT 12", verdict)
        reasons = self.store.rows("SELECT sentence FROM findings WHERE verdict = ? AND weight > 0 ORDER BY weight DESC, n LIMIT 3", verdict)
        values = [r["value"] for r in keep]
        said = "；".join(line(defang(mask(r["sentence"], values, self.contacts).text), 200) for r in reasons)
        shown = [mask_contact(v) if self.contacts == "mask" else v for v in values]
        return said, "、".join(f"{wording.CONTACTS.get(r['type']) or line(defang(r['type']), 20)} {line(defang(v), 100)}"
                              for r, v in zip(keep, shown, strict=True))

    def _said(self, text: str, limit: int) -> str:
        return line(defang(mask(text).text), limit)
