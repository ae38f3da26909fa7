"""Site facts in words: newest first, unknown said, nobody's ID number, nothing endless."""

import pytest

from evidence.records import SiteFact
from review.desk import site_facts


def fact(kind, value, at="2026-01-02T00:00:00Z", ok=True, note=""):
    return SiteFact(at, "r", "a.example", kind, value, "", "192.0.2.53", at, ok, note)


@pytest.mark.parametrize("value, said", [
    ({"registrar": "某某网络有限公司", "created_day": "2026-02-18", "created": "18-Feb-2026"}, (("注册商", "某某网络有限公司"), ("注册日期", "2026-02-18"))),
    ({"valid": False, "names": ["a.example", "b.example"]}, (("校验通过", "否"), ("包含域名", "a.example；b.example"))),
    ({"numbers": [{"number": "某ICP备00000000号", "covers": None}]}, (("页面备案号", "备案号 某ICP备00000000号"),)),
    ({"strange": "x", "empty": "", "none": None}, (("strange", "x"),)),
    ({"registrant": "姓名：赵六六 110105194912310021"}, (("注册人", "姓名：赵** 110105**********21"),)),
    ({"org": "长" * 999}, (("机构", "长" * site_facts.MOST + "…"),)),
], ids=["registration", "certificate", "nested", "unknown key", "personal", "endless"])
def test_a_fact_in_words(value, said):
    assert site_facts.told([fact("whois", value)])[0].said == said


def test_the_newest_of_each_kind_and_how_many_are_older():
    found = site_facts.told([fact("ip", {"ip": "192.0.2.1"}, "2026-01-01T00:00:00Z"), fact("ip", {}, "2026-01-03T00:00:00Z", ok=False, note="超时"), fact("icp", {})])
    assert [(f.kind, f.unknown, f.older) for f in found] == [("主机所在", "超时", 1), ("备案", "", 0)]
