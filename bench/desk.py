"""How fast the desk answers over 100,000 leads, and what 20 people at once do to it: `python -m bench.desk [LEADS] [--home DIR]`.

Builds the store through the store's own interfaces (kept when `--home` names a folder that has one), serves the desk in
a process of its own on loopback, prints one JSON line a measurement: single requests (median and worst of 15), then a
bounded load – 20 people reading and deciding for 20 seconds – with the 95th percentile and a count of decisions, which
must be exactly those that were answered with "done", each lead decided by one person alone.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import random
import re
import statistics
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote, urlencode

from bench.desk_world import AD, FAKE, DeskWorld
from evidence import board, custody, ids
from evidence.home import Home
from evidence.records import Contact, Entity, Lead
from evidence.store import Store
from review.desk import accounts
from review.desk.security import COOKIE

LEADS, STAFF, SECONDS, PASSWORD = 100_000, 20, 20, "bench-password-1"
TRADES = ("低压电工", "高处作业", "焊接切割", "叉车司机", "制冷空调", "起重信号", "架子工", "安全员", "建造师", "消防设施")
PLACES = ("福州", "厦门", "泉州", "漳州", "成都", "重庆", "武汉", "长沙", "合肥", "南昌", "贵阳", "兰州", "太原", "南宁", "昆明", "银川")
PROMISES = ("免考直出", "包过拿证", "三天下证", "全国可查", "先办后付", "无需到场")


def build(home: Home, leads: int) -> float:
    """Fill a store; seconds it took."""
    began, dice = time.perf_counter(), random.Random(7)
    with Store.open(home.prepare(), actor="bench") as store:
        store.db.execute("PRAGMA synchronous = OFF")  # the building is not what is measured
        world = DeskWorld(store)
        for name in ("so360", "bing", "baidu"):
            world.source(name)
        world.official()
        for n in range(40):
            world.lead(f"cx{n:03d}.example", "fake_site", 99 - n / 10, imitates="cx.mem.gov.cn", contact=f"kefu{n // 4:04d}", traits=(("template", f"t{n // 8}"),),
                       profiles=("desktop", "mobile", "from-search"))
        for start in range(40, leads, 1000):
            with store.transaction():
                for n in range(start, min(start + 1000, leads)):
                    _plain(world, n, dice)
        for n in range(STAFF):
            accounts.add_user(store, f"员工{n:02d}", "first", PASSWORD, "bench")
        world.seal()
        store.db.execute("PRAGMA optimize")
    return time.perf_counter() - began


def _plain(world: DeskWorld, n: int, dice: random.Random) -> None:
    """A lead without pictures: page, verdict, contact, traits; some are decided."""
    kind = "fake_site" if n % 9 == 0 else "ad"
    trade, place, promise = dice.choice(TRADES), dice.choice(PLACES), dice.choice(PROMISES)
    title = f"{place}{trade}证{promise}" if kind == "ad" else f"{trade}操作证查询平台"
    html = f"<title>{title}</title><p>{place}{trade}，{promise}，代办操作证，免考包过，咨询微信 wx{n // 5:05d}</p>" + "<p>正文内容说明文字</p>" * 20
    capture = world.page(f"http://s{n:06d}.example/", html, title, sync=False)
    verdict = world.verdict(capture, html, kind, round(dice.uniform(45, 95), 1), AD[:2] if kind == "ad" else FAKE[:1], (Contact("wechat", f"wx{n // 5:05d}"),),
                            imitates="cx.mem.gov.cn" if kind == "fake_site" else "")
    world.store.add_entities(capture.id, [Entity(capture.id, "template", f"k{n % 3000}"), Entity(capture.id, "analytics", "common")])
    lead = world._tie(Lead(ids.new_id(), kind, f"s{n:06d}.example", "host", verdict.id, ids.utc_now()), [verdict])  # type: ignore[arg-type]
    if n % 4 == 0:
        world.decide(lead, ("confirm", "dismiss", "doubt")[n // 4 % 3], by=f"员工{n % STAFF:02d}")


def _serve(root: str, port: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    import uvicorn

    from review.desk.application import application

    config = uvicorn.Config(application(Home.at(root)), host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    threading.Thread(target=lambda: (_until(lambda: server.started), port.put(server.servers[0].sockets[0].getsockname()[1])), daemon=True).start()
    server.run()


def _until(done) -> None:  # type: ignore[no-untyped-def]
    while not done():
        time.sleep(0.01)


class Person:
    """One member of staff with a connection of their own."""

    def __init__(self, port: int, name: str) -> None:
        self.line, self.cookie, self.csrf = http.client.HTTPConnection("127.0.0.1", port, timeout=60), "", ""
        answer, _ = self.ask("POST", "/login", {"name": name, "password": PASSWORD})
        self.cookie = re.search(rf"{COOKIE}=([^;]+)", answer.headers["Set-Cookie"])[1]  # type: ignore[index]
        self.csrf = re.search(r'name="csrf" value="([^"]+)"', self.ask("GET", "/")[1])[1]  # type: ignore[index]

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[http.client.HTTPResponse, str]:
        """One request; the answer and its text."""
        body = urlencode((form or {}) | ({"csrf": self.csrf} if self.csrf else {})) if form is not None else None
        self.line.request(method, path, body, {"Cookie": f"{COOKIE}={self.cookie}", "Content-Type": "application/x-www-form-urlencoded"})
        answer = self.line.getresponse()
        return answer, answer.read().decode("utf-8", "replace")


def singles(home: Home, port: int) -> list[dict[str, object]]:
    """Median and worst of 15 requests of each kind, in milliseconds."""
    with Store.open(home) as store:
        rich = store.one("SELECT lead FROM board WHERE subject = 'cx003.example'")["lead"]  # type: ignore[index]
        plain = [r["lead"] for r in store.rows("SELECT lead FROM board WHERE n > 40 AND n % (SELECT 1 + count(*) / 15 FROM board) = 0")]
    who = Person(port, "员工00")
    pages = {"today": ["/"], "lead with pictures": [f"/lead/{rich}?state=new"], "plain leads": [f"/lead/{x}?state=new" for x in plain], "list": ["/leads?state=new"],
             "list, all states by age": ["/leads?state=&sort=age"], "list, page 1000": ["/leads?state=new&page=1000"], "facet: fakes": ["/leads?state=new&kind=fake_site"],
             "search, two characters, everywhere": ["/leads?state=&q=" + quote("免考")], "search, two characters": ["/leads?state=new&q=" + quote("泉州")],
             "search, two words": ["/leads?state=&q=" + quote("叉车 昆明")], "search, host": ["/leads?state=&q=s04321"], "search, contact": ["/leads?state=&q=wx04321"],
             "search, nothing": ["/leads?state=&q=" + quote("不存在的词")]}
    told = []
    for name, paths in pages.items():
        times = []
        for n in range(15):
            began = time.perf_counter()
            answer, _ = who.ask("GET", paths[n % len(paths)])
            times.append((time.perf_counter() - began) * 1000)
            assert answer.status == 200, (name, answer.status)
        told.append({"page": name, "median_ms": round(statistics.median(times), 1), "worst_ms": round(max(times), 1)})
    return told


def load(home: Home, port: int, seconds: int = SECONDS) -> dict[str, object]:
    """20 people at once: list, lead, decision, search, a page every second or so each; what was lost or doubled."""
    times: list[tuple[str, float]] = []
    counts: Counter[str] = Counter()
    with Store.open(home) as store:
        before = store.one("SELECT count(*) AS n FROM decisions")["n"]  # type: ignore[index]
        contested = [r["lead"] for r in store.rows("SELECT lead FROM board WHERE state = 'new' ORDER BY score DESC LIMIT 150")]
    end = time.perf_counter() + seconds

    def work(n: int) -> None:
        who, dice = Person(port, f"员工{n:02d}"), random.Random(n)
        while time.perf_counter() < end:
            lead = dice.choice(contested)  # the same 150 for all: they meet
            _, page = _timed(times, "lead", who, "GET", f"/lead/{lead}?state=new")
            time.sleep(dice.uniform(0.5, 2.5))  # reading
            seen = re.search(r'id="decide".*?name="seen" value="([^"]*)"', page, re.S)
            move = re.search(r'name="move" value="(confirm|dismiss)"', page)
            if seen and move:
                form = {"move": move[1], "seen": seen[1], "reason": "核对", "query": "?state=new"}
                answer, _ = _timed(times, "decide", who, "POST", f"/lead/{lead}/decide", form)
                counts[{303: "done", 409: "overtaken"}.get(answer.status, str(answer.status))] += 1
            path = dice.choice(("/", "/leads?state=new", "/leads?state=new&q=" + quote(dice.choice(PLACES)), "/leads?state=&kind=fake_site&sort=age"))
            _timed(times, "list", who, "GET", path)
            time.sleep(dice.uniform(0.5, 1.5))
    threads = [threading.Thread(target=work, args=(n,)) for n in range(STAFF)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Store.open(home) as store:
        made = store.one("SELECT count(*) AS n FROM decisions")["n"] - before  # type: ignore[index]
        doubled = store.one("SELECT count(*) AS n FROM (SELECT lead FROM decisions WHERE reason = '核对' GROUP BY lead, move HAVING count(*) > 1)")["n"]  # type: ignore[index]
        stale, broken = len(board.differences(store.db)), sum(1 for _ in custody.broken_links(custody.events(store.db)))
    return {"staff": STAFF, "seconds": seconds, "requests": len(times), **{f"p95_{kind}_ms": _p95([t for k, t in times if k == kind]) for kind in ("lead", "list", "decide")},
            "p95_ms": _p95([t for _, t in times]), "worst_ms": round(max(t for _, t in times), 1), "answers": dict(counts), "lost": counts["done"] - made, "doubled": doubled,
            "stale_on_board": stale, "broken_links": broken}


def _timed(times: list[tuple[str, float]], kind: str, who: Person, method: str, path: str, form: dict[str, str] | None = None) -> tuple[http.client.HTTPResponse, str]:
    began = time.perf_counter()
    answer = who.ask(method, path, form)
    times.append((kind, (time.perf_counter() - began) * 1000))
    return answer


def _p95(values: list[float]) -> float:
    return round(sorted(values)[int(len(values) * 0.95)], 1) if values else 0.0


def main() -> None:
    """Build or take up, measure, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("leads", nargs="?", type=int, default=LEADS)
    asked.add_argument("--home", type=Path)
    asked.add_argument("--seconds", type=int, default=SECONDS)
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = Home.at(wanted.home or scratch)
        if not home.store.exists():
            print(json.dumps({"built": wanted.leads, "seconds": round(build(home, wanted.leads), 1), "mb": home.store.stat().st_size >> 20}))
        ports: multiprocessing.Queue[int] = multiprocessing.Queue()
        server = multiprocessing.Process(target=_serve, args=(str(home.root), ports), daemon=True)
        server.start()
        port = ports.get(timeout=60)
        print(json.dumps({"load_average": os.getloadavg(), "cores": os.cpu_count()}))
        for row in singles(home, port):
            print(json.dumps(row, ensure_ascii=False))
        print(json.dumps(load(home, port, wanted.seconds), ensure_ascii=False))
        server.terminate()


if __name__ == "__main__":
    main()
