"""Personal data leaves masked, and what was masked is listed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.residents import check_place
from exports.masking import is_id_number, mask, mask_contact, summary


def id_number(region="110105", day="19491231", serial="002"):
    body = region + day + serial
    return body + check_place(body)


IDS = st.builds(id_number, st.integers(110000, 659999).map(str), st.dates().map(lambda d: f"{19 if d.year % 2 else 20}{d:%y%m%d}"),
                st.integers(0, 999).map("{:03d}".format))


@pytest.mark.parametrize(("text", "wanted"), [
    pytest.param("身份证11010519491231002X。", "身份证110105**********2X。", id="id-18"),
    pytest.param("T110105194912310021", "T110105**********21", id="wrong-check-digit-is-still-a-person"),
    pytest.param("证号 110105 19491231 002X", "证号 110105 ******** **2X", id="id-spaced"),
    pytest.param("１１０１０５１９４９１２３１００２Ｘ", "１１０１０５**********２Ｘ", id="id-full-width"),
    pytest.param("老证110105491231002号", "老证110105*******02号", id="id-15"),
    pytest.param("订单 990105194913310021 号", "订单 990105194913310021 号", id="no-region-no-birthday"),
    pytest.param("卡号6222 0212 3456 7890 128", "卡号6222 02** **** ***0 128", id="card"),
    pytest.param("姓名：张三丰 性别：男", "姓名：张** 性别：男", id="name"),
    pytest.param("姓名:李四身份证号:", "姓名:李*身份证号:", id="name-run-together"),
    pytest.param("姓 名：欧 阳 娜", "姓 名：欧 * *", id="name-spaced"),
    pytest.param("姓名：买买提·艾力，", "姓名：买**·**，", id="name-with-a-dot"),
    pytest.param("持证人 王小明 证书编号", "持证人 王** 证书编号", id="name-in-a-table"),
    pytest.param("学员 姓名：张三", "学员 姓名：张*", id="two-labels"),
    pytest.param("姓名：请输入姓名", "姓名：请输入姓名", id="a-form-is-no-name"),
    pytest.param("考生：免考包过，当天下证", "考生：免考包过，当天下证", id="a-promise-is-no-name"),
    pytest.param("受害人电话139 0000 1234", "受害人电话139 **** 1234", id="phone"),
    pytest.param("+8613900001234", "+86139****1234", id="phone-with-country"),
    pytest.param("Registrant: 赵六六\r\nRegistrant Contact Email: zhao66@mail.example", "Registrant: 赵**\r\nRegistrant Contact Email: z*****@mail.example",
                 id="registrant"),
    pytest.param("registrant 赵六六；registrant_email zhao@mail.example", "registrant 赵**；registrant_email z***@mail.example", id="registrant-in-a-row"),
    pytest.param("Registrant: 某某网络科技有限公司", "Registrant: 某某网络科技有限公司", id="a-company-is-no-person"),
    pytest.param("Registrar Abuse Contact Email: abuse@mail.example", "Registrar Abuse Contact Email: abuse@mail.example", id="a-desk-is-no-person"),
    pytest.param("2026年1月1日第110105号公告", "2026年1月1日第110105号公告", id="nothing-personal"),
])  # fmt: skip
def test_what_is_masked(text, wanted):
    found = mask(text)
    assert found.text == wanted
    assert bool(found.items) == (text != wanted)


def test_the_sellers_contact_stays_and_a_bystanders_does_not():
    text = "办证加微信13900005678，上当的工友13900001111"
    assert mask(text, keep=["13900005678"]).text == "办证加微信13900005678，上当的工友139****1111"
    assert "5678，" in mask(text, keep=["139-0000-5678"]).text
    hidden = mask("加微信 banzheng_88 或13900005678", keep=["banzheng_88", "13900005678"], contacts="mask")
    assert "banzheng_88" not in hidden.text
    assert "13900005678" not in hidden.text
    assert summary(hidden.items) == {"电话": 1, "联系方式": 1}


def test_the_list_never_repeats_the_original():
    found = mask("姓名：张三 身份证11010519491231002X 电话13900001234")
    assert [item.kind for item in found.items] == ["姓名", "身份证号", "电话"]
    assert all("*" in item.shown for item in found.items)
    assert "张三" not in repr(found)


@given(IDS, st.text(alphabet="证号：，T工 \n", max_size=6), st.text(alphabet="证号：，工 \n", max_size=6))
def test_no_id_number_gets_through(number, before, after):
    found = mask(before + number + after)
    assert number not in found.text
    assert found.text[len(before) + 6:len(before) + 16] == "*" * 10


@given(st.text(max_size=200))
def test_masking_keeps_every_place_and_is_done_once(text):
    found = mask(text)
    assert len(found.text) == len(text)
    assert all(a == b or b == "*" for a, b in zip(text, found.text, strict=True))
    assert mask(found.text).text == found.text
    for item in found.items:
        assert found.text[item.start:item.start + len(item.shown)] == item.shown


@pytest.mark.parametrize(("value", "wanted"), [
    ("13900001234", "139*****234"), ("ab12", "a**2"), ("abc", "***"), ("", ""), ("banzheng88", "ban****g88"),
])
def test_a_contact_shows_its_ends(value, wanted):
    assert mask_contact(value) == wanted


def test_a_long_hostile_page_is_quick():
    page = "1 " * 50_000 + "姓名：" * 20_000 + "9" * 100_000
    assert len(mask(page).text) == len(page)


def test_check_digits():
    assert is_id_number("11010519491231002X")
    assert not is_id_number("123456789012345678")
