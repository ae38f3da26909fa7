"""Verdicts → leads (线索), grouped by subject: the host that is accused, or the one page on somebody else's host."""

from __future__ import annotations

from dataclasses import dataclass

from evidence import ids
from evidence.reading import NotStored
from evidence.records import BANDS, Lead
from evidence.store import Store

QUEUED = ("medium", "high")


class NoSuchLead(LookupError):
    """Nothing, or more than one thing, answers to the name given."""


@dataclass(frozen=True, slots=True)
class LeadCount:
    """What one pass made of the verdicts: new leads, verdicts tied to leads."""

    new: int
    tied: int


def subject_of(kind: str, scope: str, url: str) -> str:
    """What a verdict accuses: a page URL when only that page is, else the host."""
    if scope == "page":
        try:
            return ids.normal_url(url)
        except ValueError:
            return url
    return ids.to_ascii(ids.host_of(url)) or url  # a picture somebody brought in has no host; it is told by its own name


def build(store: Store) -> LeadCount:
    """Tie every verdict not yet tied to its lead; make the lead when the verdict is medium or above.

    A weaker verdict is tied to a lead that exists (it may be what clears it) but makes none.
    Idempotent: a second pass finds nothing to do.
    """
    new = tied = 0
    known = {(r["kind"], r["subject"]): r["id"] for r in store.rows("SELECT id, kind, subject FROM leads")}
    pending = store.rows(
        "SELECT v.id, v.kind, v.band, v.scope, c.url FROM verdicts v JOIN captures c ON c.id = v.capture "
        "LEFT JOIN lead_verdicts lv ON lv.verdict = v.id WHERE lv.verdict IS NULL ORDER BY v.at, v.id")
    with store.transaction():
        for row in sorted(pending, key=lambda r: -BANDS.index(r["band"])):
            if row["kind"] == "none":
                tied += _tie_clearing(store, known, row["id"], row["url"])
                continue
            subject = subject_of(row["kind"], row["scope"], row["url"])
            if not subject:
                continue
            lead = known.get((row["kind"], subject))
            if lead is None:
                if row["band"] not in QUEUED:
                    continue
                lead = ids.new_id()
                store.add_lead(Lead(lead, row["kind"], subject, row["scope"], row["id"], ids.utc_now()))
                known[row["kind"], subject] = lead
                new += 1
            tied += store.add_lead_verdict(lead, row["id"])
    return LeadCount(new, tied)


def _tie_clearing(store: Store, known: dict[tuple[str, str], str], verdict: str, url: str) -> int:
    """A verdict that finds nothing belongs to the lead of the very capture it re-judges, if there is one."""
    rows = store.rows(
        "SELECT DISTINCT lv.lead FROM verdicts v JOIN verdicts older ON older.capture = v.capture AND older.id <> v.id "
        "JOIN lead_verdicts lv ON lv.verdict = older.id WHERE v.id = ?", verdict)
    return sum(store.add_lead_verdict(r["lead"], verdict) for r in rows)


def find(store: Store, name: str) -> Lead:
    """The lead called `name`: its id, the beginning of it, its subject, or a unique part of that."""
    name = name.strip()
    try:
        return store.lead(name)
    except NotStored:
        pass
    for where, value in (("subject = ?", name), ("id LIKE ? || '%'", name), ("instr(subject, ?) > 0", name)):
        found = store.rows(f"SELECT id, kind, subject FROM leads WHERE {where} ORDER BY id LIMIT 6", value)
        if len(found) == 1:
            return store.lead(found[0]["id"])
        if found:
            some = "；".join(f"{r['id']} {r['subject']}" for r in found)
            raise NoSuchLead(f"“{name}”对应多条线索，请写线索编号：{some}")
    raise NoSuchLead(f"没有线索“{name}”；用 dajia leads 查看全部线索")
