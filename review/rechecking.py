"""Is a confirmed subject still up? Unknown never counts as down: a wall or our own outage proves nothing."""

from __future__ import annotations

from evidence import ids
from evidence.frontier import Frontier
from evidence.records import Check
from evidence.store import Store
from review import clock

EVERY_DAYS = 1.0
_STATES = {"ok": "up", "partial": "up", "login": "up", "gone": "down", "parked": "down"}


def queue(store: Store, frontier: Frontier, run: str) -> int:
    """Queue every confirmed or released lead that was not looked at for a day; returns how many."""
    due = store.rows(
        "SELECT l.id, l.subject, l.url FROM v_leads l WHERE l.state IN ('confirmed', 'released') AND l.last_seen < ? "
        "AND NOT EXISTS (SELECT 1 FROM checks k WHERE k.lead = l.id AND k.at > ?)",
        clock.days_ago(EVERY_DAYS), clock.days_ago(EVERY_DAYS))
    return sum(frontier.add("recheck", row["id"], run=run, host=ids.host_of(row["url"]),
                            payload={"url": row["url"], "why": "recheck", "origin": row["id"], "ephemeral": False})
               for row in due if row["url"].startswith(("http://", "https://")))  # what was only brought in cannot be asked


def conclude(store: Store, run: str) -> list[Check]:
    """One check per recheck capture of this run."""
    made = []
    for row in store.rows(
            "SELECT c.id, c.origin, c.outcome, c.status, c.note FROM captures c WHERE c.run = ? AND c.why = 'recheck' "
            "AND NOT EXISTS (SELECT 1 FROM checks k WHERE k.capture = c.id)", run):
        detail = f"{row['outcome']} {row['status'] or ''} {row['note']}".strip()
        check = Check(ids.new_id(), row["origin"], _STATES.get(row["outcome"], "unknown"), detail, row["id"],
                      ids.utc_now())
        store.add_check(check)
        made.append(check)
    return made
