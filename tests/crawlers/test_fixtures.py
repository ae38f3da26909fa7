"""Every source against its own pages: whoever drops a source in must drop its fixtures in too."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers import sources
from crawlers.answer import Answer

FOLDER = Path(__file__).parent / "fixtures"
NEEDED = {"engine": {"ok.html", "ok_ads.html", "empty.html", "wall.html", "layout.html"},
          "market": {"ok.html", "empty.html", "wall.html", "layout.html"}}
CASES = [(path.name, name, expected) for path in sorted(FOLDER.iterdir())
         for name, expected in yaml.safe_load((path / "expected.yml").read_text(encoding="utf-8")).items()]


def read(source, name, expected):
    cls = sources.classes()[source]
    url = expected.get("url") or cls.build("电工证", 1, "bbs.luntan.example")
    return cls.read(Answer(url, (FOLDER / source / name).read_bytes(), status=expected.get("status", 200),
                           content_type=expected.get("kind", "text/html; charset=utf-8"), charset=cls.charset))


def test_there_are_sources_and_cases():
    assert len(sources.classes()) >= 7 and len(CASES) >= 35


@pytest.mark.parametrize("name", list(sources.classes()))
def test_a_source_brings_a_page_for_every_state_it_must_tell(name):
    has = {case[1] for case in CASES if case[0] == name}
    missing = NEEDED[sources.classes()[name].kind] - has
    assert not missing, f"write tests/crawlers/fixtures/{name}/{{{','.join(sorted(missing))}}} and list them in expected.yml"
    lying = {p.name for p in (FOLDER / name).glob("*.html")}
    assert lying == has, "every page is listed in expected.yml and every listed page exists"


@pytest.mark.parametrize(("source", "name", "expected"), CASES, ids=[f"{s}-{n}" for s, n, _ in CASES])
def test_a_page_is_read_as_its_author_says(source, name, expected):
    state, parsed = read(source, name, expected)
    assert state.state == expected["state"], (state, parsed)
    if "rule" in expected:
        assert state.rule == expected["rule"]
    if expected["state"] == "ok":
        assert (parsed.organic, parsed.ads) == (expected["organic"], expected["ads"]), parsed.hits
    if "more" in expected:
        assert parsed.more is expected["more"]
    for field, value in expected.get("first", {}).items():
        assert getattr(parsed.hits[0], field) == value
    paid = [hit for hit in parsed.hits if hit.paid]
    for marker in expected.get("markers", []):
        assert marker in [hit.ad_marker for hit in paid]
    assert not any(hit.url == hit.link for hit in paid if hit.ad_marker.startswith("link-host")), "a paid link is no address"


@pytest.mark.parametrize("name", list(sources.classes()))
def test_a_torn_page_is_never_called_empty(name):
    body = (FOLDER / name / "ok.html").read_bytes()
    for part in range(1, 8):
        state, _ = read_bytes(name, body[: len(body) * part // 8])
        assert state.state in {"ok", "layout"}


def read_bytes(name, body):
    cls = sources.classes()[name]
    return cls.read(Answer(cls.build("焊工证", 2, "h.example"), body, content_type="text/html", charset=cls.charset))


@pytest.mark.parametrize("name", list(sources.classes()))
@settings(max_examples=25, deadline=None)
@given(body=st.binary(max_size=400) | st.text(alphabet='<>"=&/{}[]:,ah3 div class 1办证', max_size=400).map(str.encode))
def test_nothing_a_server_sends_breaks_the_reading(name, body):
    state, _ = read_bytes(name, body)
    assert state.state in {"ok", "empty", "degraded", "blocked", "login", "layout", "unreachable"}


@pytest.mark.parametrize("name", list(sources.classes()))
@given(query=st.text(min_size=1, max_size=30), page=st.integers(1, 9))
@settings(max_examples=25, deadline=None)
def test_any_query_text_gives_one_plain_address(name, query, page):
    url = sources.classes()[name].build(query, page, "h.example")
    assert url.isascii() and " " not in url and url.startswith("http")
