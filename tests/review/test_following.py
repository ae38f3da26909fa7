import pytest

from evidence import ids
from evidence.frontier import Frontier
from evidence.records import Capture, Sighting
from review import following


@pytest.mark.parametrize(("verdict", "capture", "reason"), [
    ({"band": "high"}, {}, "high"),
    ({"band": "low"}, {}, "low"),
    ({"band": "none", "kind": "none", "undecidable": "script-only"}, {}, "script-only"),
    ({"band": "none", "kind": "none"}, {"why": "qr"}, "reached-from-ad"),
    ({"band": "none", "kind": "none"}, {"why": "link"}, "reached-from-ad"),
    ({"band": "none", "kind": "none"}, {}, ""),
    ({"band": "high"}, {"means": "browser"}, ""),
], ids=["high", "low", "script only", "by qr", "by link", "nothing", "already deep"])
def test_what_deserves_the_browser(judged, verdict, capture, reason):
    found = judged(**verdict, **capture)
    assert following.reason_to_deepen(*found) == reason


def test_links_of_suspects_are_followed_but_not_to_official_sites(store, judged):
    pair = judged(links=("http://fake.example/q", "https://cx.mem.gov.cn/", "weixin://x", "http://fake.example/q#top"))
    weak = judged("http://weak.example/", band="low", links=("http://never.example/",))
    frontier = Frontier(store)
    assert following.queue_links(frontier, pair[0].run, [pair, weak]) == 1
    (lease,) = frontier.lease("plain", "w", 9)
    assert lease.payload["url"] == "http://fake.example/q"
    assert lease.payload["why"] == "link"


def test_deepening_is_queued_once_a_run(store, judged):
    pair = judged()
    frontier = Frontier(store)
    assert following.queue_deepening(frontier, pair[0].run, [pair]) == 1
    assert following.queue_deepening(frontier, pair[0].run, [pair]) == 0


def test_suspect_hosts_are_those_of_the_run_each_once(store, judged):
    run = judged("http://b.example/1")[0].run
    judged("http://b.example/2", band="medium")
    judged("http://a.example/", band="medium", kind="fake_site")
    judged("http://weak.example/", band="low")
    assert following.suspect_hosts(store, run) == ["a.example", "b.example"]
    assert following.suspect_hosts(store, "another") == []


@pytest.mark.parametrize(("title", "snippet", "deepened"), [
    ("低压电工证免考包过 三天出证", "不用考试，先出证后付款，加微信 dgz_0000 咨询，网上可查", 1),
    ("县第三中学校园新闻", "我校举行秋季运动会，师生踊跃参加", 0),
], ids=["an ad in the result", "the page itself"])
def test_a_page_that_shows_less_than_its_result_is_deepened(store, judged, title, snippet, deepened):
    run = store.begin_run("daily", "2026-01-02")
    hit = Sighting(ids.new_id(), run, "so360", "q", 1, 1, title, snippet, "", "", False, "", "http://school.example/a",
                   "http://school.example/a", "direct", "", ids.utc_now())
    store.add_sightings([hit])
    now = ids.utc_now()
    capture = Capture(ids.new_id(), run, "http://school.example/a", "http://school.example/a", now, now, "http", "desktop", "ok", 200,
                      why="sighting", origin=hit.id)
    store.add_capture(capture)
    pair = judged(capture=capture, band="none", kind="none")
    assert following.queue_deepening(Frontier(store), run, [pair], store) == deepened
