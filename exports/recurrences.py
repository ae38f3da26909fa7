"""Leads that came back on a day: up again, found again after they were laid aside, or under another name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evidence.store import Store
from exports import wording
from exports.defang import defang, line
from exports.masking import mask_contact

# The day's new leads; parameters: run, day, day.
NEW = """SELECT l.id FROM leads l JOIN v_leads b ON b.id = l.id JOIN verdicts v ON v.id = l.first_verdict
         LEFT JOIN runs r ON r.id = v.run WHERE v.run = ? OR r.day = ? OR date(l.at, '+8 hours') = ?"""
_HOW = {"forwarded": "原地址转到这里", "body": "网页字节相同", "content": "网页文字相同"}
_SHARED = ("phone", "wechat", "qq", "email", "telegram")


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A lead that came back. `why` says how; `of` names the earlier lead when the subject is another one."""

    lead: str
    subject: str
    kind: str
    why: str
    before: str
    now: str
    of: str = ""


def recurrences(store: Store, run: str, day: str, contacts: str = "show") -> list[Recurrence]:
    """Every recurrence of the day; sellers' contacts are masked when `contacts` is "mask"."""
    return [*_up_again(store, day), *_moved(store, day), *_found_again(store, run, day), *_under_another_name(store, run, day, contacts)]


def _up_again(store: Store, day: str) -> Iterator[Recurrence]:
    rows = store.rows(
        "SELECT k.lead, l.subject, l.kind, k.at, (SELECT max(d.at) FROM checks d WHERE d.lead = k.lead AND d.state = 'down' "
        "AND d.at < k.at) AS down FROM checks k JOIN leads l ON l.id = k.lead WHERE k.state = 'up' AND date(k.at, '+8 hours') = ? "
        "GROUP BY k.lead HAVING down IS NOT NULL ORDER BY k.at", day)
    for r in rows:
        yield Recurrence(r["lead"], line(defang(r["subject"]), 300), r["kind"], "下线后又能访问", r["down"], r["at"])


def _moved(store: Store, day: str) -> Iterator[Recurrence]:
    """The same page at a new host, told on the day it was recognised there."""
    rows = store.rows(
        "SELECT s.lead, s.subject, l.kind, s.host, s.how, s.at, coalesce(s.new_lead, s.lead) AS told, t.last_up FROM v_successors s "
        "JOIN leads l ON l.id = s.lead LEFT JOIN takedowns t ON t.lead = s.lead WHERE date(s.at, '+8 hours') = ? ORDER BY s.host", day)
    for r in rows:
        why, was = f"换地址再现：{_HOW.get(r['how'], r['how'])}", line(defang(r["subject"]), 300)
        yield Recurrence(r["told"], line(defang(r["host"]), 300), r["kind"], why, r["last_up"] or "", r["at"], was)


def _found_again(store: Store, run: str, day: str) -> Iterator[Recurrence]:
    rows = store.rows(
        "SELECT s.lead, l.subject, l.kind, s.state, s.decided, max(c.started) AS seen FROM v_lead_state s "
        "JOIN leads l ON l.id = s.lead JOIN lead_verdicts lv ON lv.lead = s.lead JOIN verdicts v ON v.id = lv.verdict "
        "JOIN captures c ON c.id = v.capture LEFT JOIN runs r ON r.id = v.run WHERE s.state IN ('dismissed', 'revoked') "
        "AND v.band IN ('medium', 'high') AND c.started > s.decided AND (v.run = ? OR r.day = ? OR date(c.started, '+8 hours') = ?) "
        "GROUP BY s.lead ORDER BY l.subject", run, day, day)
    for r in rows:
        label = wording.LEAD_STATES.get(r["state"], r["state"])
        yield Recurrence(r["lead"], line(defang(r["subject"]), 300), r["kind"], f"{label}后再次命中", r["decided"], r["seen"])


def _under_another_name(store: Store, run: str, day: str, contacts: str) -> Iterator[Recurrence]:
    marks = ",".join("?" for _ in _SHARED)
    rows = store.rows(
        f"""SELECT DISTINCT n.id AS lead, n.subject, n.kind, n.at, k.type, k.value, o.id AS old, o.subject AS was, o.at AS then_at
            FROM leads n JOIN lead_verdicts nv ON nv.lead = n.id JOIN contacts k ON k.verdict = nv.verdict
            JOIN contacts k2 ON k2.type = k.type AND k2.value = k.value JOIN lead_verdicts ov ON ov.verdict = k2.verdict
            JOIN leads o ON o.id = ov.lead JOIN v_lead_state s ON s.lead = o.id
            WHERE n.id IN ({NEW}) AND o.id <> n.id AND o.at < n.at AND o.id NOT IN ({NEW}) AND k.type IN ({marks})
            AND s.state IN ('confirmed', 'released') ORDER BY n.subject, o.subject LIMIT 2000""",
        run, day, day, run, day, day, *_SHARED)
    for r in rows:
        value = mask_contact(r["value"]) if contacts == "mask" else r["value"]
        why = f"换名再现：与旧线索共用{wording.CONTACTS.get(r['type'], r['type'])} {line(value, 60)}"
        yield Recurrence(r["lead"], line(defang(r["subject"]), 300), r["kind"], why, r["then_at"], r["at"],
                         line(defang(r["was"]), 300))
