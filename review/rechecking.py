"""Are confirmed subjects still up? Whom to look at again and when, and what the looks of a round come to.

Every lead that is due is asked once from each vantage of `[recheck.vantages]`, and the controls are asked beside them: where
nothing at all answered, it is our line that was down. Unknown never counts as down (`evidence.looking`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from classifiers.fingerprints import content
from classifiers.page import decode_html
from evidence import followup, ids, looking
from evidence.archive import ArchiveError, Vault
from evidence.config import Recheck
from evidence.domains import domain_of
from evidence.followup import LookRow, Successor
from evidence.frontier import Frontier
from evidence.records import Capture, Check
from evidence.store import Store
from evidence.takedown import LONG, SHORT, Clock

SLACK = timedelta(hours=2)  # a job that starts every day at six does not start at the same second
CONTROL = "probe"  # `Capture.why` of an address that is asked to prove that our line works: nothing to judge
MAX_KNOWN = 300


@dataclass(frozen=True, slots=True)
class Known:
    """How a subject is recognised: digests of bodies, of what its pages say, their titles, and the seller's contacts."""

    bodies: frozenset[str]
    contents: frozenset[str]
    titles: frozenset[str]
    contacts: frozenset[str]


@dataclass(slots=True)
class Rounds:
    """What one run's looks came to: the checks, new addresses found on the way, and what could not be read."""

    checks: list[Check] = field(default_factory=list)
    moved: list[Successor] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def next_look(clock: Clock, plan: Recheck) -> datetime | None:
    """When a lead is due again, as a moment; None when it is no longer followed. What was never looked at is due at once."""
    if clock.paper in {"closed", "seen"}:
        return None
    if not clock.last_look:
        return ids.moment(clock.confirmed or clock.seen)
    last = ids.moment(clock.last_look)
    if clock.site != "down":
        return last + timedelta(days=plan.days)
    began = ids.moment(clock.down)
    if last - began >= timedelta(days=plan.until_days):
        return None
    step = plan.down_days if not clock.stayed_7 else plan.quiet_days if not clock.stayed_30 else plan.late_days
    due = last + timedelta(days=step)
    marks = [began + age for age, reached in ((SHORT, clock.stayed_7), (LONG, clock.stayed_30)) if not reached]
    ahead = [mark for mark in marks if mark > last]
    return min([due, *ahead])


def due(store: Store, plan: Recheck, now: str) -> list[str]:
    """Leads to look at now, longest waiting first. What was only brought in and has no web address cannot be asked."""
    limit = ids.moment(now) + SLACK
    found = [(when, lead) for lead, clock in followup.current(store).items()
             if (when := next_look(clock, plan)) is not None and when <= limit]
    return [lead for _, lead in sorted(found)]


def queue(store: Store, frontier: Frontier, run: str, plan: Recheck, now: str = "", wanted: Sequence[str] = ()) -> int:
    """Queue every lead that is due, or the wanted ones, once for each vantage, and the controls; returns how many leads."""
    count = 0
    for lead in wanted or due(store, plan, now or ids.utc_now()):
        row = store.one("SELECT url FROM v_leads WHERE id = ?", lead)
        if row is None or not row["url"].startswith(("http://", "https://")):
            continue
        count += 1
        for name in plan.vantages:
            _add(frontier, run, plan, name, row["url"], "recheck", lead)
    for name in plan.vantages if count else ():
        for n, url in enumerate(plan.controls):
            _add(frontier, run, plan, name, url, CONTROL, f"control{n}")
    return count


def _add(frontier: Frontier, run: str, plan: Recheck, vantage: str, url: str, why: str, of: str) -> None:
    frontier.add("recheck", f"{of}@{vantage}", run=run, host=ids.host_of(url), priority=1 if why == CONTROL else 0, payload={
        "url": url, "why": why, "origin": f"{of}@{vantage}", "ephemeral": False, "vantage": vantage,
        "profile": plan.vantages[vantage].profile})


