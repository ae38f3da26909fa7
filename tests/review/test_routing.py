"""Where a lead goes and why: known facts decide, copied filings and unknown places never do."""

from dataclasses import replace

import pytest

from evidence import ids
from evidence.records import Contact, SiteFact
from exports.dossier import load
from exports.recipients import agencies
from review import leads, routing


@pytest.fixture
def dossier(store, judged):
    """dossier(**facts): the dossier of a fake site with facts of the given kinds."""
    def make(url="http://cx.example/", kind="fake_site", scope="host", contacts=(), quote="", **facts):
        _, verdict = judged(url, kind=kind, scope=scope, contacts=contacts)
        leads.build(store)
        for name, value in facts.items():
            store.add_site_fact(SiteFact(ids.new_id(), verdict.run, ids.host_of(url), name, value, "", "s", ids.utc_now()))
        told = load(store, store.one("SELECT lead FROM lead_verdicts WHERE verdict = ?", verdict.id)["lead"])
        if quote:
            finding = replace(told.verdict.findings[0], quote=quote)
            verdict = replace(told.verdict, findings=(finding,))
            told = replace(told, verdict=verdict, verdicts=(verdict,))
        return told
    return make


OWN = {"numbers": [{"number": "闽ICP备2020021857号", "covers": True}], "filed": []}
COPIED = {"numbers": [{"number": "粤ICP备15012807号", "covers": False, "owner": "某厅"}], "filed": []}
UNKNOWN = {"numbers": [{"number": "粤ICP备15012807号", "covers": None}], "filed": []}
FILED = {"numbers": [], "filed": [{"number": "蜀ICP备2020000001号"}]}
HOME = {"country": "中国", "province": "浙江省", "operator": "某云"}
ABROAD = {"country_code": "US", "country": "美国"}


def by(registrar):
    return {"registrar": registrar, "found": True}


@pytest.mark.parametrize(("code", "facts", "name", "reason"), [
    ("wangxinban", {"icp": OWN}, "福建省互联网信息办公室", "含本域名"),
    ("wangxinban", {"icp": FILED}, "四川省互联网信息办公室", "载明本域名"),
    ("wangxinban", {"icp": COPIED, "ip": HOME}, "12377", "涉嫌冒用"), ("wangxinban", {"icp": UNKNOWN}, "12377", "归属未核"),
    ("wangxinban", {"ip": ABROAD}, "12377", "境外"), ("wangxinban", {}, "12377", "不作猜测"),
    ("tongguanju", {"icp": OWN, "ip": HOME}, "福建省通信管理局", "福建省"),
    ("tongguanju", {"icp": COPIED, "ip": HOME}, "浙江省通信管理局", "冒用"),
    ("tongguanju", {"ip": HOME}, "浙江省通信管理局", "接入服务商 某云"),
    ("tongguanju", {"ip": ABROAD, "whois": by("阿里云计算有限公司")}, "工业和信息化部", "境外主机，域名注册商在境内"),
    ("tongguanju", {"ip": ABROAD, "whois": by("Alibaba Cloud Computing Ltd.")}, "工业和信息化部", "注册商在境内"),
    ("tongguanju", {"ip": ABROAD, "whois": by("Some Names LLC")}, "工业和信息化部", "境外或不明"),
    ("tongguanju", {"ip": {"country": "中国", "province": "香港"}}, "工业和信息化部", "境外"),
    ("tongguanju", {"ip": {"country": "中国", "province": ""}}, "工业和信息化部", "省份不明"), ("tongguanju", {}, "工业和信息化部", "不明"),
    ("gongan", {"ip": HOME}, "浙江省公安厅（局）网络安全保卫部门", "浙江省"), ("cnnic", {}, "CNNIC", "注册商不明"),
], ids=["own filing", "imported filing", "copied filing", "unchecked filing", "abroad", "nothing known", "filing before access",
        "copied filing, home host", "home host", "abroad, Chinese registrar", "abroad, registrar known by name",
        "abroad, foreign registrar", "Hong Kong", "home, province unknown", "nothing known, telecom", "police by host", "registry"])
def test_the_desk_and_the_reason(dossier, code, facts, name, reason):
    to = routing.addressee(dossier(**facts), agencies()[code])
    assert name in to.name
    assert reason in to.reason


def test_a_cn_name_has_a_domestic_registrar(dossier):
    told = dossier(url="http://cx-yj.cn/", ip=ABROAD)
    assert "注册商在境内" in routing.addressee(told, agencies()["tongguanju"]).reason
    assert "cnnic" in dict(routing.suggested(told))


@pytest.mark.parametrize(("named", "codes"), [
    ({"quote": "低压电工操作证免考"}, {"yingji"}), ({"quote": "安管人员A证"}, {"zhujian"}),
    ({"kind": "ad", "quote": "包过"}, {"shichangjianguan"}),
    ({"kind": "ad", "scope": "page", "url": "http://b2b.example/1.html"}, {"pingtai"}),
    ({"kind": "ad", "contacts": (Contact("phone", "13900001234"),)}, {"gongan"}),
], ids=["work safety", "construction", "promise", "on a platform", "contacts"])
def test_further_recipients_are_suggested_with_a_reason(dossier, named, codes):
    found = dict(routing.suggested(dossier(**named)))
    assert codes <= set(found)
    assert all(found.values())


def test_every_province_of_a_filing_has_a_name():
    from evidence.filings import PROVINCES

    assert set(PROVINCES.values()) == set(routing._data()["provinces"])
    assert routing.province_named("内蒙古") == "内蒙古自治区"
    assert routing.province_named("福建省厦门市") == "福建省"
    assert routing.province_named("加利福尼亚") == ""
