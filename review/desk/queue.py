"""What the desk lists: coverage of the last run, counts, the queue with its filters, search, recent decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evidence.search import search
from evidence.store import Store

PER_PAGE = 50
SORTS = {"score": "score DESC, found, id", "age": "found, id", "new": "found DESC, id"}


@dataclass(frozen=True, slots=True)
class Filter:
    """What is shown. Empty strings filter nothing; `words` are looked for in subjects, titles and page text."""

    state: str = ""
    kind: str = ""
    band: str = ""
    words: str = ""
    sort: str = "score"
    page: int = 1

    @classmethod
    def of(cls, query: Any, state: str = "new") -> Filter:
        """From a request's query; what is not understood is left out."""
        page = str(query.get("page", "1"))
        sort = str(query.get("sort", "score"))
        return cls(str(query.get("state", state)), str(query.get("kind", "")), str(query.get("band", "")),
                   str(query.get("q", ""))[:200], sort if sort in SORTS else "score",
                   max(1, int(page)) if page.isdecimal() and len(page) < 7 else 1)


def coverage(store: Store) -> tuple[Any, list[Any]]:
    """(the newest run that asked sources, its sources – the blind ones first); (None, []) when nothing ever ran."""
    run = store.one("SELECT r.id, r.day, r.started, r.ended, r.state FROM v_runs r WHERE r.id = "
                    "(SELECT run FROM source_runs ORDER BY at DESC LIMIT 1)")
    if run is None:
        return None, []
    return run, store.rows("SELECT source, state, pages, results, ads, detail FROM source_runs WHERE run = ? "
                           "ORDER BY state IN ('ok', 'empty', 'disabled'), source", run["id"])


def counts(store: Store) -> dict[str, int]:
    """Leads of medium or above by state, and how many are high and still new."""
    rows = store.rows("SELECT state, band, count(*) AS n FROM v_leads WHERE band IN ('high', 'medium') GROUP BY state, band")
    found: dict[str, int] = {}
    for row in rows:
        found[row["state"]] = found.get(row["state"], 0) + row["n"]
        if row["state"] == "new" and row["band"] == "high":
            found["urgent"] = row["n"]
    return found


def listed(store: Store, wanted: Filter) -> tuple[list[Any], bool]:
    """(one page of leads, whether there is another)."""
    where, values = ["1 = 1"], []
    for column, value in (("state", wanted.state), ("kind", wanted.kind), ("band", wanted.band)):
        if value:
            where.append(f"{column} = ?")
            values.append(value)
    if not wanted.band:
        where.append("band IN ('high', 'medium')")
    if wanted.words.strip():
        hosts = sorted({hit.capture for hit in search(store.db, wanted.words, 500)})
        marks = ",".join("?" for _ in hosts)
        where.append(f"(instr(subject, ?) > 0 OR instr(title, ?) > 0 OR id IN (SELECT lv.lead FROM lead_verdicts lv JOIN verdicts v "
                     f"ON v.id = lv.verdict WHERE v.capture IN ({marks})))")
        values += [wanted.words.strip(), wanted.words.strip(), *hosts]
    rows = store.rows(f"SELECT * FROM v_leads WHERE {' AND '.join(where)} ORDER BY {SORTS[wanted.sort]} LIMIT ? OFFSET ?",
                      *values, PER_PAGE + 1, (wanted.page - 1) * PER_PAGE)
    return rows[:PER_PAGE], len(rows) > PER_PAGE


def recent(store: Store, reviewer: str = "", limit: int = 10) -> list[Any]:
    """The newest decisions, of one person when named."""
    return store.rows("SELECT d.id, d.lead, d.move, d.reviewer, d.reason, d.at, l.subject FROM decisions d JOIN leads l "
                      "ON l.id = d.lead WHERE (? = '' OR d.reviewer = ?) ORDER BY d.at DESC, d.id DESC LIMIT ?", reviewer, reviewer, limit)


def neighbours(store: Store, lead: str, wanted: Filter) -> tuple[str, str]:
    """(the lead before, the lead after) in the list the person came from; "" at its ends."""
    rows, _ = listed(store, wanted)
    order = [row["id"] for row in rows]
    if lead not in order:
        return "", order[0] if order else ""
    at = order.index(lead)
    return order[at - 1] if at else "", order[at + 1] if at + 1 < len(order) else ""
