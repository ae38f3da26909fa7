"""A quote is shown where it stands in the page, or without context; never in a wrong one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.records import Finding
from exports import quoting
from exports.remarks import chinese

PAGE = ("<html><head><title>电工证<b>免考</b>包过</title><meta name='d' content=\"代办免考证 全国\"><script>var 免考=1;</script>"
        "<style>.a{}</style></head><body><p>本公司可办&nbsp;低压电工，<em>免考</em>包过</p></body></html>")


def finding(source, quote, nth=0, where="html"):
    start = -1
    for _ in range(nth + 1):
        start = source.index(quote, start + 1)
    return Finding("r", 1.0, quote, start, start + len(quote), "", where)


@pytest.mark.parametrize(("nth", "before", "after"), [
    pytest.param(0, "电工证", "包过 本公司可办 低压电工，免考包过", id="in-the-title"),
    pytest.param(1, "代办", "证 全国", id="in-an-attribute"),
    pytest.param(3, "电工证免考包过 本公司可办 低压电工，", "包过", id="in-the-text-past-a-script"),
])
def test_the_words_around_a_quote(nth, before, after):
    found = quoting.around([PAGE], finding(PAGE, "免考", nth))
    assert (found[0].strip(), found[1].strip()) == (before.strip(), after.strip())


@pytest.mark.parametrize("coding", ["utf-8", "gb18030", "big5"])
def test_the_reading_is_the_one_in_which_the_quote_stands_there(coding):
    text = "<p>電工證免考包過</p>"
    readings = quoting.decoded(text.encode(coding))
    assert quoting.around(readings, finding(text, "免考")) == ("電工證", "包過")


@pytest.mark.parametrize("change", [{"start": 5, "end": 7}, {"where": "image:qr"}, {"start": -1, "end": -1}, {"quote": ""}])
def test_no_context_rather_than_a_wrong_one(change):
    one = finding(PAGE, "免考")
    values = {name: getattr(one, name) for name in ("rule", "weight", "quote", "start", "end", "sentence", "where")}
    assert quoting.around([PAGE], Finding(**(values | change))) == ("", "")


@given(st.text(alphabet="<>\"'=a免 /!-script", max_size=300), st.integers(0, 299), st.integers(0, 20))
def test_any_source_gives_text_without_tags(source, start, length):
    quote = source[start:start + length]
    before, after = quoting.around([source], Finding("r", 1.0, quote, start, start + len(quote), ""))
    assert len(before) <= quoting.MASKED_REACH
    assert len(after) <= quoting.MASKED_REACH


def test_a_long_hostile_source_is_quick():
    source = "<" * 50_000 + "免考" + "<script" * 20_000 + ">" * 1000
    before, after = quoting.around([source], finding(source, "免考"))
    assert len(before) <= quoting.MASKED_REACH and len(after) <= quoting.MASKED_REACH
    assert len(quoting.plain(source)) <= len(source)


@pytest.mark.parametrize(("said", "wanted"), [
    ("blocked: sogou-antispider-page; 4 of 39 result pages", "被拦截: sogou-antispider-page；应读 39 个结果页，读了 4 个"),
    ("switched off in the configuration", "在配置中关闭"),
    ("experimental (evidence of 2026-09-01), off by default: set [sources.x] enabled = true",
     "试验性来源（版式依据 2026-09-01），默认不启用"),
    ("something new", "something new"),
])
def test_remarks_of_the_crawl_are_told_in_chinese(said, wanted):
    assert chinese(said) == wanted
