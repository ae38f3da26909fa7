"""Every row of a store against the digest that its custody event holds.

Triggers can be dropped by whoever holds the file, and `INSERT OR REPLACE` slips past some of them; the chain cannot be made to
agree. A table added later is compared as it stands; one whose event covers a record or a group is listed below.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from evidence import ids
from evidence.migrations import FACT_TABLES
from evidence.reading import Reading
from evidence.records import as_row
from evidence.timestamps import token_record
from exports.verifier.claims import ALTERED, MISSING, VERIFIED, Claim

Rows = Iterator[tuple[str, list[Any]]]  # what to call it, and the forms whose digest the chain may hold
ORIGINS = ("origin_custody", "origin_rows")
_LATER = {"decisions": ("undoes",)}  # columns added since: an older record was digested without them
PARTS = ("artifacts", "findings", "contacts", *ORIGINS)  # covered by the digest of the record they belong to
_GROUPED_EMPTY = ids.digest([])


def row_claims(db: sqlite3.Connection) -> list[Claim]:
    """A claim for every row that differs, is missing or was never in the chain; one verified claim a table that holds."""
    db.row_factory = sqlite3.Row
    expected: Counter[str] = Counter()
    about: dict[str, str] = {}
    there = {r["name"] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    united = "origin_custody" in there
    traits: set[tuple[str, str]] = set()  # the one digest that several records may share
    for row in db.execute("SELECT digest, event, subject_kind, subject_id, seq FROM " + ("all_custody" if united else "custody")):
        if row["event"] == "traits" and (row["digest"], row["subject_id"]) not in traits:
            traits.add((row["digest"], row["subject_id"]))
            expected[row["digest"]] += 1
        elif row["event"] != "traits":
            expected[row["digest"]] = 1  # several stores may have entered the very same record
        about[row["digest"]] = f"第 {row['seq']} 号事件 {row['event']} {row['subject_kind']} {row['subject_id']}"
    claims: list[Claim] = []
    for table in FACT_TABLES:
        if table in there and table != "custody" and table not in PARTS:
            claims += _table(db, table, expected)
    if united:
        claims += _elsewhere(db, expected)
    for digest, count in expected.items():
        if count > 0 and digest != _GROUPED_EMPTY and not _outside(about[digest]):
            claims.append(Claim(about[digest], MISSING, "保管链记有这条记录，库里没有（被删除，或被改成了别的）"))
    return claims


def _table(db: sqlite3.Connection, table: str, expected: Counter[str]) -> list[Claim]:
    count, wrong = 0, []
    for name, forms in _SPECIAL.get(table, _plain(table))(db):
        count += 1
        digest = next((d for form in forms if expected[d := ids.digest(form)] > 0), "")
        if digest:
            expected[digest] -= 1
        else:
            wrong.append(Claim(f"{table} {name}", ALTERED, "库中这一行的摘要不在保管链里（被改动、替换，或未经程序写入）"))
    return wrong or [Claim(f"{table}（库表）", VERIFIED, f"{count} 条与保管链一致")]


def _elsewhere(db: sqlite3.Connection, expected: Counter[str]) -> Iterator[Claim]:
    """Rows of united stores that stand here in another form (a lead known here under another number)."""
    for row in db.execute("SELECT * FROM origin_rows"):
        if row["digest"] not in expected or ids.sha256(row["row"].encode()) != row["digest"]:
            yield Claim(f"并入的 {row['table']} {row['digest'][:16]}", ALTERED, "原库这一行的摘要不在它的保管链里")
        expected[row["digest"]] -= row["digest"] in expected


def _outside(about: str) -> bool:
    """Events that record an act, not a row: logins and accounts of the desk, hand-overs."""
    return about.split(" ")[3] in {"account", "login", "sent", "exported", "shown", "merged", "backed-up", "restored", "unsealed"}


def _plain(table: str) -> Callable[[sqlite3.Connection], Rows]:
    def rows(db: sqlite3.Connection) -> Rows:
        for row in db.execute(f'SELECT * FROM "{table}"'):
            values = dict(row)
            forms = [values]
            if later := [c for c in _LATER.get(table, ()) if not values.get(c)]:
                forms.append({k: v for k, v in values.items() if k not in later})
            yield str(values.get("id") or values.get("name") or " ".join(str(v) for v in list(values.values())[:2])), forms

    return rows


def _warcs(db: sqlite3.Connection) -> Rows:
    for row in db.execute("SELECT * FROM warcs"):
        yield row["name"], [dict(row) | {"recovered": bool(row["recovered"])}]


def _source_runs(db: sqlite3.Connection) -> Rows:
    for row in db.execute("SELECT * FROM source_runs"):
        yield f"{row['run']} {row['source']}", [dict(row) | {"selectors": json.loads(row["selectors"])}]


def _sightings(db: sqlite3.Connection) -> Rows:
    """The hits of one result page share an event; pages told in several goes are tried page by page and hit by hit."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in db.execute("SELECT * FROM sightings ORDER BY rowid"):
        values = dict(row) | {"paid": bool(row["paid"])}
        groups.setdefault((row["serp_capture"], row["run"]), []).append(values)
    for (serp, _), rows in groups.items():
        yield f"结果页 {serp}", [rows]


