"""Health: results against the source's own past, fields still found, one live look, today's page as a scrubbed fixture."""

import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from crawlers import health, sources
from crawlers.answer import Answer
from crawlers.scrub import contacts_left, scrub
from evidence import ids
from evidence.records import SourceRun
from review.cli import cli

FIXTURES = Path(__file__).parent / "fixtures"


def engine(web, name, page="ok.html"):
    body = (FIXTURES / name / page).read_bytes()
    return lambda path, headers: web.reply(body if "?" in path else b"<title>home</title>")


def past(crawl, rates, kind="daily", source="so360"):
    """Earlier runs of a source with so many results on ten pages each."""
    with crawl.store() as store:
        for rate in rates:
            run = store.begin_run(kind, "2026-11-20")
            store.add_source_run(SourceRun(run, source, "ok", 10, int(rate * 10), 0, "", "", ids.utc_now()))


def session_of(crawl, store, **named):
    from types import SimpleNamespace

    from evidence.config import Config

    return SimpleNamespace(store=store, run="now", config=Config.model_validate({"sources": named}))


ENOUGH = {
    "plenty": ("ok", 10, 30, [4, 4, 4], {}, ""), "a tenth of what is usual": ("ok", 10, 4, [4, 4, 4], {}, "14-day median of 4.0"),
    "below the declared minimum": ("ok", 10, 1, [], {}, "declared minimum of 0.2"),
    "nothing on many pages": ("empty", 20, 0, [], {}, "declared minimum"),
    "few pages prove nothing": ("ok", 3, 0, [4, 4, 4], {}, ""), "no past, no comparison": ("ok", 10, 3, [9], {}, ""),
    "walls are told by their own name": ("blocked", 10, 0, [9, 9, 9], {}, ""),
    "a minimum of the installation": ("ok", 10, 30, [], {"minimum": 5}, "minimum of 5"),
    "a minimum of none": ("empty", 10, 0, [], {"minimum": 0}, ""),
}


@pytest.mark.parametrize(("state", "read", "results", "rates", "settings", "said"), ENOUGH.values(), ids=ENOUGH)
def test_too_few_results_are_told_against_minimum_and_median(crawl, state, read, results, rates, settings, said):
    past(crawl, rates)
    with crawl.store() as store:
        found = health.too_few(session_of(crawl, store, so360=settings), sources.classes()["so360"], state, read, results)
    assert said in found and bool(said) == bool(found)


def test_a_look_is_no_part_of_the_past(crawl):
    past(crawl, [9, 9, 9], kind="check")
    with crawl.store() as store:
        assert health.usual_rate(store, "so360") is None
        assert store.rows("SELECT * FROM v_sources") == []


def test_the_view_compares_the_last_run_with_the_median_before_it(crawl):
    past(crawl, [4, 8, 6, 1])
    (row,) = crawl.rows("SELECT * FROM v_sources")
    assert (row["per_page"], row["median_per_page"], row["trend"], row["runs"]) == (1.0, 6.0, "down", 4)


def test_a_run_that_falls_below_the_minimum_is_degraded_with_the_reason(crawl, web):
    web.pages["www.so.com"] = engine(web, "so360", "empty.html")
    crawl.home.config.write_text(crawl.home.config.read_text().replace("max_queries = 2", "max_queries = 8"))
    ran = crawl.go("discover", "--sources", "so360")
    assert (ran.code, ran.states) == (1, {"so360": "degraded"}), ran.errors
    assert "0 results on 8 pages, below the declared minimum" in ran.of("source")[0]["detail"]


def test_fields_say_which_selector_still_finds_them():
    source = sources.classes()["so360"]
    page = (FIXTURES / "so360" / "ok.html").read_bytes().replace(b'class="res-title', b'class="new-title')
    _, parsed = source.read(Answer(source.build("电工证", 1), page))
    found = {f.field: f for f in health.fields(source, parsed)}
    assert found["card"].primary and found["card"].share == 1.0
    assert (found["title"].primary, found["title"].selector) == (False, "h3 a")
    assert 0 < found["date_text"].share < 1


def test_a_field_that_is_not_printed_is_not_missed():
    source = sources.classes()["discuz"]
    _, parsed = source.read(Answer("http://b.example/", (FIXTURES / "discuz" / "ok.html").read_bytes()))
    assert not {f.field: f for f in health.fields(source, parsed)}["real"].declared


def dajia(crawl, *arguments):
    return CliRunner().invoke(cli, ["--home", str(crawl.home.root), *arguments], standalone_mode=False)


def test_check_asks_once_and_tells_the_fields(crawl, web):
    web.pages["www.so.com"] = engine(web, "so360")
    done = dajia(crawl, "sources", "check", "so360", "--query", "电工证", "--json")
    told = json.loads(done.output)
    assert (done.return_value, told["state"], told["hits"], told["sound"]) == (0, "ok", 3, True)
    assert {f["field"] for f in told["fields"]} == set(health.FIELDS)
    assert len([p for p in web.asked("www.so.com") if "?" in p]) == 1
    assert crawl.rows("SELECT kind, state FROM v_runs") == [{"kind": "check", "state": "ok"}]


