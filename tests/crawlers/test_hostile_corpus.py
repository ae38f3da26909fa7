"""The whole hostile corpus in one go, by plain fetches and by the browser: no crash, no hang, bounded memory, each outcome as declared."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bench.browser import tree_memory
from demo.hostile import cases
from evidence import ids
from evidence.archive import Vault
from evidence.frontier import Frontier

MEMORY_MB = 1500
PLAIN_SECONDS, BROWSER_SECONDS = 90, 280
SETTINGS = """
[network]
resolvers = ["{resolver}"]
allow = [{allow}]
timeout = 4.0
connect_timeout = 8.0
max_bytes = 4000000
[crawl]
delay = 0.0
concurrency = 16
[browser]
timeout = 4.0
tabs = 2
[sources.capture]
robots = "override"
legal_basis = "invented hosts of a test"
"""


class Served:
    """The corpus in a process of its own: what it costs must not slow the crawl that is looked at."""

    def __init__(self, folder):
        ready = folder / "ready.json"
        self.process = subprocess.Popen([sys.executable, "-m", "demo.hostile", "--ready", str(ready)], stdin=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[2])
        for _ in range(600):
            if ready.exists():
                break
            time.sleep(0.05)
        places = json.loads(ready.read_text(encoding="utf-8"))
        self.port, self.resolver, self.places, self._trap = places["port"], places["resolver"], places["places"], places["trap_log"]

    @property
    def trapped(self):
        return Path(self._trap).read_text(encoding="utf-8").split()

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    made = Served(tmp_path_factory.mktemp("hostile"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def corpus(shared, hostile):
    """The crawl over the corpus, both lanes filled."""
    crawl, _ = shared
    allow = ", ".join(f'"{place}"' for place in hostile.places)
    crawl.home.config.write_text(SETTINGS.format(resolver=hostile.resolver, allow=allow), encoding="utf-8")
    crawl.begin()
    with crawl.store() as store, store.transaction():
        for case in cases():
            url = case.url(hostile.port)
            payload = {"url": url, "why": "manual", "origin": "", "profiles": ["desktop"]}
            for lane in ("plain", "browser"):
                Frontier(store).add(lane, ids.url_key(url), payload, run=crawl.run, host=case.host)
    return crawl


def run(crawl, stage, seconds):
    """(exit code, events, errors, peak memory in MB, seconds) of a stage; the process is ended after its time."""
    process = crawl.start(stage)
    peak, done = [0.0], threading.Event()

    def watch():
        while not done.wait(0.5):
            peak[0] = max(peak[0], tree_memory(process.pid))

    threading.Thread(target=watch, daemon=True).start()
    began = time.monotonic()
    try:
        out, errors = process.communicate(timeout=seconds)
    finally:
        done.set()
        process.kill()
        process.wait()
    return process.returncode, [json.loads(line) for line in out.splitlines()], errors, peak[0], time.monotonic() - began


def check(crawl, hostile, means, expected, note):
    """Every case ended once, as declared; returns the rows by case."""
    rows = {r["asked_url"]: r for r in crawl.rows("SELECT * FROM captures WHERE means = ?", means)}
    by_case = {case.name: rows.get(case.url(hostile.port)) for case in cases()}
    assert not [name for name, row in by_case.items() if row is None], "cases without an outcome"
    assert len(rows) == len(by_case)
    wrong = {case.name: (by_case[case.name]["outcome"], by_case[case.name]["note"], "declared:", expected(case), note(case))
             for case in cases() if by_case[case.name]["outcome"] not in expected(case).split("|")
             or note(case) not in by_case[case.name]["note"]}
    assert not wrong, "\n".join(f"{name}: {said}" for name, said in wrong.items())
    assert not [name for name, row in by_case.items() if row["outcome"] != "ok" and not row["note"]], "a failure without its reason"
    return by_case


def test_the_corpus_is_large_and_each_case_says_what_it_does():
    assert len(cases()) >= 30
    assert len({case.host for case in cases()}) == len(cases())
    assert all(case.what and case.plain and case.browser for case in cases())


@pytest.mark.timeout(PLAIN_SECONDS + 60)
def test_plain_fetches_end_as_declared(corpus, hostile):
    code, events, errors, peak, _ = run(corpus, "capture", PLAIN_SECONDS)
    assert code in {0, 1}, ([e for e in events if e["event"] == "error"], errors[-3000:])
    check(corpus, hostile, "http", lambda c: c.plain, lambda c: c.plain_note)
    assert hostile.trapped == []
    assert peak < MEMORY_MB
    assert not [e for e in events if e["event"] == "error"], "an outcome, not an error of ours"


@pytest.mark.browser
@pytest.mark.timeout(BROWSER_SECONDS + 60)
def test_browser_captures_end_as_declared(corpus, hostile):
    code, events, errors, peak, seconds = run(corpus, "deepen", BROWSER_SECONDS)
    assert code in {0, 1}, ([e for e in events if e["event"] == "error"], errors[-3000:])
    by_case = check(corpus, hostile, "browser", lambda c: c.browser, lambda c: c.browser_note)
    assert hostile.trapped == []
    assert peak < MEMORY_MB, (peak, seconds)
    assert not [e for e in events if e["event"] == "error"], "an outcome, not an error of ours"
    assert not list(Path("/tmp").glob("dajia-hostile*")) and not (corpus.home.root.parent / "dajia-hostile.sh").exists()
    with corpus.store() as store:
        vault = Vault(corpus.home)
        for row in by_case.values():
            capture = store.capture(row["id"])
            assert all(len(vault.read(a)) == a.size for a in capture.artifacts), row["asked_url"]
            assert row["outcome"] not in {"ok"} or capture.artifact("body") or row["status"] == 204, row["asked_url"]
        poisoned = vault.read(store.capture(by_case["poisoned-page"]["id"]).artifact("dom")).decode()
        assert "假的" not in poisoned.partition("<script>")[0], "what a page did to its own functions does not reach us"
        listed = json.loads(vault.read(store.capture(by_case["reach-home"]["id"]).artifact("console")))
        assert len(listed["blocked"]) >= 6
