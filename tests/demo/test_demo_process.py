"""`python -m demo` as a process: ready file, end, messages; and our own spider through it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from evidence import config as settings
from evidence.home import Home
from evidence.store import Store

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "demo" / "dajia.toml"


@pytest.fixture
def small(sites):
    for n in range(12):
        sites(f"h{n}.example", {"i.html": f"<title>电工证免考 {n}</title>电工证 免考 包过"}, created="2026-01-02",
              pages={"/": {"file": "i.html"}}, index=[{"url": "/"}])
    return sites.folder


def start(*arguments):
    return subprocess.Popen([sys.executable, "-m", "demo", *map(str, arguments)], cwd=ROOT, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(condition, process, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def running(small, tmp_path):
    """(places, log) of a demo web in a process of its own."""
    ready, log = tmp_path / "ready.json", tmp_path / "hosts.log"
    process = start("--port", 0, "--sites", small, "--log", log, "--ready", ready, "--until-stdin-closes")
    until(ready.exists, process)
    yield json.loads(ready.read_text()), log
    out, errors = process.communicate(timeout=5)
    assert (process.returncode, out, errors) == (0, "", "")


def test_it_says_where_it_is_and_ends_with_its_input(running, tmp_path):
    places, log = running
    assert places["proxy"].startswith("http://127.0.0.1:")
    assert places["whois"].startswith("127.0.0.1:")
    assert places["dns"].startswith("127.0.0.1:")
    assert not list(tmp_path.glob("*.part"))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": places["proxy"]}))
    with opener.open("http://www.so.com/") as answer:
        assert "360" in answer.read().decode()
    assert json.loads(log.read_text())["host"] == "www.so.com"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_told_and_says_how_a_browser_reaches_it(small, number):
    process = start("--port", 0, "--sites", small)
    line = process.stdout.readline() + process.stdout.readline()
    process.send_signal(number)
    process.communicate(timeout=5)
    assert process.returncode == 0
    assert "http://127.0.0.1:" in line
    assert "--proxy-server=" in line


def test_what_is_wrong_is_told_without_a_traceback(small, tmp_path, running):
    port = running[0]["proxy"].rsplit(":", 1)[1]
    (small / "h3.example" / "site.yml").write_text("charsett: gbk\n", encoding="utf-8")
    for arguments, said in {
        ("--port", "0", "--sites", small): "h3.example/site.yml: unknown field 'charsett'",
        ("--port", "0", "--sites", tmp_path / "none"): "no */site.yml found",
        ("--port", port, "--sites", ROOT / "demo" / "sites"): "--port",
        ("--port", "0", "--open", "gogle"): "'so360'",
        ("--port", "0", "--sites", ROOT / "demo" / "sites", "--log", tmp_path / "no" / "log"): "no/log",
    }.items():
        process = start(*arguments)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 2, errors
        assert said in errors
        assert "Traceback" not in errors


def configured(places, tmp_path):
    text = TEMPLATE.read_text(encoding="utf-8")
    for name in ("proxy", "whois", "dns"):
        text = text.replace("{" + name + "}", places[name])
    home = Home.at(tmp_path / "home")
    home.prepare()
    home.config.write_text(text, encoding="utf-8")
    return home


def test_the_configuration_is_one_of_ours(running, tmp_path):
    config = settings.load(configured(running[0], tmp_path))
    assert config.crawl.delay == 0
    assert config.network.proxy == running[0]["proxy"]
    assert config.source("baidu").robots == "override"
    assert "{" not in TEMPLATE.read_text(encoding="utf-8").split("[network]")[1].replace("{proxy}", "").replace(
        "{whois}", "").replace("{dns}", "")


def test_our_spider_reads_two_pages_through_it(running, tmp_path):
    home = configured(running[0], tmp_path)
    done = subprocess.run([sys.executable, "-m", "scrapy", "crawl", "so360", "-a", "query=电工证免考", "-a", f"home={home.root}"],
                          cwd=ROOT, capture_output=True, text=True, timeout=60, env=dict(os.environ))
    with Store.open(home) as store:
        rows = store.rows("SELECT url FROM sightings WHERE url LIKE '%.example/'")
    assert {r["url"] for r in rows} == {f"https://h{n}.example/" for n in range(12)}, done.stderr
    asked = [json.loads(line) for line in running[1].read_text().splitlines()]
    assert [line["path"].split("?")[0] for line in asked if line["method"] == "GET"] == ["/robots.txt", "/", "/s", "/s"]
    assert {line["host"] for line in asked} == {"www.so.com"}
