"""The discover stage as review starts it: a process, a proxy, a store."""

from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures"


def engine(web, name, page="ok.html", **named):
    """A host's handler that answers searches with a fixture and everything else with an empty page."""
    body = (FIXTURES / name / page).read_bytes()
    return lambda path, headers: web.reply(body if "?" in path else b"<title>home</title>", **named)


def test_a_source_that_answers_is_ok_and_its_hits_become_candidates(crawl, web):
    web.pages["www.so.com"] = engine(web, "so360")
    ran = crawl.go("discover", "--sources", "so360")
    assert (ran.code, ran.states) == (0, {"so360": "ok"}), ran.errors
    assert len(crawl.rows("SELECT * FROM captures WHERE why = 'serp'")) == 4
    rows = crawl.rows("SELECT DISTINCT url, resolved_by FROM sightings WHERE page = 1 ORDER BY rank")
    assert [r["resolved_by"] for r in rows] == ["data-mdurl", "data-mdurl", ""]
    waiting = {r["host"] for r in crawl.rows("SELECT host FROM frontier WHERE lane = 'plain'")}
    assert waiting == {"www.dgpeixun.example", "tz.jianzhi.example", "www.so.com"}


def test_a_wall_with_status_200_is_blocked_and_ends_the_asking(crawl, web):
    web.pages["www.sogou.com"] = engine(web, "sogou", "wall.html")
    ran = crawl.go("discover", "--sources", "sogou")
    assert (ran.code, ran.states) == (1, {"sogou": "blocked"}), ran.errors
    (row,) = crawl.rows("SELECT * FROM source_runs")
    assert row["proof_capture"] and "sogou-antispider-page" in row["detail"]


def robots(web, text, status=200):
    return lambda path, headers: web.reply(text.encode(), status, kind="text/plain")


def test_without_a_network_each_source_is_unreachable_in_seconds(crawl):
    crawl.configure(proxy="http://127.0.0.1:9")
    ran = crawl.go("discover")
    assert ran.code == 4, ran.errors
    assert set(ran.states.values()) == {"unreachable", "disabled"} and len(ran.states) >= 7
    assert ran.of("end")[0]["seconds"] < 5


def test_a_gateway_that_knows_no_host_is_unreachable_too(crawl, web):
    ran = crawl.go("discover", "--sources", "liebiao,sogou")
    assert (ran.code, set(ran.states.values())) == (4, {"unreachable"}), ran.errors


def test_a_proxy_that_refuses_everything_is_blocked_and_not_empty(crawl, web):
    class Refusing(dict):
        def get(self, key, default=None):
            return None if key.startswith("robots:") else lambda path, headers: web.reply(b"no", 403)
    web.pages = Refusing()
    ran = crawl.go("discover", "--sources", "liebiao,sogou")
    assert (ran.code, ran.states) == (1, {"liebiao": "blocked", "sogou": "blocked"}), ran.errors


def test_robots_are_obeyed_and_told(crawl, web):
    web.pages |= {"www.baidu.com": engine(web, "baidu"), "robots:www.baidu.com": robots(web, "User-agent: *\nDisallow: /s?")}
    ran = crawl.go("discover", "--sources", "baidu")
    assert (ran.code, ran.states) == (1, {"baidu": "robots"}), ran.errors
    assert not [p for p in web.asked("www.baidu.com") if p.startswith("/s?")]


def test_robots_are_overridden_only_with_a_reason_which_is_kept(crawl, web):
    web.pages |= {"www.baidu.com": engine(web, "baidu"), "robots:www.baidu.com": robots(web, "User-agent: *\nDisallow: /")}
    crawl.configure('[sources.baidu]\nrobots = "override"\nlegal_basis = "测试机关决定 1 号"')
    ran = crawl.go("discover", "--sources", "baidu")
    assert (ran.code, ran.states) == (0, {"baidu": "ok"}), ran.errors
    assert "测试机关决定 1 号" in crawl.rows("SELECT detail FROM source_runs")[0]["detail"]


def test_robots_that_answer_with_a_server_error_are_no_permission(crawl, web):
    web.pages |= {"www.so.com": engine(web, "so360"), "robots:www.so.com": robots(web, "", 503)}
    ran = crawl.go("discover", "--sources", "so360")
    assert ran.states == {"so360": "unreachable"} and "robots.txt answered 503" in ran.of("source")[0]["detail"]


def test_the_states_of_different_sources_do_not_mix(crawl, web):
    web.pages |= {"www.so.com": engine(web, "so360", "empty.html"), "www.sogou.com": engine(web, "sogou", "layout.html"),
                  "so.toutiao.com": engine(web, "toutiao", kind="application/json"), "bbs.x.example": engine(web, "discuz", "wall.html")}
    crawl.configure('[sources.discuz.options]\nhosts = ["bbs.x.example"]\n[sources.hc360]\nenabled = false')
    ran = crawl.go("discover", "--sources", "so360,sogou,toutiao,discuz,hc360")
    assert ran.states == {"so360": "empty", "sogou": "layout", "toutiao": "ok", "discuz": "login", "hc360": "disabled"}, ran.errors


