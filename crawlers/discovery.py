"""The discover stage around the spiders: what each source is asked, and in which one state it ended.

The state is computed from the frontier's notes, so a run that was killed and continued says the same
as an undisturbed one.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawlers import candidates
from crawlers.session import Session
from evidence import ids
from evidence.records import Query, SourceRun

if TYPE_CHECKING:
    from crawlers.source import Source

_WALLS = ("blocked", "login", "robots")  # louder than anything that was read before them
_VITAL = ("card", "title", "link", "real")  # a fallback in these is told before the layout is lost altogether


@dataclass(slots=True)
class Tally:
    """What the notes of one source say. `walled` maps a state to its first detail and proof."""

    states: Counter[str] = field(default_factory=Counter)
    walled: dict[str, tuple[str, str]] = field(default_factory=dict)
    selectors: dict[str, str] = field(default_factory=dict)
    hosts_ok: set[str] = field(default_factory=set)
    hosts_bad: set[str] = field(default_factory=set)

    @property
    def pages(self) -> int:
        """Result pages that were asked and answered, whatever the answer."""
        return sum(n for state, n in self.states.items() if state != "skipped")


def seed(session: Session, source: type[Source], queries: tuple[Query, ...]) -> bool:
    """Queue every query for one source; False when it is settled in this run, or needs no asking."""
    name, settings = str(source.name), session.config.source(str(source.name))
    if session.store.one("SELECT 1 FROM source_runs WHERE run = ? AND source = ?", session.run, name):
        return False
    hosts = source.asked_hosts(settings)
    if not settings.enabled or not hosts:
        reason = "switched off in the configuration" if not settings.enabled else \
            f"no host configured: set [sources.{name}.options] hosts = [\"…\"]"
        _store(session, SourceRun(session.run, name, "disabled", 0, 0, 0, reason, "", ids.utc_now()))
        return False
    with session.store.transaction():
        for query in queries:
            for host in hosts:
                candidates.queue_page(session, name, query, 1, host)
    return True


def conclude(session: Session, source: type[Source]) -> SourceRun | None:
    """Store the source's one state; None while it still has work to do (it was interrupted)."""
    name = str(source.name)
    rows = session.store.rows(
        "SELECT state, note, json_extract(payload, '$.host') AS host FROM frontier "
        "WHERE lane = 'serp' AND run = ? AND json_extract(payload, '$.source') = ? ORDER BY added, key",
        session.run, name)
    if not rows or any(row["state"] in {"waiting", "leased"} for row in rows):
        return None  # nothing was asked: that is no "empty"
    tally = _tally(rows)
    state, detail, proof = judge(tally)
    hits = session.store.one("SELECT count(*) AS n, coalesce(sum(paid), 0) AS ads FROM sightings "
                             "WHERE run = ? AND source = ?", session.run, name)
    if weak := [f"{f} by {s!r}" for f, s in tally.selectors.items()
                if f in _VITAL and getattr(source, f) and s != getattr(source, f)[0]]:
        detail = "; ".join(filter(None, (detail, f"primary selectors no longer match: {', '.join(weak)}")))
    settings = session.config.source(name)
    if settings.robots == "override":
        detail = "; ".join(filter(None, (detail, f"robots.txt overridden: {settings.legal_basis}")))
    results, ads = (hits["n"] - hits["ads"], hits["ads"]) if hits else (0, 0)
    record = SourceRun(session.run, name, state, tally.pages, results, ads, detail, proof,  # type: ignore[arg-type]
                       ids.utc_now(), tally.selectors)
    _store(session, record)
    return record


def judge(tally: Tally) -> tuple[str, str, str]:
    """(state, detail, proof capture) of a source. One wall outweighs what was read before it."""
    states, several = tally.states, len(tally.hosts_ok | tally.hosts_bad) > 1
    asked = f"{tally.pages} of {sum(states.values())} result pages"
    for wall in _WALLS:
        if states[wall]:
            detail, proof = tally.walled[wall]
            part = several and bool(tally.hosts_ok)
            where = f" at {', '.join(sorted(tally.hosts_bad))}" if part else ""
            return ("degraded" if part else wall), f"{wall}{where}: {detail}; {asked}", proof
    read = states["ok"] + states["empty"]
    failed = {s: states[s] for s in ("layout", "degraded", "unreachable") if states[s]}
    if failed:
        worst = max(failed, key=lambda s: failed[s])
        detail, proof = tally.walled[worst]
        said = ", ".join(f"{s} {n}" for s, n in failed.items())
        return ("degraded" if read else worst), f"{said}: {detail}; {asked}", proof
    if states["skipped"]:
        why, proof = tally.walled["skipped"]
        return why.partition(":")[0], why.partition(":")[2].strip(), proof
    return ("ok" if states["ok"] else "empty"), "", ""


def _tally(rows: list[Any]) -> Tally:
    tally = Tally()
    chosen: dict[str, Counter[str]] = {}
    for row in rows:
        note = _note(row["note"])
        state = str(note.get("state") or "degraded")
        tally.states[state] += 1
        (tally.hosts_ok if state in {"ok", "empty"} else tally.hosts_bad).add(row["host"] or "")
        if state == "skipped":
            tally.walled.setdefault(state, (f"{note.get('why', 'unreachable')}: {note.get('detail', '')}", ""))
        else:
            tally.walled.setdefault(state, (str(note.get("detail", "")), str(note.get("capture", ""))))
        for name, selector in (note.get("selectors") or {}).items():
            chosen.setdefault(name, Counter())[selector] += 1
    tally.selectors = {name: counts.most_common(1)[0][0] for name, counts in chosen.items()}
    return tally


def _note(text: str) -> dict[str, Any]:
    try:
        note = json.loads(text)
    except ValueError:
        return {"state": "degraded", "detail": text}  # given back too often, or cut: a failure all the same
    return note if isinstance(note, dict) else {"state": "degraded", "detail": text}


def _store(session: Session, record: SourceRun) -> None:
    session.store.add_source_run(record)
    announce(session, record)


def announce(session: Session, record: SourceRun) -> None:
    """Tell the parent process how a source fared."""
    session.emit({"event": "source", "source": record.source, "state": record.state, "pages": record.pages,
                  "results": record.results, "ads": record.ads, "detail": record.detail})
