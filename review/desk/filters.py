"""Filters people keep: a name and a query each, per person."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from evidence import ids
from evidence.store import Store
from review.desk.queue import Filter

MOST, LONGEST = 20, 30


class FilterRefused(Exception):
    """A filter that cannot be kept; the message says why."""


def kept(store: Store, user: str) -> list[Any]:
    """A person's filters, oldest first."""
    return store.rows("SELECT name, query FROM desk_filters WHERE user = ? ORDER BY at, name", user)


def keep(store: Store, user: str, name: str, query: str) -> Filter:
    """Keep what a query asks for under a name; an older filter of that name gives way."""
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not name or len(name) > LONGEST:
        raise FilterRefused(f"筛选的名称须为 1 至 {LONGEST} 个字")
    wanted = read(query)
    with store.transaction():
        held = {row["name"] for row in kept(store, user)}
        if name not in held and len(held) >= MOST:
            raise FilterRefused(f"每人最多保存 {MOST} 个筛选，请先删去不用的")
        store.db.execute("INSERT INTO desk_filters VALUES (?,?,?,?) ON CONFLICT (user, name) DO UPDATE SET query = excluded.query",
                         (user, name, wanted.query(), ids.utc_now()))
    return wanted


def drop(store: Store, user: str, name: str) -> None:
    """Forget one."""
    with store.transaction():
        store.db.execute("DELETE FROM desk_filters WHERE user = ? AND name = ?", (user, name))


def read(query: str) -> Filter:
    """The filter a query string asks for: whatever it holds, only known choices come out."""
    return Filter.of(dict(parse_qsl(query.removeprefix("?")[:2000], keep_blank_values=True, max_num_fields=40)))
