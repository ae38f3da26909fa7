"""Rechecks over real connections: from two vantages, with a control, through the crawl process."""

import pytest

from evidence import followup, ids
from evidence.archive import Vault
from evidence.config import load
from evidence.frontier import Frontier
from evidence.records import Decision, Lead, Verdict
from review import rechecking

PAGE = "<html><head><title>办证中心</title></head><body>" + "<p>电工证免考包过，三天拿证，微信 wx_probe_test</p>" * 5 + "</body></html>"
CONFIG = """[recheck]
controls = ["http://control.example/"]
[recheck.vantages.desk]
[recheck.vantages.phone]
profile = "mobile"
"""


@pytest.fixture
def confirmed(crawl, web):
    """A captured and confirmed subject; returns its lead's id."""
    web.pages["shop.example"] = web.pages["control.example"] = lambda path, headers: web.reply(PAGE.encode())
    crawl.configure(more=CONFIG)
    crawl.begin()
    with crawl.store() as store:
        Frontier(store).add("plain", "k", {"url": "http://shop.example/", "why": "manual", "origin": ""}, run=crawl.run, host="shop.example")
    assert crawl.go("capture").code == 0
    with crawl.store() as store:
        capture = store.capture(store.one("SELECT id FROM captures")["id"])
        verdict = Verdict(ids.new_id(), capture.id, crawl.run, "r", "ad", "high", 80.0, "0" * 64, ids.utc_now())
        store.add_verdict(verdict)
        lead = Lead(ids.new_id(), "ad", "shop.example", "host", verdict.id, ids.utc_now())
        store.add_lead(lead)
        store.add_lead_verdict(lead.id, verdict.id)
        store.add_decision(Decision(ids.new_id(), lead.id, "confirm", "李初审", "", verdict.id, ids.utc_now()))
    return lead.id


def look(crawl, later):
    """One recheck, `later` days from now by the calendar that decides what is due; returns the check."""
    from datetime import UTC, datetime, timedelta

    plan = load(crawl.home).recheck
    with crawl.store() as store:
        crawl.run = store.begin_run("recheck", "2026-11-25")
        now = (datetime.now(UTC) + timedelta(days=later)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert rechecking.queue(store, Frontier(store), crawl.run, plan, now) == 1
    for name in plan.vantages:
        ran = crawl.go("recheck", "--vantage", name)
        assert ran.errors == "" or "Traceback" not in ran.errors
    with crawl.store() as store:
        (check,) = rechecking.conclude(store, Vault(crawl.home), crawl.run, lambda: now).checks
    return check


def test_a_subject_is_asked_once_from_each_vantage_and_found_up_then_gone(crawl, web, confirmed):
    agents = []
    web.pages["shop.example"] = lambda path, headers: agents.append(headers["User-Agent"]) or web.reply(PAGE.encode())
    assert look(crawl, 2).state == "up"
    assert len(agents) == 2
    assert sum("Mobile" in a for a in agents) == 1
    profiles = {r["profile"] for r in crawl.rows("SELECT profile FROM captures WHERE why = 'recheck'")}
    assert profiles == {"desktop", "mobile"}
    web.pages["shop.example"] = lambda path, headers: web.reply(b"<title>404</title>", 404)
    check = look(crawl, 4)
    assert check.state == "down", check
    assert "desk" in check.detail
    with crawl.store() as store:
        assert followup.clocks(store)[confirmed].phase == "down"


def test_a_dead_line_is_ours_and_not_theirs(crawl, web, confirmed):
    crawl.configure(more=CONFIG, proxy="http://127.0.0.1:9")  # nothing listens there: every request fails alike
    check = look(crawl, 2)
    assert check.state == "unknown", check
    assert "本方线路不通" in check.detail


def test_a_page_shown_to_one_device_alone_is_up(crawl, web, confirmed):
    web.pages["shop.example"] = lambda path, headers: web.reply(PAGE.encode()) if "Mobile" in headers["User-Agent"] else web.reply(b"", 404)
    check = look(crawl, 2)
    assert check.state == "up"
    assert "区别对待" in check.detail


def test_an_unknown_vantage_is_told_with_file_and_field(crawl, web):
    crawl.configure(more=CONFIG)
    crawl.begin()
    ran = crawl.go("recheck", "--vantage", "moon")
    assert ran.code == 2
    assert "recheck.vantages" in ran.of("error")[0]["detail"]


def test_where_an_old_address_leads_is_recorded_fetched_and_judged_in_the_same_run(crawl, web, confirmed):
    """The command's whole way: from the confirmed lead to a lead of its own at the new host."""
    from review import daily
    from review.progress import Reporter

    crawl.configure(more=CONFIG + "[browser]\nenabled = false\n")
    web.pages["shop-neu.example"] = lambda path, headers: web.reply(PAGE.encode())
    web.pages["shop.example"] = lambda path, headers: web.reply(b"", 302, [("Location", "http://shop-neu.example/")])
    with Reporter(quiet=True) as say:
        daily.recheck(crawl.home, say, (confirmed,))
    (check,) = crawl.rows("SELECT state, detail FROM checks")
    assert (check["state"], "转到新地址" in check["detail"]) == ("up", True)
    (moved,) = crawl.rows("SELECT * FROM v_successors")
    assert (moved["lead"], moved["host"], moved["how"]) == (confirmed, "shop-neu.example", "forwarded")
    (new,) = crawl.rows("SELECT id, subject, state FROM v_leads WHERE subject = 'shop-neu.example'")
    assert (moved["new_lead"], new["state"]) == (new["id"], "new")
    (clock,) = crawl.rows("SELECT phase, moved_to FROM v_takedowns WHERE lead = ?", confirmed)
    assert (clock["phase"], clock["moved_to"]) == ("moved", "shop-neu.example")
