"""How many people one desk serves: `python bench/desk_people.py [--captures N] [--people N] [--seconds S] [--json]`.

A store of N invented captures (one in fifty a lead) behind `dajia desk` as a process of its own. First one person, then
PEOPLE at once, each asking the queue, then leads from it, without a pause – real reviewers read for a minute in between, so a
hundred requests a second serve thousands of them. Every answer must be 200 and hold what was asked for.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
PASSWORD = "long-enough-1"


class Person:
    """One reviewer without a browser."""

    def __init__(self, port: int) -> None:
        self._port, self._cookie = port, ""
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        line.request("POST", "/login", urlencode({"name": "bench", "password": PASSWORD}), {"Content-Type": "application/x-www-form-urlencoded"})
        answer = line.getresponse()
        answer.read()
        self._cookie = (answer.headers.get("Set-Cookie") or "").split(";")[0]

    def get(self, path: str) -> tuple[float, str]:
        """Seconds and text of a page; SystemExit when it is not there."""
        started = time.perf_counter()
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        line.request("GET", path, headers={"Cookie": self._cookie})
        answer = line.getresponse()
        text = answer.read().decode("utf-8", "replace")
        line.close()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        return time.perf_counter() - started, text


def work(person: Person, until: float, taken: list[float]) -> None:
    """Queue, then its leads, again and again."""
    while time.perf_counter() < until:
        seconds, text = person.get("/leads")
        taken.append(seconds)
        leads = re.findall(r'href="/lead/([0-9a-f]{24})', text)[:5]
        assert leads, "the queue is empty"
        for lead in leads:
            if time.perf_counter() < until:
                taken.append(person.get(f"/lead/{lead}")[0])


def loaded(port: int, people: int, seconds: float) -> dict[str, Any]:
    """What `people` at once get."""
    taken: list[float] = []
    crowd = [Person(port) for _ in range(people)]
    started = time.perf_counter()
    threads = [threading.Thread(target=work, args=(person, started + seconds, taken)) for person in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - started
    taken.sort()
    return {"people": people, "requests": len(taken), "requests_per_second": round(len(taken) / spent, 1), "median_ms": round(1000 * statistics.median(taken)),
            "p95_ms": round(1000 * taken[int(len(taken) * 0.95)])}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--captures", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    import psutil
    from store import filled

    from evidence.store import Store
    from review.desk import accounts

    with tempfile.TemporaryDirectory(prefix="bench-desk-") as folder:
        home, *_ = filled(Path(folder), options.captures)
        with Store.open(home) as opened:
            accounts.add_user(opened, "bench", "first", PASSWORD, "bench")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        desk = subprocess.Popen([str(Path(sys.executable).with_name("dajia")), "--home", folder, "desk", "--port", str(port)], cwd=ROOT,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until = time.monotonic() + 60
            while socket.socket().connect_ex(("127.0.0.1", port)):
                if time.monotonic() > until or desk.poll() is not None:
                    raise SystemExit("the desk did not start")
                time.sleep(0.1)
            rows = []
            for people in (1, options.people):
                before = sum(psutil.Process(desk.pid).cpu_times()[:2])
                row = loaded(port, people, options.seconds) | {"captures": options.captures}
                row["cpu_ms_per_request"] = round(1000 * (sum(psutil.Process(desk.pid).cpu_times()[:2]) - before) / row.pop("requests"), 1)
                rows.append(row)
        finally:
            desk.terminate()
            desk.wait()
    if options.json:
        print(json.dumps({"rows": rows, "cores": os.cpu_count(), "load": os.getloadavg()[0]}))
    else:
        for row in rows:
            print(row)


if __name__ == "__main__":
    main()
