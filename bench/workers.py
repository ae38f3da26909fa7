"""Workers on one queue: `python bench/workers.py [--pages N] [--workers N …] [--delay S] [--faults/--speed] [--json]`.

One site on loopback in a process of its own, which logs the moment of every request; a real redis-server with its
append-only file on; worker processes as `dajia worker` starts them, each with its own store and WARCs.

*speed*: no delay, nothing killed: pages a second from the first request to the last, beside one worker in the same run.
*faults*: a third of the way one worker gets kill -9 and is started again; at two thirds Redis gets kill -9 and is started
again. Then the stores are united: every page must be there exactly once, `dajia verify` must hold, and in no window of
five seconds may the site's own log show more requests than one each `delay` seconds allows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BODY, WINDOW = 6_000, 5.0


class Site(asyncio.Protocol):
    """Answers GET with a page and notes when which page was asked."""

    log: Any = None

    def connection_made(self, transport: Any) -> None:
        self._out, self._in = transport, b""

    def data_received(self, data: bytes) -> None:
        self._in += data
        while b"\r\n\r\n" in self._in:
            head, _, self._in = self._in.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            if not path.startswith("/p/"):
                self._out.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                continue
            Site.log.write(f"{time.time():.6f} {path}\n")
            chance = random.Random(path)
            words = "".join(chance.choice("考试安排报名须知现场培训证书查询联系电话施工现场高处作业低压电工通知公告") for _ in range(BODY // 3))
            page = f"<!DOCTYPE html><meta charset=utf-8><title>页面 {path}</title><p>{words}</p>".encode()
            self._out.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(page) + page)


async def serve(log: str) -> None:
    """The site's process: prints its port and serves until its input closes."""
    Site.log = open(log, "w", encoding="utf-8", buffering=1)  # noqa: SIM115, PTH123 - for the life of the process
    server = await asyncio.get_running_loop().create_server(Site, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


@dataclass
class Fleet:
    """A site, a Redis, a desk that queued the pages, and workers."""

    folder: Path
    pages: int
    delay: float
    running: dict[str, subprocess.Popen[Any]] = field(default_factory=dict)

    def open(self) -> None:
        """Start site and Redis, queue the pages."""
        self.log = self.folder / "site.log"
        self.site = subprocess.Popen([sys.executable, __file__, "--serve", str(self.log)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.site.stdout is not None
        self.address = f"127.0.0.1:{int(self.site.stdout.readline())}"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start_redis()
        from evidence import ids
        from evidence.config import load
        from evidence.home import Home
        from evidence.sharing import frontier_for
        from evidence.store import Store

        home = Home.at(self.home("desk"))
        with Store.open(home) as store:
            frontier, run = frontier_for(store, load(home)), store.begin_run("discover", "2026-01-01")
            started = time.perf_counter()
            for n in range(self.pages):
                url = f"http://{self.address}/p/{n}"
                frontier.add("plain", ids.url_key(url), {"url": url, "why": "sighting", "origin": ""}, run=run, host="127.0.0.1")
            self.queueing = self.pages / (time.perf_counter() - started)

    def start_redis(self) -> None:
        """Start Redis, with whatever its file holds, and wait until it answers."""
        import redis

        (self.folder / "redis").mkdir(exist_ok=True)
        self.redis = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder / "redis"), "--save", "", "--appendonly",
             "yes", "--appendfsync", "always"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client = redis.Redis(port=self.port)
        while True:
            try:
                self.client.ping()
                return
            except redis.exceptions.ConnectionError:
                time.sleep(0.02)

    def home(self, name: str) -> Path:
        """A home of its own for `name`, configured for the queue."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        (folder / "dajia.toml").write_text(
            f'[network]\nallow = ["{self.address}"]\n[crawl]\ndelay = {self.delay}\ndaily_cap = 0\n'
            f'[frontier]\nurl = "redis://127.0.0.1:{self.port}/0"\nlease = 30\n', encoding="utf-8")
        return folder

    def start(self, name: str) -> None:
        """One worker process."""
        self.running[name] = subprocess.Popen([str(Path(sys.executable).with_name("dajia")), "--home", str(self.home(name)), "worker", "--quiet"],
                                              cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def asked(self) -> list[tuple[float, str]]:
        """The site's own log: when, which page."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [(float(when), path) for when, path in (line.split(" ") for line in lines if line.count(" ") == 1)]

    def until(self, share: float) -> None:
        """Wait until that share of the pages was asked."""
        while len(self.asked()) < share * self.pages:
            if all(process.poll() is not None for process in self.running.values()):
                raise SystemExit("the workers ended early:\n" + "\n".join(p.communicate()[1] for p in self.running.values()))
            time.sleep(0.2)

    def wait(self) -> list[str]:
        """Wait for the workers to end; what they complained of. SystemExit when one could not go on."""
        told = []
        for name, process in self.running.items():
            said = process.communicate()[1]
            if process.returncode not in (0, 1):
                raise SystemExit(f"{name} ended with {process.returncode}:\n{said[-3000:]}")
            for report in sorted((self.folder / name / "logs").glob("report-*.json")):
                told += [f"{name}: {problem}" for problem in json.loads(report.read_text(encoding="utf-8"))["problems"]]
        return told

    def close(self) -> None:
        """End what was started."""
        for process in (*self.running.values(), self.redis):
            if process.poll() is None:
                process.kill()
            process.wait()
        assert self.site.stdin is not None
        self.site.stdin.close()
        self.site.wait()


def crawl(workers: int, pages: int, delay: float, faults: bool) -> dict[str, Any]:
    """One crawl by `workers`; what it took and what the united store holds."""
    folder = Path(tempfile.mkdtemp(prefix="bench-workers-"))
    fleet = Fleet(folder, pages, delay)
    try:
        fleet.open()
        names = [f"w{n}" for n in range(workers)]
        for name in names:
            fleet.start(name)
        if faults:
            _break(fleet, names[0])
        problems = fleet.wait()
        return _told(fleet, names, workers, faults) | {"problems": problems}
    finally:
        fleet.close()
        shutil.rmtree(folder, ignore_errors=True)


def _break(fleet: Fleet, victim: str) -> None:
    fleet.until(1 / 3)
    process = fleet.running.pop(victim)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    fleet.start(victim)
    fleet.until(2 / 3)
    fleet.redis.kill()
    fleet.redis.wait()
    time.sleep(1.0)
    fleet.start_redis()


def _told(fleet: Fleet, names: list[str], workers: int, faults: bool) -> dict[str, Any]:
    from evidence.home import Home
    from evidence.store import Store
    from exports.verify import BROKEN, verify
    from review.merging import merge

    into, started = Home.at(fleet.folder / "united"), time.perf_counter()
    merge([fleet.folder / name for name in names], into, lambda line: None)
    seconds = time.perf_counter() - started
    with Store.open(into) as store:
        held = [row[0] for row in store.rows("SELECT asked_url FROM captures WHERE outcome = 'ok'")]
    asked = fleet.asked()
    times = [when for when, _ in asked]
    return {"workers": workers, "faults": faults, "pages": fleet.pages, "delay": fleet.delay, "captures": len(held), "once": len(set(held)),
            "asked": len(asked), "pages_per_second": round(len(asked) / (times[-1] - times[0]), 1), "seconds": round(times[-1] - times[0], 1),
            "most_in_window": most_in(WINDOW, times), "allowed_in_window": round(WINDOW / fleet.delay) + 1 if fleet.delay else None,
            "queued_per_second": round(fleet.queueing), "merge_seconds": round(seconds, 1), "redis_mb": round(fleet.client.info("memory")["used_memory_peak"] / 2**20, 1),
            "broken_claims": sum(claim.state in BROKEN for claim in verify(into.root))}


def most_in(seconds: float, times: list[float]) -> int:
    """The most requests in any window of `seconds`."""
    times, first, most = sorted(times), 0, 0
    for n, when in enumerate(times):
        while when - times[first] > seconds:
            first += 1
        most = max(most, n - first + 1)
    return most


def main() -> None:
    """Run the crawls in turn and print what they took."""
    options = _options()
    rows = []
    for _ in range(options.rounds if options.speed else 0):
        rows += [crawl(n, options.speed_pages or options.pages, 0.0, False) for n in sorted({1, *options.workers})]
    rows += [crawl(n, options.pages, options.delay, True) for n in options.workers] if options.faults else []
    bad = [r for r in rows if r["captures"] != r["pages"] or r["once"] != r["pages"] or r["broken_claims"]
           or (r["allowed_in_window"] and r["most_in_window"] > r["allowed_in_window"])]
    one = statistics.median([r["pages_per_second"] for r in rows if r["workers"] == 1 and not r["faults"]] or [1.0])
    for row in rows:
        row["against_one"] = None if row["faults"] else round(row["pages_per_second"] / one, 2)
    if options.json:
        print(json.dumps({"rows": rows, "broken": len(bad), "cores": os.cpu_count(), "load": os.getloadavg()[0]}))
    else:
        print(f"{'workers':>7}{'faults':>8}{'pages':>8}{'held':>8}{'asked':>8}{'pages/s':>9}{'x one':>7}{'most/5s':>9}{'allowed':>9}{'merge s':>9}")
        for r in rows:
            print(f"{r['workers']:>7}{'kill -9' if r['faults'] else '-':>8}{r['pages']:>8}{r['once']:>8}{r['asked']:>8}{r['pages_per_second']:>9}"
                  f"{r['against_one'] or '-':>7}{r['most_in_window']:>9}{r['allowed_in_window'] or '-':>9}{r['merge_seconds']:>9}")
    sys.exit(bool(bad))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--speed-pages", type=int, default=0, help="pages of the speed runs; default as --pages")
    parser.add_argument("--workers", type=int, nargs="+", default=[2, 4])
    parser.add_argument("--delay", type=float, default=0.02, help="seconds between two requests to the site, for all workers together")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--speed", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--faults", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    if "--serve" in sys.argv:
        asyncio.run(serve(sys.argv[-1]))
    else:
        sys.path.insert(0, str(ROOT))
        main()
