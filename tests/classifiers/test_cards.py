"""Certificate cards, claims and filings are recognised in their many spellings; forms, guides and others are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.cards import card, labels
from classifiers.claims import official_names, own_name, services, squeeze
from classifiers.filings import filings, government_path, icp_number

CARDS = {
    "colon lines": "姓名：林小满\n性别：男\n证号：T350************217\n作业类别：高处作业\n操作项目：登高架设作业\n初领日期：2024-03-01\n"
    "有效期限：2024-03-01 至 2030-02-28\n应复审日期：2027-02-28\n发证机关：福建省应急管理厅",
    "table cells": "姓名\n林小满\n证件号码\n350102********2170\n证书编号\n闽建安C2（2023）0012345\n有效期至\n2026-11-02\n"
    "发证机关\n某省住房和城乡建设厅",
    "spaced label": "姓 名: 周大川   工种名称: 熔化焊接与热切割作业   发证日期: 2023/05/09   证书状态: 有效   证书编号: T4101XXXXXXXX1",
    "skill card": "姓名 王一禾\n职业名称 电工\n技能等级 三级\n证书编号 S000035000000233000012\n"
    "评价机构 某某职业技能评价中心\n发证日期 2023年6月8日",
}
NO_CARDS = {
    "blank form": "姓名：请输入姓名\n证件号码：请输入证件号码\n证书编号：请输入证书编号\n验证码：\n查询",
    "bare labels": "姓名\n证件号码\n证书编号\n作业类别\n有效期\n发证机关\n查询",
    "guide": "查询时需要填写姓名、证件号码和证书编号，结果会显示作业类别、有效期和发证机关。",
    "news": "记者发现，假证上的姓名、证号、作业类别与真证一致，有效期也写得清清楚楚，发证机关却是一家不存在的单位。",
    "recruitment": "岗位：电工\n性别：不限\n工作单位：城东物业\n证书：需持低压电工证\n有效期：长期",
    "empty": "",
}


@pytest.mark.parametrize("text", CARDS.values(), ids=CARDS.keys())
def test_a_filled_card_is_recognised(text: str) -> None:
    found = card(text)
    assert found is not None
    assert text[found.start : found.end].strip()
    assert len(found.fields) >= 4


@pytest.mark.parametrize("text", NO_CARDS.values(), ids=NO_CARDS.keys())
def test_what_is_no_card_is_not_taken_for_one(text: str) -> None:
    assert card(text) is None


def test_a_safety_card_is_told_from_a_skill_card() -> None:
    cards = {name: card(text) for name, text in CARDS.items()}
    assert [name for name, found in cards.items() if found and found.safety] == [
        "colon lines",
        "table cells",
        "spaced label",
    ]


def test_form_labels_are_read_whether_filled_or_not() -> None:
    assert {"holder", "id", "number"} <= labels(NO_CARDS["blank form"])


@pytest.mark.parametrize(
    ("text", "host"),
    [
        pytest.param("欢迎使用 应 急 管 理 部 证书查询", "mem.gov.cn", id="spaced"),
        pytest.param("应\u200b急\u200b管\u200b理\u200b部", "mem.gov.cn", id="zero width"),
        pytest.param("福建省应急管理厅", "yjt.fujian.gov.cn", id="province"),
        pytest.param("全国工程质量安全监管信息平台", "zlaq.mohurd.gov.cn", id="system"),
        pytest.param("技能人才评价证书全国联网查询", "zscx.osta.org.cn", id="osta"),
    ],
)
def test_an_official_name_is_found_with_its_place(text: str, host: str) -> None:
    (claim,) = official_names(text)
    assert claim.host == host
    assert squeeze(text[claim.start : claim.end])[0] == claim.name


SERVICES = [
    "国家安全生产考试网",
    "全国特种作业证书查询平台",
    "特种作业操作证查询系统",
    "安全员证书查验中心",
    "全国建筑工人上岗证联网核验",
    "福建特种作业证书查询网",
]
NO_SERVICES = [
    "产品防伪查询系统",
    "ISO体系认证证书查询",
    "珠宝鉴定证书查询",
    "学籍查询",
    "快递单号查询",
    "安全生产月活动启动",
    "安全生产工作会议召开",
]


@pytest.mark.parametrize("text", SERVICES)
def test_a_name_that_sounds_official_is_a_service(text: str) -> None:
    assert services(text)


@pytest.mark.parametrize("text", NO_SERVICES)
def test_other_services_are_none(text: str) -> None:
    assert services(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("星海职业培训学校 证书查询", "星海职业培训学校"),
        ("大禾检测有限公司防伪查询", "大禾检测有限公司"),
        ("国家安全生产考试网 特种作业操作证查询", ""),
        ("应急管理部培训中心", ""),
    ],
)
def test_an_own_name_is_no_official_name(text: str, name: str) -> None:
    assert own_name(text) == name


def test_a_footer_is_read() -> None:
    text = "主办单位：应急管理部 京ICP备 05031202 号-3 网站标识码：bm30000001 京公网安备11010102000001号"
    assert {(f.kind, f.value) for f in filings(text)} == {
        ("icp", "京ICP备05031202号"),
        ("police", "11010102000001"),
        ("site_code", "网站标识码：bm30000001"),
        ("host_unit", "应急管理部"),
    }
    assert icp_number("粤 icp备2021000001号－2") == "粤ICP备2021000001号"
    assert government_path("/zwgk/fdzdgknr/x.html")
    assert not government_path("/art/list")


@settings(deadline=None)
@given(st.text(alphabet="应急管理部特种作业证查询姓名：证号T123 2024-01-01\n\u200b国家平台", max_size=200))
def test_any_text_gives_offsets_inside_itself(text: str) -> None:
    for claim in official_names(text) + services(text):
        assert 0 <= claim.start < claim.end <= len(text)
        assert squeeze(text[claim.start : claim.end])[0] == claim.name
    found = card(text)
    assert found is None or 0 <= found.start < found.end <= len(text)
