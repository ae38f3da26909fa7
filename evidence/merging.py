"""Unites the rows of another store with this one's: what is new is added as it stands, the same twice adds nothing.

Rows keep their numbers. A lead whose subject is known here under another number is known by the number here; what
refers to it is entered with that number, under an event `united`, and the row as the other store holds it is kept in
`origin_rows`, so that its own chain still holds. Work to do (the frontier), turns, accounts and sessions are not evidence
and stay where they are. The other store is attached as `src`; it was verified before.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from evidence import board, custody, ids, origins
from evidence.migrations import FACT_TABLES
from evidence.store import Store

_NUMBERED = {"gang_edits": ("a", "b")}  # columns that hold a lead's number; elsewhere the column is called `lead`
_SETTLED_HERE = ("leads", "query_proposals", "warcs", "entities")  # two stores may each have their own row of one thing
_CHAINS = ("custody", "origin_custody", "origin_rows")
_BOOLEANS = {"warcs": ("recovered",)}


class Conflict(Exception):
    """Two stores disagree about one record: one of them was altered; nothing was united."""


@dataclass(slots=True)
class United:
    """What one uniting added: rows by table, custody events, captures; `aside`: rows kept in their own form."""

    rows: dict[str, int] = field(default_factory=dict)
    events: int = 0
    aside: int = 0

    @property
    def anything(self) -> bool:
        """Whether the store holds more than before."""
        return bool(self.events or self.aside or any(self.rows.values()))


def unite(store: Store) -> United:
    """Add what the attached `src` holds, inside the caller's transaction. Conflict when that cannot be."""
    return _Union(store.db, store.actor).all()


