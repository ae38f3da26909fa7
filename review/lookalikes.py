"""Looking out for new names: generated and fed ones, judged by name, resolved, told once, queued for capture.

Nothing here accuses: a name is why a page is looked at. An answer of "unknown" is never "no", and a feed that was not
read to its end, or not at all, is told like a blocked source.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classifiers.hosts import HostError, normal_host
from classifiers.lookalikes import Lookalike, candidates, watchlist
from classifiers.scan import Counts, scan_lines
from crawlers import feeds, resolving
from crawlers.facts.door import Door
from evidence import ids, lookouts
from evidence.config import Config
from evidence.records import SourceRun
from evidence.store import Store
from review import clock, following

GENERATED, PRIORITY = "generated", 45
WATCH_DAYS = 30.0  # a name that has no address yet is asked again this long
_BANDS = {"high": ("high",), "medium": ("high", "medium"), "low": ("high", "medium", "low")}


@dataclass(slots=True)
class Wanted:
    """What to look at: official hosts to generate for, the whole watch list, lists, certificate logs."""

    hosts: tuple[str, ...] = ()
    watchlist: bool = False
    files: tuple[Path, ...] = ()
    urls: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    skip_gap: bool = False

    @classmethod
    def of(cls, config: Config) -> Wanted:
        """What the configuration asks for."""
        f = config.feeds
        return cls((), f.watchlist, tuple(Path(p) for p in f.files), tuple(f.urls), tuple(f.ct))


@dataclass(slots=True)
class Suspect:
    """A name that looks like an official one: as `classifiers.scan` tells it, with the feed it came from."""

    name: str
    imitates: str
    band: str
    score: float
    reasons: tuple[str, ...]
    source: str


@dataclass(slots=True)
class Seen:
    """What one look-out came to. `new` are names whose state changed since they were last seen (or seen first)."""

    new: list[lookouts.NameSeen] = field(default_factory=list)
    suspects: int = 0
    scanned: int = 0
    states: Counter[str] = field(default_factory=Counter)
    addresses: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    feeds: dict[str, str] = field(default_factory=dict)
    resolved: bool = True


def generated(hosts: Sequence[str], everything: bool) -> list[Suspect]:
    """The names an impostor could register for these official hosts, or for all of the register; HostError for no host."""
    made: list[Lookalike] = [one for host in hosts for one in candidates(normal_host(host))]
    if everything:
        made += watchlist()
    told = {one.name: one for one in made}
    hits = {hit["name"]: hit for hit in scan_lines(told)}
    return [_suspect(hits[name], GENERATED) if name in hits
            else Suspect(name, one.imitates, "low", round(one.weight * 40, 1), (one.pattern,), GENERATED) for name, one in told.items()]


def look_out(store: Store, config: Config, run: str, wanted: Wanted, band: str = "") -> Seen:
    """Gather, judge, resolve, store what changed and queue what is new. Network trouble is told in the result, not raised."""
    return asyncio.run(_look_out(store, config, run, wanted, _BANDS[band or config.feeds.band]))


async def _look_out(store: Store, config: Config, run: str, wanted: Wanted, bands: Sequence[str]) -> Seen:
    door, seen = Door(config), Seen()
    suspects = {one.name: one for one in generated(wanted.hosts, wanted.watchlist)}
    seen.scanned += len(suspects)
    for old in lookouts.waiting(store, clock.days_ago(WATCH_DAYS)):
        suspects.setdefault(old.name, Suspect(old.name, old.imitates, old.band, old.score, old.reasons, old.source))
    for asked in _feeds(door, store, config, wanted):
        _read(store, run, await asked, suspects, bands, seen)
    chosen = {name: one for name, one in suspects.items() if one.band in bands}
    seen.suspects = len(chosen)
    known = lookouts.states(store, chosen)
    asked_names = [name for name in chosen if known.get(name) != "yes"]

    def each(found: resolving.Found) -> None:
        seen.states[found.state] += 1
        if found.state != known.get(found.name, "no"):
            _note(store, config, run, chosen[found.name], found, seen)

    try:
        await resolving.resolve_all(door, asked_names, config.feeds.at_once, each)
    except resolving.Unresolvable as problem:
        seen.resolved = False
        seen.problems.append(f"域名解析：{problem}；没有应答不等于没有注册，下次再查")
    return seen


def _feeds(door: Door, store: Store, config: Config, wanted: Wanted) -> Iterable[Awaitable[feeds.Feed]]:
    """Every feed asked for, one after the other."""
    for path in wanted.files:
        yield _ready(feeds.from_file(path))
    for url in wanted.urls:
        yield feeds.from_url(door, url)
    for log in wanted.logs:
        yield feeds.from_log(door, log, lookouts.cursor(store, log.rstrip("/")), config.feeds.ct_entries, config.feeds.ct_backlog,
                             wanted.skip_gap)


async def _ready(feed: feeds.Feed) -> feeds.Feed:
    return feed


def _read(store: Store, run: str, feed: feeds.Feed, suspects: dict[str, Suspect], bands: Sequence[str], seen: Seen) -> None:
    """Judge a feed's names; store its suspects, how it fared and how far a log was read together: none is lost by a kill."""
    counts = Counts()
    hits = [_suspect(hit, feed.name) for hit in scan_lines(feed.lines, counts)]
    fresh = [one for one in hits if one.band in bands and one.name not in lookouts.states(store, [one.name])]
    suspects |= {one.name: one for one in hits if one.name not in suspects}
    seen.scanned += counts.names
    seen.feeds[feed.name] = feed.state
    detail = "；".join(filter(None, [feed.detail, f"{counts.bad} 行不是域名（如 {counts.examples[0]}）" if counts.bad else ""]))
    if feed.state not in {"ok", "empty"}:
        seen.problems.append(f"{feed.name}：{feed.detail}")
    with store.transaction():
        for one in {one.name: one for one in fresh}.values():
            lookouts.add_name(store, _record(run, one, "unknown", (), False, "还没有解析"))
        store.add_source_run(SourceRun(run, feed.name, feed.state, 1, len(hits), 0, detail[:1000], "", ids.utc_now()))
        if feed.reading is not None and feed.reading.reached:
            r = feed.reading
            lookouts.add_window(store, lookouts.LogWindow(ids.new_id(), run, r.log, r.first, r.next, r.size, len(r.names), r.unreadable,
                                                          r.missed, r.problem, ids.utc_now()))


def _suspect(hit: dict[str, Any], source: str) -> Suspect:
    try:
        name = normal_host(hit["name"])
    except HostError:
        name = str(hit["name"])
    return Suspect(name, hit["imitates"], hit["band"], float(hit["score"]), tuple(hit["reasons"]), source)


def _note(store: Store, config: Config, run: str, one: Suspect, found: resolving.Found, seen: Seen) -> None:
    """Store a name's new state, and queue the name when it came to have an address."""
    record = _record(run, one, found.state, found.addresses[:20], found.wildcard, found.detail[:500])
    with store.transaction():
        lookouts.add_name(store, record)
        if found.state == "yes":
            scheme = "https" if one.source.startswith("ct:") else "http"
            became = following.queue_address(store, config, run, f"{scheme}://{one.name}/", "lookalike", record.id, PRIORITY)
            seen.addresses[became] += 1
    seen.new.append(record)


def _record(run: str, one: Suspect, state: str, addresses: tuple[str, ...], wildcard: bool, detail: str) -> lookouts.NameSeen:
    return lookouts.NameSeen(ids.new_id(), run, one.name, one.source, one.imitates, one.band, one.score, one.reasons, state, addresses,
                             wildcard, detail, ids.utc_now())
