"""What a home holds, so that two can be compared: what was committed, what it amounts to, what is there twice, what is broken."""

import sqlite3
from collections import Counter

from warcio.archiveiterator import ArchiveIterator

from evidence.migrations import FACT_TABLES
from exports.verify import VERIFIED, verify

# What a run amounts to, whatever ids and times it got. `run` is the last daily run.
_CONTENT = {
    "leads": "SELECT kind, subject, band FROM v_leads",
    "pages": "SELECT DISTINCT url_key, means, profile, why FROM captures WHERE outcome IN ('ok', 'partial') AND why <> 'serp'",
    "result pages": "SELECT DISTINCT url_key FROM captures WHERE why = 'serp' AND outcome = 'ok'",
    "sightings": "SELECT DISTINCT source, query, page, rank, url, paid FROM sightings",
    "verdicts": "SELECT DISTINCT c.url_key, v.kind, v.band, v.score FROM verdicts v JOIN captures c ON c.id = v.capture "
                "WHERE v.at = (SELECT max(at) FROM verdicts x WHERE x.capture = v.capture)",
    "contacts": "SELECT DISTINCT type, value FROM contacts",
    "site facts": "SELECT DISTINCT host, kind, ok FROM site_facts",
    "sources": "SELECT source, state, results, ads FROM source_runs WHERE run = :run AND state <> 'disabled'",
    "checks": "SELECT DISTINCT l.subject, k.state FROM checks k JOIN leads l ON l.id = k.lead",
    "looks": "SELECT DISTINCT l.subject, k.vantage, k.finding, k.url FROM looks k JOIN leads l ON l.id = k.lead",
    "gangs": "SELECT leads, ads, sites FROM gangs",
    "text": "SELECT DISTINCT title FROM page_text",
}
# Rows that say the same thing twice. Pages and facts of all runs: nothing here is due again within the test.
_DOUBLED = {
    "pages": "SELECT url_key, means, profile, why, origin FROM captures WHERE why NOT IN ('serp', 'robots', 'probe') "
             "AND outcome IN ('ok', 'partial') AND {again}",
    "sightings": "SELECT run, source, query, page, rank FROM sightings",
    "verdicts": "SELECT capture, ruleset, kind, band, score, (SELECT count(*) FROM site_facts f JOIN captures c ON c.host = f.host "
                "WHERE c.id = v.capture AND f.at < v.at) FROM verdicts v",
    "text": "SELECT capture FROM page_text",
    "unfinished runs": "SELECT 'daily' FROM v_runs WHERE kind = 'daily' AND state = 'unfinished'",
    "checks": "SELECT c.run, k.lead FROM checks k JOIN captures c ON c.id = k.capture",
    "looks": "SELECT run, lead, vantage, url FROM looks",
}


def _open(home):
    return sqlite3.connect(home.store, timeout=60)


def committed(home):
    """The keys of every fact that is in the store now, by table."""
    if not home.store.exists():
        return {}
    db = _open(home)
    try:
        there = {r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        found = {}
        for table in FACT_TABLES:
            if table in there:
                keys = ", ".join(f'"{r[1]}"' for r in db.execute(f"PRAGMA table_info({table})") if r[5])
                found[table] = set(db.execute(f"SELECT {keys} FROM {table}"))
        return found
    finally:
        db.close()


def lost(before, after):
    """How many facts of `before` are gone in `after`."""
    return sum(len(rows - after.get(table, set())) for table, rows in before.items())


def content(home):
    """What the home's last daily run amounts to, by kind of thing."""
    db = _open(home)
    try:
        run = db.execute("SELECT id FROM runs WHERE kind = 'daily' ORDER BY at DESC, id DESC LIMIT 1").fetchone()[0]
        found = {name: set(db.execute(sql, {"run": run} if ":run" in sql else {})) for name, sql in _CONTENT.items()}
    finally:
        db.close()
    days = [f for f in home.exports.iterdir() if f.is_dir()]
    found["daily files"] = {(p.name,) for day in days for p in day.iterdir()}
    return found


def differences(expected, found):
    """(missing, more): how many things of `expected` are not in `found`, and the reverse, with a word on the first few."""
    words, missing, more = [], 0, 0
    for name, rows in expected.items():
        gone, new = rows - found[name], found[name] - rows
        missing, more = missing + len(gone), more + len(new)
        words += [f"{name}: -{sorted(map(str, gone))[:2]} +{sorted(map(str, new))[:2]}"] if gone or new else []
    return missing, more, "; ".join(words)


def doubled(home, recaptured=False):
    """What is in the store more than once that must be there once: a list of words, empty when all is well."""
    db = _open(home)
    try:
        words = []
        for name, sql in _DOUBLED.items():
            rows = Counter(db.execute(sql.format(again="0" if recaptured else "1")))
            twice = [(row, n) for row, n in rows.items() if n > 1]
            words += [f"{name} {row} x{n}" for row, n in twice]
        return words
    finally:
        db.close()


def unsound(home):
    """What is broken: chain, heads, rows, WARC bytes, WARCs that the usual reader cannot read, files left open."""
    words = [f"{claim.subject}: {claim.detail}" for claim in verify(home.root) if claim.state != VERIFIED]
    for path in sorted(home.warc.iterdir()):
        if path.name.endswith(".open"):
            words.append(f"{path.name}: left open")
        elif path.name.endswith(".warc.gz"):
            try:
                with path.open("rb") as stream:
                    sum(1 for _ in ArchiveIterator(stream))
            except Exception as problem:  # noqa: BLE001 - whatever the reader says, it cannot read it
                words.append(f"{path.name}: {problem}")
    return words
