"""Named migrations, append-only: a released one is never edited, a change is a new one at the end.

Facts live in insert-only tables. Two locks guard them inside SQLite: triggers that refuse UPDATE
and DELETE, and a BEFORE INSERT trigger that refuses an existing key, which also stops
`INSERT OR REPLACE` from a plain client (where the delete triggers of a REPLACE do not fire
unless `recursive_triggers` is on). Whoever drops the triggers is found by the custody chain.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from evidence import board as lists

if TYPE_CHECKING:
    from sqlite_utils import Database

Migration = Callable[["Database"], None]
MIGRATIONS: list[tuple[str, Migration]] = []


def migration(step: Migration) -> Migration:
    """Register a step under its function name; order of definition is order of application."""
    MIGRATIONS.append((step.__name__, step))
    return step


def insert_only(db: Database, table: str, keys: tuple[str, ...]) -> None:
    """Make `table` refuse UPDATE, DELETE and the replacement of a row with the same `keys`."""
    same = " AND ".join(f"{key} = NEW.{key}" for key in keys)
    for event in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only: {event} refused'); END"
        )
    db.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only: this row exists already'); END"
    )


_FACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "runs": ("id TEXT PRIMARY KEY, kind TEXT NOT NULL, day TEXT NOT NULL, at TEXT NOT NULL, "
             "environment TEXT NOT NULL",
             ("id",)),
    "run_ends": ("run TEXT PRIMARY KEY REFERENCES runs(id), state TEXT NOT NULL, report TEXT NOT NULL, "
                 "at TEXT NOT NULL", ("run",)),
    "stages": ("run TEXT NOT NULL REFERENCES runs(id), stage TEXT NOT NULL, seconds REAL NOT NULL, "
               "detail TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (run, stage)", ("run", "stage")),
    "source_runs": ("run TEXT NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL, pages INTEGER NOT NULL, "
                    "results INTEGER NOT NULL, ads INTEGER NOT NULL, detail TEXT NOT NULL, "
                    "proof_capture TEXT NOT NULL, selectors TEXT NOT NULL, at TEXT NOT NULL, "
                    "PRIMARY KEY (run, source)", ("run", "source")),
    "sightings": ("id TEXT PRIMARY KEY, run TEXT NOT NULL, source TEXT NOT NULL, query TEXT NOT NULL, "
                  "page INTEGER NOT NULL, rank INTEGER NOT NULL, title TEXT NOT NULL, snippet TEXT NOT NULL, "
                  "shown_site TEXT NOT NULL, date_text TEXT NOT NULL, paid INTEGER NOT NULL, "
                  "ad_marker TEXT NOT NULL, link TEXT NOT NULL, url TEXT NOT NULL, resolved_by TEXT NOT NULL, "
                  "serp_capture TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
    "captures": ("id TEXT PRIMARY KEY, run TEXT NOT NULL, asked_url TEXT NOT NULL, url TEXT NOT NULL, "
                 "url_key TEXT NOT NULL, host TEXT NOT NULL, started TEXT NOT NULL, ended TEXT NOT NULL, "
                 "means TEXT NOT NULL, profile TEXT NOT NULL, outcome TEXT NOT NULL, status INTEGER NOT NULL, "
                 "note TEXT NOT NULL, hops TEXT NOT NULL, headers TEXT NOT NULL, ip TEXT NOT NULL, "
                 "protocol TEXT NOT NULL, title TEXT NOT NULL, why TEXT NOT NULL, origin TEXT NOT NULL, "
                 "tool TEXT NOT NULL, truncated INTEGER NOT NULL", ("id",)),
    "artifacts": ("capture TEXT NOT NULL REFERENCES captures(id), name TEXT NOT NULL, media_type TEXT NOT NULL, "
                  "size INTEGER NOT NULL, sha256 TEXT NOT NULL, sm3 TEXT NOT NULL, warc TEXT NOT NULL, "
                  "offset INTEGER NOT NULL, length INTEGER NOT NULL, coding TEXT NOT NULL, "
                  "PRIMARY KEY (capture, name)", ("capture", "name")),
    "site_facts": ("id TEXT PRIMARY KEY, run TEXT NOT NULL, host TEXT NOT NULL, kind TEXT NOT NULL, "
                   "value TEXT NOT NULL, raw TEXT NOT NULL, server TEXT NOT NULL, ok INTEGER NOT NULL, "
                   "note TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
    "verdicts": ("id TEXT PRIMARY KEY, capture TEXT NOT NULL REFERENCES captures(id), run TEXT NOT NULL, "
                 "ruleset TEXT NOT NULL, kind TEXT NOT NULL, band TEXT NOT NULL, score REAL NOT NULL, "
                 "body_sha256 TEXT NOT NULL, scope TEXT NOT NULL, mirrored INTEGER NOT NULL, role TEXT NOT NULL, "
                 "undecidable TEXT NOT NULL, imitates TEXT NOT NULL, links TEXT NOT NULL, at TEXT NOT NULL",
                 ("id",)),
    "findings": ("verdict TEXT NOT NULL REFERENCES verdicts(id), n INTEGER NOT NULL, rule TEXT NOT NULL, "
                 "weight REAL NOT NULL, quote TEXT NOT NULL, start INTEGER NOT NULL, \"end\" INTEGER NOT NULL, "
                 "sentence TEXT NOT NULL, \"where\" TEXT NOT NULL, PRIMARY KEY (verdict, n)", ("verdict", "n")),
    "contacts": ("verdict TEXT NOT NULL REFERENCES verdicts(id), n INTEGER NOT NULL, type TEXT NOT NULL, "
                 "value TEXT NOT NULL, quote TEXT NOT NULL, start INTEGER NOT NULL, \"end\" INTEGER NOT NULL, "
                 "PRIMARY KEY (verdict, n)", ("verdict", "n")),
    "leads": ("id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, scope TEXT NOT NULL, "
              "first_verdict TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
    "lead_verdicts": ("lead TEXT NOT NULL REFERENCES leads(id), verdict TEXT NOT NULL REFERENCES verdicts(id), "
                      "at TEXT NOT NULL, PRIMARY KEY (lead, verdict)", ("lead", "verdict")),
    "decisions": ("id TEXT PRIMARY KEY, lead TEXT NOT NULL REFERENCES leads(id), move TEXT NOT NULL, "
                  "reviewer TEXT NOT NULL, reason TEXT NOT NULL, verdict TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
    "packages": ("id TEXT PRIMARY KEY, lead TEXT NOT NULL, agency TEXT NOT NULL, path TEXT NOT NULL, "
                 "zip_sha256 TEXT NOT NULL, manifest_sha256 TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
    "checks": ("id TEXT PRIMARY KEY, lead TEXT NOT NULL, state TEXT NOT NULL, detail TEXT NOT NULL, "
               "capture TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
    "warcs": ("name TEXT PRIMARY KEY, run TEXT NOT NULL, size INTEGER NOT NULL, records INTEGER NOT NULL, "
              "sha256 TEXT NOT NULL, sm3 TEXT NOT NULL, recovered INTEGER NOT NULL, at TEXT NOT NULL", ("name",)),
    "custody": ("seq INTEGER PRIMARY KEY, at TEXT NOT NULL, event TEXT NOT NULL, subject_kind TEXT NOT NULL, "
                "subject_id TEXT NOT NULL, digest TEXT NOT NULL, actor TEXT NOT NULL, detail TEXT NOT NULL, "
                "prev TEXT NOT NULL, hash TEXT NOT NULL UNIQUE", ("seq",)),
}

FACT_TABLES = list(_FACTS)  # a later migration adds its own


@migration
def m001_facts(db: Database) -> None:
    """The insert-only tables of DESIGN §3 with their locks."""
    for table, (columns, keys) in _FACTS.items():
        db.execute(f"CREATE TABLE {table} ({columns})")
        insert_only(db, table, keys)
    for table, columns in (
        ("captures", "url_key, started"), ("captures", "host"), ("captures", "run"), ("artifacts", "sha256"),
        ("sightings", "url"), ("sightings", "run, source"), ("verdicts", "capture, ruleset"),
        ("verdicts", "band, kind"), ("contacts", "type, value"), ("lead_verdicts", "verdict"),
        ("decisions", "lead, at"), ("checks", "lead, at"), ("site_facts", "host, kind, at"),
        ("custody", "subject_kind, subject_id"),
    ):
        name = f"{table}_by_{columns.replace(', ', '_')}"
        db.execute(f"CREATE INDEX {name} ON {table} ({columns})")
    db.execute("CREATE UNIQUE INDEX leads_by_subject ON leads (kind, subject)")


@migration
def m002_frontier(db: Database) -> None:
    """What to fetch next: work to do, not evidence, hence an ordinary table."""
    db.execute(
        "CREATE TABLE frontier (lane TEXT NOT NULL, key TEXT NOT NULL, run TEXT NOT NULL, host TEXT NOT NULL, "
        "payload TEXT NOT NULL, priority INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', "
        "worker TEXT NOT NULL DEFAULT '', lease_until REAL NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, "
        "note TEXT NOT NULL DEFAULT '', added TEXT NOT NULL, PRIMARY KEY (lane, key))"
    )
    db.execute("CREATE INDEX frontier_by_state ON frontier (lane, state, priority DESC, added)")


@migration
def m003_search(db: Database) -> None:
    """Full text with a space around every Han character, so that a phrase query finds any length."""
    db.execute(
        "CREATE VIRTUAL TABLE page_text USING fts5 (capture UNINDEXED, title, body, tokenize = 'unicode61')"
    )


_GANG_FACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "entities": ("capture TEXT NOT NULL REFERENCES captures(id), type TEXT NOT NULL, value TEXT NOT NULL, "
                 "PRIMARY KEY (capture, type, value)", ("capture", "type", "value")),
    "gang_edits": ("id TEXT PRIMARY KEY, move TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL, reviewer TEXT NOT NULL, "
                   "reason TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
}
FACT_TABLES += _GANG_FACTS


@migration
def gangs(db: Database) -> None:
    """Shared traits and people's knowledge of gangs as facts; the gangs themselves are computed, hence ordinary tables."""
    for table, (columns, keys) in _GANG_FACTS.items():
        db.execute(f"CREATE TABLE {table} ({columns})")
        insert_only(db, table, keys)
    db.execute("CREATE INDEX entities_by_type_value ON entities (type, value)")
    db.execute("CREATE TABLE gangs (id TEXT PRIMARY KEY, leads INTEGER NOT NULL, ads INTEGER NOT NULL, "
               "sites INTEGER NOT NULL, summary TEXT NOT NULL, at TEXT NOT NULL)")
    db.execute("CREATE TABLE gang_members (gang TEXT NOT NULL, lead TEXT NOT NULL PRIMARY KEY, role TEXT NOT NULL)")
    db.execute("CREATE INDEX gang_members_by_gang ON gang_members (gang)")
    db.execute("CREATE TABLE gang_ties (gang TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL, leads INTEGER NOT NULL, "
               "role TEXT NOT NULL, place INTEGER NOT NULL, score REAL NOT NULL, sentence TEXT NOT NULL, "
               "PRIMARY KEY (gang, type, value))")


