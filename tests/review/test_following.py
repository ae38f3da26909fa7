import pytest

from evidence.frontier import Frontier
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
