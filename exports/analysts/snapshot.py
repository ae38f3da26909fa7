"""A read-only snapshot for Datasette: every view as a table, covered, with Chinese titles, facets and ready questions.

The evidence itself stays where it is. A snapshot is one SQLite file and its `metadata.json`; `datasette serve` opens both.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evidence import followup
from evidence.store import Store
from evidence.views import VIEWS
from exports.analysts import cookbook, undocumented, views
from exports.analysts.covering import Cover
from exports.atomic import replacing
from exports.defang import defang
from exports.wording import local

DATABASE, METADATA = "dajia.db", "metadata.json"
BATCH = 2000
_LINKED = ("http:", "https:")  # Datasette makes links of cells that begin so
_INDEXED = ("lead", "id", "capture", "subject", "host")


def columns_of(store: Store, view: str) -> list[str]:
    """The columns of a view, in order."""
    return [column[0] for column in store.db.execute(f"SELECT * FROM {view} LIMIT 0").description]


def covered(store: Store, view: str, cover: Cover) -> Iterator[tuple[Any, ...]]:
    """The rows of a view, each cell covered as its column asks. A column nobody has described is covered like text."""
    names, known = columns_of(store, view), views()[view].columns if view in views() else {}
    masks = [known[name].mask if name in known else "text" for name in names]
    kind = names.index("type") if view == "v_contacts" else -1
    for row in store.db.execute(f"SELECT * FROM {view}"):
        told = str(row[kind]) if kind >= 0 else ""
        yield tuple(cover.cell(value, how, told) for value, how in zip(row, masks, strict=True))


def _unlinked(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Addresses that nobody's browser turns into a way to the suspect's site."""
    return tuple(defang(cell) if isinstance(cell, str) and cell[:6].lower().startswith(_LINKED) else cell for cell in row)


def write(store: Store, folder: Path, contacts: str = "mask", at: str = "") -> dict[str, int]:
    """Write the snapshot into `folder` in the place of an earlier one; returns view → rows."""
    folder.mkdir(parents=True, exist_ok=True)
    followup.rebuild(store)
    counts: dict[str, int] = {}
    with replacing(folder / DATABASE) as draft:
        made = sqlite3.connect(draft)
        try:
            made.execute("PRAGMA journal_mode = OFF")
            cover = Cover.of(store, contacts)
            for name, _, _ in VIEWS:
                counts[name] = _table(made, store, name, cover)
            made.commit()
            made.execute("VACUUM")
        finally:
            made.close()
        draft.chmod(0o644)
    text = json.dumps(metadata(store, contacts, at), ensure_ascii=False, indent=1)
    with replacing(folder / METADATA) as draft:
        draft.write_text(text, encoding="utf-8")
    return counts


def _table(made: sqlite3.Connection, store: Store, view: str, cover: Cover) -> int:
    names = columns_of(store, view)
    quoted = ", ".join('"' + name + '"' for name in names)
    made.execute(f"CREATE TABLE {view} ({quoted})")
    put, count = f"INSERT INTO {view} VALUES ({', '.join('?' for _ in names)})", 0
    batch: list[tuple[Any, ...]] = []
    for row in covered(store, view, cover):
        batch.append(_unlinked(row))
        count += 1
        if len(batch) >= BATCH:
            made.executemany(put, batch)
            batch.clear()
    made.executemany(put, batch)
    for name in set(names) & set(_INDEXED):
        made.execute(f'CREATE INDEX "{view}_{name}" ON {view} ("{name}")')
    return count


def metadata(store: Store, contacts: str, at: str) -> dict[str, Any]:
    """What Datasette is told: titles, what each column means, facets, and the cookbook as ready questions."""
    tables = {}
    for name, _, _ in VIEWS:
        if told := views().get(name):
            there = columns_of(store, name)
            tables[name] = {"title": f"{told.title}（{name}）", "description": f"每行：{told.row}。",
                            "columns": {c: told.columns[c].label for c in there if c in told.columns},
                            "facets": [f for f in told.facets if f in there], "size": 50}
    hidden = "卖家联系方式已遮盖。" if contacts == "mask" else "卖家联系方式未遮盖，注意保管。"
    queries = {r.name: {"title": r.question, "description": r.note, "sql": r.sql} for r in cookbook()}
    when = f"（{local(at)}）" if at else ""
    return {"title": "打假 · 分析窗口", "description": f"证据库的只读快照{when}；个人信息已遮盖，{hidden}时间均为 UTC。",
            "databases": {"dajia": {"title": "证据库快照", "description": "先看 v_coverage：来源没有看全时，没有线索不说明问题。",
                                    "tables": tables, "queries": queries}}}


def missing_words(store: Store) -> list[str]:
    """Views and columns nobody has described, as view.column."""
    return [f"{name}.{column}" for name, _, _ in VIEWS for column in undocumented(name, columns_of(store, name))]
