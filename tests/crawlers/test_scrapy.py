"""As any Scrapy user expects: `scrapy list`, `scrapy crawl NAME -a query=…`, `-o`."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).parent / "fixtures"


def scrapy(*arguments):
    return subprocess.run([sys.executable, "-m", "scrapy", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_scrapy_lists_the_sources_and_the_other_spiders():
    names = scrapy("list").stdout.split()
    assert {"so360", "baidu", "sogou", "toutiao", "hc360", "liebiao", "discuz", "capture", "recheck"} <= set(names)


def test_a_source_is_crawled_by_hand_with_a_run_of_its_own(crawl, web, tmp_path):
    page = (FIXTURES / "so360" / "ok.html").read_bytes()
    web.pages["www.so.com"] = lambda path, headers: web.reply(page)
    out = tmp_path / "hits.jsonl"
    done = scrapy("crawl", "so360", "-a", "query=电工证", "-a", f"home={crawl.home.root}", "-o", str(out))
    items = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(items) == 6 and items[0]["title"] == "电工证培训报名", done.stderr
    assert "so360: ok, 2 pages, 6 results, 0 ads" in done.stderr
    assert crawl.rows("SELECT kind, state FROM v_runs") == [{"kind": "scrapy", "state": "ok"}]
    assert crawl.rows("SELECT count(*) AS n FROM warcs")[0]["n"] == 1


def test_a_source_that_is_asked_nothing_is_not_called_empty(crawl):
    done = scrapy("crawl", "so360", "-a", f"home={crawl.home.root}")
    assert done.returncode != 0 and "-a query=" in done.stderr


def test_a_page_is_captured_by_hand(crawl, web):
    web.pages["a.example"] = lambda path, headers: web.reply("<title>一页</title>".encode())
    scrapy("crawl", "capture", "-a", "url=https://a.example/x", "-a", f"home={crawl.home.root}")
    assert crawl.rows("SELECT title, why, outcome FROM captures") == [{"title": "一页", "why": "manual", "outcome": "ok"}]


def test_a_dead_source_says_so_in_the_log_and_in_the_run(crawl):
    crawl.configure(proxy="http://127.0.0.1:9")
    done = scrapy("crawl", "so360", "-a", "query=x", "-a", f"home={crawl.home.root}")
    assert "WARNING: so360: unreachable" in done.stderr
    assert crawl.rows("SELECT state FROM v_runs") == [{"state": "partial"}]


def test_nothing_listens_beside_the_crawl(crawl, web):
    web.pages["a.example"] = lambda path, headers: web.reply(b"x")
    done = scrapy("crawl", "capture", "-a", "url=http://a.example/", "-a", f"home={crawl.home.root}")
    assert "elnet" not in done.stderr.replace("TELNETCONSOLE_ENABLED", "") and "emote control" not in done.stderr.lower()
