"""Every benchmark, small: `python -m bench [NAME…] [--full] [--out FILE] [--page FILE]`.

Each is a program of its own in this folder and runs its peer, or the limit of the machine, in the same run. Here they
run one after the other at a size that takes minutes together (`--full`: the sizes that the documents name, hours), and
their figures become one table and one JSON file. `--page` also writes the table into a document between its marks.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_BLOCK = re.compile(r"(<!-- table: bench -->\n).*?(<!-- end -->)", re.S)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: ours, and what stands beside it in the same run."""

    bench: str
    what: str
    ours: str
    beside: str = ""
    theirs: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """A program with its small and its full arguments, and how its output is read."""

    name: str
    program: list[str]
    small: list[str]
    full: list[str]
    read: Callable[[str], list[Figure]]


def _crawl(said: str) -> list[Figure]:
    rows = {row["arm"]: row for row in _last(said)["rows"]}
    ours, peer = rows["dajia"], rows["scrapy"]
    return [Figure("crawl", "plain captures with evidence, one process", f"{ours['pages_per_second']}/s", "bare Scrapy, nothing kept", f"{peer['pages_per_second']}/s"),
            Figure("crawl", "CPU a page", f"{ours['cpu_ms_per_page']} ms", "bare Scrapy", f"{peer['cpu_ms_per_page']} ms"),
            Figure("crawl", "peak memory", f"{ours['memory_mb']} MB", "bare Scrapy", f"{peer['memory_mb']} MB")]


def _browser(said: str) -> list[Figure]:
    told = _last(said)
    ours, peer = told["dajia"], told.get("bare_playwright") or {}
    rate = ours.get("per_minute") or ours.get("captures_per_minute")
    return [Figure("browser", "rendered captures with evidence", f"{rate}/min", "bare Playwright, pictures alone", f"{peer.get('per_minute', '–')}/min"),
            Figure("browser", "peak memory of all processes", f"{ours.get('memory_mb_peak', '–')} MB")]


def _bulk(said: str) -> list[Figure]:
    told: list[Figure] = []
    for job in ("scan", "judge"):
        rows = [row for row in _last(said)["rows"] if row["job"] == job]
        besides, ours = [r for r in rows if "seconds" not in r], [r for r in rows if "seconds" in r]
        told += [Figure(job, row["what"] + (", result identical" if row.get("identical") else ", RESULT DIFFERS" if "identical" in row else ""),
                        f"{row['per_second']:,}/s, {row['memory_mb']} MB", besides[0]["what"], f"{besides[0]['per_second']:,}/s") for row in ours]
        told += [Figure(job, ours[0]["what"], f"{ours[0]['per_second']:,}/s", other["what"], f"{other['per_second']:,}/s") for other in besides[1:]]
    return told


def _store(said: str) -> list[Figure]:
    row = _last(said)["rows"][-1]
    size = f"{row['captures']:,} captures"
    return [Figure("store", f"captures, verdicts, chain, full text committed ({size})", f"{row['captures_per_second']:,}/s", "bare SQLite rows",
                   f"{row['bare_rows_per_second']:,}/s"),
            Figure("store", "store size", f"{row['bytes_per_capture']:,} bytes a capture"),
            Figure("store", "a search of two characters that every page holds", f"{row['search_ms']} ms"),
            Figure("store", "rows verified against the chain", f"{row['verified_per_second']:,} captures/s"),
            Figure("store", "united with another store", f"{row['united_per_second']:,} captures/s")]


def _workers(said: str) -> list[Figure]:
    told = []
    rows = _last(said)["rows"]
    one = next((r for r in rows if r["workers"] == 1 and not r["faults"]), None)
    for row in rows:
        if row["faults"]:
            told.append(Figure("workers", f"{row['workers']} workers, one killed, Redis killed: pages held once", f"{row['once']:,} of {row['pages']:,}",
                               "most requests in 5 s, from the site's log", f"{row['most_in_window']} of {row['allowed_in_window']} allowed"))
        elif row is not one and one is not None:
            told.append(Figure("workers", f"{row['workers']} workers on {os.cpu_count()} cores", f"{row['pages_per_second']}/s", "one worker", f"{one['pages_per_second']}/s"))
    return told


def _desk(said: str) -> list[Figure]:
    rows = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    alone = next(row for row in rows if row.get("page") == "list")
    many = rows[-1]
    return [Figure("desk", f"{many['staff']} people at once: {many['requests']} requests in {many['seconds']} s, {many['lost']} lost, {many['doubled']} doubled",
                   f"p95 {many['p95_ms']} ms", "the list, one person alone", f"median {alone['median_ms']} ms")]


def _gangs(said: str) -> list[Figure]:
    row = _last(said)
    return [Figure("gangs", f"{row['leads']:,} leads, {row['ties']:,} ties", f"{row['seconds']} s, {row['peak_mb']} MB", "planted truth",
                   f"precision {row['precision']}, recall {row['recall']}")]