class _Union:
    def __init__(self, db: sqlite3.Connection, actor: str) -> None:
        self._db, self._actor, self._made = db, actor, United()

    def all(self) -> United:
        db, made = self._db, self._made
        try:
            made.events = origins.take_over(db, self._actor)
        except ValueError as problem:
            raise Conflict(f"chain {str(problem)[:16]}: the two stores began as one and went apart (a copied home that both went on "
                           "writing to), or one of them was rewritten") from problem
        db.execute("CREATE TEMP TABLE fresh AS SELECT id FROM src.captures WHERE id NOT IN (SELECT id FROM main.captures)")
        db.execute("CREATE TEMP TABLE numbers AS SELECT s.id AS theirs, m.id AS here FROM src.leads s JOIN main.leads m "
                   "ON m.kind = s.kind AND m.subject = s.subject WHERE m.id <> s.id")
        for table in FACT_TABLES:
            if table not in _CHAINS:
                self._table(table)
        self._rows_elsewhere()
        self._beside()
        db.execute("DROP TABLE temp.fresh")
        db.execute("DROP TABLE temp.numbers")
        return made

    def _table(self, table: str) -> None:
        columns, keys = self._columns(table)
        numbered = _NUMBERED.get(table, tuple(c for c in columns if c == "lead"))
        same = " AND ".join(f's."{k}" = m."{k}"' for k in keys)
        if table in _SETTLED_HERE:
            self._keep_theirs(table, columns, same)
        elif not numbered:
            differs = " OR ".join(f's."{c}" IS NOT m."{c}"' for c in columns if c not in keys) or "0"
            if row := self._db.execute(f"SELECT s.* FROM src.{table} s JOIN main.{table} m ON {same} WHERE {differs} LIMIT 1").fetchone():
                raise Conflict(f"{table} {' '.join(str(row[k]) for k in keys)}: differs from the record of the same number here")
        where = {"leads": " AND s.id NOT IN (SELECT theirs FROM temp.numbers)",
                 "entities": " AND (s.capture IN (SELECT id FROM temp.fresh) OR s.capture NOT IN (SELECT capture FROM temp.looked_at))",
                 }.get(table, "")
        for name in numbered:
            where += f' AND s."{name}" NOT IN (SELECT theirs FROM temp.numbers)'
        listed = ", ".join(f'"{c}"' for c in columns)
        done = self._db.execute(
            f"INSERT INTO main.{table} ({listed}) SELECT {listed} FROM src.{table} s WHERE NOT EXISTS "
            f"(SELECT 1 FROM main.{table} m WHERE {same}){where} ORDER BY s.rowid")
        self._made.rows[table] = done.rowcount
        if numbered:
            self._renumbered(table, columns, keys, same, numbered)
        if table == "entities":
            self._db.execute("DROP TABLE temp.looked_at")

    def _columns(self, table: str) -> tuple[list[str], list[str]]:
        said = self._db.execute(f"PRAGMA main.table_info({table})").fetchall()
        return [row["name"] for row in said], [row["name"] for row in sorted(said, key=lambda r: int(r["pk"])) if row["pk"]]

    def _keep_theirs(self, table: str, columns: list[str], same: str) -> None:
        """Their row of a thing that has its row here is kept aside."""
        if table == "entities":
            self._keep_traits()
            return
        on = "s.kind = m.kind AND s.subject = m.subject" if table == "leads" else same
        differs = " OR ".join(f's."{c}" IS NOT m."{c}"' for c in columns)
        for row in self._db.execute(f"SELECT s.* FROM src.{table} s JOIN main.{table} m ON {on} WHERE {differs}").fetchall():
            values = dict(row) | {name: bool(row[name]) for name in _BOOLEANS.get(table, ())}
            if table == "warcs" and self._db.execute("SELECT 1 FROM main.warcs WHERE name = ? AND sha256 <> ?",
                                                     (row["name"], row["sha256"])).fetchone():
                raise Conflict(f"warcs {row['name']}: a file of this name with other bytes is here")
            self._aside(table, values)
        other = "SELECT s.id FROM src.leads s JOIN main.leads m ON m.id = s.id WHERE m.kind <> s.kind OR m.subject <> s.subject"
        if table == "leads" and (row := self._db.execute(other).fetchone()):
            raise Conflict(f"leads {row['id']}: another subject has this number here")

    def _keep_traits(self) -> None:
        """Traits of a capture are one group: where both stores read it, the one here stands."""
        self._db.execute("CREATE TEMP TABLE looked_at (capture TEXT PRIMARY KEY)")
        both = self._db.execute(
            "SELECT DISTINCT subject_id AS id FROM src.all_custody WHERE event = 'traits' AND subject_kind = 'capture' "
            "AND subject_id NOT IN (SELECT id FROM temp.fresh)").fetchall()
        for row in both:
            mine, theirs = (self._traits(schema, row["id"]) for schema in ("main", "src"))
            seen = self._db.execute(  # take_over has entered their events already: only what has its row here counts
                "SELECT 1 FROM main.entities WHERE capture = ? UNION SELECT 1 FROM main.custody WHERE event = 'traits' AND "
                "subject_kind = 'capture' AND subject_id = ?", (row["id"], row["id"])).fetchone()
            if seen:
                self._db.execute("INSERT INTO temp.looked_at VALUES (?)", (row["id"],))
                if mine != theirs:
                    self._aside("entities", theirs)

    def _traits(self, schema: str, capture: str) -> list[list[str]]:
        return [[r["type"], r["value"]] for r in self._db.execute(
            f"SELECT type, value FROM {schema}.entities WHERE capture = ? ORDER BY type, value", (capture,))]

    def _renumbered(self, table: str, columns: list[str], keys: list[str], same: str, names: tuple[str, ...]) -> None:
        """Rows about leads that have another number here; and rows here of the same key must be the same."""
        theirs = " OR ".join(f's."{n}" IN (SELECT theirs FROM temp.numbers)' for n in names)
        for row in self._db.execute(f"SELECT s.* FROM src.{table} s WHERE {theirs} ORDER BY s.rowid").fetchall():
            here = dict(row) | {n: self._number(row[n]) for n in names}
            self._aside(table, self._as_entered(table, dict(row)))
            key = " AND ".join(f'"{k}" = ?' for k in keys)
            if self._db.execute(f"SELECT 1 FROM main.{table} WHERE {key}", [here[k] for k in keys]).fetchone():
                continue
            marks = ", ".join("?" for _ in columns)
            listed = ", ".join(f'"{c}"' for c in columns)
            self._db.execute(f"INSERT INTO main.{table} ({listed}) VALUES ({marks})", [here[c] for c in columns])
            custody.append(self._db, "united", "lead", here[names[0]], ids.digest(here), self._actor, {"table": table})
            self._made.rows[table] += 1
        self._agree(table, columns, keys, same, names)

    def _agree(self, table: str, columns: list[str], keys: list[str], same: str, names: tuple[str, ...]) -> None:
        """A row of the same key may differ in the lead's number alone; then it is kept aside, else somebody altered it."""
        plain = [c for c in columns if c not in (*keys, *names) and not (table == "lead_verdicts" and c == "at")]
        differs = " OR ".join(f's."{c}" IS NOT m."{c}"' for c in plain) or "0"
        row = self._db.execute(f"SELECT s.* FROM src.{table} s JOIN main.{table} m ON {same} WHERE {differs} LIMIT 1").fetchone()
        if row is not None:
            raise Conflict(f"{table} {' '.join(str(row[k]) for k in keys)}: differs from the record of the same number here")
        other = " OR ".join(f's."{c}" IS NOT m."{c}"' for c in columns if c not in keys)
        for row in self._db.execute(f"SELECT s.* FROM src.{table} s JOIN main.{table} m ON {same} WHERE {other or '0'}").fetchall():
            self._aside(table, self._as_entered(table, dict(row)))

    def _number(self, lead: str) -> str:
        row = self._db.execute("SELECT here FROM temp.numbers WHERE theirs = ?", (lead,)).fetchone()
        return str(row["here"]) if row else lead

    def _as_entered(self, table: str, row: dict[str, Any]) -> dict[str, Any]:
        """The row as its event digested it: an older decision had no `undoes`."""
        if table == "decisions" and not row.get("undoes"):
            older = {k: v for k, v in row.items() if k != "undoes"}
            if self._db.execute("SELECT 1 FROM src.all_custody WHERE subject_kind = 'lead' AND subject_id = ? AND digest = ?",
                                (row["lead"], ids.digest(older))).fetchone():
                return older
        return row

    def _aside(self, table: str, form: Any) -> None:
        text = ids.canonical(form).decode()
        done = self._db.execute('INSERT INTO main.origin_rows ("table", digest, row) SELECT ?, ?, ? WHERE NOT EXISTS '
                                '(SELECT 1 FROM main.origin_rows WHERE "table" = ? AND digest = ?)',
                                (table, ids.digest(form), text, table, ids.digest(form)))
        self._made.aside += done.rowcount

    def _rows_elsewhere(self) -> None:
        done = self._db.execute('INSERT INTO main.origin_rows SELECT * FROM src.origin_rows s WHERE NOT EXISTS '
                                '(SELECT 1 FROM main.origin_rows m WHERE m."table" = s."table" AND m.digest = s.digest)')
        self._made.aside += done.rowcount

    def _beside(self) -> None:
        """What is no evidence and yet wanted: full text of new captures, related searches, when a text was last asked."""
        self._db.execute("INSERT INTO main.page_text (capture, title, body) SELECT capture, title, body FROM src.page_text "
                         "WHERE capture IN (SELECT id FROM temp.fresh)")
        board.rebuild(self._db)  # rows came in an order of their own, and text without its place
        self._db.execute("INSERT INTO main.related_searches SELECT * FROM src.related_searches WHERE 1 = 1 "
                         "ON CONFLICT (text, source, query) DO UPDATE SET run = excluded.run, capture = excluded.capture, at = excluded.at "
                         "WHERE excluded.at < related_searches.at")
        self._db.execute("INSERT INTO main.query_turns SELECT * FROM src.query_turns WHERE 1 = 1 ON CONFLICT (source, text) DO UPDATE SET "
                         "run = excluded.run, day = excluded.day, at = excluded.at, state = excluded.state, results = excluded.results, "
                         "times = max(excluded.times, query_turns.times) WHERE excluded.at > query_turns.at")