@migration
def politeness(db: Database) -> None:
    """Turns per registrable domain and the walls its hosts put up: how to behave, not evidence, hence ordinary tables."""
    db.execute("CREATE TABLE domains (domain TEXT PRIMARY KEY, next_at REAL NOT NULL, day TEXT NOT NULL, "
               "asked INTEGER NOT NULL)")
    db.execute("CREATE TABLE doors (host TEXT PRIMARY KEY, domain TEXT NOT NULL, walls INTEGER NOT NULL, "
               "until REAL NOT NULL, probing REAL NOT NULL, wall TEXT NOT NULL, proof TEXT NOT NULL)")
    db.execute("CREATE INDEX doors_by_domain ON doors (domain)")


_QUERY_FACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "query_proposals": ("text TEXT PRIMARY KEY, theme TEXT NOT NULL, certificate TEXT NOT NULL, region TEXT NOT NULL, "
                        "origin TEXT NOT NULL, evidence TEXT NOT NULL, at TEXT NOT NULL", ("text",)),
    "query_moves": ("id TEXT PRIMARY KEY, text TEXT NOT NULL REFERENCES query_proposals(text), move TEXT NOT NULL, "
                    "reviewer TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
}
FACT_TABLES += _QUERY_FACTS


@migration
def queries(db: Database) -> None:
    """Query texts proposed to people and what they said; related searches; when each text was last asked where."""
    for table, (columns, keys) in _QUERY_FACTS.items():
        db.execute(f"CREATE TABLE {table} ({columns})")
        insert_only(db, table, keys)
    db.execute("CREATE INDEX query_moves_by_text ON query_moves (text, at)")
    db.execute("CREATE TABLE related_searches (text TEXT NOT NULL, source TEXT NOT NULL, query TEXT NOT NULL, "
               "run TEXT NOT NULL, capture TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (text, source, query))")
    db.execute("CREATE TABLE query_turns (source TEXT NOT NULL, text TEXT NOT NULL, run TEXT NOT NULL, day TEXT NOT NULL, "
               "at TEXT NOT NULL, state TEXT NOT NULL, results INTEGER NOT NULL, times INTEGER NOT NULL, "
               "PRIMARY KEY (source, text))")
    db.execute("CREATE INDEX captures_by_origin ON captures (origin)")


