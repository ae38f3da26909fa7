"""Feeds hold what two people released, each row with its evidence; what was taken back is revoked; standards agree."""

import base64
import email
import email.policy
import json
import re
import uuid

import pytest
import stix2
import xarf
from pymisp import MISPEvent
from stix2validator import ValidationOptions, validate_string

from evidence.config import Config
from exports import formats, indicators
from exports.order import Order, OrderError

CONFIG = Config.model_validate({"operator": {"unit": "某市互联网信息办公室", "name": "王某", "phone": "0590-0000000"},
                                "exports": {"mail_from": "abuse-desk@unit.example"}})
FEEDS = ["hosts", "plain", "rpz", "stix", "misp"]


def ask(world, name, path, config=CONFIG, **fields):
    """Write one format; returns the text and the order."""
    world.seal()
    path.parent.mkdir(parents=True, exist_ok=True)
    order = Order(world.store, world.vault, config, world.day, path.parent, **fields)
    formats.get(name).write(order, path)
    return path.read_text(encoding="utf-8-sig"), order


def released(world):
    """Six leads in every state that matters to a feed; returns their ids by name."""
    leads = {name: world.lead(subject, kind=kind, scope=scope, captures=False) for name, subject, kind, scope in (
        ("site", "fangcha.example", "fake_site", "host"), ("idn", "xn--fiq06l2rdsvs.xn--fiqs8s", "fake_site", "host"),
        ("page", "http://luntan.example/t/1?id=9", "ad", "page"), ("gov", "www.xian.gov.cn", "ad", "host"),
        ("address", "203.0.113.77", "fake_site", "host"), ("back", "cuowu.example", "ad", "host"),
        ("waiting", "einer.example", "ad", "host"), ("laid", "weg.example", "ad", "host"))}
    for name in ("site", "idn", "page", "gov", "address", "back"):
        world.release(leads[name])
    world.decide(leads["waiting"], "confirm")
    world.decide(leads["laid"], "dismiss")
    world.package(leads["site"], "wangxinban", "/srv/x/fangcha-wangxinban.zip")
    world.decide(leads["back"], "revoke", reason="误认")
    world.fact("fangcha.example", "ip", {"ip": "203.0.113.7", "country_code": "US", "operator": "Example Hosting"},
               raw="OrgAbuseEmail: abuse@hosting.example\n")
    world.leads = leads
    return leads


@pytest.fixture(scope="module")
def feed(lasting):
    """A store with leads in every state; read only."""
    released(lasting)
    lasting.seal()
    return lasting


def test_only_what_two_people_released_and_what_was_taken_back_is_an_indicator(feed):
    found = {one.value: one for one in indicators.released(feed.store, CONFIG)}
    assert set(found) == {"fangcha.example", "xn--fiq06l2rdsvs.xn--fiqs8s", "http://luntan.example/t/1?id=9", "www.xian.gov.cn",
                          "203.0.113.77", "cuowu.example"}
    assert [v for v, one in found.items() if not one.active] == ["cuowu.example"]
    assert {v for v, one in found.items() if indicators.blockable(one)} == {
        "fangcha.example", "xn--fiq06l2rdsvs.xn--fiqs8s", "203.0.113.77"}
    assert found["fangcha.example"].reviewers == ("李初审", "周复核")


@pytest.mark.parametrize("name", FEEDS)
def test_each_row_carries_its_evidence_and_nothing_unreviewed(feed, tmp_path, name):
    text, _ = ask(feed, name, tmp_path / "f")
    assert "fangcha-wangxinban.zip" in text
    assert "a" * 64 in text
    for lead in ("site", "idn", "address"):
        assert feed.leads[lead] in text
    for absent in ("einer.example", "weg.example", "banzheng_test"):
        assert absent not in text


@pytest.mark.parametrize(("name", "row"), [
    ("hosts", "0.0.0.0 fangcha.example"), ("plain", "fangcha.example"), ("rpz", "fangcha.example CNAME ."),
    ("rpz", "*.xn--fiq06l2rdsvs.xn--fiqs8s CNAME ."), ("rpz", "32.77.113.0.203.rpz-ip CNAME ."), ("plain", "203.0.113.77")])
def test_block_lists_speak_their_syntax(feed, tmp_path, name, row):
    assert row in ask(feed, name, tmp_path / "f")[0].splitlines()


@pytest.mark.parametrize("name", ["hosts", "plain", "rpz"])
def test_no_page_no_office_and_nothing_revoked_is_blocked(feed, tmp_path, name):
    text, order = ask(feed, name, tmp_path / "f")
    rows = [line for line in text.splitlines() if not line.startswith(("#", ";", "$", "@", " "))]
    assert not [r for r in rows if re.search("luntan|gov|cuowu", r)]
    assert re.search("已撤销，请移除：cuowu.example", text)
    assert any("gov.cn" in note for note in order.notes)


def test_the_policy_zone_loads(feed, tmp_path):
    zone = ask(feed, "rpz", tmp_path / "f")[0]
    records = [line for line in zone.splitlines() if line and not line.startswith(";")]
    assert records[0] == "$TTL 300"
    assert all(re.fullmatch(r"[\w*.-]+ CNAME \.", r) for r in records[3:])


def test_stix_passes_its_schema_and_revokes_in_place(feed, tmp_path):
    text, _ = ask(feed, "stix", tmp_path / "f")
    result = validate_string(text, ValidationOptions(version="2.1", strict=False))
    assert result.is_valid, [str(e) for r in result.object_results for e in r.errors]
    bundle = stix2.parse(text)
    found = {o.pattern: o for o in bundle.objects if o.type == "indicator"}
    assert found["[domain-name:value = 'cuowu.example']"].revoked is True
    assert found["[domain-name:value = 'fangcha.example']"].revoked is False
    assert "[url:value = 'http://luntan.example/t/1?id=9']" in found
    again = stix2.parse(ask(feed, "stix", tmp_path / "g")[0])
    assert {o.id for o in again.objects if o.type == "indicator"} == {o.id for o in found.values()}


