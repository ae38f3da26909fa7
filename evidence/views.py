"""The views analysts query: "current" is a query over facts. Recreated when their text
changes, so they may improve without a migration; each entry is (name, what it answers, SQL)."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
        "each lead with its newest decision that was not taken back, and the state that follows from it",
        """SELECT l.id AS lead, d.move, d.reviewer, d.reason, d.at AS decided,
                  CASE coalesce(d.move, 'none') WHEN 'confirm' THEN 'confirmed' WHEN 'second' THEN 'released'
                       WHEN 'dismiss' THEN 'dismissed' WHEN 'doubt' THEN 'doubtful' WHEN 'revoke' THEN 'revoked'
                       ELSE 'new' END AS state
           FROM leads l LEFT JOIN decisions d ON d.id =
                (SELECT id FROM decisions x WHERE x.lead = l.id AND x.move <> 'undo' AND NOT EXISTS
                   (SELECT 1 FROM decisions u WHERE u.lead = x.lead AND u.undoes = x.id)
                 ORDER BY x.at DESC, x.id DESC LIMIT 1)""",
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
        """SELECT lead AS id, kind, subject, scope, band, score, verdict, state, reviewer, decided, imitates, role, title, url,
                  capture, found, last_seen, verdicts, assigned FROM board""",
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
        "v_gangs",
        "each gang with its likeliest operator and the lines that tie it together",
        """SELECT g.id, g.leads, g.ads, g.sites, g.summary, g.at,
                  (SELECT t.type || ' ' || t.value FROM gang_ties t WHERE t.gang = g.id AND t.role = 'operator'
                   ORDER BY t.place LIMIT 1) AS operator,
                  (SELECT group_concat(t.sentence, '；') FROM gang_ties t WHERE t.gang = g.id AND t.leads > 1) AS ties
           FROM gangs g""",
    ),
    (
        "v_entry_paths",
        "how each captured page was reached: source, query, result page, rank",
        """SELECT c.id AS capture, c.url, c.why, g.source, g.query, g.page, g.rank, g.serp_capture, g.link
           FROM captures c LEFT JOIN sightings g ON g.id = c.origin""",
    ),
    (
        "v_sources",
        "each source with its last run, and its results per page against the median of the 14 days before",
        """SELECT source, run, state, pages, results, ads, detail, proof_capture, at, runs, per_page, median_per_page,
                  CASE WHEN median_per_page IS NULL OR median_per_page = 0 THEN ''
                       WHEN per_page < median_per_page * 0.75 THEN 'down' WHEN per_page > median_per_page * 1.25 THEN 'up'
                       ELSE 'steady' END AS trend
           FROM (SELECT l.*, CASE WHEN l.pages > 0 THEN round(1.0 * l.results / l.pages, 2) END AS per_page,
                   (SELECT count(*) FROM source_runs n WHERE n.source = l.source) AS runs,
                   (SELECT round(avg(rate), 2) FROM (
                      SELECT 1.0 * h.results / h.pages AS rate, row_number() OVER (ORDER BY 1.0 * h.results / h.pages) AS place,
                             count(*) OVER () AS many
                      FROM source_runs h WHERE h.source = l.source AND h.at < l.at AND h.pages > 0
                        AND h.state IN ('ok', 'empty', 'degraded') AND h.run NOT IN (SELECT id FROM runs WHERE kind = 'check')
                        AND julianday(h.at) > julianday(l.at) - 14)
                    WHERE place IN ((many + 1) / 2, (many + 2) / 2)) AS median_per_page
                 FROM source_runs l WHERE l.at = (SELECT max(m.at) FROM source_runs m JOIN runs r ON r.id = m.run
                                                  WHERE m.source = l.source AND r.kind <> 'check'))""",
    ),
    (
        "v_queries",
        "query texts that were proposed, what speaks for them, and what people decided",
        """SELECT p.text, p.theme, p.certificate, p.region, p.origin, p.evidence, p.at,
                  CASE m.move WHEN 'accept' THEN 'accepted' WHEN 'reject' THEN 'rejected' ELSE 'proposed' END AS state,
                  m.reviewer, m.reason, m.at AS decided
           FROM query_proposals p LEFT JOIN query_moves m ON m.id =
                (SELECT id FROM query_moves x WHERE x.text = p.text ORDER BY x.at DESC, x.id DESC LIMIT 1)""",
    ),
    (
        "v_imports",
        "each file that was brought in: who, how it came, what it gave, what could not be read",
        """SELECT i.id, i.at, i.kind, i.name, i.person, i.how, i.rows, i.known, i.problems, i.size,
                  i.sha256, i.capture AS original FROM imports i""",
    ),
    (
        "v_import_paths",
        "captured pages that an import led to: the file, who brought it, where in it, the report's number and channel",
        """SELECT c.id AS capture, c.url, c.why, c.means, i.name AS file, i.person, i.how, i.at AS imported,
                  coalesce(t.place, a.place, '') AS place, coalesce(t.number, a.document, '') AS number,
                  coalesce(t.channel, a.agency, '') AS channel, coalesce(t.received, a.stated, '') AS stated
           FROM captures c LEFT JOIN tips t ON t.id = c.origin LEFT JOIN agency_fakes a ON a.id = c.origin
                JOIN imports i ON i.id = coalesce(t.import, a.import, c.origin)
           WHERE c.why IN ('tip', 'agency-list', 'import')""",
    ),
    (
        "v_lookalikes",
        "each name that looks like an official one, in its newest state, with when it was first seen and first had an address",
        """SELECT l.name, l.imitates, l.band, l.score, l.state, l.addresses, l.wildcard, l.source, l.reasons, l.detail, l.at,
                  (SELECT min(at) FROM lookalikes f WHERE f.name = l.name) AS first_seen,
                  (SELECT min(at) FROM lookalikes y WHERE y.name = l.name AND y.state = 'yes') AS first_up
           FROM lookalikes l WHERE l.id = (SELECT id FROM lookalikes x WHERE x.name = l.name ORDER BY x.at DESC, x.id DESC LIMIT 1)""",
    ),
    (
        "v_findings",
        "why each lead is one: the rules that fired in its strongest verdict, with weight and quote",
        """SELECT b.lead, l.subject, l.kind, f.rule, f.weight, f.quote, f.sentence, f."where" AS place
           FROM v_lead_best b JOIN leads l ON l.id = b.lead JOIN findings f ON f.verdict = b.verdict""",
    ),
    (
        "v_decisions",
        "every decision of a person, in the order they were made; `taken_back` is when it was undone, empty while it stands",
        """SELECT d.id, d.lead, l.subject, l.kind, d.move, d.reviewer, d.reason, d.at,
                  coalesce((SELECT u.at FROM decisions u WHERE u.lead = d.lead AND u.undoes = d.id), '') AS taken_back
           FROM decisions d JOIN leads l ON l.id = d.lead WHERE d.move <> 'undo'""",
    ),
    (
        "v_packages",
        "every evidence package and notice of withdrawal that was made, with the digests the recipient can check",
        """SELECT p.id, p.lead, l.subject, l.kind,
                  CASE WHEN p.agency LIKE 'withdrawal-%' THEN substr(p.agency, 12) ELSE p.agency END AS agency,
                  p.agency LIKE 'withdrawal-%' AS withdrawal, p.zip_sha256, p.manifest_sha256, p.at
           FROM packages p JOIN leads l ON l.id = p.lead""",
    ),
    (
        "v_site_facts",
        "the newest fact of each kind about each host, and who said so; ok is 0 where the question had no answer",
        """SELECT host, kind, value, server, ok, note, at FROM (
             SELECT f.*, row_number() OVER (PARTITION BY f.host, f.kind ORDER BY f.at DESC, f.id DESC) AS age FROM site_facts f)
           WHERE age = 1""",
    ),
    (
        "v_takedowns",
        "the takedown clock of every lead that was decided on, as computed after the last round of looks; empty where not happened",
        """SELECT t.lead, l.kind, l.subject, t.phase, t.paper, t.site, t.seen, t.confirmed, t.released, t.filed, t.accepted, t.down,
                  t.stayed_7, t.stayed_30, t.returned, t.moved, t.moved_to, t.last_up, t.last_look, t.last_state, t.spells, t.returns,
                  CASE WHEN t.confirmed > t.seen THEN round(julianday(t.confirmed) - julianday(t.seen), 2) END AS days_to_confirm,
                  CASE WHEN t.filed > t.confirmed THEN round(julianday(t.filed) - julianday(t.confirmed), 2) END AS days_to_file,
                  CASE WHEN t.accepted >= t.filed AND t.filed <> '' THEN round(julianday(t.accepted) - julianday(t.filed), 2) END
                    AS days_to_answer,
                  CASE WHEN t.down_after_filing <> '' THEN round(julianday(t.down_after_filing) - julianday(t.filed), 2) END
                    AS days_to_down,
                  t.computed
           FROM takedowns t JOIN leads l ON l.id = t.lead""",
    ),
    (
        "v_looks",
        "each look at a confirmed lead from each vantage: what it found, taken alone",
        """SELECT k.id, k.lead, l.subject, k.run, k.vantage, k.finding, k.detail, k.url, k.capture, k.at
           FROM looks k JOIN leads l ON l.id = k.lead""",
    ),
    (
        "v_letters",
        "what was filed with agencies and what they answered, with the sealed file; records that were taken back are left out",
        """SELECT r.id, r.lead, l.subject, r.agency, r.step, r.happened, r.number, r.person, r.note, r.file, r.sha256, r.capture, r.at
           FROM letters r JOIN leads l ON l.id = r.lead
           WHERE r.step <> 'retract' AND NOT EXISTS (SELECT 1 FROM letters x WHERE x.retracts = r.id)""",
    ),
    (
        "v_successors",
        "addresses where the page of a lead was seen again, how it was recognised, and the lead it has become there",
        """SELECT s.lead, o.subject, s.host, s.url, s.how, s.at, n.id AS new_lead, s.of AS old_capture, s.capture AS new_capture
           FROM successors s JOIN leads o ON o.id = s.lead LEFT JOIN leads n ON n.kind = o.kind AND n.subject = s.host""",
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
