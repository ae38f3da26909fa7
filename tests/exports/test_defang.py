"""Crawled text leaves harmless, and whole."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import defang as d

HOSTILE = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)
URLISH = st.lists(st.sampled_from(
    ["http://", "HTTPS://", "hxxp://", "a.cn", "www.b.com", "证书.中国", "/x.html?u=", "1.2.3.4", " ", "。", "weixin://", "@",
     "[.]", "免考"]), max_size=12).map("".join)


@pytest.mark.parametrize(("text", "wanted"), [
    pytest.param("http://zs.cert-cx.example/a.html?x=1.5", "hxxp://zs[.]cert-cx[.]example/a.html?x=1.5", id="address"),
    pytest.param("HTTPS://A.CN:8080/", "hxxps://A[.]CN:8080/", id="capitals-and-port"),
    pytest.param("http://查询.公司/", "hxxp://查询[.]公司/", id="chinese-host"),
    pytest.param("见 www.a.cn，也见b.com。", "见 www[.]a[.]cn，也见b[.]com。", id="bare-hosts-in-prose"),
    pytest.param("证书查询.中国", "证书查询[.]中国", id="bare-chinese-host"),
    pytest.param("http://a.cn/?u=http://b.cn/", "hxxp://a[.]cn/?u=hxxp://b.cn/", id="address-in-an-address"),
    pytest.param("203.0.113.9", "203[.]0[.]113[.]9", id="ip"),
    pytest.param("weixin://dl/chat", "weixin[:]//dl/chat", id="app-link"),
    pytest.param("免考包过，3.5天拿证。共2.0版", "免考包过，3.5天拿证。共2.0版", id="prose-untouched"),
    pytest.param("http://user:pw@a.cn/", "hxxp://user:pw@a[.]cn/", id="user-info"),
    pytest.param("a。cn", "a[。]cn", id="ideographic-dot-between-labels"),
])  # fmt: skip
def test_addresses_are_taken_apart(text, wanted):
    assert d.defang(text) == wanted
    assert d.refang(wanted).casefold() == text.casefold()


@given(st.one_of(URLISH, HOSTILE))
def test_defanging_twice_changes_nothing_and_leaves_no_scheme(text):
    once = d.defang(text)
    assert d.defang(once) == once
    assert not re.search(r"(?i)\bhttps?:", once)


@given(URLISH)
def test_defanging_loses_nothing(text):
    if "[" not in text and "hxxp" not in text:
        assert d.refang(d.defang(text)).casefold() == text.casefold()


def test_ten_thousand_nested_addresses_are_quick():
    assert "http:" not in d.defang("http://" * 10_000 + "a.cn" * 10_000)


@pytest.mark.parametrize(("text", "wanted"), [
    pytest.param("a\x00b", "a␀b", id="nul"),
    pytest.param("证\u202eGNP.exe", "证[U+202E]GNP.exe", id="right-to-left-override"),
    pytest.param("\ud800x", "\ufffdx", id="surrogate"),
    pytest.param("\ufffe\U0001fffff", "\ufffd\ufffdf", id="non-characters"),
    pytest.param("a\x85b\x7f", "a[U+0085]b␡", id="c1-and-delete"),
    pytest.param("一\r\n二\r三", "一\n二\n三", id="line-ends"),
    pytest.param("👩‍🔧 电工", "👩‍🔧 电工", id="emoji-kept"),
])
def test_hidden_characters_are_shown(text, wanted):
    assert d.visible(text) == wanted


@given(HOSTILE)
def test_visible_text_is_legal_xml_and_hides_nothing(text):
    shown = d.visible(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", shown)
    assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067\ufffe\uffff")
    assert d.visible(shown) == shown
    shown.encode("utf-8")


@given(st.integers(1, 40), st.sampled_from(["字", "𠮷", "a"]))
def test_a_cell_never_outgrows_its_units_and_tells_the_cut(thousands, letter):
    text = letter * (thousands * 1000)
    made = d.cell(text)
    assert len(made.encode("utf-16-le")) // 2 <= d.EXCEL_UNITS
    assert made == text or f"共 {len(text)} 字" in made


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "  =cmd|'/c calc'!A1", "\t=1", "＝1+1", "＋1", "－1", "＠x", "|x", "%x",
                                  "\u200b=1", "\ufeff=1", "\n=1"])
def test_what_a_sheet_would_calculate_is_led_by_an_apostrophe(text):
    assert d.csv_cell(text).startswith("'")


@given(st.lists(HOSTILE, min_size=1, max_size=5))
def test_csv_rows_keep_their_shape(values):
    out = io.StringIO()
    csv.writer(out).writerow([d.csv_cell(v) for v in values])
    [row] = list(csv.reader(io.StringIO(out.getvalue())))
    assert row == [d.csv_cell(v) for v in values]
    assert not [v for v in row if v.lstrip()[:1] in tuple("=+-@")]


@given(st.one_of(HOSTILE, st.sampled_from(["../../etc/passwd", "CON", "a/b\\c", "..", ".hidden", "x" * 300, "证" * 300, "a:b*c?", ""])))
def test_a_file_name_is_one_segment_everywhere(text):
    name = d.file_name(text)
    assert 0 < len(name) <= 61
    assert not set(name) & set("/\\:*?\"<>|\0\n")
    assert not name.startswith(".") and not name.endswith(".")
    assert name.upper().split(".")[0] not in {"CON", "NUL", "PRN", "AUX", "COM1", "LPT1"}


@given(HOSTILE, st.integers(24, 60))
def test_a_line_is_one_line_and_bounded(text, limit):
    made = d.line(text, limit)
    assert "\n" not in made
    assert len(made) <= limit
