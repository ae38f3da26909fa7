"""How fast pages are fetched plainly: `python bench/crawl.py [--pages N …] [--rounds N] [--concurrency N] [--json]`.

One site of pages of 60 KB on loopback, served by a process of its own. In turn, in the same run: bare Scrapy (its defaults,
a callback that does nothing), and our capture stage over the same pages – guard, robots, turns, recorder with SHA-256 and
SM3 into a WARC, wall fingerprints, title and full text, store with custody chain. Seconds count from the first request
the server saw to the end of the process, so that closing, hashing and committing are in and importing is not. The figure
to look at is the ratio of the medians; several sizes show whether costs are linear.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar
from urllib.request import ProxyHandler, build_opener

ROOT = Path(__file__).parents[1]
BODY, VARIANTS = 60_000, 32
WORDS = ["特种作业操作证", "安全员证", "考试安排", "报名须知", "现场培训", "证书查询", "联系电话", "见页脚", "全国", "应急管理", "施工现场",
         "高处作业", "低压电工", "焊接与热切割", "通知公告", "政策法规", "机构概况", "办事指南", "下载中心", "工作动态", "企业", "学员", "教师",
         "课程", "教材", "讲义", "成绩", "补考", "复审", "换证", "档案", "体检", "申请表", "盖章", "单位", "时间", "地点", "费用", "说明", "附件",
         "来源", "编辑", "浏览", "次数", "上一篇", "下一篇", "版权所有"]
BARE = """
import sys
import scrapy
from scrapy.crawler import AsyncCrawlerProcess

class Bare(scrapy.Spider):
    name = "bare"
    async def start(self):
        for n in range(int(sys.argv[2])):
            yield scrapy.Request(f"{sys.argv[1]}/p/{n}", dont_filter=True)
    def parse(self, response):
        return None

process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
                               "CONCURRENT_REQUESTS": max(16, int(sys.argv[3])), "CONCURRENT_REQUESTS_PER_DOMAIN": int(sys.argv[3])})
process.crawl(Bare)
process.start()
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """One crawl: pages the server sent, seconds from its first request to the end, CPU seconds and peak memory (MB)."""

    arm: str
    pages: int
    seconds: float
    cpu: float
    memory: float

    @property
    def rate(self) -> float:
        """Pages a second."""
        return self.pages / self.seconds


def body(number: int) -> bytes:
    """A page of 60 KB of words, the same at every start; real text compresses about as well."""
    chance = random.Random(number)
    parts, size = [f"<!DOCTYPE html><html><head><meta charset=utf-8><title>页面 {number}</title></head><body>"], 0
    while size < BODY - 200:
        words = "".join(chance.choice(WORDS) for _ in range(chance.randrange(8, 30)))
        part = f'<div class="c{chance.randrange(400)}"><a href="/p/{chance.randrange(10 ** 6)}">{words}</a><span>{chance.random()}</span></div>\n'
        parts.append(part)
        size += len(part.encode())
    return "".join([*parts, "</body></html>"]).encode()


class Pages(asyncio.Protocol):
    """Answers GET with a page, keeps the connection, and notes the time of the first request."""

    bodies: ClassVar[list[bytes]] = []
    first: ClassVar[float] = 0.0
    sent: ClassVar[int] = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out, self._in = transport, b""

    def data_received(self, data: bytes) -> None:
        self._in += data
        while b"\r\n\r\n" in self._in:
            head, _, self._in = self._in.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1]
            self._answer(path)

    def _answer(self, path: bytes) -> None:
        write = self._out.write  # type: ignore[attr-defined]
        if path == b"/told":
            said = json.dumps({"first": Pages.first, "sent": Pages.sent}).encode()
            Pages.first, Pages.sent = 0.0, 0
            write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(said) + said)
        elif not path.startswith(b"/p/"):
            write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        else:
            Pages.first = Pages.first or time.time()
            Pages.sent += 1
            page = Pages.bodies[int(path[3:]) % VARIANTS]
            write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nServer: bench\r\nContent-Length: %d\r\n\r\n" % len(page))
            write(page)


