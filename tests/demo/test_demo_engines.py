"""Every stand-in, asked on real sockets and read by our own source of that name: same hits, same state, same ads."""

import re
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import pytest
from protego import Protego

from crawlers import outcomes, sources
from crawlers.answer import Answer
from crawlers.walls import wall_at
from demo import standin
from demo.index import Index
from demo.sites import ENGINES, WALLS
from evidence.config import SourceSettings

SOURCES = sources.classes()
SIZES = {one.name: one.size for one in standin.load(Index([]), {})}
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0.0.0 Safari/537.36"
PHONE = "Mozilla/5.0 (Linux; Android 14) Chrome/141.0.0.0 Mobile Safari/537.36"
HOST = "bbs.pages.example"
QUERY = "电工证 免考"
COOKIES = "QiHooGUID=1; BAIDUID=1; SUID=1; MUID=1; buvid3=1"
SELLS_CLICKS = {"so360": "e-landurl", "baidu": "data-landurl", "sogou": "", "toutiao": "", "hc360": "", "shenma": "", "bing": "",
                "baidu_mobile": "data-landurl"}
BUYER = "https://ad.example/land?a=1&b=2"


def words(count):
    return [{"url": f"/t-{n}.html", "title": f"电工证 <第{n}条> & 免考", "snippet": f"说明 {n}：不用考试", "date": "2026-09-03",
             "engines": list(ENGINES)} for n in range(count)]


@pytest.fixture
def filled(sites, serve):
    """45 results for every stand-in, one advertiser, every wall opened."""
    page = {"text": "<title>电工证</title>", "type": "text/html"}
    sites(HOST, https=False, pages={f"/t-{n}.html": page for n in range(45)}, index=words(45))
    sites("ad.example", pages={"/land": page}, index=[{
        "url": "/land?a=1&b=2", "title": "电工证免考 专人办理", "snippet": "快", "engines": [], "paid": sorted(SELLS_CLICKS)}])
    return serve(*ENGINES)


def read(served, name, query=QUERY, page=1, cookie=COOKIES):
    """(state, parsed) as the source sees it, redirects followed."""
    source = SOURCES[name]
    host = next(iter(source.asked_hosts(SourceSettings())), HOST)
    url, agent = source.build(query, page, host), PHONE if source.agent == "mobile" else DESKTOP
    for _ in range(4):
        got = served.ask(url, Cookie=cookie, User_Agent=agent, **dict(source.headers))
        if got.status not in {301, 302}:
            break
        url = urljoin(url, got.headers["Location"])
    answer = Answer(url, got.body, status=got.status, content_type=got.headers["Content-Type"],
                    charset=source.answer_charset or source.charset)
    return source.read(answer, query)


def landing(served, hit):
    """Where a hit leads: as printed, else by its jump link."""
    if hit.url:
        return hit.url
    got = served.ask(hit.link, Cookie=COOKIES, Referer="https://weixin.sogou.com/weixinwap?type=2")
    refreshed = re.search(rb'http-equiv="refresh" content="0; url=([^"]+)"', got.body)
    return got.headers.get("Location") or outcomes.jump_of(Answer(hit.link, got.body)) or (refreshed[1].decode() if refreshed else "")


def test_there_is_a_source_for_every_stand_in():
    assert len(ENGINES) >= 7
    assert set(ENGINES) <= set(SOURCES)


@pytest.mark.parametrize("name", ENGINES)
def test_hits_are_read_as_they_lie_in_the_index(filled, name):
    state, parsed = read(filled, name)
    source = SOURCES[name]
    assert state.state == "ok"
    organic = {landed: h for h in parsed.hits if not h.paid and HOST in (landed := landing(filled, h))}
    assert len(organic) == SIZES[name]
    where, first = next(iter(organic.items()))
    number = where.rsplit("-", 1)[1].removesuffix(".html")
    assert first.title == f"电工证 <第{number}条> & 免考"
    assert first.snippet.removeprefix("2026年9月3日").lstrip(" -·") == f"说明 {number}：不用考试"
    assert first.shown_site or not source.shown_site
    assert first.date_text or not source.date_text
    for field in ("card", "title", "link", "real"):
        if chain := getattr(source, field):
            assert parsed.selectors[field] == chain[0], field


@pytest.mark.parametrize("name", sorted(set(ENGINES) - {"discuz", "bing"}))  # a forum pages by its own number, Bing not at all
def test_pages_go_on_to_the_end(filled, name):
    seen, page, more = set(), 1, True
    while more:
        _, parsed = read(filled, name, page=page)
        hits = {landed for h in parsed.hits if not h.paid and HOST in (landed := landing(filled, h))}
        assert not hits & seen
        seen, page = seen | hits, page + 1
        full = SOURCES[name].numbered and parsed.organic >= SOURCES[name].per_page
        more = (parsed.more or full) and page < 9 and len(seen) < 45
    assert len(seen) == 45


