"""The board (看板): one row per lead as lists need it, kept by triggers on the facts it is made of.

A list over 100,000 leads cannot ask for the strongest current verdict of each. The board holds that answer. It is no
evidence and nobody writes it: three triggers on insert-only tables (`lead_verdicts`, `decisions`, `notes`) rewrite a
lead's row in the very transaction that brings the fact, whichever program brings it. `differences` computes the same
from the facts alone and says where the board is wrong; `rebuild` makes it anew.
"""

from __future__ import annotations

import sqlite3
from typing import Any

_COLUMNS = ("lead TEXT NOT NULL UNIQUE", "kind TEXT NOT NULL", "subject TEXT NOT NULL", "scope TEXT NOT NULL", "band TEXT NOT NULL",
            "score REAL NOT NULL", "verdict TEXT NOT NULL", "state TEXT NOT NULL", "reviewer TEXT", "decided TEXT",
            "imitates TEXT NOT NULL", "role TEXT NOT NULL", "title TEXT NOT NULL", "url TEXT NOT NULL", "host TEXT NOT NULL",
            "capture TEXT NOT NULL", "found TEXT NOT NULL", "last_seen TEXT NOT NULL", "verdicts INTEGER NOT NULL",
            "assigned TEXT NOT NULL")
NAMES = tuple(column.split()[0] for column in _COLUMNS)
_INDEXES = {"state": "state, score DESC, found, lead", "score": "score DESC, found, lead", "found": "found, lead",
            "state_found": "state, found, lead", "facets": "state, kind, band, assigned", "subject": "subject", "host": "host",
            "imitates": "imitates, state", "assigned": "assigned, state"}

_CASE = ("CASE coalesce(d.move, 'none') WHEN 'confirm' THEN 'confirmed' WHEN 'second' THEN 'released' WHEN 'dismiss' THEN 'dismissed' "
         "WHEN 'doubt' THEN 'doubtful' WHEN 'revoke' THEN 'revoked' ELSE 'new' END")
_LAST_DECISION = ("SELECT x.id FROM decisions x WHERE x.lead = {lead} AND x.move <> 'undo' AND NOT EXISTS "
                  "(SELECT 1 FROM decisions u WHERE u.lead = x.lead AND u.undoes = x.id) ORDER BY x.at DESC, x.id DESC LIMIT 1")
_BEST_VERDICT = ("SELECT id FROM (SELECT w.id, w.score, w.at, row_number() OVER (PARTITION BY w.capture ORDER BY w.at DESC, w.id DESC) "
                 "AS age FROM lead_verdicts t JOIN verdicts w ON w.id = t.verdict WHERE t.lead = {lead}) WHERE age = 1 "
                 "ORDER BY score DESC, at DESC, id DESC LIMIT 1")
_ASSIGNED = ("coalesce((SELECT n.assigned FROM notes n WHERE n.lead = {lead} AND n.assigned <> '' "
             "ORDER BY n.at DESC, n.id DESC LIMIT 1), '')")


def _rows(best: str, last: str) -> str:
    """SELECT of board rows; `best` and `last` are subqueries for one lead's verdict and decision."""
    return (f"SELECT l.id, l.kind, l.subject, l.scope, v.band, v.score, v.id, {_CASE}, d.reviewer, d.at, v.imitates, v.role, c.title, "
            "c.url, c.host, c.id, l.at, (SELECT max(c2.started) FROM lead_verdicts t3 JOIN verdicts v2 ON v2.id = t3.verdict "
            "JOIN captures c2 ON c2.id = v2.capture WHERE t3.lead = l.id), (SELECT count(*) FROM lead_verdicts t4 WHERE t4.lead = l.id), "
            + _ASSIGNED.format(lead="l.id") +
            f" FROM leads l JOIN verdicts v ON v.id = ({best}) JOIN captures c ON c.id = v.capture "
            f"LEFT JOIN decisions d ON d.id = ({last})")


_ONE = _rows(_BEST_VERDICT.format(lead="l.id"), _LAST_DECISION.format(lead="l.id"))
# The same from the documented views, on another road than the triggers take.
_TRUTH = ("SELECT l.id, l.kind, l.subject, l.scope, b.band, b.score, b.verdict, s.state, s.reviewer, s.decided, v.imitates, "
          "v.role, c.title, c.url, c.host, c.id, l.at, (SELECT max(c2.started) FROM lead_verdicts t JOIN verdicts v2 ON v2.id = t.verdict "
          "JOIN captures c2 ON c2.id = v2.capture WHERE t.lead = l.id), (SELECT count(*) FROM lead_verdicts t WHERE t.lead = l.id), "
          f"{_ASSIGNED.format(lead='l.id')} FROM leads l JOIN v_lead_best b ON b.lead = l.id JOIN v_lead_state s ON s.lead = l.id "
          "JOIN verdicts v ON v.id = b.verdict JOIN captures c ON c.id = v.capture")
