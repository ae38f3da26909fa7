"""Workers on one queue: real processes, a real Redis, kills; each page once in the united stores, one pace together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.workers import most_in
from evidence import ids, redis_link
from evidence.config import load
from evidence.home import Home
from evidence.sharing import frontier_for
from evidence.store import Store
from review.cli import main

ROOT = Path(__file__).parents[2]
PAGES, DELAY = 240, 0.02


class Fleet:
    """Workers with stores of their own on the queue of one Redis."""

    def __init__(self, folder, web, redis_server):
        self.folder, self.web, self.redis, self.running = folder, web, redis_server, {}
        self.homes = {}

    def home(self, name, delay=DELAY, limit=""):
        home = Home.at(self.folder / name).prepare()
        home.config.write_text(f'[network]\nproxy = "{self.web.proxy}"\ntimeout = 5.0\n[crawl]\ndelay = {delay}\ndaily_cap = 0\n'
                               f'[frontier]\nurl = "{self.redis.url}"\nlease = 5\npatience = 20\n{limit}', encoding="utf-8")
        self.homes[name] = home
        return home

    def queue(self, host, pages):
        home = self.home("desk")
        with Store.open(home) as store:
            frontier, run = frontier_for(store, load(home)), store.begin_run("discover", "2026-01-01")
            for n in range(pages):
                url = f"http://{host}/p/{n}"
                frontier.add("plain", ids.url_key(url), {"url": url, "why": "sighting", "origin": ""}, run=run, host=host)

    def start(self, name, *more):
        home = self.homes.get(name) or self.home(name)
        self.running[name] = subprocess.Popen(
            [str(Path(sys.executable).with_name("dajia")), "--home", str(home.root), "worker", "--quiet", *more], cwd=ROOT,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=dict(os.environ))

    def kill(self, name):
        process = self.running.pop(name)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()

    def wait(self):
        return {name: (process.communicate(timeout=90)[1], process.returncode) for name, process in self.running.items()}

    def captures(self):
        rows = []
        for name, home in self.homes.items():
            if name != "desk" and home.store.exists():
                with Store.open(home) as store:
                    rows += [dict(r) | {"worker": name} for r in store.rows("SELECT asked_url, outcome FROM captures")]
        return rows


@pytest.fixture
def fleet(tmp_path, web, redis_server):
    made = Fleet(tmp_path, web, redis_server)
    yield made
    for process in made.running.values():
        process.kill()
        process.communicate()
    redis_link._client.cache_clear()


def test_each_page_once_though_a_worker_and_redis_are_killed_and_one_pace_together(fleet):
    at = []

    def page(path, headers):
        at.append((time.monotonic(), path))
        return fleet.web.reply(f"<title>页 {path}</title><p>第 {path} 页</p>".encode())

    fleet.web.pages["shop.example"] = page
    fleet.queue("shop.example", PAGES)
    for name in ("w1", "w2"):
        fleet.start(name)
    wait_for(lambda: len(at) > PAGES // 4)
    fleet.kill("w1")
    fleet.start("w1")
    wait_for(lambda: len(at) > PAGES // 2)
    fleet.redis.kill()
    fleet.redis.start()
    ended = fleet.wait()
    assert {code for _, code in ended.values()} == {0}, ended
    rows = fleet.captures()
    assert sorted(r["asked_url"] for r in rows) == sorted(f"http://shop.example/p/{n}" for n in range(PAGES))
    assert {r["outcome"] for r in rows} == {"ok"} and {r["worker"] for r in rows} == {"w1", "w2"}
    assert most_in(2.0, [t for t, _ in at]) <= 2.0 / DELAY + 1


def wait_for(true, seconds=60):
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_worker_ends_at_its_limit_and_the_rest_waits(fleet):
    fleet.web.pages["shop.example"] = lambda path, headers: fleet.web.reply(b"<p>page</p>")
    fleet.queue("shop.example", 20)
    fleet.home("w1", delay=0.0)
    fleet.start("w1", "--limit", "7")
    assert fleet.wait()["w1"][1] == 0
    assert len(fleet.captures()) == 7
    home = fleet.homes["desk"]
    with Store.open(home) as store:
        counts = frontier_for(store, load(home)).counts("plain")
    assert counts == {"waiting": 13, "leased": 0, "done": 7, "failed": 0}


def test_the_commands_of_one_machine_work_on_the_shared_queue_too(fleet):
    fleet.web.pages["shop.example"] = lambda path, headers: fleet.web.reply("<title>电工证</title><p>代办电工证，免考包过</p>".encode())
    home = fleet.home("desk", delay=0.0, limit="[browser]\nenabled = false\n[facts]\nrdap = false\n")
    done = subprocess.run([str(Path(sys.executable).with_name("dajia")), "--home", str(home.root), "capture", "--quiet", "http://shop.example/p/1"],
                          cwd=ROOT, capture_output=True, text=True)
    with Store.open(home) as store:
        assert [r["outcome"] for r in store.rows("SELECT outcome FROM captures WHERE asked_url = 'http://shop.example/p/1'")] == ["ok"], done.stderr
        assert store.one("SELECT count(*) FROM verdicts")[0] == 1
        assert frontier_for(store, load(home)).counts("plain") == {"waiting": 0, "leased": 0, "done": 1, "failed": 0}


def test_a_worker_tells_that_the_queue_vanished(fleet):
    asked = []
    fleet.web.pages["shop.example"] = lambda path, headers: asked.append(path) or fleet.web.reply(b"<p>page</p>")
    fleet.queue("shop.example", 40)
    fleet.home("w1", delay=0.05)
    fleet.start("w1")
    wait_for(lambda: len(asked) > 3)
    fleet.redis.flush()
    told, code = fleet.wait()["w1"]
    assert code in (1, 3), told
    assert "append-only" in "".join(p.read_text() for p in fleet.homes["w1"].logs.glob("report-*.json")), told


@pytest.mark.parametrize(("config", "told"), [
    ("", "没有共享队列"),
    ('[frontier]\nurl = "redis://127.0.0.1:1/0"\npatience = 0\n', "共享队列"),
    ('[frontier]\nurl = "http://127.0.0.1"\n', "frontier.url"),
    ('[frontier]\nurl = "env:NO_SUCH_QUEUE"\n', "NO_SUCH_QUEUE"),
], ids=["none", "nobody there", "another scheme", "variable not set"])
def test_a_worker_without_a_queue_says_so(tmp_path, capfd, config, told):
    home = Home.at(tmp_path / "w").prepare()
    home.config.write_text(config, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(home.root), "worker"])
    said = capfd.readouterr().err
    assert ended.value.code in (2, 3) and told in said and "Traceback" not in said
