"""What the evidence store costs: `python bench/store.py [--captures N] [--json]`.

N captures with verdicts and leads go in through the store's own methods (digests, custody chain, full text, one
transaction for 32 pages as the crawler commits), beside the limit: the same columns into a bare table of SQLite, without
chain, locks, index or text. Then bytes a capture, a search of two characters, verifying, and uniting the store with an empty one.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
TEXT = "低压电工操作证培训考试报名须知施工现场高处作业安全员证书查询联系电话通知公告办事指南"
AT_ONCE = 32


def filled(folder: Path, count: int) -> tuple[Any, float, float]:
    """A home with `count` captures (one in fifty a lead's), the seconds that took, and the CPU seconds."""
    from evidence import ids
    from evidence.home import Home
    from evidence.records import Artifact, Capture, Contact, Finding, Lead, Verdict
    from evidence.store import Store

    home, chance = Home.at(folder), random.Random(5)
    with Store.open(home, actor="bench") as store:
        run = store.begin_run("bench", "2026-01-01")
        started, cpu = time.perf_counter(), time.process_time()
        for first in range(0, count, AT_ONCE):
            with store.transaction():
                for n in range(first, min(first + AT_ONCE, count)):
                    url, now = f"http://h{n % (count // 4 + 1)}.example/p/{n}", ids.utc_now()
                    body = Artifact("body", "text/html", 60_000, f"{n:064x}", f"{n:064x}", "w.warc.gz", n * 9_000, 9_000, "gzip")
                    capture = Capture(id=ids.new_id(), run=run, asked_url=url, url=url, started=now, ended=now, means="http", profile="desktop",
                                      outcome="ok", status=200, artifacts=(body,), title=f"页面 {n}", headers=(("Content-Type", "text/html"),) * 6)
                    words = "".join(chance.choice(TEXT) for _ in range(600))
                    store.add_capture(capture, (f"页面 {n}", words))
                    lead = n % 50 == 0
                    verdict = Verdict(id=ids.new_id(), capture=capture.id, run=run, ruleset="r", kind="ad" if lead else "none",
                                      band="medium" if lead else "none", score=60.0 if lead else 0.0, body_sha256=body.sha256, at=ids.utc_now(),
                                      findings=(Finding("ad/x", 40.0, "免考", 0, 2, "写着“免考”"),) if lead else (),
                                      contacts=(Contact("wechat", f"invented_{n % 997}"),) if lead else ())
                    store.add_verdict(verdict)
                    if lead:
                        row = Lead(ids.new_id(), "ad", f"{url}", "page", verdict.id, ids.utc_now())
                        store.add_lead(row)
                        store.add_lead_verdict(row.id, verdict.id)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return home, seconds, cpu


def bare(folder: Path, count: int) -> float:
    """Seconds for the same columns in a table without anything."""
    db = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(f"CREATE TABLE t ({', '.join(f'c{n}' for n in range(22))})")
    row = ["0" * 24, "http://h.example/p/1", "页面", "[]", "{}"] + ["x"] * 17
    started = time.perf_counter()
    for _ in range(0, count, AT_ONCE):
        db.execute("BEGIN")
        db.executemany(f"INSERT INTO t VALUES ({','.join('?' * 22)})", [row] * AT_ONCE)
        db.execute("COMMIT")
    seconds = time.perf_counter() - started
    db.close()
    return seconds


def timed(work: Callable[[], Any], times: int = 5) -> float:
    """The median of some runs, in milliseconds."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return 1000 * statistics.median(taken)


def measured(count: int) -> dict[str, Any]:
    """All figures of one size."""
    from evidence import merging
    from evidence.home import Home
    from evidence.search import search
    from evidence.store import Store
    from exports.verify_rows import row_claims

    with tempfile.TemporaryDirectory(prefix="bench-store-") as told:
        folder = Path(told)
        home, seconds, cpu = filled(folder / "home", count)
        limit = bare(folder, count)
        size = home.store.stat().st_size
        with Store.open(home) as store:
            found = timed(lambda: search(store.db, "高处"))
            verifying = timed(lambda: row_claims(store.db), 1)
        with Store.open(Home.at(folder / "all")) as into:
            into.db.execute("ATTACH ? AS src", (str(home.store),))
            started, uniting_cpu = time.perf_counter(), time.process_time()
            with into.transaction():
                merging.unite(into)
            uniting, uniting_cpu = time.perf_counter() - started, time.process_time() - uniting_cpu
            into.db.execute("DETACH src")
    return {"captures": count, "captures_per_second": round(count / seconds), "bare_rows_per_second": round(count / limit),
            "bytes_per_capture": round(size / count), "search_ms": round(found, 1),
            "verified_per_second": round(count / (verifying / 1000)), "united_per_second": round(count / uniting), "cpu_ms_per_capture": round(1000 * cpu / count, 2),
            "uniting_cpu_ms_per_capture": round(1000 * uniting_cpu / count, 2)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--captures", type=int, nargs="+", default=[20_000])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = [measured(count) for count in options.captures]
    if options.json:
        print(json.dumps({"rows": rows, "cores": os.cpu_count(), "load": os.getloadavg()[0]}))
        return
    for name in rows[0]:
        print(f"{name:24}" + "".join(f"{row[name]:>14,}" for row in rows))


if __name__ == "__main__":
    main()