_TARGET = f"board ({', '.join(NAMES)})"
_FIRST = f"INSERT INTO {_TARGET} {_ONE} WHERE l.id = NEW.lead AND NOT EXISTS (SELECT 1 FROM board WHERE lead = NEW.lead)"
# A further verdict costs the same however many a lead has: only when the strongest one is replaced by a weaker of the same
# capture are all looked through again.
_SEEN = ("UPDATE board SET verdicts = verdicts + 1, last_seen = max(last_seen, (SELECT c.started FROM verdicts v JOIN captures c "
         "ON c.id = v.capture WHERE v.id = NEW.verdict)) WHERE lead = NEW.lead")
_BY_VERDICT = "band, score, verdict, imitates, role, title, url, host, capture"
_OF_VERDICT = ("SELECT v.band, v.score, v.id, v.imitates, v.role, c.title, c.url, c.host, c.id FROM verdicts v "
               "JOIN captures c ON c.id = v.capture WHERE v.id = ")
_NEWEST = ("EXISTS (SELECT 1 FROM verdicts n JOIN verdicts b ON b.id = board.verdict WHERE n.id = NEW.verdict AND {when} AND NOT EXISTS "
           "(SELECT 1 FROM verdicts w CROSS JOIN lead_verdicts t ON t.lead = NEW.lead AND t.verdict = w.id WHERE w.capture = n.capture "
           "AND (w.at, w.id) > (n.at, n.id)))")
_BEATS = (f"UPDATE board SET ({_BY_VERDICT}) = ({_OF_VERDICT} NEW.verdict) WHERE lead = NEW.lead AND "
          + _NEWEST.format(when="(n.score, n.at, n.id) > (b.score, b.at, b.id)"))
_REPLACES = (f"UPDATE board SET ({_BY_VERDICT}) = ({_OF_VERDICT} ({_BEST_VERDICT.format(lead='NEW.lead')})) WHERE lead = NEW.lead AND "
             + _NEWEST.format(when="n.capture = b.capture AND n.id <> b.id"))
_DECIDED = (f"UPDATE board SET (state, reviewer, decided) = (SELECT {_CASE}, d.reviewer, d.at FROM leads l LEFT JOIN decisions d "
            f"ON d.id = ({_LAST_DECISION.format(lead='l.id')}) WHERE l.id = NEW.lead) WHERE lead = NEW.lead")
_HANDED = f"UPDATE board SET assigned = {_ASSIGNED.format(lead='NEW.lead')} WHERE lead = NEW.lead"
# Which indexed pages (rows of page_text) speak of which lead: full text meets the board without a detour over captures.
_PAGES = ("INSERT OR IGNORE INTO board_pages (page, n) SELECT p.page, b.n FROM verdicts v JOIN text_pages p ON p.capture = v.capture "
          "JOIN board b ON b.lead = NEW.lead WHERE v.id = NEW.verdict")
_TRIGGERS = {
    "board_verdict": f"AFTER INSERT ON lead_verdicts BEGIN {_SEEN}; {_BEATS}; {_REPLACES}; {_FIRST}; {_PAGES}; END",
    "board_decision": f"AFTER INSERT ON decisions BEGIN {_DECIDED}; END",
    "board_note": f"AFTER INSERT ON notes WHEN NEW.assigned <> '' BEGIN {_HANDED}; END",
    "board_text": ("AFTER INSERT ON text_pages BEGIN INSERT OR IGNORE INTO board_pages (page, n) SELECT NEW.page, b.n FROM verdicts v "
                   "JOIN lead_verdicts t ON t.verdict = v.id JOIN board b ON b.lead = t.lead WHERE v.capture = NEW.capture; END"),
}


def create(db: Any) -> None:
    """Tables, indexes and triggers of the board, filled from the facts. `db` is anything with `execute`."""
    db.execute(f"CREATE TABLE board (n INTEGER PRIMARY KEY, {', '.join(_COLUMNS)})")
    db.execute("CREATE TABLE text_pages (page INTEGER PRIMARY KEY, capture TEXT NOT NULL UNIQUE)")
    db.execute("CREATE TABLE board_pages (page INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (page, n)) WITHOUT ROWID")
    for name, columns in _INDEXES.items():
        db.execute(f"CREATE INDEX board_by_{name} ON board ({columns})")
    db.execute("CREATE INDEX decisions_by_undoes ON decisions (undoes) WHERE undoes <> ''")
    db.execute("CREATE INDEX decisions_by_at ON decisions (at, id)")
    for name, text in _TRIGGERS.items():
        db.execute(f"CREATE TRIGGER {name} {text}")
    _fill(db)


