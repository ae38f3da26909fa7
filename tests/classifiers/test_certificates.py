"""Certificate numbers: form, check digit, the card around them; nothing that only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.certificates import certificates, is_resident

GOOD, BAD = "11010519491231002X", "110105194912310021"
NUMBERS = {
    "a card for special operations": (f"证号：T{GOOD}", ("special_operation", f"T{GOOD}", "holds")),
    "small letters": (f"证号 t{GOOD.lower()}", ("special_operation", f"T{GOOD}", "holds")),
    "full-width figures": ("证号：Ｔ" + "".join(chr(ord(c) + 0xFEE0) for c in GOOD[:17]) + "Ｘ", ("special_operation", f"T{GOOD}", "holds")),
    "a wrong check digit": (f"T{BAD}", ("special_operation", f"T{BAD}", "fails")),
    "a month that does not exist": ("T110105194913310020", ("special_operation", "T110105194913310020", "fails")),
    "stars in it": ("T110105********002X", ("special_operation", "T110105********002X", "masked")),
    "a manager": ("编号：闽建安B（2019）0012345", ("safety_manager", "闽建安B(2019)0012345", "holds")),
    "a manager without brackets": ("闽建安C2 2019 0012345", ("safety_manager", "闽建安C220190012345", "holds")),
    "a manager before there were any": ("闽建安A(1999)0012345", ("safety_manager", "闽建安A(1999)0012345", "fails")),
    "building trades": ("操作证号 晋A012008000001", ("construction", "晋A012008000001", "holds")),
    "a trade there is not": ("晋A992008000001", ("construction", "晋A992008000001", "fails")),
}


@pytest.mark.parametrize(("text", "expected"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_are_told_by_form_and_check(text, expected):
    (found,) = certificates(text)
    assert (found.kind, found.number, found.check) == expected


@pytest.mark.parametrize("text", [
    f"身份证号 {GOOD}", "订单T1101051949", "车牌 闽A12345", "闽ICP备2020021857号-1", "电话 13900001234", "闽公网安备 35010202001523号", "",
], ids=["an ID alone", "an order", "a plate", "a filing", "a phone", "a police filing", "nothing"])
def test_what_is_no_certificate(text):
    assert certificates(text) == ()


CARD = f"""特种作业操作证查询结果
姓名：钱七七
性别：男
证件编号：T{GOOD}
作业类别：电工作业
初次领证日期：2021-03-09
有效期至：2027-03-09
签发机关：某省应急管理厅
另有一张 闽建安B（2019）0012345"""


def test_the_card_around_a_number_tells_whose_and_who_is_said_to_have_issued_it():
    first, *_ = certificates(CARD)
    assert (first.holder, first.trade, first.issuer) == ("钱七七", "电工作业", "某省应急管理厅")
    assert certificates(f"T{GOOD}")[0].holder == ""


def test_a_number_is_told_once():
    assert len(certificates(f"T{GOOD} T{GOOD.lower()} T {GOOD}")) == 1


def test_an_unknown_form_on_a_safety_card_is_told_as_such():
    text = CARD.replace(f"T{GOOD}", "AQ20210309001").replace("另有一张 闽建安B（2019）0012345", "")
    (found,) = certificates(text)
    assert (found.kind, found.number, found.check) == ("other", "AQ20210309001", "unknown")


@given(st.text(alphabet="T0123456789X*闽建安ABC（）() 证号：", max_size=80))
def test_any_text_is_read_without_complaint(text):
    for found in certificates(text):
        assert found.number == found.number.strip()
        assert found.check in {"holds", "fails", "masked", "unknown"}


@given(st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_changed_figure_never_passes(place, figure):
    changed = GOOD[:place] + figure + GOOD[place + 1:]
    assert is_resident(changed) is (changed == GOOD)
