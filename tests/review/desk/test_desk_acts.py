"""Decisions, locking, undoing, many at once, notes, exports and what a revocation sets off; asked over the wire."""

import threading
from collections import Counter

import pytest

from evidence import custody


def decide(who, lead, move, reason="", seen="", **more):
    return who.post(f"/lead/{lead}/decide", {"move": move, "reason": reason, "seen": seen} | more)


def test_a_decision_goes_on_to_the_next_lead_and_keeps_the_filter(desk):
    who, lead = desk.client("李初审"), desk.leads["fake"]
    answer = decide(who, lead, "confirm", after="abc", query="?state=new&kind=ad&evil=<x>")
    assert answer.headers["Location"] == "/lead/abc?state=new&kind=ad"
    assert desk.state(lead) == "confirmed"
    with desk.store() as store:
        assert store.one("SELECT actor FROM custody WHERE event = 'decided' AND subject_id = ?", lead)["actor"] == "李初审"


@pytest.mark.parametrize("after", ["//evil.example", "../x", "a?b", "é"], ids=["host", "path", "query", "not ascii"])
def test_nobody_is_sent_elsewhere(desk, after):
    answer = decide(desk.client("李初审"), desk.leads["fake"], "confirm", after=after)
    assert answer.headers["Location"].startswith(f"/lead/{desk.leads['fake']}")


@pytest.mark.parametrize("move", ["dismiss", "doubt"])
def test_a_reason_is_required(desk, move):
    answer = decide(desk.client("李初审"), desk.leads["fake"], move, "  ")
    assert answer.status == 400
    assert "理由" in answer.text
    assert desk.state(desk.leads["fake"]) == "new"


def test_two_reviewers_on_one_lead_the_second_is_told(desk):
    one, other, lead = desk.client("李初审"), desk.client("王初审"), desk.leads["seller"]
    assert decide(one, lead, "confirm").status == 303
    answer = decide(other, lead, "dismiss", "无关")
    assert answer.status == 409
    assert "李初审" in answer.text
    assert desk.state(lead) == "confirmed"


@pytest.mark.parametrize("seen", [None, "?", "0" * 24], ids=["left out", "nonsense", "unknown"])
def test_a_form_without_what_was_seen_decides_nothing(desk, seen):
    who, lead = desk.client("李初审"), desk.leads["fake"]
    fields = {"move": "confirm"} | ({} if seen is None else {"seen": seen})
    assert who.post(f"/lead/{lead}/decide", fields).status == 409
    assert desk.state(lead) == "new"


