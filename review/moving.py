"""The same page under a new host: recognised, linked to the lead it came from, and queued to be looked at.

A move is told by what a page says, or by its very bytes, with its own host's name left out. Pages that many hosts show
(parking, default pages, kits sold to everybody) tell nothing and are left out by count, not by list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evidence import followup, ids
from evidence.domains import domain_of
from evidence.followup import Successor
from evidence.frontier import Frontier
from evidence.store import Store

MANY_HOSTS = 12  # a page shown by more hosts than that is nobody's
URGENT = 80

# Pages of a confirmed site that another host showed after it: by words, and by bytes for pages without a fingerprint. What
# too many hosts show is left out before pages are paired, so that a kit shown ten thousand times costs one count.
_SAME = """
    WITH old AS (SELECT DISTINCT l.id AS lead, l.subject, l.at, c.id AS capture FROM leads l JOIN v_lead_state s ON s.lead = l.id
                 JOIN lead_verdicts lv ON lv.lead = l.id JOIN verdicts v ON v.id = lv.verdict JOIN captures c ON c.id = v.capture
                 WHERE l.scope = 'host' AND s.state IN ('confirmed', 'released') AND v.band IN ('medium', 'high') AND c.host = l.subject),
    words AS MATERIALIZED (SELECT g.value FROM entities g JOIN captures h ON h.id = g.capture WHERE g.type = 'content' AND g.value IN
      (SELECT e.value FROM old o JOIN entities e ON e.capture = o.capture AND e.type = 'content')
      GROUP BY g.value HAVING count(DISTINCT h.host) BETWEEN 2 AND :many),
    bytes AS MATERIALIZED (SELECT g.sha256 FROM artifacts g JOIN captures h ON h.id = g.capture WHERE g.sha256 IN
      (SELECT a.sha256 FROM old o JOIN artifacts a ON a.capture = o.capture AND a.name = 'body' AND a.size >= 400)
      GROUP BY g.sha256 HAVING count(DISTINCT h.host) BETWEEN 2 AND :many)
    SELECT o.lead, o.subject, o.capture AS of, 'content' AS how, n.id, n.host, n.url, n.started FROM old o
      JOIN entities e ON e.capture = o.capture AND e.type = 'content' JOIN entities f ON f.type = 'content' AND f.value = e.value
      JOIN captures n ON n.id = f.capture WHERE e.value IN words AND n.host <> o.subject AND n.started > o.at
    UNION ALL
    SELECT o.lead, o.subject, o.capture, 'body', n.id, n.host, n.url, n.started FROM old o
      JOIN artifacts a ON a.capture = o.capture AND a.name = 'body' AND a.size >= 400 JOIN artifacts b ON b.sha256 = a.sha256
      JOIN captures n ON n.id = b.capture WHERE n.host <> o.subject AND n.started > o.at AND n.outcome IN ('ok', 'partial')
        AND n.why NOT IN ('serp', 'robots', 'probe') AND a.sha256 IN bytes
    ORDER BY 8, 5"""


def find(store: Store) -> Iterator[Successor]:
    """Every new address that stored captures show, each host once a lead, the earliest capture of it."""
    told: set[tuple[str, str]] = set()
    for row in store.db.execute(_SAME, {"many": MANY_HOSTS}).fetchall():
        key = (row["lead"], row["host"])
        if key in told or domain_of(row["host"]) == domain_of(row["subject"]):
            continue
        told.add(key)
        yield Successor(ids.new_id(), row["lead"], row["host"], row["url"], row["how"], row["id"], row["of"], row["started"])


def follow(store: Store, frontier: Frontier, run: str, forwarded: Sequence[Successor] = ()) -> list[Successor]:
    """Record the new addresses not known yet, and queue for judging those an old address led to; returns the new ones."""
    fresh = [found for found in (*forwarded, *find(store)) if followup.add_successor(store, found)]
    for found in fresh:
        if found.how == "forwarded":
            frontier.add("plain", ids.url_key(found.url), run=run, host=found.host, priority=URGENT, payload={
                "url": found.url, "why": "moved", "origin": found.lead, "ephemeral": False})
    return fresh