def test_a_wall_after_some_results_is_still_a_wall_and_the_results_stay(crawl, web):
    served = engine(web, "so360")
    wall = engine(web, "so360", "wall.html")
    web.pages["www.so.com"] = lambda path, headers: (served if len(web.asked("www.so.com")) < 3 else wall)(path, headers)
    ran = crawl.go("discover", "--sources", "so360")
    event = ran.of("source")[0]
    assert event["state"] == "blocked" and event["results"] > 0


def test_one_forums_wall_does_not_hide_the_other_forum(crawl, web):
    web.pages |= {"bbs.x.example": engine(web, "discuz", "wall.html"), "bbs.y.example": engine(web, "discuz")}
    crawl.configure('[sources.discuz.options]\nhosts = ["bbs.x.example", "bbs.y.example"]')
    ran = crawl.go("discover", "--sources", "discuz")
    event = ran.of("source")[0]
    assert event["state"] == "degraded" and "login at bbs.x.example" in event["detail"] and event["results"] > 0
    assert len(web.asked("bbs.x.example")) <= 4 and len(web.asked("bbs.y.example")) == 4


def test_a_fallback_selector_is_told_while_the_source_still_works(crawl, web):
    page = (FIXTURES / "so360" / "ok.html").read_bytes().replace(b'class="res-title', b'class="new-title')
    web.pages["www.so.com"] = lambda path, headers: web.reply(page)
    event = crawl.go("discover", "--sources", "so360").of("source")[0]
    assert event["state"] == "ok" and "primary selectors no longer match: title by 'h3 a'" in event["detail"]


def test_a_paid_link_is_never_asked_for(crawl, web):
    web.pages["www.so.com"] = engine(web, "so360", "ok_ads.html")
    crawl.go("discover", "--sources", "so360")
    waiting = {r["host"] for r in crawl.rows("SELECT host FROM frontier WHERE lane = 'plain'")}
    assert waiting == {"ad.kuaisu.example", "xue.example"}
    crawl.go("capture")
    assert not [host for host, _ in web.log if host.startswith("e.so.com")]


def test_an_unknown_source_is_answered_with_the_nearest_name(crawl):
    ran = crawl.go("discover", "--sources", "so36")
    assert ran.code == 2 and "did you mean 'so360'" in ran.of("error")[0]["detail"]


def test_a_second_run_of_the_stage_asks_nothing_twice(crawl, web):
    web.pages["www.so.com"] = engine(web, "so360")
    crawl.go("discover", "--sources", "so360")
    before = len(web.log)
    ran = crawl.go("discover", "--sources", "so360")
    assert ran.code == 0 and len(web.log) == before
    assert len(crawl.rows("SELECT * FROM source_runs")) == 1


def test_a_killed_stage_goes_on_where_it_was_and_nothing_is_doubled(crawl, web):
    page = engine(web, "so360")
    def slow(path, headers):
        import time
        time.sleep(0.02)
        return page(path, headers)
    web.pages["www.so.com"] = slow
    crawl.configure(crawl="concurrency = 1")
    text = crawl.home.config.read_text().replace("max_queries = 2", "max_queries = 30")
    crawl.home.config.write_text(text)
    for stop in (12, 25, 44):
        process = crawl.start("discover", "--sources", "so360")
        for line in process.stdout:
            if len(web.log) >= stop or '"end"' in line:
                break
        process.kill()
        process.communicate(timeout=10)
    ran = crawl.go("discover", "--sources", "so360")
    assert (ran.code, ran.states) == (0, {"so360": "ok"}), ran.errors
    pages = crawl.rows("SELECT origin, asked_url, count(*) AS n FROM captures GROUP BY asked_url")
    assert len(pages) == 60 and {p["n"] for p in pages} == {1}
    assert crawl.rows("SELECT count(*) AS n FROM sightings")[0]["n"] == 180


def test_a_stage_told_to_stop_stops_and_is_continued(crawl, web):
    import signal
    import time
    page = engine(web, "so360")
    def slow(path, headers):
        time.sleep(0.1)
        return page(path, headers)
    web.pages["www.so.com"] = slow
    crawl.home.config.write_text(crawl.home.config.read_text().replace("max_queries = 2", "max_queries = 30"))
    process = crawl.start("discover", "--sources", "so360")
    for line in process.stdout:
        if '"page"' in line:
            break
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=15)
    assert process.returncode == 1
    assert not crawl.rows("SELECT * FROM source_runs")
    assert crawl.rows("SELECT name FROM warcs"), "the archive was closed"
    assert crawl.go("discover", "--sources", "so360").states == {"so360": "ok"}