_INTAKE_FACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "imports": ("id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL, "
                "capture TEXT NOT NULL, person TEXT NOT NULL, how TEXT NOT NULL, run TEXT NOT NULL, rows INTEGER NOT NULL, "
                "known INTEGER NOT NULL, problems TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
    "tips": ("id TEXT PRIMARY KEY, import TEXT NOT NULL REFERENCES imports(id), place TEXT NOT NULL, number TEXT NOT NULL, "
             "channel TEXT NOT NULL, received TEXT NOT NULL, text TEXT NOT NULL, urls TEXT NOT NULL, contacts TEXT NOT NULL, "
             "pictures TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
    "filings": ("id TEXT PRIMARY KEY, import TEXT NOT NULL REFERENCES imports(id), place TEXT NOT NULL, number TEXT NOT NULL, "
                "site TEXT NOT NULL, domain TEXT NOT NULL, owner TEXT NOT NULL, owner_kind TEXT NOT NULL, name TEXT NOT NULL, "
                "province TEXT NOT NULL, stated TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
    "agency_fakes": ("id TEXT PRIMARY KEY, import TEXT NOT NULL REFERENCES imports(id), place TEXT NOT NULL, url TEXT NOT NULL, "
                     "host TEXT NOT NULL, name TEXT NOT NULL, imitates TEXT NOT NULL, agency TEXT NOT NULL, "
                     "document TEXT NOT NULL, stated TEXT NOT NULL, note TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
}
FACT_TABLES += tuple(_INTAKE_FACTS)


@migration
def intake(db: Database) -> None:
    """What people brought in: files with who and how, reports, filings, fakes an agency confirmed."""
    for table, (columns, keys) in _INTAKE_FACTS.items():
        db.execute(f"CREATE TABLE {table} ({columns})")
        insert_only(db, table, keys)
    for name, columns in (("imports", "kind, sha256"), ("filings", "number"), ("filings", "domain"), ("agency_fakes", "host")):
        db.execute(f"CREATE INDEX {name}_by_{columns.replace(', ', '_')} ON {name} ({columns})")


@migration
def desk(db: Database) -> None:
    """Taking a decision back, notes on leads as facts; accounts and sessions of the desk, which are no evidence."""
    db.execute("ALTER TABLE decisions ADD COLUMN undoes TEXT NOT NULL DEFAULT ''")
    db.execute("CREATE TABLE notes (id TEXT PRIMARY KEY, lead TEXT NOT NULL REFERENCES leads(id), author TEXT NOT NULL, "
               "text TEXT NOT NULL, assigned TEXT NOT NULL, at TEXT NOT NULL)")
    insert_only(db, "notes", ("id",))
    db.execute("CREATE INDEX notes_by_lead ON notes (lead, at)")
    db.execute("CREATE TABLE desk_users (name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL, "
               "disabled INTEGER NOT NULL DEFAULT 0, at TEXT NOT NULL)")
    db.execute("CREATE TABLE desk_sessions (token TEXT PRIMARY KEY, user TEXT NOT NULL, csrf TEXT NOT NULL, "
               "expires REAL NOT NULL)")
    db.execute("CREATE TABLE desk_failures (name TEXT NOT NULL, at REAL NOT NULL)")


FACT_TABLES.append("notes")


@migration
def timestamps(db: Database) -> None:
    """RFC 3161 tokens on WARCs, packages and heads of the custody chain."""
    db.execute("CREATE TABLE tokens (id TEXT PRIMARY KEY, subject_kind TEXT NOT NULL, subject_id TEXT NOT NULL, "
               "sha256 TEXT NOT NULL, authority TEXT NOT NULL, token BLOB NOT NULL, stamped TEXT NOT NULL, "
               "late INTEGER NOT NULL, at TEXT NOT NULL)")
    insert_only(db, "tokens", ("id",))
    db.execute("CREATE INDEX tokens_by_subject ON tokens (subject_kind, subject_id, authority)")


FACT_TABLES.append("tokens")


_LOOKOUT_FACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "lookalikes": ("id TEXT PRIMARY KEY, run TEXT NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL, imitates TEXT NOT NULL, "
                   "band TEXT NOT NULL, score REAL NOT NULL, reasons TEXT NOT NULL, state TEXT NOT NULL, addresses TEXT NOT NULL, "
                   "wildcard INTEGER NOT NULL, detail TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
    "ct_windows": ("id TEXT PRIMARY KEY, run TEXT NOT NULL, log TEXT NOT NULL, first INTEGER NOT NULL, next INTEGER NOT NULL, "
                   "size INTEGER NOT NULL, names INTEGER NOT NULL, unreadable INTEGER NOT NULL, missed INTEGER NOT NULL, "
                   "problem TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
}
FACT_TABLES += tuple(_LOOKOUT_FACTS)


@migration
def lookout(db: Database) -> None:
    """Names that look like official ones, by state as it changed; how far each certificate log was read."""
    for table, (columns, keys) in _LOOKOUT_FACTS.items():
        db.execute(f"CREATE TABLE {table} ({columns})")
        insert_only(db, table, keys)
    db.execute("CREATE INDEX lookalikes_by_name ON lookalikes (name, at)")
    db.execute("CREATE INDEX ct_windows_by_log ON ct_windows (log, at)")


_FOLLOWUP_FACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "looks": ("id TEXT PRIMARY KEY, lead TEXT NOT NULL, run TEXT NOT NULL, vantage TEXT NOT NULL, finding TEXT NOT NULL, "
              "detail TEXT NOT NULL, capture TEXT NOT NULL, url TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
    "letters": ("id TEXT PRIMARY KEY, lead TEXT NOT NULL, agency TEXT NOT NULL, step TEXT NOT NULL, happened TEXT NOT NULL, "
                "number TEXT NOT NULL, person TEXT NOT NULL, note TEXT NOT NULL, file TEXT NOT NULL, capture TEXT NOT NULL, "
                "sha256 TEXT NOT NULL, retracts TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
    "successors": ("id TEXT PRIMARY KEY, lead TEXT NOT NULL, host TEXT NOT NULL, url TEXT NOT NULL, how TEXT NOT NULL, "
                   "capture TEXT NOT NULL, of TEXT NOT NULL, at TEXT NOT NULL", ("id",)),
}
FACT_TABLES += tuple(_FOLLOWUP_FACTS)


@migration
def followup(db: Database) -> None:
    """What each look found, what was written to and from the agencies, where a subject went; the clocks, computed anew."""
    for table, (columns, keys) in _FOLLOWUP_FACTS.items():
        db.execute(f"CREATE TABLE {table} ({columns})")
        insert_only(db, table, keys)
    for name, columns in (("looks", "lead, at"), ("looks", "run"), ("letters", "lead, at"), ("successors", "lead, host")):
        db.execute(f"CREATE INDEX {name}_by_{columns.replace(', ', '_')} ON {name} ({columns})")
    clock = ("paper", "site", "phase", "seen", "confirmed", "released", "filed", "accepted", "down", "stayed_7", "stayed_30",
             "returned", "moved", "moved_to", "last_moved", "down_after_filing", "last_up", "last_look", "last_state")
    db.execute(f"CREATE TABLE takedowns (lead TEXT PRIMARY KEY, {', '.join(f'{c} TEXT NOT NULL' for c in clock)}, "
               "spells INTEGER NOT NULL, returns INTEGER NOT NULL, computed TEXT NOT NULL)")


_ORIGIN_FACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "origin_custody": ("origin TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, event TEXT NOT NULL, "
                       "subject_kind TEXT NOT NULL, subject_id TEXT NOT NULL, digest TEXT NOT NULL, actor TEXT NOT NULL, "
                       "detail TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (origin, seq)", ("origin", "seq")),
    "origin_rows": ("\"table\" TEXT NOT NULL, digest TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (\"table\", digest)",
                    ('"table"', "digest")),
}
FACT_TABLES += tuple(_ORIGIN_FACTS)


@migration
def origins(db: Database) -> None:
    """Chains of stores that were united into this one, event by event, and their rows that stand here in another form."""
    for table, (columns, keys) in _ORIGIN_FACTS.items():
        db.execute(f"CREATE TABLE {table} ({columns})")
        insert_only(db, table, keys)
    db.execute("CREATE INDEX origin_custody_by_subject ON origin_custody (subject_kind, subject_id)")
    db.execute("CREATE INDEX origin_custody_by_hash ON origin_custody (hash)")
    columns = "seq, at, event, subject_kind, subject_id, digest, actor, detail, prev, hash"
    db.execute(f"CREATE VIEW all_custody AS SELECT {columns} FROM custody UNION ALL SELECT {columns} FROM origin_custody")


@migration
def board(db: Database) -> None:
    """One row per lead for lists, kept by triggers; each person's own filters of the desk."""
    lists.create(db)
    db.execute("CREATE TABLE desk_filters (user TEXT NOT NULL, name TEXT NOT NULL, query TEXT NOT NULL, at TEXT NOT NULL, "
               "PRIMARY KEY (user, name))")


@migration
def retention(db: Database) -> None:
    """WARCs that were destroyed when their time was over: what they were, by which rule, and who ordered it."""
    db.execute("CREATE TABLE disposals (warc TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL, captures INTEGER NOT NULL, "
               "rule TEXT NOT NULL, person TEXT NOT NULL, at TEXT NOT NULL)")
    insert_only(db, "disposals", ("warc",))
    db.execute("CREATE INDEX artifacts_by_warc ON artifacts (warc)")


FACT_TABLES.append("disposals")


@migration
def retractions(db: Database) -> None:
    """Which letters were taken back is asked for every letter; up to which rows of the facts the clocks are computed."""
    db.execute("CREATE INDEX letters_by_retracts ON letters (retracts)")
    db.execute("CREATE TABLE takedown_marks (place TEXT PRIMARY KEY, until INTEGER NOT NULL)")


@migration
def board_counts(db: Database) -> None:
    """Counts for facets, kept by triggers on the board; indexes that find deep pages alone."""
    lists.create_counts(db)


@migration
def board_steps(db: Database) -> None:
    """Triggers of the board whose cost does not grow with a lead's verdicts."""
    lists.set_triggers(db)
