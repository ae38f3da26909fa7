"""How fast and how steadily pages are captured: `python bench/browser.py [--pages N] [--tabs N] [--peer] [--json]`.

Serves pages of 60 KB with 15 pictures, a style sheet and scripts on loopback, and runs the deepen stage over them as
the daily run does: a desk's and a phone's capture of each, full-page pictures, WARC, store. Prints captures a minute, CPU seconds a
capture, and the memory of all processes (PSS) over the run. `--peer` runs bare Playwright on the same pages first:
one context a page, full-page screenshot, nothing kept.
"""

from __future__ import annotations

import argparse
import asyncio
import http.server
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

from evidence import ids
from evidence.frontier import Frontier
from evidence.home import Home
from evidence.store import Store

ROOT = Path(__file__).parents[1]
PICTURES, MEMORY_SECONDS = 15, 1.0
WORDS = "特种作业操作证与安全员证查询办理，全国通用，考试安排与报名须知，现场培训，证书查询，联系电话见页脚。"


class Site(http.server.ThreadingHTTPServer):
    """The pages, behind a forward proxy's face: whatever host is asked, the same pages."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        path = self.path.partition("://")[2].partition("/")[2] if "://" in self.path else self.path.lstrip("/")
        body, kind = answer(path.partition("?")[0])
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@cache
def answer(path: str) -> tuple[bytes, str]:
    if path.endswith(".jpg"):
        return picture(int(path[1:-4])), "image/jpeg"
    if path == "style.css":
        return b"body{font:16px/1.7 sans-serif;margin:24px;max-width:1100px}img{width:320px;float:left}section{clear:both}", "text/css"
    if path == "script.js":
        return (b"fetch('/list.json').then(r=>r.text()).then(t=>{const p=document.createElement('p');"
                b"p.textContent=t;document.body.append(p)})"), "text/javascript"
    if path == "list.json":
        return ("[\"" + WORDS + "\"]").encode(), "application/json"
    if path == "favicon.ico":
        return picture(99), "image/jpeg"
    parts = "".join(f"<section><h2>{n}. 证书说明</h2><img src=/i{n}.jpg alt=图><p>{WORDS * 26}</p></section>" for n in range(PICTURES))
    return (f"<!DOCTYPE html><html><head><meta charset=utf-8><title>证书 {path}</title><link rel=stylesheet href=/style.css></head>"
            f"<body><h1>证书</h1>{parts}<script src=/script.js></script></body></html>").encode(), "text/html; charset=utf-8"


def picture(number: int) -> bytes:
    """A coloured picture of some 15 KB."""
    chance = random.Random(number)
    made = Image.new("RGB", (480, 320), "#eef")
    pen = ImageDraw.Draw(made)
    for _ in range(40):
        x, y = chance.randrange(400), chance.randrange(260)
        pen.ellipse([x, y, x + chance.randrange(8, 90), y + chance.randrange(8, 60)], fill=tuple(chance.randrange(256) for _ in range(3)))
    out = io.BytesIO()
    made.save(out, "JPEG", quality=80)
    return out.getvalue()


def run(pages: int, tabs: int) -> dict[str, object]:
    """The deepen stage over `pages` pages, two captures each."""
    with tempfile.TemporaryDirectory(prefix="dajia-bench-") as folder:
        home, site = Home.at(Path(folder) / "home"), Site()
        home.prepare()
        home.config.write_text(f'[network]\nproxy = "http://127.0.0.1:{site.server_port}"\n[crawl]\ndelay = 0.0\n'
                               f"[browser]\ntabs = {tabs}\n")
        with Store.open(home) as store:
            run_id = store.begin_run("bench", ids.utc_now()[:10])
            for n in range(pages):
                url = f"http://h{n}.example/p{n}"
                Frontier(store).add("browser", ids.url_key(url), {"url": url, "why": "manual", "origin": ""}, run=run_id)
        began, cpu = time.monotonic(), _cpu()
        process = subprocess.Popen([sys.executable, "-m", "crawlers.run", "deepen", "--home", str(home.root), "--run", run_id], cwd=ROOT,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        memory: list[tuple[float, float]] = []
        done = threading.Event()
        threading.Thread(target=_watch, args=(process.pid, began, memory, done), daemon=True).start()
        assert process.stdout is not None
        events = [json.loads(line) for line in process.stdout]
        process.wait()
        done.set()
        seconds = time.monotonic() - began
        captures = sum(e["event"] == "page" for e in events)
        with Store.open(home) as store:
            outcomes = {r["outcome"]: r["n"] for r in store.rows("SELECT outcome, count(*) AS n FROM captures GROUP BY outcome")}
            pictures = store.rows("SELECT avg(size) AS n FROM artifacts WHERE name = 'screenshot-full'")[0]["n"]
        warc = sum(p.stat().st_size for p in home.warc.iterdir())
        site.shutdown()
    return {"captures": captures, "seconds": round(seconds, 1), "per_minute": round(captures / seconds * 60, 1),
            "cpu_seconds_each": round((_cpu() - cpu) / max(captures, 1), 2), "outcomes": outcomes, "code": process.returncode,
            "picture_kb": round((pictures or 0) / 1e3), "warc_mb": round(warc / 1e6, 1), **_memory(memory)}


async def peer(pages: int, tabs: int) -> dict[str, object]:
    """Bare Playwright: a context and a full-page screenshot a page; no bytes, no document, no archive."""
    from playwright.async_api import async_playwright

    from crawlers.browsing.finding import find

    site, waiting = Site(), list(range(pages))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(find().path), proxy={"server": f"http://127.0.0.1:{site.server_port}"})

        async def work() -> None:
            while waiting:
                n = waiting.pop()
                context = await browser.new_context(viewport={"width": 1366, "height": 768})
                page = await context.new_page()
                await page.goto(f"http://h{n}.example/p{n}", wait_until="load")
                await page.screenshot(full_page=True, type="png")
                await context.close()

        began = time.monotonic()
        await asyncio.gather(*(work() for _ in range(tabs)))
        seconds = time.monotonic() - began
        await browser.close()
    site.shutdown()
    return {"captures": pages, "per_minute": round(pages / seconds * 60, 1)}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(pid: int, began: float, memory: list[tuple[float, float]], done: threading.Event) -> None:
    while not done.wait(MEMORY_SECONDS):
        memory.append((time.monotonic() - began, tree_memory(pid)))


def tree_memory(pid: int) -> float:
    """PSS in MB of a process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        waiting += children.get(one, [])
        try:
            rows = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += next((int(row.split()[1]) for row in rows if row.startswith("Pss:")), 0)
    return total / 1024


def _memory(memory: list[tuple[float, float]]) -> dict[str, object]:
    """Peak, and the means of the second and the last quarter: flat when they are alike."""
    if len(memory) < 8:
        return {"memory_mb_peak": round(max((m for _, m in memory), default=0))}
    quarter = len(memory) // 4
    second, last = memory[quarter:2 * quarter], memory[-quarter - 1:-1]
    return {"memory_mb_peak": round(max(m for _, m in memory)), "memory_mb_second_quarter": round(sum(m for _, m in second) / len(second)),
            "memory_mb_last_quarter": round(sum(m for _, m in last) / len(last))}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", type=int, default=60, help="pages; each is captured twice (desk and phone)")
    parser.add_argument("--tabs", type=int, default=3)
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result: dict[str, object] = {"cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 1)}
    result["dajia"] = run(options.pages, options.tabs)
    if options.peer:
        result["bare_playwright"] = asyncio.run(peer(options.pages, options.tabs))
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
        return
    print(f"cores {result['cores']}, load before {result['load_before']}")
    for name in ("dajia", "bare_playwright"):
        for key, value in (result.get(name) or {}).items():  # type: ignore[attr-defined]
            print(f"{name:<16} {key:<26} {value}")


if __name__ == "__main__":
    main()
