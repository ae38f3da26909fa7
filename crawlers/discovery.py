"""The discover stage around the spiders: what each source is asked, and in which one state it ended.

The state is computed from the frontier's notes, so a run that was killed and continued says the same
as an undisturbed one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawlers import candidates, health, plan
from crawlers.results import PageState, Parsed
from crawlers.session import Session
from evidence import asking, ids
from evidence.config import Config, SourceSettings
from evidence.frontier import Lease
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


def for_one_page(config: Config) -> Config:
    """The configuration for a single look: one page of one query."""
    return config.model_copy(update={"crawl": config.crawl.model_copy(update={"pages_per_query": 1})})


def seed(session: Session, source: type[Source], texts: Sequence[Query], named: bool = False, probe: bool = False) -> bool:
    """Queue what one source is asked in this run; False when it is settled in this run, or needs no asking.

    With `probe` exactly `texts` are asked, whatever the budget of the day.
    """
    name, settings = str(source.name), session.config.source(str(source.name))
    if session.store.one("SELECT 1 FROM source_runs WHERE run = ? AND source = ?", session.run, name):
        return False
    hosts = source.asked_hosts(settings)
    if reason := _why_not(source, settings, hosts, named):
        _store(session, SourceRun(session.run, name, "disabled", 0, 0, 0, reason, "", ids.utc_now()))
        return False
    if (source.entry == "site" and not probe) or _rows(session, name):
        return True  # what it reads comes from others; or the run was interrupted, and goes on with what it had planned
    chosen = tuple(texts) if probe else plan.choose(session, source, texts)
    if not chosen:
        _store(session, SourceRun(session.run, name, "degraded", 0, 0, 0,
                                  f"not asked: the {plan.budget(session, source)} queries of today are spent", "", ids.utc_now()))
        return False
    with session.store.transaction():
        for query in chosen:
            for host in hosts:
                candidates.queue_page(session, name, query, 1, host)
    return True


def _why_not(source: type[Source], settings: SourceSettings, hosts: tuple[str, ...], named: bool) -> str:
    if not source.enabled(settings, named):
        return "switched off in the configuration" if settings.enabled is False else \
            f"experimental (evidence of {source.evidence}), off by default: set [sources.{source.name}] enabled = true"
    return "" if hosts else f"no host configured: set [sources.{source.name}.options] hosts = [\"…\"]"


def note_answer(session: Session, source: type[Source], lease: Lease, state: PageState, parsed: Parsed, capture: str) -> None:
    """Inside the transaction of a result page: its related searches, and that its query was asked."""
    name, query = str(source.name), lease.payload["query"]
    if parsed.related and state.state == "ok":
        asking.add_related(session.store, parsed.related, source=name, query=query, run=session.run, capture=capture)
    if lease.payload["page"] == 1 and source.entry == "search":
        asking.note_asked(session.store, name, query, session.run, state.state, parsed.organic)


def conclude(session: Session, source: type[Source], given_up: tuple[str, str, str] | None = None) -> SourceRun | None:
    """Store the source's one state; None while it still has work to do (it was interrupted)."""
    name = str(source.name)
    rows = _rows(session, name)
    if any(row["state"] in {"waiting", "leased"} for row in rows):
        return None
    if not rows:
        if source.entry != "site":
            return None  # nothing was asked: that is no "empty"
        shown, why, proof = given_up or (*_nothing_shown(session), "")
        record = SourceRun(session.run, name, shown, 0, 0, 0, why, proof, ids.utc_now())  # type: ignore[arg-type]
        _store(session, record)
        return record
    tally = _tally(rows)
    state, detail, proof = judge(tally)
    hits = session.store.one("SELECT count(*) AS n, coalesce(sum(paid), 0) AS ads FROM sightings "
                             "WHERE run = ? AND source = ?", session.run, name)
    results, ads = (hits["n"] - hits["ads"], hits["ads"]) if hits else (0, 0)
    if problem := health.too_few(session, source, state, tally.states["ok"] + tally.states["empty"], results):
        state, detail = "degraded", "; ".join(filter(None, (problem, detail)))
    detail = "; ".join(filter(None, (detail, *_remarks(session, source, state, tally))))
    record = SourceRun(session.run, name, state, tally.pages, results, ads, detail, proof,  # type: ignore[arg-type]
                       ids.utc_now(), tally.selectors)
    _store(session, record)
    return record


def _remarks(session: Session, source: type[Source], state: str, tally: Tally) -> Iterator[str]:
    """What is said beside the state: selectors that no longer match, a declared wall, robots overridden and why."""
    if weak := [f"{f} by {s!r}" for f, s in tally.selectors.items()
                if f in _VITAL and getattr(source, f) and s != getattr(source, f)[0]]:
        yield f"primary selectors no longer match: {', '.join(weak)}"
    if expected(source, state):
        yield "walled as declared: covered by site: queries and by imports"
    settings = session.config.source(str(source.name))
    if settings.robots == "override":
        yield f"robots.txt overridden: {settings.legal_basis}"


def _nothing_shown(session: Session) -> tuple[str, str]:
    """The state of a source that reads pages others show, when they showed none."""
    seen = session.store.one("SELECT 1 FROM source_runs WHERE run = ? AND state IN ('ok', 'empty') AND source IN "
                             "(SELECT source FROM query_turns WHERE run = ? AND instr(text, 'site:') > 0)",
                             session.run, session.run)
    if seen:
        return "empty", "the engines showed no page of it that was not read lately"
    return "degraded", "no engine that understands site: was read, so nothing could show its pages"


def expected(source: type[Source], state: str) -> bool:
    """Whether a state is the wall a source declares: a gap to be told, but no failure of the run."""
    return source.walled and state in {"blocked", "login"}


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


def _rows(session: Session, name: str) -> list[Any]:
    return session.store.rows(
        "SELECT state, note, json_extract(payload, '$.host') AS host FROM frontier "
        "WHERE lane = 'serp' AND run = ? AND json_extract(payload, '$.source') = ? ORDER BY added, key", session.run, name)


def _tally(rows: list[Any]) -> Tally:
    tally = Tally()
    chosen: dict[str, Counter[str]] = {}
    for row in rows:
        note = _note(row["note"])
        state = str(note.get("state") or "degraded")
        tally.states[state] += 1
        (tally.hosts_ok if state in {"ok", "empty"} else tally.hosts_bad).add(row["host"] or "")
        if state == "skipped":
            tally.walled.setdefault(state, (f"{note.get('why', 'unreachable')}: {note.get('detail', '')}",
                                            str(note.get("capture", ""))))
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
