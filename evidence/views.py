"""The views analysts query: "current" is a query over facts. Recreated when their text
changes, so they may improve without a migration; each entry is (name, what it answers, SQL)."""

from __future__ import annotations

import zlib

from sqlite_utils import Database

VIEWS: tuple[tuple[str, str, str], ...] = (
    (
        "v_runs",
        "each run with its end; state is 'unfinished' while it runs or after a kill",
        """SELECT r.id, r.kind, r.day, r.at AS started, e.at AS ended, coalesce(e.state, 'unfinished') AS state,
                  e.report FROM runs r LEFT JOIN run_ends e ON e.run = r.id""",
    ),
    (
        "v_lead_state",
        "each lead with its newest decision and the state that follows from it",
        """SELECT l.id AS lead, d.move, d.reviewer, d.reason, d.at AS decided,
                  CASE coalesce(d.move, 'none') WHEN 'confirm' THEN 'confirmed' WHEN 'second' THEN 'released'
                       WHEN 'dismiss' THEN 'dismissed' WHEN 'doubt' THEN 'doubtful' WHEN 'revoke' THEN 'revoked'
                       ELSE 'new' END AS state
           FROM leads l LEFT JOIN decisions d ON d.id =
                (SELECT id FROM decisions x WHERE x.lead = l.id ORDER BY x.at DESC, x.id DESC LIMIT 1)""",
    ),
    (
        "v_lead_best",
        "each lead with its strongest verdict, counting only the newest verdict of each capture",
        """SELECT lead, verdict, score, band FROM (
             SELECT lead, verdict, score, band,
                    row_number() OVER (PARTITION BY lead ORDER BY score DESC, at DESC, verdict DESC) AS place
             FROM (SELECT lv.lead, v.id AS verdict, v.score, v.band, v.at,
                          row_number() OVER (PARTITION BY lv.lead, v.capture ORDER BY v.at DESC, v.id DESC) AS age
                   FROM lead_verdicts lv JOIN verdicts v ON v.id = lv.verdict) WHERE age = 1) WHERE place = 1""",
    ),
    (
        "v_leads",
        "the desk's list: subject, kind, band, score, state, first and last seen, number of captures",
        """SELECT l.id, l.kind, l.subject, l.scope, b.band, b.score, b.verdict, s.state, s.reviewer, s.decided,
                  v.imitates, v.role, c.title, c.url, c.id AS capture, l.at AS found,
                  (SELECT max(c2.started) FROM lead_verdicts lv JOIN verdicts v2 ON v2.id = lv.verdict
                    JOIN captures c2 ON c2.id = v2.capture WHERE lv.lead = l.id) AS last_seen,
                  (SELECT count(*) FROM lead_verdicts lv WHERE lv.lead = l.id) AS verdicts
           FROM leads l JOIN v_lead_best b ON b.lead = l.id JOIN v_lead_state s ON s.lead = l.id
                JOIN verdicts v ON v.id = b.verdict JOIN captures c ON c.id = v.capture""",
    ),
    (
        "v_coverage",
        "the state of every source in every run: read this before believing that nothing was found",
        """SELECT s.run, r.day, s.source, s.state, s.pages, s.results, s.ads, s.detail, s.proof_capture, s.at
           FROM source_runs s JOIN runs r ON r.id = s.run""",
    ),
    (
        "v_contacts",
        "each normalised contact with the leads it appears in",
        """SELECT k.type, k.value, count(DISTINCT lv.lead) AS leads, group_concat(DISTINCT l.subject) AS subjects
           FROM contacts k JOIN lead_verdicts lv ON lv.verdict = k.verdict JOIN leads l ON l.id = lv.lead
           GROUP BY k.type, k.value""",
    ),
    (
        "v_entry_paths",
        "how each captured page was reached: source, query, result page, rank",
        """SELECT c.id AS capture, c.url, c.why, g.source, g.query, g.page, g.rank, g.serp_capture, g.link
           FROM captures c LEFT JOIN sightings g ON g.id = c.origin""",
    ),
)


def stamp() -> int:
    """A number that changes whenever a view's definition does (kept in SQLite's user_version)."""
    return zlib.crc32(repr([(name, sql) for name, _, sql in VIEWS]).encode()) & 0x7FFFFFFF


def create_views(db: Database) -> None:
    """(Re)create every view of `VIEWS`."""
    db.execute(f"PRAGMA user_version = {stamp()}")
    for name, _, sql in VIEWS:
        db.execute(f"DROP VIEW IF EXISTS {name}")
        db.execute(f"CREATE VIEW {name} AS {sql}")