async def serve() -> None:
    """The server process: prints its port and serves until its input closes."""
    Pages.bodies = [body(n) for n in range(VARIANTS)]
    server = await asyncio.get_running_loop().create_server(Pages, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


def crawl(arm: str, site: str, pages: int, concurrency: int) -> Taken:
    """One crawl of one arm in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-crawl-") as folder:
        command = ours(Path(folder), site, pages, concurrency) if arm == "dajia" else \
            [sys.executable, "-c", BARE, site, str(pages), str(concurrency)]
        with (Path(folder) / "bench.log").open("w+", encoding="utf-8") as log:
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log)
            _, status, used = os.wait4(process.pid, 0)
            ended = time.time()
            log.seek(0)
            said = log.read()[-3000:]
        if status:
            raise SystemExit(f"{arm} ended with {os.waitstatus_to_exitcode(status)}:\n{said}")
        with build_opener(ProxyHandler({})).open(f"{site}/told") as answer:
            told = json.load(answer)
        if told["sent"] != pages:
            raise SystemExit(f"{arm} fetched {told['sent']} pages of {pages}:\n{said}")
        if arm == "dajia":
            checked(Path(folder), pages)
    return Taken(arm, pages, ended - told["first"], used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def ours(folder: Path, site: str, pages: int, concurrency: int) -> list[str]:
    """A home with `pages` candidates in its frontier, and the command of the capture stage over them."""
    from evidence import ids
    from evidence.frontier import Frontier
    from evidence.home import Home
    from evidence.store import Store

    home = Home.at(folder)
    home.prepare()
    home.config.write_text(f'[network]\nallow = ["{site.removeprefix("http://")}"]\n[crawl]\ndelay = 0.0\ndaily_cap = 0\n'
                           f"concurrency = {concurrency}\nmax_candidates = {pages + 1}\n", encoding="utf-8")
    with Store.open(home) as store:
        run, frontier = store.begin_run("bench", "2026-01-01"), Frontier(store)
        with store.transaction():
            for n in range(pages):
                url = f"{site}/p/{n}"
                frontier.add("plain", ids.url_key(url), {"url": url, "why": "manual", "origin": ""}, run=run, host="127.0.0.1")
    return [sys.executable, "-m", "crawlers.run", "capture", "--home", str(home.root), "--run", run]


def checked(folder: Path, pages: int) -> None:
    """Every page is in the store with readable bytes: a fast crawl that kept nothing is none."""
    from evidence.archive import Vault
    from evidence.home import Home
    from evidence.store import Store

    home = Home.at(folder)
    with Store.open(home) as store:
        rows = store.rows("SELECT id FROM captures WHERE outcome = 'ok'")
        assert len(rows) == pages, f"{len(rows)} captures of {pages}"
        vault = Vault(home)
        for row in rows[:: max(1, pages // 50)]:
            artifact = store.capture(row["id"]).artifact("body")
            assert artifact is not None and len(vault.read(artifact)) == artifact.size > BODY - 1000
        assert store.one("SELECT count(*) AS n FROM warcs")["n"] == 1  # type: ignore[index]


def main() -> None:
    """Run the arms in turn and print what they took."""
    options = _options()
    server = subprocess.Popen([sys.executable, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdin is not None and server.stdout is not None
    site = f"http://127.0.0.1:{int(server.stdout.readline())}"
    try:
        taken = [crawl(arm, site, pages, options.concurrency) for pages in options.pages for _ in range(options.rounds)
                 for arm in ("scrapy", "dajia")]
    finally:
        server.stdin.close()
        server.wait()
    report(taken, options)


def report(taken: list[Taken], options: argparse.Namespace) -> None:
    """A table, or with --json one line."""
    rows = []
    for pages in options.pages:
        medians = {arm: statistics.median(t.rate for t in taken if t.arm == arm and t.pages == pages) for arm in ("scrapy", "dajia")}
        for arm, rate in medians.items():
            mine = [t for t in taken if t.arm == arm and t.pages == pages]
            rows.append({"pages": pages, "arm": arm, "pages_per_second": round(rate, 1), "ratio": round(rate / medians["scrapy"], 3),
                         "cpu_ms_per_page": round(1000 * statistics.median(t.cpu for t in mine) / pages, 2),
                         "memory_mb": round(max(t.memory for t in mine)), "rounds": len(mine)})
    if options.json:
        print(json.dumps({"rows": rows, "crawls": [asdict(t) for t in taken], "cores": os.cpu_count()}))
        return
    print(f"{'pages':>7}  {'':8}{'pages/s':>9}{'ratio':>8}{'CPU ms/page':>13}{'memory MB':>11}")
    for r in rows:
        print(f"{r['pages']:>7}  {r['arm']:8}{r['pages_per_second']:>9}{r['ratio']:>8}{r['cpu_ms_per_page']:>13}{r['memory_mb']:>11}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", type=int, nargs="+", default=[3000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=8, help="requests at once to the site; Scrapy's default")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    if "--serve" in sys.argv:
        asyncio.run(serve())
    else:
        sys.path.insert(0, str(ROOT))
        main()
