"""Every source against its own pages: whoever drops a source in must drop its fixtures in too."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers import sources
from crawlers.answer import Answer

FOLDER = Path(__file__).parent / "fixtures"
CASES = [(path.name, name, expected) for path in sorted(FOLDER.iterdir())
         for name, expected in yaml.safe_load((path / "expected.yml").read_text(encoding="utf-8")).items()]


def needed(cls):
    """The states a source must tell, each by a page called so (`ok.html`, `wall_redirected.html`, `empty.json`)."""
    states = {"layout", "ok"} if cls.card else {"layout"}
    states |= {"empty"} if cls.empty else set()
    states |= {"ok_ads", "truncated"} if cls.kind == "engine" else set()
    states |= {"degraded"} if cls.relevance else set()
    states |= {"gbk"} if cls.answer_charset == "gbk" else set()
    states |= {"gone"} if cls.entry == "site" else set()
    return states | ({"wall"} if not cls.walled else {"login"} if cls.shells else {"wall"})


def told(cls, names):
    """The states that pages of these names tell."""
    found = {stem for name in names for stem in (name.partition(".")[0], name.partition(".")[0].partition("_")[0])}
    return found | ({"ok"} if "ok_ads" in found and cls.kind == "market" else set())


def read(source, name, expected):
    cls = sources.classes()[source]
    url = expected.get("url") or cls.build("电工证", 1, "bbs.luntan.example")
    answer = Answer(url, (FOLDER / source / name).read_bytes(), status=expected.get("status", 200),
                    content_type=expected.get("kind", "text/html; charset=utf-8"), charset=cls.answer_charset or cls.charset)
    return cls.read(answer, expected.get("query", ""))


def test_there_are_sources_and_cases():
    assert len(sources.classes()) >= 30 and len(CASES) >= 150


@pytest.mark.parametrize("name", list(sources.classes()))
def test_a_source_brings_a_page_for_every_state_it_must_tell(name):
    cls, has = sources.classes()[name], {case[1] for case in CASES if case[0] == name}
    missing = needed(cls) - told(cls, has)
    assert not missing, f"write tests/crawlers/fixtures/{name}/{{{','.join(sorted(missing))}}}.html and list them in expected.yml"
    lying = {p.name for p in (FOLDER / name).iterdir()} - {"expected.yml"}
    assert lying == has, "every page is listed in expected.yml and every listed page exists"


def test_no_pages_are_left_of_a_source_that_is_gone():
    assert {path.name for path in FOLDER.iterdir()} <= set(sources.classes())


@pytest.mark.parametrize(("source", "name", "expected"), CASES, ids=[f"{s}-{n}" for s, n, _ in CASES])
def test_a_page_is_read_as_its_author_says(source, name, expected):
    state, parsed = read(source, name, expected)
    assert state.state == expected["state"], (state, parsed)
    if "rule" in expected:
        assert state.rule == expected["rule"]
    if expected["state"] == "ok":
        assert (parsed.organic, parsed.ads) == (expected["organic"], expected["ads"]), parsed.hits
        assert [hit.rank for hit in parsed.hits] == list(range(1, len(parsed.hits) + 1))
    if "more" in expected:
        assert parsed.more is expected["more"]
    for field, value in expected.get("first", {}).items():
        assert getattr(parsed.hits[0], field) == value
    for rank, url in expected.get("urls", {}).items():
        assert parsed.hits[rank - 1].url == url
    if "unresolved" in expected:
        assert [hit.rank for hit in parsed.hits if not hit.paid and not hit.url] == expected["unresolved"]
    if "related" in expected:
        assert list(parsed.related) == expected["related"]
    paid = [hit for hit in parsed.hits if hit.paid]
    for marker in expected.get("markers", []):
        assert marker in [hit.ad_marker for hit in paid]
    if "landing" in expected:
        assert expected["landing"] in [hit.url for hit in paid]
    assert not any(hit.url == hit.link for hit in paid if hit.ad_marker.startswith("link-host")), "a paid link is no address"


READABLE = [(s, n, e) for s, n, e in CASES if n.startswith(("ok", "gbk"))]


@pytest.mark.parametrize(("source", "name", "expected"), READABLE, ids=[f"{s}-{n}" for s, n, _ in READABLE])
def test_a_torn_page_is_never_called_empty(source, name, expected):
    body = (FOLDER / source / name).read_bytes()
    for part in range(1, 8):
        state, _ = read_bytes(source, body[: len(body) * part // 8], expected.get("kind", "text/html"))
        assert state.state in {"ok", "layout"} | ({"login", "blocked"} if sources.classes()[source].shells else set())


def read_bytes(name, body, kind="text/html"):
    cls = sources.classes()[name]
    return cls.read(Answer(cls.build("焊工证", 2, "h.example"), body, content_type=kind,
                           charset=cls.answer_charset or cls.charset))


BODIES = st.binary(max_size=400) | st.text(alphabet='<>"=&/{}[]:,ah3 div class 1办证', max_size=400).map(str.encode)


@settings(max_examples=250, deadline=None)
@given(name=st.sampled_from(list(sources.classes())), body=BODIES)
def test_nothing_a_server_sends_breaks_the_reading(name, body):
    state, _ = read_bytes(name, body)
    assert state.state in {"ok", "empty", "degraded", "blocked", "login", "layout", "unreachable"}


@given(name=st.sampled_from(list(sources.classes())), query=st.text(min_size=1, max_size=30), page=st.integers(1, 9))
@settings(max_examples=250, deadline=None)
def test_any_query_text_gives_one_plain_address(name, query, page):
    url = sources.classes()[name].build(query, page, "h.example")
    assert url.isascii() and " " not in url and url.startswith("http")
