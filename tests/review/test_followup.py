"""After the decision: letters and their papers, no report twice, reminders, figures, the page."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from evidence import followup, ids
from evidence.archive import Vault
from evidence.config import Config
from evidence.followup import Letter
from evidence.records import Check, Package
from exports.verify_rows import row_claims
from review import correspondence, decisions, duplicates, leads, packaging, reminders
from review import followup as tracking
from review.commands.followup import command
from review.correspondence import Entry
from review.decisions import MoveRefused


def ago(days):
    """A time some days before a day that lies forty days after the lead was found."""
    return (datetime.now(UTC) + timedelta(days=40 - days)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@pytest.fixture
def lead(store, judged):
    """A lead two people stand behind."""
    judged("http://kuaizheng.example/")
    leads.build(store)
    found = leads.find(store, "kuaizheng.example")
    decisions.decide(store, found, "confirm", "李初审")
    decisions.decide(store, found, "second", "周复核")
    return found


def write(store, lead, step="filed", agency="wangxinban", **more):
    return correspondence.record(store, Config(), lead, Entry(agency, step, "王某", **more))


def package(store, lead, agency="wangxinban", days=0.0):
    store.add_package(Package(ids.new_id(), lead.id, agency, "/srv/p.zip", "a" * 64, "b" * 64, ago(days)))


def check(store, lead, state, days=0.0):
    store.add_check(Check(ids.new_id(), lead.id, state, "", "", ago(days)))


def test_a_receipt_is_sealed_and_comes_back_byte_for_byte(store, lead, tmp_path):
    paper = tmp_path / "受理回执.pdf"
    paper.write_bytes(b"%PDF-1.4 receipt \xff\x00")
    write(store, lead)
    made = write(store, lead, "accepted", file=paper, number="网信受〔2026〕7号")
    assert made.sha256 == ids.sha256(paper.read_bytes())
    artifact = store.capture(made.capture).artifact("letter-file")
    assert Vault(store.home).read(artifact) == paper.read_bytes()
    events = {r["event"]: r["actor"] for r in store.rows("SELECT event, actor FROM custody WHERE subject_id = ?", lead.id)}
    assert events["corresponded"] == "王某"
    assert followup.clocks(store)[lead.id].phase == "accepted"
    assert {c.state for c in row_claims(store.db)} == {"verified"}
    from review.judging import pending
    assert made.capture not in pending(store, "rules")


REFUSED = {
    "an unknown agency": ({"agency": "wangxinbann"}, "是不是 wangxinban"),
    "a day to come": ({"day": "2999-01-01"}, "不能晚于今天"),
    "no day": ({"day": "昨天"}, "看不懂"),
    "an answer before a filing": ({"step": "accepted"}, "先运行 dajia followup filed"),
}


@pytest.mark.parametrize(("given", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_written_down_says_why(store, lead, given, message):
    with pytest.raises(MoveRefused, match=message):
        write(store, lead, **given)
    assert followup.letters(store, lead.id) == []


def test_a_lead_nobody_confirmed_cannot_have_been_filed(store, judged):
    judged("http://new.example/")
    leads.build(store)
    with pytest.raises(MoveRefused, match="还没有确认"):
        write(store, leads.find(store, "new.example"))


def test_an_empty_file_is_not_a_receipt(store, lead, tmp_path):
    (tmp_path / "x.pdf").touch()
    write(store, lead)
    with pytest.raises(MoveRefused, match="空文件"):
        write(store, lead, "accepted", file=tmp_path / "x.pdf")


def test_the_same_letter_twice_is_told_and_a_wrong_one_taken_back(store, lead):
    first = write(store, lead)
    with pytest.raises(MoveRefused, match="已经登记过"):
        write(store, lead)
    correspondence.retract(store, first.id, "王某", "登错了机关")
    assert followup.letters(store, lead.id) == []
    assert followup.clocks(store)[lead.id].filed == ""
    with pytest.raises(MoveRefused, match="没有可以收回的登记"):
        correspondence.retract(store, first.id, "王某", "再收一次")


# -- nobody is told twice -----------------------------------------------------------------------
NEWS = {
    "nothing new": (lambda s, lead: None, ""),
    "it came back": (lambda s, lead: (check(s, lead, "down", 2), check(s, lead, "up", 1)), "下线后又上线"),
    "it only fell": (lambda s, lead: check(s, lead, "down", 1), ""),
    "it moved": (lambda s, lead: (check(s, lead, "down", 2), followup.add_successor(s, followup.Successor(
        ids.new_id(), lead.id, "neu.example", "http://neu.example/", "body", "c", "o", ago(1)))), "neu.example"),
    "they refused": (lambda s, lead: followup.add_letter(s, Letter(ids.new_id(), lead.id, "wangxinban", "refused", ago(1), "王某", ago(1))), "不予受理"),
    "another agency refused": (
        lambda s, lead: followup.add_letter(s, Letter(ids.new_id(), lead.id, "tongguanju", "refused", ago(1), "王某", ago(1))), ""),
    "it was taken back": (lambda s, lead: package(s, lead, "withdrawal-wangxinban", 1), "曾经撤回"),
}


@pytest.mark.parametrize(("happen", "news"), NEWS.values(), ids=NEWS)
def test_what_is_news_since_an_agency_was_told(store, lead, happen, news):
    package(store, lead, days=3)
    happen(store, lead)
    told = duplicates.told_before(store, lead, "wangxinban")
    assert news in told.news
    assert bool(told.news) is bool(news)
    if news:
        assert duplicates.without_repeats(store, lead, ["wangxinban"], named=True, again="") == ["wangxinban"]
    else:
        with pytest.raises(MoveRefused, match="不能重复移送"):
            duplicates.without_repeats(store, lead, ["wangxinban"], named=True, again="")


def test_of_the_usual_recipients_only_those_not_told_yet_remain(store, lead):
    package(store, lead, days=1)
    assert duplicates.without_repeats(store, lead, ["wangxinban", "tongguanju"], named=False, again="") == ["tongguanju"]
    with pytest.raises(MoveRefused):
        duplicates.without_repeats(store, lead, ["wangxinban", "tongguanju"], named=True, again="")


def test_a_written_reason_lets_it_go_out_again_and_is_kept(store, lead):
    folder = store.home.exports / "packages"
    packaging.build(store, Vault(store.home), lead, ["wangxinban"], folder, Config())
    with pytest.raises(MoveRefused, match="--again"):
        packaging.build(store, Vault(store.home), lead, ["wangxinban"], folder, Config())
    assert any("注意：wangxinban" in line for line in packaging.preview(store, lead, ["wangxinban"], Config()))
    packaging.build(store, Vault(store.home), lead, ["wangxinban"], folder, Config(), again="对方要求补充材料")
    assert [x.note for x in followup.letters(store, lead.id) if x.step == "again"] == ["对方要求补充材料"]
    assert store.one("SELECT count(*) FROM packages")[0] == 2


# -- reminders ----------------------------------------------------------------------------------
def letter(store, lead, step, days, agency="wangxinban"):
    followup.add_letter(store, Letter(ids.new_id(), lead.id, agency, step, ago(days), "王某", ago(days)))


DUE = {
    "nothing yet": (lambda s, lead: None, {"package"}),
    "a package nobody filed": (lambda s, lead: package(s, lead, days=4), {"file"}),
    "a fresh package": (lambda s, lead: package(s, lead, days=1), set()),
    "filed and not answered": (lambda s, lead: letter(s, lead, "filed", 8), {"answer"}),
    "filed lately": (lambda s, lead: letter(s, lead, "filed", 6), set()),
    "filed, not answered, but down": (lambda s, lead: (letter(s, lead, "filed", 8), check(s, lead, "down")), set()),
    "filed, not answered, and unknown": (lambda s, lead: (letter(s, lead, "filed", 8), check(s, lead, "unknown")), {"answer"}),
    "answered": (lambda s, lead: (letter(s, lead, "filed", 8), letter(s, lead, "reply", 2)), set()),
    "answered by another": (lambda s, lead: (letter(s, lead, "filed", 8), letter(s, lead, "reply", 2, "tongguanju")), {"answer"}),
    "accepted long ago and still up": (
        lambda s, lead: (letter(s, lead, "filed", 20), letter(s, lead, "accepted", 16), check(s, lead, "up")), {"act"}),
    "back again": (lambda s, lead: (letter(s, lead, "filed", 5), check(s, lead, "down", 3), check(s, lead, "up", 1)), {"returned"}),
    "another page": (lambda s, lead: check(s, lead, "changed"), {"look", "package"}),
}


@pytest.mark.parametrize(("happen", "kinds"), DUE.values(), ids=DUE)
def test_people_are_reminded_of_what_waits(store, lead, happen, kinds):
    happen(store, lead)
    due = reminders.reminders(store, Config().recheck, followup.clocks(store), ago(0))
    assert {r.kind for r in due} == kinds


def test_a_released_lead_nobody_sent_anywhere_is_told_after_days(store, lead):
    later = (datetime.now(UTC) + timedelta(days=4)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    (due,) = reminders.reminders(store, Config().recheck, followup.clocks(store), later)
    assert (due.kind, "4 天" in due.text) == ("package", True)


# -- figures and page ---------------------------------------------------------------------------
def test_medians_rest_on_what_happened_and_tell_what_is_open(store, judged):
    for n, fell in enumerate((2, 4, 9, None)):
        judged(f"http://s{n}.example/")
        leads.build(store)
        found = leads.find(store, f"s{n}.example")
        decisions.decide(store, found, "confirm", "李初审")
        decisions.decide(store, found, "second", "周复核")
        letter(store, found, "filed", 20)
        if fell is not None:
            check(store, found, "down", 20 - fell)
    decisions.decide(store, leads.find(store, "s0.example"), "revoke", "王复查", "误判")
    found = tracking.page(store, Config()).figures
    spans, rates = {s.label: s for s in found.spans}, {r.label: r for r in found.rates}
    assert (spans["报送到下线"].days, spans["报送到下线"].count, spans["报送到下线"].open_) == (6.5, 2, 1)
    assert (rates["复核后撤销（改判）"].part, rates["复核后撤销（改判）"].whole) == (1, 4)
    assert rates["报送后下线"].told == "66.7%（2/3）"
    assert rates["下线后满 7 天未恢复"].told == "还没有"  # both spells still run


def test_the_page_shows_hostile_words_as_words(store, lead):
    from review.desk.accounts import Visitor
    from review.desk.visit import TEMPLATES

    letter(store, lead, "filed", 9)
    check(store, lead, "down")
    followup.add_successor(store, followup.Successor(ids.new_id(), lead.id, "x<script>.example", "http://x/", "body", "c", "o", ids.utc_now()))
    page = tracking.page(store, Config(), "nonsense")
    assert page.shown == "all"
    who = Visitor(**{field.name: "viewer" if field.name == "role" else "x" for field in fields(Visitor)})
    html = TEMPLATES.get_template("followup.html").render(who=who, path="/followup", f=page, filters=tracking.FILTERS, about=lead, steps={})
    assert "kuaizheng[.]example" in html
    assert "<script>." not in html
    assert "换地址再现" in html


def test_the_command_writes_down_lists_and_gives_papers_back(store, lead, tmp_path):
    paper = tmp_path / "回执.txt"
    paper.write_text("已收到", encoding="utf-8")
    run = CliRunner()

    def call(*arguments):
        done = run.invoke(command, list(arguments), obj=store.home, standalone_mode=False)
        assert done.exception is None, done.exception
        return done.output

    told = call("filed", lead.id, "--agency", "wangxinban", "--reviewer", "王某", "--file", str(paper))
    assert "已报送，待答复" in told
    (made,) = followup.letters(store, lead.id)
    assert made.sha256 in call("show", lead.id)
    call("paper", made.id, str(tmp_path / "out.txt"))
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "已收到"
    assert json.loads(call("list", "--json").splitlines()[0])["phase"] == "filed"
    assert "没有到期的事项" in call()
    call("retract", made.id, "--reviewer", "王某", "--note", "登错")
    assert json.loads(call("list", "--json").splitlines()[0])["phase"] == "released"


# -- plan, cases, manual ------------------------------------------------------------------------
def test_the_plan_tells_when_each_lead_is_looked_at_next(store, lead):
    from review.commands.recheck import command as recheck

    check(store, lead, "up", 1)
    done = CliRunner().invoke(recheck, ["--plan"], obj=store.home, standalone_mode=False)
    assert done.exception is None, done.exception
    assert "kuaizheng[.]example" in done.output
    assert "观测点：desktop、mobile" in done.output


def test_what_an_agency_knows_of_the_same_case_is_told_beside_the_preview(store, lead, judged):
    judged("http://neu.example/")
    judged("http://bruder.example/")
    leads.build(store)
    new, brother = leads.find(store, "neu.example"), leads.find(store, "bruder.example")
    package(store, lead, days=3)
    followup.add_successor(store, followup.Successor(ids.new_id(), lead.id, "neu.example", "http://neu.example/", "body", "c", "o", ago(1)))
    for member in (lead.id, brother.id):
        store.db.execute("INSERT INTO gang_members VALUES ('g', ?, 'seller')", (member,))
    assert "旧地址" in duplicates.related(store, new, "wangxinban")[0]
    assert "同一团伙" in duplicates.related(store, brother, "wangxinban")[0]
    assert duplicates.related(store, brother, "tongguanju") == []
    assert any("参考：同一团伙" in line for line in packaging.preview(store, brother, ["wangxinban"], Config()))


def test_the_configuration_in_the_manual_loads(home):
    import re
    from pathlib import Path

    from evidence.config import load

    text = (Path(__file__).parents[2] / "docs/followup.md").read_text(encoding="utf-8")
    home.config.write_text(re.search(r"```toml\n(.*?)```", text, re.S)[1], encoding="utf-8")
    plan = load(home).recheck
    assert set(plan.vantages) == {"telecom", "mobile", "unicom"}
    usual = load(home).network
    assert plan.vantages["unicom"].network(usual).proxy == "http://10.0.0.2:3128"
    assert plan.vantages["mobile"].network(usual).user_agent == usual.mobile_user_agent
