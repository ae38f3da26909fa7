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


def test_codes_are_followed_from_every_page_and_app_downloads_from_suspects(store, judged):
    from evidence.records import Contact

    quiet = judged("http://quiet.example/", band="none", kind="none", contacts=(Contact("qr", "http://check.example/q"),),
                   links=("http://check.example/q", "http://other.example/"))
    low = judged("http://low.example/", band="low", kind="fake_site", links=("http://low.example/zs.apk", "http://other.example/"))
    plain = judged("http://plain.example/", band="none", kind="none", links=("http://plain.example/a.apk",))
    frontier = Frontier(store)
    assert following.queue_links(frontier, quiet[0].run, [quiet, low, plain]) == 2
    found = {lease.payload["url"]: (lease.payload["why"], lease.payload["origin"]) for lease in frontier.lease("plain", "w", 9)}
    assert found == {"http://check.example/q": ("qr", quiet[1].id), "http://low.example/zs.apk": ("app", low[1].id)}


def test_everything_in_what_people_brought_in_is_followed(store, judged):
    pair = judged("http://saved.example/", band="none", kind="none", means="import", why="import", links=("http://led.example/",))
    assert following.queue_links(Frontier(store), pair[0].run, [pair]) == 1


def test_articles_that_expire_are_the_most_urgent(store, judged):
    pair = judged(links=("http://fake.example/", "https://mp.weixin.qq.com/s?signature=x"))
    frontier = Frontier(store)
    following.queue_links(frontier, pair[0].run, [pair])
    (first,) = frontier.lease("plain", "w", 1)
    assert first.host == "mp.weixin.qq.com" and first.payload["ephemeral"] is True


@pytest.mark.parametrize("why", ["tip", "agency-list", "lookalike", "manual"])
def test_what_somebody_named_is_looked_at_in_the_browser(judged, why):
    assert following.reason_to_deepen(*judged(band="none", kind="none", why=why)) == "reported"
