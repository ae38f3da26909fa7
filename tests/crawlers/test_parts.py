"""The small parts: politeness, walls, query files, the answer reader, the ledger."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import politeness, queries, sources, walls
from crawlers.answer import Answer, pick
from crawlers.discovery import Tally, judge
from crawlers.failures import trouble_of
from evidence.config import Config


def test_a_domain_is_the_registrable_one_from_the_bundled_list():
    assert [politeness.domain_of(h) for h in ("a.b.com.cn", "x.gov.cn", "www.so.com", "10.0.0.1", "localhost")] == \
        ["b.com.cn", "x.gov.cn", "so.com", "10.0.0.1", "localhost"]


def test_requests_to_one_domain_wait_for_their_turn_and_others_do_not(monkeypatch):
    waits = []

    async def sleep(seconds):
        waits.append(seconds)
    monkeypatch.setattr(politeness.asyncio, "sleep", sleep)
    polite = politeness.Politeness(4.0)

    async def ask():
        for domain in ("a.com", "a.com", "a.com", "b.com"):
            await polite.turn(domain)
        await polite.turn("a.com", 0.0)
    asyncio.run(ask())
    assert len(waits) == 2 and 2.9 < waits[0] < 6.1 and waits[1] > waits[0]


def test_every_shipped_wall_is_dated_and_sourced():
    assert len(walls.load()) > 25 and len({w.name for w in walls.load()}) == len(walls.load())


WALL_FILES = {
    "misspelt field": ("- {name: a, state: blocked, titel: x, source: s, date: 2026-01-01}", "unknown field 'titel'"),
    "no condition": ("- {name: a, state: blocked, source: s, date: 2026-01-01}", "would match every page"),
    "bad state": ("- {name: a, state: shut, title: x, source: s, date: 2026-01-01}", "none of"),
    "bad pattern": ("- {name: a, state: blocked, title: '(', source: s, date: 2026-01-01}", "regular expression"),
    "no source": ("- {name: a, state: blocked, title: x, date: 2026-01-01}", "'source' is missing"),
    "broken yaml": ("- {name: a", "cannot be read"), "no list": ("a: 1", "expected a list"),
}


@pytest.mark.parametrize(("text", "said"), WALL_FILES.values(), ids=WALL_FILES)
def test_a_broken_wall_file_is_told_by_entry_and_field(tmp_path, text, said):
    path = tmp_path / "walls.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(walls.WallsError, match=said.replace("(", "\\(")) as caught:
        walls.load(path)
    assert str(path) in str(caught.value)


def test_an_ordinary_page_is_no_wall():
    page = "<title>电工培训</title><p>登录 <a href='https://wappass.baidu.com/'>x</a> 验证码 安全验证 环境异常 域名出售</p>"
    assert walls.wall_of(Answer("https://www.a.example/", page.encode())) is None


def test_the_shipped_queries_cover_both_themes_and_stay_within_an_engines_limit():
    found = queries.load()
    assert 24 <= len(found) <= 60 and {q.theme for q in found} == {"ad", "site"}
    assert len({q.text for q in found}) == len(found)
    assert {q.theme for q in queries.load(limit=12)} == {"ad", "site"}


QUERY_FILES = {
    "misspelt field": ("theme: ad\nqueris: [a]", "did you mean 'queries'"), "no theme": ("queries: [a]", "field 'theme'"),
    "no list": ("theme: ad\nqueries: a", "field 'queries'"), "too long": (f"theme: ad\nqueries: [{'长' * 80}]", "longer than"),
    "a number": ("theme: ad\nqueries: [1]", "is no text"), "broken": ("theme: [", "not valid YAML"),
}


@pytest.mark.parametrize(("text", "said"), QUERY_FILES.values(), ids=QUERY_FILES)
def test_a_broken_query_file_is_told_by_file_and_field(tmp_path, text, said):
    (tmp_path / "x.yml").write_text(text, encoding="utf-8")
    with pytest.raises(queries.QueriesError, match=said) as caught:
        queries.load(tmp_path)
    assert "x.yml" in str(caught.value)


def test_a_folder_without_queries_is_an_error_and_not_silence(tmp_path):
    with pytest.raises(queries.QueriesError):
        queries.load(tmp_path)


def test_the_catalogue_tells_what_the_readme_needs():
    entries = sources.catalogue(Config())
    assert [e.name for e in entries if not (e.label and e.evidence and e.kind and e.robots == "obey")] == []


TALLIES = {
    "all read": ({"ok": 3}, "ok"), "nothing there": ({"empty": 3}, "empty"), "some empty": ({"ok": 1, "empty": 2}, "ok"),
    "a wall outweighs results": ({"ok": 9, "blocked": 1, "skipped": 5}, "blocked"), "login": ({"login": 1}, "login"),
    "no page could be read": ({"layout": 2}, "layout"), "some pages could not": ({"ok": 2, "layout": 1}, "degraded"),
    "some did not come": ({"ok": 2, "unreachable": 1}, "degraded"), "none came": ({"unreachable": 3}, "unreachable"),
    "server errors": ({"degraded": 2}, "degraded"), "never asked": ({"skipped": 4}, "unreachable"),
}


@pytest.mark.parametrize(("states", "state"), TALLIES.values(), ids=TALLIES)
def test_a_source_has_one_state(states, state):
    tally = Tally()
    tally.states.update(states)
    tally.walled = {s: ("unreachable: no route" if s == "skipped" else "detail", "proof") for s in states}
    assert judge(tally)[0] == state


@given(st.binary(max_size=300))
def test_any_bytes_are_a_page(body):
    answer = Answer("http://a.example/", body, content_type="text/html; charset=nonsense")
    assert "\x00" not in answer.text + answer.visible + answer.title
    assert pick(answer.tree.root, ("h3 a@href", "@x")) == ("", "") or b"h3" in body


def test_an_unknown_exception_is_internal_and_never_silent():
    assert trouble_of(KeyError("x")).kind == "internal"


TITLES = {
    "plain": ("<title> 电工  证 </title>" + "x" * 90_000, "电工 证"), "none": ("<p>x</p>", ""), "unclosed": ("<p>x</p><title>half", ""),
    "an end in a script": ("<script>'</title>'</script><title>真</title>", "真"), "upper case": ("<TITLE>A</TITLE>", "A"),
    "in a comment first": ("<!-- <title>no</title> --><title>yes</title>", "yes"), "entities": ("<title>A&amp;B</title>", "A&B"),
}


@pytest.mark.parametrize(("page", "title"), TITLES.values(), ids=TITLES)
def test_the_title_is_read_without_the_rest_of_the_page(page, title):
    assert Answer("http://a.example/", page.encode()).title == title