def conclude(store: Store, vault: Vault, run: str, now: Callable[[], str] = ids.utc_now) -> Rounds:
    """One check for every lead that was looked at in this run and not concluded yet, and where it went, if it did."""
    made, at = Rounds(), now()  # one time for the whole round: where it led is as new as that it was up
    rows = [tuple(row) for row in store.rows(
        "SELECT c.id, c.origin, c.why FROM captures c WHERE c.run = ? AND c.why IN ('recheck', ?) AND c.origin LIKE '%@%' "
        "ORDER BY c.started, c.id", run, CONTROL)]
    working: set[str] = set()
    looks: dict[str, list[LookRow]] = {}
    done = {row["lead"] for row in store.rows("SELECT DISTINCT lead FROM looks WHERE run = ?", run)}
    for capture_id, origin, why in rows:
        of, _, vantage = origin.partition("@")
        capture = store.capture(capture_id)
        if looking.answered(looking.Seen(capture.outcome, capture.status)):
            working.add(vantage)
        if why == "recheck" and of not in done:
            looks.setdefault(of, []).append(_look(store, vault, of, vantage, capture, made, at))
    for lead, found in looks.items():
        _settle(store, lead, found, working, made, at)
    return made


def _look(store: Store, vault: Vault, lead: str, vantage: str, capture: Capture, made: Rounds, now: str) -> LookRow:
    """What one capture says of the lead; a capture that leads to the same page elsewhere is also a move."""
    elsewhere = domain_of(ids.host_of(capture.url)) != domain_of(ids.host_of(capture.asked_url))
    same = False
    try:
        same = capture.outcome in {"ok", "partial"} and is_same(known_of(store, lead), vault, capture, by_title=not elsewhere)
    except ArchiveError as problem:
        made.problems.append(f"复查 {capture.url} 的证据读不出来：{problem}")
    finding = looking.finding_of(looking.Seen(capture.outcome, capture.status, capture.note, same, elsewhere))
    if finding == "forwarded":
        made.moved.append(Successor(ids.new_id(), lead, ids.host_of(capture.url), capture.url, "forwarded", capture.id, capture.id, now))
    detail = f"{capture.outcome} {capture.status or ''} {capture.note}".strip()[:300]
    return LookRow(ids.new_id(), lead, capture.run, vantage, finding, detail, capture.id, capture.url, now)


def _settle(store: Store, lead: str, found: list[LookRow], working: set[str], made: Rounds, now: str) -> None:
    judged = looking.without_our_faults([looking.Look(row.vantage, row.finding) for row in found], working)  # type: ignore[arg-type]
    final = [replace(row, finding=look.finding) for row, look in zip(found, judged, strict=True)]
    said = looking.conclude(judged)
    check = Check(ids.new_id(), lead, said.state, said.why, final[-1].capture, now)
    followup.add_round(store, check, final)
    made.checks.append(check)


def known_of(store: Store, lead: str) -> Known:
    """How the pages of a lead are recognised, from what was captured of it."""
    rows = store.rows(
        "SELECT DISTINCT c.id, c.title FROM lead_verdicts lv JOIN verdicts v ON v.id = lv.verdict JOIN captures c ON c.id = v.capture "
        "WHERE lv.lead = ? AND v.band IN ('low', 'medium', 'high') ORDER BY c.started DESC LIMIT ?", lead, MAX_KNOWN)
    marks = ",".join("?" for _ in rows)
    names = [row["id"] for row in rows]
    bodies = store.rows(f"SELECT DISTINCT sha256 FROM artifacts WHERE name = 'body' AND size > 0 AND capture IN ({marks})", *names)
    words = store.rows(f"SELECT DISTINCT value FROM entities WHERE type = 'content' AND capture IN ({marks})", *names)
    reached = store.rows("SELECT DISTINCT k.value FROM contacts k JOIN lead_verdicts lv ON lv.verdict = k.verdict WHERE lv.lead = ? "
                         "AND k.type IN ('phone', 'wechat', 'qq', 'email', 'telegram') AND length(k.value) > 4 LIMIT ?", lead, MAX_KNOWN)
    return Known(frozenset(r["sha256"] for r in bodies), frozenset(r["value"] for r in words),
                 frozenset(row["title"].strip() for row in rows) - {""}, frozenset(r["value"] for r in reached))


def is_same(known: Known, vault: Vault, capture: Capture, by_title: bool = True) -> bool:
    """Whether a capture shows a page we know: equal bytes or words; at its own address an equal title or contact is enough."""
    body = capture.artifact("body")
    if body is not None and body.sha256 in known.bodies:
        return True
    if by_title and capture.title.strip() in known.titles:
        return True
    if body is None:
        return False
    media = next((v for k, v in capture.headers if k.lower() == "content-type"), "")
    html = decode_html(vault.decoded(body), media)
    return content(capture.url, html) in known.contents or (by_title and any(value in html for value in known.contacts))