def test_check_tells_a_wall_and_a_lost_selector(crawl, web):
    web.pages |= {"www.so.com": engine(web, "so360", "wall.html"), "www.sogou.com": engine(web, "sogou", "layout.html")}
    walled, lost = dajia(crawl, "sources", "check", "so360"), dajia(crawl, "sources", "check", "sogou")
    assert (walled.return_value, lost.return_value) == (1, 1)
    assert "被拦截" in walled.output and "so360-abnormal" in walled.output
    assert "版式已变" in lost.output and "没有读到" in lost.output


def test_check_of_an_experimental_source_needs_no_switch(crawl, web):
    web.pages["china.baixing.com"] = engine(web, "baixing")
    assert dajia(crawl, "sources", "check", "baixing").output.startswith("baixing：正常")


def test_a_source_that_reads_pages_is_checked_on_one(crawl, web):
    web.pages["tieba.baidu.com"] = lambda path, headers: web.reply(
        (FIXTURES / "tieba" / "ok.html").read_bytes() if path.startswith("/p/") else b"<title>tieba</title>")
    done = dajia(crawl, "sources", "check", "tieba", "--query", "https://tieba.baidu.com/p/9000000001")
    assert "3 条结果" in done.output, done.output


def test_the_list_shows_state_trend_and_pause(crawl, web):
    past(crawl, [4, 4, 4, 1])
    with crawl.store() as store, store.transaction():
        store.db.execute("INSERT INTO doors VALUES ('www.so.com', 'so.com', 1, 4000000000, 0, 'captcha', 'x')")
    row = next(r for r in map(json.loads, dajia(crawl, "sources", "--json").output.splitlines()) if r["name"] == "so360")
    assert (row["state"], row["trend"], row["median_per_page"]) == ("ok", "down", 4.0) and row["paused_until"]
    text = dajia(crawl, "sources").output
    assert "↓" in text and "登录墙，记录即止" in text and "试验，默认不启用" in text


LIVE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>电工证_360搜索</title>
<script>var _guid="7F3A0C51D2AA99",ip="203.0.113.77";document.cookie="QiHooGUID=AABBCCDDEEFF00112233";</script></head><body>
<!-- served by 198.51.100.4 --><ul class="result"><li class="res-list"><h3 class="res-title"><a
 href="https://www.so.com/link?m=bEFyXk0aQq1234567890ZZZZ&eqid=abc123def" data-mdurl="https://www.real-seller.com/p?phone=13812345678">
电工证 加微信 abcdef_99</a></h3><p class="res-desc">电话 138 1234 5678 或 0591-87654321，QQ 123456789，
 身份证 350102199003078515，邮箱 boss@real-seller.com</p><cite>www.real-seller.com</cite></li></ul></body></html>"""


def test_capture_writes_a_fixture_without_people_tokens_or_third_parties(crawl, web):
    web.pages["www.so.com"] = lambda path, headers: web.reply(LIVE.encode(), headers=[("Set-Cookie", "QiHooGUID=AABBCC")])
    done = dajia(crawl, "sources", "capture", "so360", "--query", "电工证")
    assert done.return_value == 0, done.output
    folder = crawl.home.root / "fixtures" / "so360"
    (path,) = folder.glob("ok_*.html")
    text = path.read_text(encoding="utf-8")
    for gone in ("1381234", "138 1234", "87654321", "123456789", "35010219", "boss@", "real-seller", "AABBCC", "7F3A0C", "198.51", "203.0",
                 "abcdef_99"):
        assert gone not in text, gone
    assert "https://site-1.example/p?phone=139 0000 0000" in text
    expected = yaml.safe_load((folder / "expected.yml").read_text(encoding="utf-8"))
    assert expected == {path.name: {"state": "ok", "organic": 1, "ads": 0}}
    source = sources.classes()["so360"]
    assert source.read(Answer(source.build("x", 1), text.encode()))[0].state == "ok"


@given(st.lists(st.sampled_from(["1", "3", "8", "0", " ", "-", "电话", "<b>", "微信", "a", "QQ", "@", ".", "x"]), max_size=40).map("".join))
def test_no_number_that_could_be_a_phone_survives_the_scrubbing(text):
    scrubbed, _ = scrub(text, ("www.so.com",))
    assert not contacts_left(scrubbed)
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", scrubbed)


def test_data_scripts_and_own_hosts_are_kept():
    page = '<script type="application/json">{"a":1}</script><script>var a="1"</script><a href="https://m.so.com/x">y</a>'
    text, counts = scrub(page, ("www.so.com",))
    assert '{"a":1}' in text and 'var a' not in text and "m.so.com" in text and counts == {}
