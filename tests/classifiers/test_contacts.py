"""Contacts are recovered exactly, from every disguise; hotlines and offices are nobody's shop."""

from __future__ import annotations

import pytest

from classifiers import ImageReading, PageInput, judge


def contacts(text: str) -> set[tuple[str, str]]:
    return {(c.type, c.value) for c in judge(PageInput("https://a.example/", text=text)).contacts}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话 13900001111", {("phone", "13900001111")}),
        ("电话：139-0000-1111", {("phone", "13900001111")}),
        ("手机 １３９ ００００ １１１１", {("phone", "13900001111")}),
        ("①③⑨⓪⓪⓪⓪①①①①", {("phone", "13900001111")}),
        ("一三九零零零零一一一一", {("phone", "13900001111")}),
        ("1★3★9★0★0★0★0★1★1★1★1", {("phone", "13900001111")}),
        ("139o000iiii", {("phone", "13900001111")}),
        ("【139(电)0000(溦)1111同步】", {("phone", "13900001111"), ("wechat", "13900001111")}),
        ("139 0000 1111（微信同号）", {("phone", "13900001111"), ("wechat", "13900001111")}),
        ("微信：dgz_8899", {("wechat", "dgz_8899")}),
        ("加V：hz778899", {("wechat", "hz778899")}),
        ("薇❤️信 ＡＢ＿9988", {("wechat", "ab_9988")}),
        ("加薇:czz-2024x", {("wechat", "czz-2024x")}),
        ("+v hz778899", {("wechat", "hz778899")}),
        ("v 信 号 d g 8 8 9 9 2", {("wechat", "dg88992")}),
        ("微信号是 a_bcdefg", {("wechat", "a_bcdefg")}),
        ("加我：jz_tz_01", {("wechat", "jz_tz_01")}),
        ("QQ：12345678", {("qq", "12345678")}),
        ("扣扣 8 8 9 9 1 2 3 4 5", {("qq", "889912345")}),
        ("Q 2233445566", {("qq", "2233445566")}),
        ("邮箱 abc.d@mail.example", {("email", "abc.d@mail.example")}),
        ("飞机 @kapian01", {("telegram", "kapian01")}),
        ("https://t.me/czz_daili", {("telegram", "czz_daili")}),
    ],
    ids=[
        "plain", "hyphens", "full width", "circled", "han numerals", "stars", "letters for digits", "brackets", "same number", "wechat",
        "v", "heart", "homophone", "plus v", "spaced out", "is", "add me", "qq", "spaced qq", "bare q", "mail", "telegram", "telegram link",
    ],
)  # fmt: skip
def test_contact_is_recovered_exactly(text: str, expected: set[tuple[str, str]]) -> None:
    assert contacts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "举报电话 12377，政务热线 12345",
        "监督电话：139 0000 1111",
        "身份证号 350102199001011234",
        "订单 2024111390000111122",
        "电话 0591-87654321，客服 400-800-1234",
        "手机 139****1111",
        "关注微信公众号 anquan_fabu",
        "微信支付 100 元",
        "2023 139 0000 1111 2222",
        "版本 v 1.2 release",
        "权威信息 official2024",
        "证书编号 T350102199001011234",
    ],
    ids=["hotlines", "complaints", "id card", "order", "office", "masked", "public account", "payment", "table", "version", "chance",
         "certificate"],
)
def test_what_is_no_seller_contact_is_left_out(text: str) -> None:
    assert not contacts(text)


def test_qr_targets_are_contacts_and_links() -> None:
    found = judge(PageInput("https://a.example/", text="电工证免考，扫码加我", images=(ImageReading("image-0", qr=("https://q.example/u/1",)),)))
    assert ("qr", "https://q.example/u/1") in {(c.type, c.value) for c in found.contacts}
    assert found.links == ("https://q.example/u/1",)
