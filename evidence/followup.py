"""What became of a lead after it was confirmed: looks, letters to and from the agencies, addresses it moved to.

Rows are facts like any other: insert-only, each with its custody event. A mistake in a letter is taken back by another row
(`retracts`), never edited. What they come to is the clock of `evidence.takedown`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from evidence import ids, takedown
from evidence.records import Check, as_row
from evidence.store import Store
from evidence.takedown import Clock, Event, Kind

LETTER = "letter-file"  # `Capture.why` of a receipt or reply that was sealed: evidence, but no page to judge
Step = Literal["filed", "accepted", "refused", "handled", "reply", "again", "retract"]
STEP_LABELS: dict[Step, str] = {
    "filed": "已报送", "accepted": "已受理", "refused": "不予受理", "handled": "答复已处置", "reply": "其他答复",
    "again": "再次移送的理由", "retract": "更正（收回一条记录）",
}
ANSWERS: frozenset[Step] = frozenset({"accepted", "refused", "handled", "reply"})
_PAPER: dict[str, Kind] = {"confirm": "confirmed", "second": "released", "dismiss": "dismissed", "revoke": "revoked",
                           "doubt": "doubted", "reopen": "reopened"}


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look at one lead from one vantage in one run; `url` is where the answer came from."""

    id: str
    lead: str
    run: str
    vantage: str
    finding: str
    detail: str
    capture: str
    url: str
    at: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What passed between us and one agency about one lead. `happened` is the time a person states, `at` when it was
    written down; `file`, `capture` and `sha256` are those of a sealed receipt or reply, "" without one."""

    id: str
    lead: str
    agency: str
    step: Step
    happened: str
    person: str
    at: str
    number: str = ""
    note: str = ""
    file: str = ""
    capture: str = ""
    sha256: str = ""
    retracts: str = ""


@dataclass(frozen=True, slots=True)
class Successor:
    """The same page at another host. `how`: forwarded (the old address leads there) · body · content (equal bytes or words);
    `of` and `capture` are the captures that were compared, the old one and the new."""

    id: str
    lead: str
    host: str
    url: str
    how: str
    capture: str
    of: str
    at: str


def add_round(store: Store, check: Check, looks: Iterable[LookRow]) -> None:
    """A round: its looks and the check they come to, together."""
    with store.transaction():
        for look in looks:
            store.add_row("looks", as_row(look), "looked", "lead", look.lead)
        store.add_check(check)


def add_letter(store: Store, letter: Letter) -> None:
    """One letter, acted by the person who wrote it down."""
    store.add_row("letters", as_row(letter), "corresponded", "lead", letter.lead, letter.person)


def add_successor(store: Store, found: Successor) -> bool:
    """A new address of a lead; False when that host is known already."""
    with store.transaction():
        if store.one("SELECT 1 FROM successors WHERE lead = ? AND host = ?", found.lead, found.host):
            return False
        store.add_row("successors", as_row(found), "moved", "lead", found.lead)
        return True


def letters(store: Store, lead: str) -> list[Letter]:
    """The standing letters about a lead, oldest first: those that were taken back are left out."""
    return [Letter(**dict(r)) for r in store.rows(
        "SELECT * FROM letters l WHERE lead = ? AND step <> 'retract' AND NOT EXISTS (SELECT 1 FROM letters x WHERE x.retracts = l.id) "
        "ORDER BY happened, at, id", lead)]


# Where the facts of a story lie: (lead, what happened, when, with whom or where to); `{only}` narrows to some leads.
_STORIES = (
    "SELECT d.lead, d.move, d.at, '' FROM decisions d WHERE d.move <> 'undo' AND NOT EXISTS "
    "(SELECT 1 FROM decisions u WHERE u.lead = d.lead AND u.undoes = d.id) {only}",
    "SELECT d.lead, d.step, d.happened, d.agency FROM letters d WHERE d.step IN ('filed', 'accepted', 'refused', 'handled') "
    "AND NOT EXISTS (SELECT 1 FROM letters x WHERE x.retracts = d.id) {only}",
    "SELECT d.lead, d.state, d.at, '' FROM checks d WHERE 1 {only}",
    "SELECT d.lead, 'moved', d.at, d.host FROM successors d WHERE 1 {only}",
    "SELECT d.lead, 'forwarded', d.at, d.url FROM looks d WHERE d.finding = 'forwarded' {only}",
)
# Whoever finds a subject again by another way has seen it up.
_FOUND = """SELECT DISTINCT d.lead, c.started FROM lead_verdicts d JOIN verdicts v ON v.id = d.verdict JOIN captures c ON c.id = v.capture
            WHERE v.band IN ('medium', 'high') AND c.means <> 'import' AND c.outcome IN ('ok', 'partial') {only}"""


_PLACES = ("decisions", "letters", "checks", "successors", "looks", "lead_verdicts")  # tables whose rows move a clock


def clocks(store: Store, leads: Sequence[str] | None = None) -> dict[str, Clock]:
    """Lead → its clock, from everything stored now; all leads that were ever decided or looked at when none are named."""
    story: dict[str, list[Event]] = defaultdict(list)
    only = "" if leads is None else f" AND d.lead IN ({','.join('?' for _ in leads)})"
    given = () if leads is None else tuple(leads)
    for sql in _STORIES:
        for lead, said, at, what in store.rows(sql.format(only=only), *given):
            if said == "forwarded":
                story[lead].append(Event(at, "moved", ids.host_of(what)))
            else:
                story[lead].append(Event(at, _PAPER.get(said, said), what))
    for lead, at in store.rows(_FOUND.format(only=only), *given):
        if lead in story:
            story[lead].append(Event(at, "up"))
    return {lead: takedown.clock([*events, Event(seen, "seen")], lead)
            for lead, events in sorted(story.items()) if (seen := _seen(store, lead))}


def overturned(store: Store, first: str = "", last: str = "~", kinds: Sequence[str] = ("ad", "fake_site")) -> tuple[int, int]:
    """(leads that two people confirmed between two times, and how many of them were revoked since)."""
    marks = ",".join("?" for _ in kinds)
    row = store.one(
        "SELECT count(*) AS released, coalesce(sum(EXISTS (SELECT 1 FROM decisions r WHERE r.lead = s.lead AND r.move = 'revoke' "
        "AND r.at >= s.at AND NOT EXISTS (SELECT 1 FROM decisions u WHERE u.lead = r.lead AND u.undoes = r.id))), 0) AS revoked FROM "
        "(SELECT d.lead, min(d.at) AS at FROM decisions d JOIN leads l ON l.id = d.lead WHERE d.move = 'second' "
        f"AND l.kind IN ({marks}) AND NOT EXISTS (SELECT 1 FROM decisions u WHERE u.lead = d.lead AND u.undoes = d.id) "
        "GROUP BY d.lead) s "
        "WHERE s.at >= ? AND s.at <= ?", *kinds, first, last)
    return (int(row["released"]), int(row["revoked"])) if row else (0, 0)


def current(store: Store) -> dict[str, Clock]:
    """Every clock as of now, like `clocks`: those kept in the table, and computed anew where facts came in since."""
    marks = {row["place"]: row["until"] for row in store.rows("SELECT place, until FROM takedown_marks")}
    if set(marks) != set(_PLACES):
        return clocks(store)
    changed = {row["lead"] for place in _PLACES for row in store.rows(f"SELECT DISTINCT lead FROM {place} WHERE rowid > ?", marks[place])}
    kept = {row["lead"]: Clock(**{name: row[name] for name in row.keys() if name != "computed"})  # noqa: SIM118 - a sqlite3.Row
            for row in store.rows("SELECT * FROM takedowns") if row["lead"] not in changed}
    fresh = sorted(changed)
    for at in range(0, len(fresh), 500):
        kept |= clocks(store, fresh[at:at + 500])
    return kept


def rebuild(store: Store) -> int:
    """Compute every clock anew into the table that `v_takedowns` shows; returns how many there are."""
    with store.transaction():
        found, now = clocks(store), ids.utc_now()
        store.db.execute("DELETE FROM takedowns")
        store.db.executemany("INSERT OR REPLACE INTO takedown_marks VALUES (?, ?)", [
            (place, store.db.execute(f"SELECT coalesce(max(rowid), 0) FROM {place}").fetchone()[0]) for place in _PLACES])
        rows = [made.as_row() | {"computed": now} for made in found.values()]
        if rows:
            names = list(rows[0])
            store.db.executemany(f"INSERT INTO takedowns ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})",
                                 [tuple(row.values()) for row in rows])
    return len(found)


def _seen(store: Store, lead: str) -> str:
    """When the subject was first captured; a lead is older than the verdict that made it."""
    row = store.one("SELECT min(at) AS at FROM (SELECT l.at FROM leads l WHERE l.id = ? UNION ALL SELECT c.started FROM lead_verdicts lv "
                    "JOIN verdicts v ON v.id = lv.verdict JOIN captures c ON c.id = v.capture WHERE lv.lead = ?)", lead, lead)
    return str(row["at"]) if row and row["at"] else ""