def _entities(db: sqlite3.Connection) -> Rows:
    groups: dict[str, list[list[str]]] = {}
    for row in db.execute("SELECT capture, type, value FROM entities ORDER BY capture, type, value"):
        groups.setdefault(row["capture"], []).append([row["type"], row["value"]])
    for capture, rows in groups.items():
        yield f"抓取 {capture}", [sorted(rows)]


def _captures(db: sqlite3.Connection) -> Rows:
    """Captures with their artifacts; the columns derived from a record must follow from it too."""
    store = Reading(db)
    for row in db.execute("SELECT id, host, asked_url, url, url_key FROM captures").fetchall():
        for name, forms in _one(row["id"], partial(store.capture, row["id"])):
            derived = row["host"] == ids.host_of(row["url"]) and row["url_key"] in (_key(row["asked_url"]), ids.key([row["asked_url"]]))
            yield name, forms if derived else []


def _key(url: str) -> str:
    try:
        return ids.url_key(url)
    except ValueError:
        return ""


def _verdicts(db: sqlite3.Connection) -> Rows:
    store = Reading(db)
    for row in db.execute("SELECT id FROM verdicts").fetchall():
        yield from _one(row["id"], partial(store.verdict, row["id"]))


def _site_facts(db: sqlite3.Connection) -> Rows:
    for row in db.execute("SELECT * FROM site_facts"):
        yield from _one(row["id"], partial(_fact, row))


def _fact(row: sqlite3.Row) -> dict[str, Any]:
    return dict(row) | {"value": json.loads(row["value"]), "ok": bool(row["ok"])}


def _tokens(db: sqlite3.Connection) -> Rows:
    for row in db.execute("SELECT * FROM tokens"):
        yield f"{row['subject_kind']} {row['subject_id']}", [token_record(dict(row))]


def _one(name: str, make: Callable[[], Any]) -> Rows:
    """A record read back; one that cannot be read (a broken JSON column) was altered and matches nothing."""
    try:
        made = make()
        yield name, [made if isinstance(made, dict) else as_row(made)]
    except (ValueError, KeyError, TypeError, LookupError) as problem:
        yield f"{name}（{type(problem).__name__}）", []


_SPECIAL: dict[str, Callable[[sqlite3.Connection], Rows]] = {
    "warcs": _warcs, "source_runs": _source_runs, "sightings": _sightings, "entities": _entities, "captures": _captures,
    "verdicts": _verdicts, "site_facts": _site_facts,
    "tokens": _tokens,
}
