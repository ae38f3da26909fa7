"""The follow-up page (处置跟踪): where every confirmed lead stands, what waits for a person, and how well it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evidence import followup, ids
from evidence.config import Config
from evidence.figures import Figures, figures
from evidence.followup import STEP_LABELS, Letter
from evidence.looking import LABELS, STATE_LABELS
from evidence.store import Store
from evidence.takedown import PHASE_LABELS, Clock, Phase
from exports.package import agencies
from review import rechecking
from review.reminders import LABELS as REMINDERS
from review.reminders import Reminder, reminders

MAX_ROWS = 300
# What a person looks at first: trouble, then what waits, then what is done.
_FIRST: tuple[Phase, ...] = ("returned", "moved", "changed", "accepted", "filed", "released", "confirmed", "down", "stayed_7", "stayed_30")
FILTERS: tuple[tuple[str, str, frozenset[Phase]], ...] = (
    ("all", "全部", frozenset(_FIRST)), ("trouble", "又上线、换地址、已变", frozenset(("returned", "moved", "changed"))),
    ("open", "仍可访问", frozenset(("accepted", "filed", "released", "confirmed"))),
    ("down", "已下线", frozenset(("down", "stayed_7", "stayed_30"))),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One lead of the list: its clock, what was written, what the last looks saw, when the next is due."""

    clock: Clock
    subject: str
    kind: str
    phase: str
    checked: str
    why: str
    looks: tuple[tuple[str, str], ...]
    letters: tuple[Letter, ...]
    next_look: str
    new_lead: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the page tells. `counts` by filter, `shown` the filter in use, `more` how many lines did not fit."""

    figures: Figures
    reminders: list[Reminder]
    lines: list[Line]
    counts: dict[str, int]
    shown: str
    more: int
    subjects: Mapping[str, str]
    agencies: Mapping[str, str]
    steps: Mapping[str, str]
    kinds: Mapping[str, str]


def page(store: Store, config: Config, shown: str = "all", now: str = "") -> Page:
    """The page as of now; an unknown filter shows all."""
    clocks = {lead: c for lead, c in followup.current(store).items() if c.phase in _FIRST}
    wanted = {name: phases for name, _, phases in FILTERS}
    shown = shown if shown in wanted else "all"
    chosen = sorted((c for c in clocks.values() if c.phase in wanted[shown]), key=lambda c: c.last_look or c.confirmed, reverse=True)
    chosen.sort(key=lambda c: _FIRST.index(c.phase))
    subjects = _subjects(store, list(clocks))
    lines = [_line(store, config, c, subjects[c.lead]) for c in chosen[:MAX_ROWS]]
    return Page(
        figures(clocks.values(), *followup.overturned(store)), reminders(store, config.recheck, clocks, now or ids.utc_now()), lines,
        {name: sum(c.phase in phases for c in clocks.values()) for name, _, phases in FILTERS}, shown,
        max(0, len(chosen) - MAX_ROWS), {lead: subject for lead, (subject, _) in subjects.items()},
        {code: agency.name for code, agency in sorted(agencies().items(), key=lambda pair: not pair[1].default)}, STEP_LABELS, REMINDERS)  # type: ignore[arg-type]


def _subjects(store: Store, leads: list[str]) -> dict[str, tuple[str, str]]:
    return {row["id"]: (row["subject"], row["kind"]) for start in range(0, len(leads), 500)
            for row in store.rows(f"SELECT id, subject, kind FROM leads WHERE id IN ({','.join('?' for _ in leads[start:start + 500])})",
                                  *leads[start:start + 500])}


def _line(store: Store, config: Config, clock: Clock, about: tuple[str, str]) -> Line:
    check = store.one("SELECT state, detail FROM checks WHERE lead = ? ORDER BY at DESC, id DESC LIMIT 1", clock.lead)
    looks = store.rows("SELECT vantage, finding FROM looks WHERE lead = ? AND run = (SELECT run FROM looks WHERE lead = ? "
                       "ORDER BY at DESC, id DESC LIMIT 1) ORDER BY vantage", clock.lead, clock.lead)
    due = rechecking.next_look(clock, config.recheck)
    moved = store.one("SELECT new_lead FROM v_successors WHERE lead = ? AND host = ?", clock.lead, clock.moved_to)
    labels: Mapping[str, str] = LABELS  # type: ignore[assignment]
    states: Mapping[str, str] = STATE_LABELS  # type: ignore[assignment]
    return Line(clock, *about, PHASE_LABELS[clock.phase], states.get(check["state"], check["state"]) if check else "还没有复查",
                check["detail"] if check else "", tuple((r["vantage"], labels.get(r["finding"], r["finding"])) for r in looks),
                tuple(followup.letters(store, clock.lead)), due.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if due else "",
                str(moved["new_lead"] or "") if moved else "")
