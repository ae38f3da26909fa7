"""The evidence store: the only SQL that puts facts in.

Facts are insert-only. Each `add_…` writes its row and one custody event with the digest of the
record's canonical form, in one transaction. `transaction()` is re-entrant: whatever is added
inside the outermost one is committed together, or not at all.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Self

from evidence import custody, ids, search
from evidence.archive import WarcFile
from evidence.home import Home
from evidence.migrations import MIGRATIONS
from evidence.reading import Reading
from evidence.records import (
    Capture,
    Check,
    Decision,
    Entity,
    GangEdit,
    Lead,
    Note,
    Package,
    Sighting,
    SiteFact,
    SourceRun,
    Verdict,
    as_row,
)
from evidence.views import create_views, stamp

BUSY_SECONDS = 60
MIN_FREE_BYTES = 64 * 1024 * 1024


class StoreError(Exception):
    """A store that cannot be used as asked; the message says what to do."""


class StoreTooNew(StoreError):
    """The store was written by a newer dajia."""


class DiskFull(StoreError):
    """There is no room for another fact."""


def open_connection(home: Home) -> sqlite3.Connection:
    """A connection with the settings every writer needs (WAL, full sync of the log, foreign keys)."""
    with suppress(FileExistsError):  # private from its first byte; what SQLite puts beside it takes the same mode
        os.close(os.open(home.store, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    db = sqlite3.connect(home.store, timeout=BUSY_SECONDS, isolation_level=None)
    db.row_factory = sqlite3.Row
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "recursive_triggers = ON",
                   f"busy_timeout = {BUSY_SECONDS * 1000}", "trusted_schema = OFF"):
        db.execute(f"PRAGMA {pragma}")
    return db


def migrate(db: sqlite3.Connection, path: str) -> None:
    """Apply the migrations the store lacks; StoreTooNew when it holds one we do not know."""
    db.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, at TEXT NOT NULL)")
    done = {row[0] for row in db.execute("SELECT name FROM migrations")}
    known = [name for name, _ in MIGRATIONS]
    if strange := sorted(done - set(known)):
        raise StoreTooNew(f"{path}: written by a newer dajia (it holds {strange[0]}); upgrade this program, "
                          "or open the store with the version that wrote it")
    stale = db.execute("PRAGMA user_version").fetchone()[0] != stamp()
    if len(done) == len(known) and not stale:
        return
    from sqlite_utils import Database  # here, because it loads numpy, and most starts of a program migrate nothing

    db.execute("BEGIN IMMEDIATE")
    try:
        done = {row[0] for row in db.execute("SELECT name FROM migrations")}  # another process may have been first
        tables = Database(db)
        for name, step in MIGRATIONS:
            if name not in done:
                step(tables)
                db.execute("INSERT INTO migrations VALUES (?, ?)", (name, ids.utc_now()))
        create_views(tables)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


class Store(Reading):
    """One open store. Not shared between threads; every process opens its own."""

    def __init__(self, home: Home, db: sqlite3.Connection, actor: str = "") -> None:
        super().__init__(db)
        self.home, self.actor = home, actor
        self._depth = 0

    @classmethod
    def open(cls, home: Home, actor: str = "") -> Self:
        """Open (and create or migrate) the store of `home`; StoreError says what is wrong with it."""
        home.prepare()
        try:
            db = open_connection(home)
            migrate(db, str(home.store))
        except sqlite3.Error as problem:
            raise explained(problem, home) from problem
        return cls(home, db, actor)

    def close(self) -> None:
        """Close the connection; open transactions are undone."""
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Re-entrant; takes the write lock at once so that the chain has one tail."""
        if self._depth:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            return
        try:
            self.db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as problem:
            raise explained(problem, self.home) from problem
        self._depth = 1
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException as problem:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            if isinstance(problem, sqlite3.OperationalError):
                raise explained(problem, self.home) from problem
            raise
        finally:
            self._depth = 0

    # -- runs ---------------------------------------------------------------------------------
    def begin_run(self, kind: str, day: str, environment: Mapping[str, Any] | None = None) -> str:
        """A new run of `kind` for the calendar day `day` (YYYY-MM-DD, local); returns its id."""
        run = ids.new_id()
        row = {"id": run, "kind": kind, "day": day, "at": ids.utc_now(), "environment": _json(environment or {})}
        self._fact("runs", row, "begun", "run", run, row)
        return run

    def end_run(self, run: str, state: str, report: Mapping[str, Any]) -> None:
        """The run's end, `state` ok · partial · failed, with its report."""
        row = {"run": run, "state": state, "report": _json(report), "at": ids.utc_now()}
        self._fact("run_ends", row, "ended", "run", run, row)

    def add_stage(self, run: str, stage: str, seconds: float, detail: Mapping[str, Any] | None = None) -> None:
        """How long a stage of a run took; a stage repeated after a kill is stored under its next number."""
        with self.transaction():
            taken = self.db.execute("SELECT count(*) FROM stages WHERE run = ? AND (stage = ? OR stage LIKE ?)",
                                    (run, stage, f"{stage}#%")).fetchone()[0]
            name = f"{stage}#{taken + 1}" if taken else stage
            row = {"run": run, "stage": name, "seconds": round(seconds, 3), "detail": _json(detail or {}),
                   "at": ids.utc_now()}
            self._fact("stages", row, "stage", "run", run, row)

    def add_source_run(self, record: SourceRun) -> bool:
        """A source's one state in a run; False (and nothing written) when it has one already."""
        with self.transaction():
            if self.one("SELECT 1 FROM source_runs WHERE run = ? AND source = ?", record.run, record.source):
                return False
            row = as_row(record) | {"selectors": _json(record.selectors)}
            self._fact("source_runs", row, "source", "source", record.source, as_row(record))
            return True

    # -- what was seen ------------------------------------------------------------------------
    def add_sightings(self, records: Iterable[Sighting]) -> None:
        """Hits of one result page, under one custody event (their result page is a capture of its own)."""
        records = list(records)
        if not records:
            return
        with self.transaction():
            for record in records:
                self._insert("sightings", as_row(record))
            custody.append(self.db, "sighted", "capture", records[0].serp_capture,
                           ids.digest([as_row(r) for r in records]), self.actor, {"hits": len(records)})

    def add_capture(self, record: Capture, text: tuple[str, str] | None = None) -> None:
        """A capture with its artifacts; `text` (title, body) goes into the full-text index.

        Call `WarcWriter.sync` first: a committed capture must have its bytes on the disk.
        """
        whole = as_row(record)
        row = {k: v for k, v in whole.items() if k != "artifacts"}
        row |= {"hops": _json(row["hops"]), "headers": _json(row["headers"]), "host": ids.host_of(record.url),
                "url_key": _url_key(record.asked_url)}
        with self.transaction():
            self._fact("captures", row, "captured", "capture", record.id, whole,
                       {"artifacts": len(record.artifacts), "outcome": record.outcome})
            for artifact in whole["artifacts"]:
                self._insert("artifacts", {"capture": record.id, **artifact})
            if text:
                self.add_text(record.id, *text)

    def add_text(self, capture: str, title: str, body: str) -> None:
        """The words of a stored capture for the full-text index; call it once a capture."""
        if title or body:
            with self.transaction():
                row_id = self.db.execute("INSERT INTO page_text (capture, title, body) VALUES (?, ?, ?)",
                                         (capture, _scalar(search.spaced(title)), _scalar(search.spaced(body)))).lastrowid
                self.db.execute("INSERT INTO text_pages (page, capture) VALUES (?, ?)", (row_id, capture))

    def add_site_fact(self, record: SiteFact) -> None:
        """A fetched fact about a host, an unknown included."""
        row = as_row(record) | {"value": _json(record.value)}
        self._fact("site_facts", row, "fact", "site", record.host, as_row(record), {"kind": record.kind})

    def add_warc(self, record: WarcFile) -> None:
        """A closed WARC with the digests of the whole file."""
        row = as_row(record) | {"at": ids.utc_now()}
        self._fact("warcs", row, "archived", "warc", record.name, row)

    # -- what we make of it -------------------------------------------------------------------
    def add_verdict(self, record: Verdict) -> None:
        """A verdict with its findings and contacts."""
        row = as_row(record)
        findings, contacts = row.pop("findings"), row.pop("contacts")
        with self.transaction():
            self._fact("verdicts", row | {"links": _json(record.links)}, "judged", "capture", record.capture,
                       as_row(record), {"band": record.band, "kind": record.kind, "verdict": record.id})
            for table, rows in (("findings", findings), ("contacts", contacts)):
                for n, item in enumerate(rows):
                    self._insert(table, {"verdict": record.id, "n": n, **item})

    def add_lead(self, record: Lead) -> None:
        """A new subject worth a person's look."""
        self._fact("leads", as_row(record), "lead", "lead", record.id, as_row(record))

    def add_lead_verdict(self, lead: str, verdict: str) -> bool:
        """Tie a verdict to a lead; False when it was tied already."""
        with self.transaction():
            if self.one("SELECT 1 FROM lead_verdicts WHERE lead = ? AND verdict = ?", lead, verdict):
                return False
            row = {"lead": lead, "verdict": verdict, "at": ids.utc_now()}
            self._fact("lead_verdicts", row, "linked", "lead", lead, row)
            return True

    def add_decision(self, record: Decision) -> None:
        """A person's move on a lead."""
        self._fact("decisions", as_row(record), "decided", "lead", record.lead, as_row(record),
                   {"move": record.move, "reviewer": record.reviewer}, actor=record.reviewer)

    def add_note(self, record: Note) -> None:
        """What someone wrote about a lead."""
        self._fact("notes", as_row(record), "noted", "lead", record.lead, as_row(record), actor=record.author)

    def add_package(self, record: Package) -> None:
        """A package that was built for an agency."""
        self._fact("packages", as_row(record), "packaged", "lead", record.lead, as_row(record),
                   {"agency": record.agency, "zip_sha256": record.zip_sha256})

    def add_entities(self, capture: str, entities: Iterable[Entity]) -> None:
        """The traits of one capture, once; an empty list is recorded too, so that it is not looked at again."""
        with self.transaction():
            rows = sorted({(e.type, e.value) for e in entities})
            for kind, value in rows:
                self._insert("entities", {"capture": capture, "type": kind, "value": value})
            custody.append(self.db, "traits", "capture", capture, ids.digest([list(r) for r in rows]), self.actor,
                           {"entities": len(rows)})

    def add_gang_edit(self, record: GangEdit) -> None:
        """What a person knows of gangs."""
        self._fact("gang_edits", as_row(record), "gang", "gang_edit", record.id, as_row(record),
                   {"move": record.move}, actor=record.reviewer)

    def add_check(self, record: Check) -> None:
        """A look at whether a subject is still up."""
        self._fact("checks", as_row(record), "rechecked", "lead", record.lead, as_row(record),
                   {"state": record.state})

    def add_row(self, table: str, row: Mapping[str, Any], event: str, kind: str, subject: str, actor: str = "") -> None:
        """A row of a fact table that has no method of its own here (see `evidence.intake`), with its custody event."""
        self._fact(table, row, event, kind, subject, row, actor=actor)

    # -- inside -------------------------------------------------------------------------------
    def _fact(
        self, table: str, row: Mapping[str, Any], event: str, kind: str, subject: str, record: Mapping[str, Any],
        detail: Mapping[str, Any] | None = None, actor: str = "",
    ) -> None:
        with self.transaction():
            self._insert(table, row)
            custody.append(self.db, event, kind, subject, ids.digest(record), actor or self.actor,
                           dict(detail or {}))

    def _insert(self, table: str, row: Mapping[str, Any]) -> None:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})",
                        [_scalar(value) for value in row.values()])


def explained(problem: sqlite3.Error, home: Home) -> StoreError:
    """The store's own words for what SQLite said."""
    said = str(problem)
    if "full" in said or _free(home) < MIN_FREE_BYTES:
        return DiskFull(f"{home.root}: the disk is full ({said}); free some room and run the command again - "
                        "nothing committed was lost")
    if "readonly" in said or "unable to open" in said:
        return StoreError(f"{home.store}: cannot be written ({said}); check the folder's owner and permissions")
    if "not a database" in said or "malformed" in said:
        return StoreError(f"{home.store}: is not a usable SQLite database ({said}); restore it from a backup")
    if "locked" in said:
        return StoreError(f"{home.store}: another process kept it locked for {BUSY_SECONDS} s; "
                          "see what runs, then try again")
    return StoreError(f"{home.store}: {said}")


def _free(home: Home) -> int:
    try:
        return shutil.disk_usage(home.root).free
    except OSError:
        return MIN_FREE_BYTES


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _scalar(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value.encode("utf-8", "replace").decode() \
        if isinstance(value, str) and not value.isascii() else value


def _url_key(url: str) -> str:
    try:
        return ids.url_key(url)
    except ValueError:
        return ids.key([url])