def test_a_forum_search_is_stored_and_paged_by_its_number(filled):
    got = filled.ask(SOURCES["discuz"].build(QUERY, 2, HOST))
    assert got.status == 302
    assert "searchid=" in got.headers["Location"]
    url = f"http://{HOST}/{got.headers['Location']}"
    pages = [SOURCES["discuz"].read(Answer(url, filled.ask(f"{url}&page={n}").body))[1] for n in (1, 2, 3)]
    assert [len(p.hits) for p in pages] == [20, 20, 5]
    assert [p.more for p in pages] == [True, True, False]
    assert len({h.url for p in pages for h in p.hits}) == 45


@pytest.mark.parametrize("name", ENGINES)
def test_nothing_found_is_said_in_the_real_words(filled, name):
    state, parsed = read(filled, name, "月球旅行攻略")
    assert (state.state, parsed.hits) == ("empty", [])


@pytest.mark.parametrize("name", SELLS_CLICKS)
def test_paid_hits_are_seen_as_paid_and_no_others(filled, name):
    _, parsed = read(filled, name)
    paid, = [h for h in parsed.hits if h.paid]
    assert paid.title == "电工证免考 专人办理"
    assert paid.ad_marker
    assert paid.url == (BUYER if SELLS_CLICKS[name] else "")
    if name != "bing":  # it has no second page
        assert not [h for h in read(filled, name, page=2)[1].hits if h.paid]


@pytest.mark.parametrize("name", ["so360", "baidu", "sogou", "shenma", "bing", "baidu_mobile"])
def test_a_click_on_an_advertisement_is_told_in_the_log(filled, name):
    _, parsed = read(filled, name)
    paid, = [h for h in parsed.hits if h.paid]
    assert not [line for line in filled.lines() if "PAID-CLICK" in str(line)]
    assert filled.ask(paid.link).headers["Location"] == BUYER
    assert [line["note"] for line in filled.lines() if "note" in line] == ["PAID-CLICK"]


@pytest.mark.parametrize("name", ["so360", "baidu", "sogou", "toutiao"])
def test_jump_links_lead_to_the_page(filled, name):
    _, parsed = read(filled, name)
    hit = next(h for h in parsed.hits if not h.paid and HOST in h.url)
    assert urlsplit(hit.link).hostname in SOURCES[name].hosts
    got = filled.ask(hit.link)
    jumped = got.headers.get("Location") or outcomes.jump_of(Answer(hit.link, got.body))
    assert jumped == hit.url
    assert filled.ask(hit.link.split("=")[0] + "=nothing").headers.get("Location", "") != hit.url


@pytest.mark.parametrize("name", ["so360", "baidu", "sogou"])
def test_the_target_of_a_jump_link_cannot_be_read_from_it(filled, name):
    _, parsed = read(filled, name)
    hit = next(h for h in parsed.hits if not h.paid and HOST in h.url)
    assert HOST not in unquote(hit.link)
    assert SOURCES[name].resolve(hit.link) == ("", "")


def test_what_engines_print_beside_results_is_no_candidate(filled):
    for name in ENGINES:
        for hit in read(filled, name)[1].hits:
            assert hit.paid or HOST in landing(filled, hit) or SOURCES[name].owns(hit.url), (name, hit.link)


@pytest.mark.parametrize("name", WALLS)
def test_a_walled_place_shows_its_wall_and_nothing_else(filled, name):
    source = SOURCES[name]
    assert source.walled
    url, hops = source.build(QUERY, 1, "fz.58.com"), []
    for _ in range(3):
        got = filled.ask(url, User_Agent=PHONE if source.agent == "mobile" else DESKTOP)
        if got.status != 302:
            break
        url = urljoin(url, got.headers["Location"])
        hops.append(url)
    state, parsed = source.read(Answer(url, got.body, status=got.status, content_type=got.headers["Content-Type"]))
    at = wall_at(hops[-1]) if hops else None
    assert (at.state if at else state.state) in {"login", "blocked"}, (state, parsed)


def test_bing_answers_something_else_to_a_cold_visitor(filled):
    assert read(filled, "bing", cookie="")[0].state == "degraded"
    assert [h.url for h in read(filled, "bing", page=2)[1].hits] == [h.url for h in read(filled, "bing")[1].hits]


def test_a_jump_link_of_weixin_wants_cookie_and_referrer(filled):
    hit = read(filled, "weixin")[1].hits[0]
    assert "/antispider/" in filled.ask(hit.link).headers["Location"]
    assert HOST in landing(filled, hit)