def test_misp_reads_the_event_and_what_was_taken_back_is_deleted(feed, tmp_path):
    event = MISPEvent()
    event.from_json(ask(feed, "misp", tmp_path / "f")[0])
    found = {a.value: a for a in event.attributes}
    assert found["cuowu.example"].deleted is True
    assert found["fangcha.example"].to_ids is True
    assert found["www.xian.gov.cn"].to_ids is False
    assert found["http://luntan.example/t/1?id=9"].type == "url"
    assert all(uuid.UUID(a.uuid) for a in event.attributes)


@pytest.mark.parametrize("name", FEEDS)
def test_an_empty_feed_is_whole(world, tmp_path, name):
    text, _ = ask(world, name, tmp_path / "f")
    if name == "stix":
        assert validate_string(text, ValidationOptions(version="2.1")).is_valid
    elif name == "misp":
        assert json.loads(text)["Event"]["Attribute"] == []
    else:
        assert "共 0 条" in text


# -- abuse reports --------------------------------------------------------------------------------
@pytest.fixture
def abroad(world):
    lead = world.lead("cx.example", kind="fake_site", imitates="应急管理部特种作业操作证查询", findings=(
        ("site/imitates", 50.0, "国家安全生产考试", "页面自称“国家安全生产考试”"),
        ("site/card", 20.0, "姓名：钱七七", "显示“姓名：钱七七”")))
    world.release(lead)
    world.package(lead, "gongan", "/srv/x/cx-gongan.zip")
    world.fact("cx.example", "ip", {"ip": "203.0.113.7", "country_code": "US", "operator": "Example Hosting"},
               raw="OrgAbuseEmail: Abuse@hosting.example\nabuse-c: abuse-team@net.example")
    return lead


def test_the_abuse_report_passes_the_official_schema(world, abroad, tmp_path):
    text, order = ask(world, "xarf", tmp_path / "f", lead=abroad)
    result = xarf.parse(json.loads(text), strict=False)
    assert not result.errors, [str(e) for e in result.errors]
    report = json.loads(text)
    assert report["fraud_type"] == "government_impersonation"
    assert report["url"] == "http://cx.example/"
    assert report["reporter"]["domain"] == "unit.example"
    kinds = [e["content_type"] for e in report["evidence"]]
    assert kinds == ["image/jpeg", "image/jpeg", "text/plain"]
    assert "钱七七" not in base64.b64decode(report["evidence"][2]["payload"]).decode()
    assert order.notes == []
    assert json.loads(ask(world, "xarf", tmp_path / "g", lead=abroad)[0])["report_id"] == report["report_id"]


def test_the_abuse_mail_is_a_draft_in_english_for_the_named_desks(world, abroad, tmp_path):
    ask(world, "abuse_mail", tmp_path / "f.eml", lead=abroad)
    message = email.message_from_bytes((tmp_path / "f.eml").read_bytes(), policy=email.policy.default)
    assert message.get_content_type() == "multipart/report"
    assert message["X-Unsent"] == "1"
    assert message["To"] == "abuse@hosting.example, abuse-team@net.example"
    assert [p.get_content_type() for p in message.iter_parts()] == [
        "text/plain", "message/feedback-report", "application/json", "image/jpeg", "image/jpeg"]
    text = message.get_body(("plain",)).get_content()
    assert "hxxp://cx[.]example/" in text
    assert "National Work Safety Examination" in text
    assert "cx-gongan.zip (SHA-256" in text
    assert not re.search("https?:", text)


def domestic(world, lead):
    world.fact("cx.example", "ip", {"ip": "203.0.113.7", "country_code": "CN", "province": "福建"})


def unreviewed(world, lead):
    world.decide(lead, "revoke")


@pytest.mark.parametrize(("change", "config", "said"), [
    pytest.param(domestic, CONFIG, "主机在境内", id="domestic-host"),
    pytest.param(unreviewed, CONFIG, "未经两人复核", id="not-released"),
    pytest.param(None, Config(), "mail_from", id="no-reply-address"),
])
@pytest.mark.parametrize("name", ["xarf", "abuse_mail"])
def test_an_abuse_report_that_must_not_leave_does_not(world, abroad, tmp_path, name, change, config, said):
    if change:
        change(world, abroad)
    with pytest.raises(OrderError, match=said):
        ask(world, name, tmp_path / "f", config, lead=abroad)


def test_an_unknown_place_is_said(world, tmp_path):
    lead = world.lead("wo.example", captures=False)
    world.release(lead)
    _, order = ask(world, "abuse_mail", tmp_path / "f", lead=lead)
    assert any("未查明" in note for note in order.notes)
    assert any("自行查明收件人" in note for note in order.notes)


# -- the registry ---------------------------------------------------------------------------------
def test_every_format_lies_in_the_folder_and_says_what_it_is():
    found = formats.catalogue()
    assert {f.name for f in found} >= {*FEEDS, "xlsx", "report", "docx", "mail", "xarf", "abuse_mail", "batch", "batch_csv",
                                       "bulletin", "bulletin_docx"}
    for one in found:
        assert one.says
        assert re.search("[\u4e00-\u9fff]", one.says)
        assert "." in one.file
    assert len({f.file for f in found}) == len(found)
    assert [f.name for f in formats.of("day")][-1] == "mail"  # it attaches the others


def test_a_misspelt_format_is_told_with_the_nearest():
    with pytest.raises(formats.UnknownFormat, match="是不是“stix”"):
        formats.get("stixx")
