"""What the desk lists: coverage of the last run, counts, the queue with filters, facets and search, recent decisions."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

from evidence.search import match_expression
from evidence.store import Store
from review.decisions import STATE_LABELS

PER_PAGE = 50
MAX_WORDS = 200
FEW = 10_000  # hits that are looked up one by one; more are met by walking the index of facets
# name → (order forwards, order backwards, what lies beyond a row forwards, backwards)
_BY_SCORE = ("score <= :score AND (score < :score OR found > :found OR (found = :found AND lead > :lead))",
             "score >= :score AND (score > :score OR found < :found OR (found = :found AND lead < :lead))")
_BY_FOUND = ("found >= :found AND (found > :found OR lead > :lead)", "found <= :found AND (found < :found OR lead < :lead)")
SORTS: dict[str, tuple[str, str, str, str]] = {
    "score": ("score DESC, found, lead", "score, found DESC, lead DESC", *_BY_SCORE),
    "age": ("found, lead", "found DESC, lead DESC", *_BY_FOUND),
    "new": ("found DESC, lead DESC", "found, lead", _BY_FOUND[1], _BY_FOUND[0]),
}
_FACETS = ("state", "kind", "band", "assigned")
_HITS = """INSERT OR IGNORE INTO temp.hits (n)
    SELECT g.n FROM page_text t JOIN board_pages g ON g.page = t.rowid WHERE page_text MATCH :match"""
_OTHER_HITS = """INSERT OR IGNORE INTO temp.hits (n) SELECT n FROM board WHERE instr(subject, :word) > 0
    UNION SELECT b.n FROM contacts k JOIN lead_verdicts t ON t.verdict = k.verdict JOIN board b ON b.lead = t.lead
    WHERE k.type IN ('phone', 'wechat', 'qq', 'email', 'telegram', 'url', 'qr') AND k.value = :word"""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is shown. Empty strings filter nothing; `words` are looked for in subjects, contacts, titles and page text."""

    state: str = ""
    kind: str = ""
    band: str = ""
    assigned: str = ""
    imitates: str = ""
    words: str = ""
    sort: str = "score"
    page: int = 1

    @classmethod
    def of(cls, query: Any, state: str = "new") -> Filter:
        """From a request's query; what is not understood is left out."""
        def told(name: str, default: str = "", longest: int = 80) -> str:
            return "".join(c for c in str(query.get(name, default)) if c.isprintable())[:longest]
        page, sort = told("page", "1"), told("sort", "score")
        chosen = told("state", state)
        return cls(chosen if chosen in STATE_LABELS else "", told("kind"), told("band"), told("assigned"), told("imitates"),
                   told("q", longest=MAX_WORDS), sort if sort in SORTS else "score",
                   max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) < 7 else 1)

    def query(self, **changes: Any) -> str:
        """The query string that asks for this, with changes; the page is left out unless it is given."""
        wanted = asdict(replace(self, **({"page": 1} | changes)))
        pairs = [("state", wanted["state"])] + [(k, wanted[k]) for k in ("kind", "band", "assigned", "imitates") if wanted[k]]
        pairs += [("q", wanted["words"])] * bool(wanted["words"]) + [("sort", wanted["sort"])] * (wanted["sort"] != "score")
        return "?" + urlencode(pairs + [("page", wanted["page"])] * (wanted["page"] > 1))


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of leads: `rows`, whether there are `more`, how many in all, and how many each other choice would show."""

    rows: list[Any]
    more: bool
    total: int
    facets: dict[str, Counter[str]]


def coverage(store: Store) -> tuple[Any, list[Any]]:
    """(the newest run that asked sources, its sources – the blind ones first); (None, []) when nothing ever ran."""
    run = store.one("SELECT r.id, r.day, r.started, r.ended, r.state FROM v_runs r WHERE r.id = "
                    "(SELECT run FROM source_runs ORDER BY at DESC LIMIT 1)")
    if run is None:
        return None, []
    return run, store.rows("SELECT source, state, pages, results, ads, detail FROM source_runs WHERE run = ? "
                           "ORDER BY state IN ('ok', 'empty', 'disabled'), state = 'disabled', source", run["id"])


def counts(store: Store, person: str = "") -> dict[str, int]:
    """Leads of medium or above by state; how many are high and still new ("urgent"), how many `person` was handed ("mine")."""
    found: Counter[str] = Counter()
    for row in store.rows("SELECT state, band, assigned, leads AS n FROM board_counts WHERE band IN ('high', 'medium')"):
        found[row["state"]] += row["n"]
        if row["state"] == "new":
            found["urgent"] += row["n"] * (row["band"] == "high")
        if row["state"] in {"new", "doubtful", "confirmed"} and person:
            found["mine"] += row["n"] * (row["assigned"] == person)
    return dict(found)


def listed(store: Store, wanted: Filter) -> Listing:
    """One page of leads with the facets of the whole."""
    searched = _search(store, wanted.words)
    where, values = _conditions(wanted, searched)
    order = SORTS[wanted.sort][0]
    rows = _rows(store, f"SELECT board.*, lead AS id FROM (SELECT n AS at FROM board WHERE {where} ORDER BY {order} LIMIT {PER_PAGE + 1} "
                        f"OFFSET {(wanted.page - 1) * PER_PAGE}) CROSS JOIN board ON board.n = at ORDER BY {order}", values)
    facets = _facets(store, wanted, searched)
    return Listing(rows[:PER_PAGE], len(rows) > PER_PAGE, facets.pop("total")[""], facets)


def _search(store: Store, words: str) -> str:
    """Put the leads that hold the words into this connection's own table; the condition that asks for them, "" for no words.

    Few hits are looked up one by one; many are met on the way along the list's order ("+" keeps SQLite from starting with them).
    """
    if not words.strip():
        return ""
    store.db.execute("CREATE TEMP TABLE IF NOT EXISTS hits (n INTEGER PRIMARY KEY)")
    store.db.execute("DELETE FROM temp.hits")
    if match := match_expression(words):
        store.db.execute(_HITS, {"match": match})
    store.db.execute(_OTHER_HITS, {"word": words.strip()})
    hits = store.rows("SELECT count(*) FROM temp.hits")[0][0]
    return f"{'+' if hits >= FEW else ''}n IN (SELECT n FROM temp.hits)"


def _conditions(wanted: Filter, searched: str) -> tuple[str, dict[str, Any]]:
    where, values = ["1 = 1"], {}
    for column in ("state", "kind", "band", "assigned", "imitates"):
        if value := getattr(wanted, column):
            where.append(f"{column} = :{column}")
            values[column] = value
    if not wanted.band:
        where.append("band IN ('high', 'medium')")
    if searched:
        where.append(searched)
    return " AND ".join(where), values


def _facets(store: Store, wanted: Filter, searched: str) -> dict[str, Counter[str]]:
    """For each facet how many leads each value would show, all other choices kept; "total" is what is shown now."""
    found: dict[str, Counter[str]] = {name: Counter() for name in (*_FACETS, "total")}
    for row in _groups(store, wanted.imitates, searched):
        misses = [f for f in _FACETS if not _fits(wanted, f, row[f])]
        for name in _FACETS if not misses else misses if len(misses) == 1 else ():
            found[name][row[name]] += row["count"]
        found["total"][""] += row["count"] * (not misses)
    return found


def _groups(store: Store, imitates: str, searched: str) -> list[Any]:
    """Leads by state, kind, band and person, with their `count`: of all, of those that imitate something, of those searched for."""
    if not searched and not imitates:
        return store.rows("SELECT state, kind, band, assigned, leads AS count FROM board_counts WHERE leads > 0")
    where = (searched or "1 = 1") + (" AND imitates = :imitates" if imitates else "")
    origin = "board" if imitates else "board INDEXED BY board_by_facets"
    if searched.startswith("n IN"):
        origin, where = "temp.hits CROSS JOIN board USING (n)", "imitates = :imitates" if imitates else "1 = 1"
    return _rows(store, f"SELECT state, kind, band, assigned, count(*) AS count FROM {origin} WHERE {where} "
                        "GROUP BY state, kind, band, assigned", {"imitates": imitates})


def _fits(wanted: Filter, facet: str, value: str) -> bool:
    choice = getattr(wanted, facet)
    return value == choice if choice else facet != "band" or value in {"high", "medium"}


def imitated(store: Store, limit: int = 12) -> list[Any]:
    """What is imitated most, with counts."""
    return store.rows("SELECT imitates, count(*) AS n FROM board WHERE imitates > '' GROUP BY imitates ORDER BY n DESC, imitates LIMIT ?",
                      limit)


def recent(store: Store, reviewer: str = "", limit: int = 10) -> list[Any]:
    """The newest decisions, of one person when named; `undone` tells those taken back."""
    whose = "WHERE d.reviewer = ?" if reviewer else "WHERE ? = ''"
    return store.rows("SELECT d.id, d.lead, d.move, d.reviewer, d.reason, d.at, l.subject, EXISTS (SELECT 1 FROM decisions u "
                      "WHERE u.undoes = d.id AND u.undoes <> '') AS undone FROM decisions d JOIN leads l ON l.id = d.lead "
                      f"{whose} ORDER BY d.at DESC, d.id DESC LIMIT ?", reviewer, limit)


def neighbours(store: Store, lead: str, wanted: Filter) -> tuple[str, str]:
    """(the lead before, the lead after) in the list the person came from, whether or not the lead is still in it; "" at its ends."""
    row = store.one("SELECT lead, score, found FROM board WHERE lead = ?", lead)
    if row is None:
        return "", ""
    forwards, backwards, after, before = SORTS[wanted.sort]
    where, values = _conditions(wanted, _search(store, wanted.words))
    values |= dict(row)
    found = [_rows(store, f"SELECT board.lead FROM board WHERE {where} AND {beyond} ORDER BY {order} LIMIT 1", values)
             for beyond, order in ((before, backwards), (after, forwards))]
    return str(found[0][0]["lead"] if found[0] else ""), str(found[1][0]["lead"] if found[1] else "")


def _rows(store: Store, sql: str, values: dict[str, Any]) -> list[Any]:
    return list(store.db.execute(sql, values))
