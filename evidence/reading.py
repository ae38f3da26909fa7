"""Reading the store back: rows of tables and views, and whole records."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from evidence.records import (
    Artifact,
    Capture,
    Contact,
    Decision,
    Finding,
    Hop,
    Lead,
    SiteFact,
    Verdict,
)


class NotStored(LookupError):
    """No record with that id."""


class Reading:
    """Queries over one connection; the mixin of `evidence.store.Store`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def rows(self, sql: str, *params: Any) -> list[sqlite3.Row]:
        """Every row of a query."""
        return list(self.db.execute(sql, params))

    def one(self, sql: str, *params: Any) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        row: sqlite3.Row | None = self.db.execute(sql, params).fetchone()
        return row

    def capture(self, capture_id: str) -> Capture:
        """The capture with its artifacts; NotStored when there is none."""
        row = dict(self._required("captures", capture_id))
        for derived in ("url_key", "host"):
            row.pop(derived)
        row["hops"] = tuple(Hop(**hop) for hop in json.loads(row["hops"]))
        row["headers"] = tuple((k, v) for k, v in json.loads(row["headers"]))
        row["truncated"] = bool(row["truncated"])
        found = self.rows('SELECT name, media_type, size, sha256, sm3, warc, "offset", length, coding '
                          "FROM artifacts WHERE capture = ? ORDER BY rowid", capture_id)  # the order they were digested in
        return Capture(**row, artifacts=tuple(Artifact(**dict(a)) for a in found))

    def verdict(self, verdict_id: str) -> Verdict:
        """The verdict with its findings and contacts; NotStored when there is none."""
        row = dict(self._required("verdicts", verdict_id))
        row["mirrored"], row["links"] = bool(row["mirrored"]), tuple(json.loads(row["links"]))
        findings = self.rows('SELECT rule, weight, quote, start, "end", sentence, "where" FROM findings '
                             "WHERE verdict = ? ORDER BY n", verdict_id)
        contacts = self.rows('SELECT type, value, quote, start, "end" FROM contacts WHERE verdict = ? ORDER BY n',
                             verdict_id)
        return Verdict(**row, findings=tuple(Finding(**dict(f)) for f in findings),
                       contacts=tuple(Contact(**dict(c)) for c in contacts))

    def lead(self, lead_id: str) -> Lead:
        """The lead; NotStored when there is none."""
        return Lead(**dict(self._required("leads", lead_id)))

    def decisions(self, lead_id: str) -> list[Decision]:
        """Every decision on a lead, oldest first."""
        return [Decision(**dict(r)) for r in self.rows(
            "SELECT * FROM decisions WHERE lead = ? ORDER BY at, id", lead_id)]

    def site_facts(self, host: str) -> list[SiteFact]:
        """Every fact about a host, newest first."""
        found = []
        for row in self.rows("SELECT * FROM site_facts WHERE host = ? ORDER BY at DESC", host):
            values = dict(row)
            values["value"], values["ok"] = json.loads(values["value"]), bool(values["ok"])
            found.append(SiteFact(**values))
        return found

    def _required(self, table: str, record_id: str) -> sqlite3.Row:
        row = self.one(f"SELECT * FROM {table} WHERE id = ?", record_id)
        if row is None:
            raise NotStored(f"no {table.rstrip('s')} with id {record_id!r} in the store")
        return row
