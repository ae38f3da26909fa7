"""What is asked: query texts proposed and decided on, when each was last asked where, and what it brought."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from evidence import custody, ids
from evidence.records import Query
from evidence.store import Store

MOVES = ("accept", "reject")
YIELD_DAYS = 90


class QueryRefused(Exception):
    """A proposal or a decision that cannot be stored; the message says why."""


@dataclass(frozen=True, slots=True)
class Yield:
    """What a text brought: leads that people confirmed, leads of medium or above that nobody dismissed."""

    confirmed: int = 0
    leads: int = 0


def day_now() -> str:
    """The calendar day of the budget, local, YYYY-MM-DD."""
    return time.strftime("%Y-%m-%d")


def add_related(store: Store, texts: Iterable[str], *, source: str, query: str, run: str, capture: str) -> None:
    """Keep the related searches a result page printed; each once per source and query."""
    store.db.executemany(
        "INSERT OR IGNORE INTO related_searches (text, source, query, run, capture, at) VALUES (?,?,?,?,?,?)",
        [(text, source, query, run, capture, ids.utc_now()) for text in texts])


def note_asked(store: Store, source: str, text: str, run: str, state: str, results: int) -> None:
    """`text` was asked of `source`: its first page ended in `state` with so many organic results."""
    store.db.execute(
        "INSERT INTO query_turns (source, text, run, day, at, state, results, times) VALUES (?,?,?,?,?,?,?,1) "
        "ON CONFLICT (source, text) DO UPDATE SET times = CASE WHEN day = excluded.day THEN times + 1 ELSE 1 END, "
        "run = excluded.run, day = excluded.day, at = excluded.at, state = excluded.state, results = excluded.results",
        (source, text, run, day_now(), ids.utc_now(), state, results))


def asked_today(store: Store, source: str) -> int:
    """How many texts `source` was asked today."""
    row = store.one("SELECT coalesce(sum(times), 0) AS n FROM query_turns WHERE source = ? AND day = ?", source, day_now())
    return int(row["n"]) if row else 0


def last_asked(store: Store, source: str) -> dict[str, str]:
    """Text → when it was last asked of `source`."""
    return {r["text"]: r["at"] for r in store.rows("SELECT text, at FROM query_turns WHERE source = ?", source)}


def yields(store: Store, days: int = YIELD_DAYS) -> dict[str, Yield]:
    """Text → what it brought in the last `days` days, counted by lead."""
    since = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - days * 86400))
    rows = store.rows(
        """WITH led AS (
             SELECT lv.lead, c.origin, c.asked_url, c.url FROM lead_verdicts lv JOIN verdicts v ON v.id = lv.verdict
               JOIN captures c ON c.id = v.capture WHERE v.band IN ('medium', 'high') AND c.started > ?),
           shown AS (
             SELECT led.lead, s.query FROM led JOIN sightings s ON s.id = led.origin
             UNION SELECT led.lead, s.query FROM led JOIN sightings s ON s.url IN (led.asked_url, led.url))
           SELECT shown.query, count(DISTINCT shown.lead) AS leads,
                  count(DISTINCT CASE WHEN st.state IN ('confirmed', 'released') THEN shown.lead END) AS confirmed
           FROM shown JOIN v_lead_state st ON st.lead = shown.lead WHERE st.state NOT IN ('dismissed', 'revoked')
           GROUP BY shown.query""", since)
    return {r["query"]: Yield(r["confirmed"], r["leads"]) for r in rows}


def propose(store: Store, query: Query, evidence: Mapping[str, Any]) -> bool:
    """Store a proposal with what speaks for it; False when the text was proposed before."""
    with store.transaction():
        if store.one("SELECT 1 FROM query_proposals WHERE text = ?", query.text):
            return False
        row = {"text": query.text, "theme": query.theme, "certificate": query.certificate, "region": query.region,
               "origin": query.origin, "evidence": json.dumps(dict(evidence), ensure_ascii=False, sort_keys=True),
               "at": ids.utc_now()}
        store.db.execute("INSERT INTO query_proposals VALUES (:text, :theme, :certificate, :region, :origin, :evidence, :at)", row)
        custody.append(store.db, "proposed", "query", query.text, ids.digest(row), store.actor, {"origin": query.origin})
    return True


def decide(store: Store, text: str, move: str, reviewer: str, reason: str = "") -> None:
    """A person accepts or rejects a proposed text; QueryRefused for an unknown text, move or person."""
    if move not in MOVES:
        raise QueryRefused(f"没有“{move}”这种处理；可用：{'、'.join(MOVES)}")
    if not reviewer.strip():
        raise QueryRefused("请写明处理人（--reviewer 姓名）")
    with store.transaction():
        if not store.one("SELECT 1 FROM query_proposals WHERE text = ?", text):
            raise QueryRefused(f"没有提议过检索词“{text}”；用 dajia queries list --state proposed 查看")
        row = {"id": ids.new_id(), "text": text, "move": move, "reviewer": reviewer.strip(), "reason": reason, "at": ids.utc_now()}
        store.db.execute("INSERT INTO query_moves VALUES (:id, :text, :move, :reviewer, :reason, :at)", row)
        custody.append(store.db, "decided", "query", text, ids.digest(row), reviewer.strip(), {"move": move})


def accepted(store: Store) -> tuple[Query, ...]:
    """The proposals that people accepted, oldest first."""
    rows = store.rows("SELECT text, theme, certificate, region, origin FROM v_queries WHERE state = 'accepted' ORDER BY at, text")
    return tuple(Query(r["text"], r["theme"], r["certificate"], r["region"], r["origin"]) for r in rows)


def related(store: Store) -> list[sqlite3.Row]:
    """Related searches as (text, query, times): on how many queries' pages each was printed, most often first."""
    return store.rows("SELECT text, min(query) AS query, count(*) AS times FROM related_searches GROUP BY text "
                      "ORDER BY times DESC, text")


def confirmed_words(store: Store) -> list[sqlite3.Row]:
    """Confirmed leads as (lead, title, quotes, contacts); the last two are JSON lists, quotes of rules that accuse."""
    return store.rows(
        """SELECT l.id AS lead, l.title,
             (SELECT json_group_array(f.quote) FROM findings f WHERE f.verdict = l.verdict AND f.weight > 0) AS quotes,
             (SELECT json_group_array(json_array(k.type, k.value)) FROM contacts k WHERE k.verdict = l.verdict) AS contacts
           FROM v_leads l WHERE l.state IN ('confirmed', 'released') AND l.kind = 'ad' ORDER BY l.decided DESC, l.id""")


def proposals(store: Store, state: str = "") -> list[sqlite3.Row]:
    """Rows of `v_queries`, newest first, all or those in one state."""
    return store.rows("SELECT * FROM v_queries WHERE ? IN ('', state) ORDER BY at DESC, text", state)