_GROUP = ("state", "kind", "band", "assigned")
_COVERED = {name: f"{columns}, band, kind" for name, columns in _INDEXES.items() if name in {"state", "score", "found", "state_found"}}


def _count(row: str, step: int) -> str:
    """One lead more or less in the group that `row` (NEW or OLD) stands in."""
    return (f"INSERT INTO board_counts ({', '.join(_GROUP)}, leads) VALUES ({', '.join(f'{row}.{name}' for name in _GROUP)}, {step}) "
            f"ON CONFLICT ({', '.join(_GROUP)}) DO UPDATE SET leads = leads + {step}")


_COUNTERS = {
    "board_counted_in": f"AFTER INSERT ON board BEGIN {_count('NEW', 1)}; END",
    "board_counted_over": f"AFTER UPDATE OF {', '.join(_GROUP)} ON board BEGIN {_count('OLD', -1)}; {_count('NEW', 1)}; END",
    "board_counted_out": f"AFTER DELETE ON board BEGIN {_count('OLD', -1)}; END",
}


def create_counts(db: Any) -> None:
    """How many leads stand in each group of state, kind, band and person: facets need not walk the board. Deep pages of a list
    are found in an index alone."""
    db.execute(f"CREATE TABLE board_counts ({', '.join(f'{name} TEXT NOT NULL' for name in _GROUP)}, leads INTEGER NOT NULL, "
               f"PRIMARY KEY ({', '.join(_GROUP)})) WITHOUT ROWID")
    for name, columns in _COVERED.items():
        db.execute(f"DROP INDEX board_by_{name}")
        db.execute(f"CREATE INDEX board_by_{name} ON board ({columns})")
    db.execute("CREATE INDEX decisions_by_reviewer ON decisions (reviewer, at, id)")
    for name, text in _COUNTERS.items():
        db.execute(f"CREATE TRIGGER {name} {text}")
    db.execute(f"INSERT INTO board_counts SELECT {', '.join(_GROUP)}, count(*) FROM board GROUP BY {', '.join(_GROUP)}")


def set_triggers(db: Any) -> None:
    """Every trigger of the board in its present wording, in place of older or lost ones."""
    for name, text in (_TRIGGERS | _COUNTERS).items():
        db.execute(f"DROP TRIGGER IF EXISTS {name}")
        db.execute(f"CREATE TRIGGER {name} {text}")


def rebuild(db: sqlite3.Connection) -> None:
    """Make every row and count anew from the facts, inside the caller's transaction; triggers that were lost come back."""
    set_triggers(db)
    for table in ("board_pages", "text_pages", "board", "board_counts"):  # counts last: emptying the board counts down
        db.execute(f"DELETE FROM {table}")
    _fill(db)


def _fill(db: Any) -> None:
    db.execute(f"INSERT INTO {_TARGET} {_ONE}")
    db.execute("INSERT OR IGNORE INTO text_pages (page, capture) SELECT rowid, capture FROM page_text")
    db.execute("INSERT OR IGNORE INTO board_pages (page, n) SELECT p.page, b.n FROM lead_verdicts t JOIN verdicts v ON v.id = t.verdict "
               "JOIN text_pages p ON p.capture = v.capture JOIN board b ON b.lead = t.lead")


def differences(db: sqlite3.Connection) -> list[str]:
    """Ids of leads whose row, count or text on the board is not what the facts say, sorted; an empty list is the only good answer."""
    kept = f"SELECT {', '.join(NAMES)} FROM board"
    unread = ("SELECT t.lead FROM page_text x JOIN verdicts v ON v.capture = x.capture JOIN lead_verdicts t ON t.verdict = v.id "
              "JOIN board b ON b.lead = t.lead WHERE NOT EXISTS (SELECT 1 FROM board_pages g WHERE g.page = x.rowid AND g.n = b.n)")
    group = ", ".join(_GROUP)
    real, told = f"SELECT {group}, count(*) FROM board GROUP BY {group}", f"SELECT {group}, leads FROM board_counts WHERE leads <> 0"
    miscounted = f"SELECT * FROM ({real} EXCEPT {told}) UNION SELECT * FROM ({told} EXCEPT {real})"
    counted = (f"SELECT coalesce((SELECT min(b.lead) FROM board b WHERE ({group}) = (m.state, m.kind, m.band, m.assigned)), 'counts') "
               f"FROM ({miscounted}) m")
    rows = db.execute(f"SELECT id FROM (SELECT * FROM ({_TRUTH}) EXCEPT {kept}) UNION "
                      f"SELECT lead FROM ({kept} EXCEPT {_TRUTH}) UNION {unread} UNION {counted} ORDER BY 1").fetchall()
    return [str(row[0]) for row in rows]
