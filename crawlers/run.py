"""One crawl stage as a process: `python -m crawlers.run discover|capture|worker|recheck|deepen|facts --home DIR --run ID`.

Standard output carries JSON lines (source, page, error, end), standard error the log. Exit codes:
0 ok · 1 partial · 2 usage or configuration · 3 environment (store, disk, browser) · 4 nothing could be reached.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from functools import partial
from importlib import import_module
from typing import Any

from crawlers import discovery, queries, sources, walls
from crawlers.session import Event, Session
from evidence import config as settings
from evidence.archive import ArchiveError
from evidence.config import ConfigError
from evidence.frontier import FrontierAway, patiently
from evidence.home import Home
from evidence.records import Query
from evidence.redis_link import QueueLost
from evidence.store import StoreError

OK, PARTIAL, USAGE, ENVIRONMENT, NOTHING = 0, 1, 2, 3, 4
STAGES = ("discover", "capture", "worker", "recheck", "deepen", "facts")
QUIET = frozenset({"ok", "empty", "disabled"})


def emit(event: Event) -> None:
    """One JSON line to whoever started us; a reader that is gone must not undo the crawl."""
    try:
        sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the rest of the process


def main(arguments: list[str] | None = None) -> int:
    """Run one stage and return its exit code; every expected failure becomes one `error` event."""
    options = _options(arguments)
    home = Home.at(options.home)
    started = time.monotonic()
    try:
        code, counts = _stage(options, home)
    except (ConfigError, sources.UnknownSource, queries.QueriesError, walls.WallsError) as problem:
        code, counts = USAGE, {}
        emit({"event": "error", "detail": str(problem)})
    except (StoreError, ArchiveError, FrontierAway, QueueLost, OSError) as problem:
        code, counts = ENVIRONMENT, {}
        emit({"event": "error", "detail": f"{type(problem).__name__}: {problem}"})
    emit({"event": "end", "stage": options.stage, "code": code, "seconds": round(time.monotonic() - started, 2), **counts})
    return code


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m crawlers.run", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--home", help="folder of the installation; default $DAJIA_HOME or ./var")
    parser.add_argument("--run", required=True, help="id of the run in the store")
    parser.add_argument("--sources", default="", help="comma-separated source names; default all")
    parser.add_argument("--probe", default="", help="ask each source this one query, one page (discover)")
    parser.add_argument("--limit", type=int, default=0, help="pages after which to end, 0 without (worker)")
    parser.add_argument("--hosts", default="", help="comma-separated hosts (facts)")
    parser.add_argument("--vantage", default="", help="name of a vantage of [recheck.vantages] (recheck)")
    return parser.parse_args(arguments)


def _stage(options: argparse.Namespace, home: Home) -> tuple[int, dict[str, Any]]:
    if options.stage == "deepen":
        return int(import_module("crawlers.deepen").run(home, options.run, emit)), {}
    if options.stage == "facts":
        hosts = [host for host in options.hosts.split(",") if host]
        return int(import_module("crawlers.sitefacts").run(home, options.run, hosts, emit)), {}
    names = [name for name in options.sources.split(",") if name]
    chosen = sources.select(names)
    patience = settings.load(home).frontier.patience if options.stage == "worker" else 0.0
    session = patiently(lambda: Session.open(home, options.run, options.stage, emit), patience)
    session.limit = options.limit
    try:
        if options.vantage:
            session.stand(options.vantage)
        return _fetch(session, options.stage) if options.stage != "discover" else _discover(
            session, chosen, bool(names), options.probe)
    finally:
        session.close()


def _discover(session: Session, chosen: dict[str, Any], named: bool, probe: str = "") -> tuple[int, dict[str, Any]]:
    if probe:
        session.config = discovery.for_one_page(session.config)
    texts = (Query(probe, origin="manual"),) if probe else queries.load(limit=session.config.crawl.max_queries)
    for lane in ("serp", "plain"):
        session.frontier.free_all(lane)  # the lock of the run says that earlier workers are dead
    asked = [source for source in chosen.values() if discovery.seed(session, source, texts, named, bool(probe))]
    session.searching = {str(source.name) for source in asked if source.entry == "search"}
    session.readers = {host: source for source in asked if source.entry == "site" for host in source.hosts}
    session.total = session.frontier.counts("serp", session.run)["waiting"]
    _crawl(session, [*asked, sources.other_spider("fresh")] if asked else [])
    records = _records(session, tuple(chosen))
    if open_ := sorted(set(chosen) - {record["source"] for record in records}):
        return PARTIAL, {"interrupted": open_}
    states = [record["state"] for record in records if record["state"] != "disabled"]
    plain = session.frontier.counts("plain", session.run)["waiting"]
    counts = {"queries": len(texts), "candidates": plain, "sources": {r["source"]: r["state"] for r in records}}
    if states and all(state == "unreachable" for state in states):
        return NOTHING, counts
    blind = [r for r in records if r["state"] not in QUIET and not discovery.expected(chosen[r["source"]], r["state"])]
    return (PARTIAL if blind else OK), counts


def _records(session: Session, names: tuple[str, ...]) -> list[Any]:
    rows = session.store.rows("SELECT source, state FROM source_runs WHERE run = ? ORDER BY source", session.run)
    return [row for row in rows if row["source"] in names]


def _fetch(session: Session, stage: str) -> tuple[int, dict[str, Any]]:
    spider = sources.other_spider(stage)
    patience = session.config.frontier.patience
    patiently(lambda: session.frontier.free_all(spider.lane), patience)
    session.total = patiently(lambda: session.frontier.counts(spider.lane, session.run), patience)["waiting"]
    spiders = _crawl(session, [spider])
    counts = patiently(lambda: session.frontier.counts(spider.lane, session.run), patience)
    done, unreached = sum(s.done for s in spiders), sum(s.unreached for s in spiders)
    if done and done == unreached:
        return NOTHING, counts
    return (PARTIAL if counts["waiting"] or counts["leased"] or counts["failed"] else OK), counts


def _ended(session: Session, name: str, _: object) -> None:
    session.ended(name)


def _crawl(session: Session, classes: list[Any]) -> list[Any]:
    """Run the spiders together in one reactor until all are done or a signal stops them; returns them."""
    if not classes:
        return []
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    logging.getLogger("scrapy.middleware").setLevel(logging.WARNING)  # the same four lists for every source
    settings = Settings()
    settings.setmodule("crawlers.settings", priority="project")
    process = AsyncCrawlerProcess(settings)
    crawlers = [process.create_crawler(cls) for cls in classes]
    for crawler, cls in zip(crawlers, classes, strict=True):
        process.crawl(crawler, session=session).add_done_callback(partial(_ended, session, str(cls.name)))
    process.start()
    if session.ledger.failure is not None:
        raise session.ledger.failure
    return [crawler.spider for crawler in crawlers if crawler.spider is not None]


if __name__ == "__main__":
    exit_code = main()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(exit_code)  # a name server that never answers must not hold the process: everything is closed by now