def _packages(said: str) -> list[Figure]:
    return [Figure("packages", line.strip(), "") for line in said.splitlines() if line.strip()]


def _evaluation(said: str) -> list[Figure]:
    line = next(line for line in said.splitlines() if line.startswith("contacts:"))
    return [Figure("evaluation", "unseen wording: " + line, "", "per class", "in the JSON")]


BENCHES = (
    Bench("crawl", ["bench/crawl.py"], ["--pages", "400", "--rounds", "1", "--json"], ["--pages", "1000", "3000", "10000", "--rounds", "3", "--json"], _crawl),
    Bench("browser", ["bench/browser.py"], ["--pages", "4", "--peer", "--json"], ["--pages", "200", "--peer", "--json"], _browser),
    Bench("bulk", ["bench/bulk.py"], ["--names", "1000000", "--pages", "400", "--json"], ["--names", "10000000", "--pages", "1000000", "--json"], _bulk),
    Bench("store", ["bench/store.py"], ["--captures", "3000", "--json"], ["--captures", "1000000", "--json"], _store),
    Bench("workers", ["bench/workers.py"], ["--pages", "500", "--workers", "2", "--json"], ["--pages", "10000", "--workers", "2", "4", "--rounds", "3", "--json"],
          _workers),
    Bench("desk", ["-m", "bench.desk"], ["1000", "--seconds", "8"], ["100000"], _desk),
    Bench("gangs", ["-m", "bench.gangs"], ["3000"], ["300000"], _gangs),
    Bench("packages", ["bench/packages.py"], ["5"], ["100", "500"], _packages),
    Bench("evaluation", ["bench/evaluation.py"], ["unseen"], ["unseen"], _evaluation),
)


def _last(said: str) -> dict[str, Any]:
    """The last line that is a JSON object."""
    for line in reversed(said.splitlines()):
        if line.startswith("{"):
            found: dict[str, Any] = json.loads(line)
            return found
    raise ValueError("no JSON in what it said")


def run(bench: Bench, full: bool) -> dict[str, Any]:
    """One benchmark: its figures, what it said, and how it ended."""
    started, before = time.monotonic(), os.getloadavg()[0]
    done = subprocess.run([sys.executable, *bench.program, *(bench.full if full else bench.small)], cwd=ROOT, capture_output=True, text=True,
                          env=os.environ | {"PYTHONPATH": str(ROOT)})
    told: dict[str, Any] = {"bench": bench.name, "seconds": round(time.monotonic() - started, 1), "load_before": round(before, 1), "code": done.returncode, "said": done.stdout}
    try:
        told["figures"] = [asdict(f) for f in bench.read(done.stdout)]
    except (ValueError, KeyError, StopIteration, IndexError) as problem:
        told |= {"figures": [], "problem": f"{type(problem).__name__}: {problem}", "errors": done.stderr[-3000:]}
    return told


def table(results: list[dict[str, Any]]) -> str:
    """The figures as Markdown."""
    rows = ["| bench | what | dajia | beside it, same run | |", "|---|---|---|---|---|"]
    for result in results:
        rows += [f"| {f['bench']} | {f['what']} | {f['ours']} | {f['beside']} | {f['theirs']} |" for f in result["figures"]]
        if result["code"] or not result["figures"]:
            rows.append(f"| {result['bench']} | **failed**: exit code {result['code']} | {result.get('problem', '')} | | |")
    return "\n".join(rows) + "\n"


def main() -> int:
    """Run what was asked for; 1 when one failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which: " + ", ".join(b.name for b in BENCHES))
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "bench.json")
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    if strange := set(options.names) - {b.name for b in BENCHES}:
        parser.error(f"no bench {sorted(strange)[0]!r}; there are: {', '.join(b.name for b in BENCHES)}")
    results = []
    for bench in BENCHES:
        if not options.names or bench.name in options.names:
            print(f"{bench.name} …", file=sys.stderr, flush=True)
            results.append(run(bench, options.full))
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform(), "at": time.strftime("%Y-%m-%d %H:%M")}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"machine": machine, "benches": results}, ensure_ascii=False, indent=1), encoding="utf-8")
    load = f"{min(r['load_before'] for r in results):.0f}–{max(r['load_before'] for r in results):.0f}"
    told = f"{machine['at']}, {machine['cores']} cores, Python {machine['python']}, load of the machine before each bench {load}.\n\n{table(results)}"
    print(told + f"\n{options.out}")
    if options.page:
        page = options.page.read_text(encoding="utf-8")
        options.page.write_text(_BLOCK.sub(lambda m: m[1] + told + m[2], page), encoding="utf-8")
    return 1 if any(r["code"] or not r["figures"] for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