def test_the_walled_engine_says_so_with_200(sites, serve):
    sites(HOST, pages={"/t-0.html": {"text": "x"}}, index=words(1))
    served = serve()
    got = served.ask(SOURCES["sogou"].build(QUERY, 1))
    assert got.status == 200
    assert read(served, "sogou")[0].state == "blocked"
    assert served.ask("https://www.sogou.com/").status == 200


def test_cold_visitors_get_less(filled):
    assert read(filled, "so360", cookie="")[0].state == "layout"
    assert "QiHooGUID" in filled.ask(SOURCES["so360"].build(QUERY, 1)).headers["Set-Cookie"]
    _, cold = read(filled, "baidu", cookie="")
    assert (len([h for h in cold.hits if HOST in h.url]), cold.more) == (3, False)
    for home, cookie in (("https://www.so.com/", "QiHooGUID="), ("https://www.baidu.com/", "BAIDUID=")):
        assert cookie in str(filled.ask(home).headers)


@pytest.mark.parametrize("name", ENGINES)
def test_robots_are_those_of_the_real_place(filled, name):
    url = SOURCES[name].build(QUERY, 1, next(iter(SOURCES[name].asked_hosts(SourceSettings())), HOST))
    got = filled.ask(url[:url.index("/", 8)] + "/robots.txt")
    assert (got.status, got.headers["Content-Type"]) == (200, "text/plain")
    if name in {"baidu", "discuz", "so360"}:
        assert Protego.parse(got.text).can_fetch(url, "dajia") == (name == "so360")


def test_a_site_limit_in_the_query_is_kept(sites, serve):
    for host in ("a.example", "b.example", "sub.b.example"):
        sites(host, pages={"/": {"text": "x"}}, index=[{"url": "/", "title": f"电工证 {host}", "snippet": "免考"}])
    served = serve()
    for query, hosts in {"电工证 site:b.example": {"b.example", "sub.b.example"}, "site:a.example": {"a.example"}}.items():
        assert {urlsplit(h.url).hostname for h in read(served, "toutiao", query)[1].hits} == hosts


def test_old_boards_answer_in_gbk(filled):
    got = filled.ask(SOURCES["liebiao"].build("电工证", 1))
    assert got.headers["Content-Type"] == "text/html"
    assert "电工证".encode("gbk") in got.body
    old = filled.ask("http://s.hc360.com/?w=%B5%E7%B9%A4%D6%A4&mc=seller&ee=1")
    assert "电工证" in old.text


def test_browsers_get_a_page_from_toutiao_with_the_same_cards(filled):
    url = SOURCES["toutiao"].build(QUERY, 1)
    got = filled.ask(url, Accept="text/html,*/*")
    _, parsed = SOURCES["toutiao"].read(Answer(url, got.body))
    assert [h.url for h in parsed.hits] == [h.url for h in read(filled, "toutiao")[1].hits]
    link = next(h.link for h in parsed.hits if not h.paid)
    assert parse_qs(urlsplit(link).query)["url"] == [next(h.url for h in parsed.hits if not h.paid)]


def test_disguised_words_are_found_and_strangers_are_not(sites, serve):
    sites("d.example", {"i.html": "<title>办理</title><body>电.工.证，免✚考</body>", "n.html": "<title>天气</title>晴"},
          pages={"/": {"file": "i.html"}, "/n": {"file": "n.html"}}, index=[{"url": "/"}, {"url": "/n"}])
    served = serve()
    assert [h.url for h in read(served, "toutiao", "电工证 免考")[1].hits] == ["https://d.example/"]


def test_markup_in_queries_and_titles_stays_text(sites, serve):
    evil = "\"'><script>alert(1)</script></script> 电工证"
    sites("x.example", pages={"/": {"text": "x"}}, index=[{"url": "/", "title": evil, "snippet": evil, "engines": list(ENGINES)}])
    served = serve(*ENGINES)
    for name in ENGINES:
        if name != "discuz":
            state, parsed = read(served, name, "电工证 <script>alert(1)</script> {{ 7*7 }}")
            assert state.state == "ok", name
            assert "<script>alert(1)" in next(h for h in parsed.hits if "x.example" in landing(served, h)).title
            host = next(iter(SOURCES[name].asked_hosts(SourceSettings())), HOST)
            got = served.ask(SOURCES[name].build("电工证 <script>alert(1)</script>", 1, host), Cookie=COOKIES)
            assert b"<script>alert(1)" not in got.body.replace(b'\\"', b'"') or name == "toutiao" or "json" in got.headers["Content-Type"]