def test_ten_people_at_once_make_one_decision(desk):
    lead, names = desk.leads["fake"], ("李初审", "王初审", "周复核", "陈管理")
    people = [desk.client(names[n % 4]) for n in range(10)]
    seen, gate = Counter(), threading.Barrier(10)

    def go(who):
        gate.wait()
        seen[decide(who, lead, "confirm").status] += 1
    threads = [threading.Thread(target=go, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {303: 1, 409: 9}
    with desk.store() as store:
        assert len(store.decisions(lead)) == 1
        assert list(custody.broken_links(custody.events(store.db))) == []


def test_the_same_person_cannot_be_both(desk):
    who, lead = desk.client("周复核"), desk.leads["fake"]
    decide(who, lead, "confirm")
    with desk.store() as store:
        seen = store.decisions(lead)[-1].id
    answer = decide(who, lead, "second", seen=seen)
    assert answer.status == 400
    assert "另一人" in answer.text
    assert decide(desk.client("陈管理"), lead, "second", seen=seen).status == 303
    assert desk.state(lead) == "released"


def test_undo_takes_back_ones_own_newest_decision_only(desk):
    one, other, lead = desk.client("李初审"), desk.client("王初审"), desk.leads["seller"]
    decide(one, lead, "confirm")
    with desk.store() as store:
        seen = store.decisions(lead)[-1].id
    assert other.post("/undo", {"lead": lead, "seen": seen}).status == 400
    assert one.post("/undo", {"lead": lead, "seen": "stale"}).status == 409
    assert one.post("/undo", {"lead": lead, "seen": seen}).status == 303
    assert desk.state(lead) == "new"
    assert "已收回" in one.get("/").text


def test_many_at_once_shows_first_and_then_all_or_none(desk):
    who, leads = desk.client("李初审"), [desk.leads[f"more{n}"] for n in range(4)]
    shown = who.post("/bulk", [("leads", lead) for lead in leads] + [("move", "dismiss"), ("reason", "与证书无关")])
    assert shown.text.count("与证书无关") >= 1
    assert all(desk.state(lead) == "new" for lead in leads)
    decide(desk.client("王初审"), leads[3], "doubt", "再看")
    sure = [("leads", f"{lead}:") for lead in leads] + [("move", "dismiss"), ("reason", "与证书无关"), ("sure", "1")]
    assert who.post("/bulk", sure).status == 409
    assert [desk.state(lead) for lead in leads] == ["new", "new", "new", "doubtful"]
    assert who.post("/bulk", [f for f in sure if not f[1].startswith(leads[3])]).status == 303
    assert [desk.state(lead) for lead in leads] == ["dismissed"] * 3 + ["doubtful"]


def test_a_preview_says_what_cannot_be_done(desk):
    shown = desk.client("李初审").post("/bulk", [("leads", desk.leads["fake"]), ("leads", desk.leads["same"]), ("move", "confirm")])
    assert "1 条不能执行" in shown.text
    assert "disabled>执行" in shown.text


def test_two_hundred_at_most_and_the_rest_is_not_forgotten_quietly(desk):
    answer = desk.client("李初审").post("/bulk", [("leads", desk.leads["fake"])] * 201 + [("move", "confirm")])
    assert answer.status == 400
    assert "201" in answer.text


def test_notes_and_handing_over(desk):
    who, lead = desk.client("李初审"), desk.leads["fake"]
    assert who.post(f"/lead/{lead}/note", {"text": "", "assigned": ""}).status == 400
    assert who.post(f"/lead/{lead}/note", {"text": "请看", "assigned": "吴浏览"}).status == 400
    assert who.post(f"/lead/{lead}/note", {"text": "请看页脚", "assigned": "周复核"}).status == 303
    other = desk.client("周复核")
    assert "请看页脚" in other.get(f"/lead/{lead}").text
    assert "cx-anquan-mem[.]example" in other.get("/leads?state=&assigned=%E5%91%A8%E5%A4%8D%E6%A0%B8").text


def test_the_preview_of_an_export_writes_nothing_and_says_all(desk):
    who, lead = desk.client("周复核"), desk.leads["same"]
    page = who.get(f"/lead/{lead}/export").text
    for told in ("发给谁", "缺：", "身份证号：", "卖家联系方式：照录", "生成移送材料", "12377"):
        assert told in page, told
    assert not list(desk.home.exports.rglob("*.zip"))
    assert who.post(f"/lead/{lead}/export", {}).status == 400
    assert who.post(f"/lead/{lead}/export", {"agency": "nobody"}).status == 400


def test_what_two_people_did_not_confirm_does_not_leave(desk):
    who = desk.client("周复核")
    assert "须经两人确认" in who.get(f"/lead/{desk.leads['fake2']}/export").text
    assert who.post(f"/lead/{desk.leads['fake2']}/export", {"agency": "wangxinban"}).status == 400
    assert not list(desk.home.exports.rglob("*.zip"))


def test_an_export_can_be_taken_and_its_revocation_reaches_the_recipient(desk):
    from exports.verify import verify

    who, lead = desk.client("周复核"), desk.leads["same"]
    who.get(f"/lead/{lead}/export")
    made = who.post(f"/lead/{lead}/export", {"agency": "wangxinban"})
    assert made.status == 200
    zipped = next(desk.home.exports.rglob("wangxinban-*.zip"))
    assert {c.state for c in verify(zipped)} == {"verified"}
    assert who.post(f"/lead/{lead}/export", {"agency": "wangxinban"}).status == 400  # nobody is told the same thing twice
    with desk.store() as store:
        package = store.one("SELECT id FROM packages")["id"]
        seen = store.decisions(lead)[-1].id
    taken = who.ask("GET", f"/package/{package}", headers={"Cookie": f"dajia_desk={who.cookie}"})
    assert taken.headers["Content-Type"] == "application/zip"
    assert desk.client("李初审").get(f"/package/{package}").status == 403
    assert who.post("/undo", {"lead": lead, "seen": seen}).status == 400
    assert decide(who, lead, "revoke", "核实有误", seen).status == 303
    with desk.store() as store:
        assert {r["agency"] for r in store.rows("SELECT agency FROM packages")} == {"wangxinban", "withdrawal-wangxinban"}
    assert desk.state(lead) == "revoked"


def test_a_package_that_lies_elsewhere_is_not_handed_out(desk, tmp_path):
    from evidence.records import Package

    other = tmp_path / "secret.zip"
    other.write_bytes(b"x")
    with desk.store() as store:
        store.add_package(Package("p1", desk.leads["same"], "wangxinban", str(other), "a", "b", "2026-01-01T00:00:00Z"))
    assert desk.client("陈管理").get("/package/p1").status == 404


@pytest.mark.parametrize("lead, told", [
    ("school", ("自称培训学校", "周复核 曾于")), ("page", ("网站本身未必知情",)), ("more0", ("没有用浏览器看过",)), ("fake", ("未知：备案归属",))])
def test_what_speaks_against_is_said(desk, lead, told):
    page = desk.client("吴浏览").get(f"/lead/{desk.leads[lead]}").text
    against = page[page.index("相反的情况"):]
    assert all(sentence in against for sentence in told)


def test_the_lead_page_shows_both_sides_ways_in_and_ways_on(desk):
    page = desk.client("周复核").get(f"/lead/{desk.leads['fake']}").text
    for told in ("涉嫌页面", "官方页面", "/difference/", "从搜索进入", "相似线索", "mem-chaxun[.]example", "页面模板", "so360 搜“电工证 免考”", "交给 李初审",
                 "赵**", "已电话核实"):
        assert told in page, told
    assert "110105194912310021" not in page
