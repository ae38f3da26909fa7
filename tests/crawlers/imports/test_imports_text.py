"""Addresses in what people write."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.imports.text import address, addresses, cell_addresses

TEXTS = {
    "glued to Chinese": ("请登录cx-zs.example.cn查询", ["http://cx-zs.example.cn/"]),
    "with a scheme, glued": ("访问https://cx-zs.top查证", ["https://cx-zs.top/"]),
    "with a path and a Chinese full stop": ("http://a-query.top/q?id=1。谢谢", ["http://a-query.top/q?id=1"]),
    "defanged": ("hxxps://a-query[.]top/x", ["https://a-query.top/x"]),
    "in full width": ("ｗｗｗ．ａ－ｑｕｅｒｙ．ｃｎ", ["http://www.a-query.cn/"]),
    "with a Chinese dot": ("网站是a-query。cn", ["http://a-query.cn/"]),
    "in brackets": ("（http://a-query.cn/a_(1)）", ["http://a-query.cn/a_(1)"]),
    "a short link": ("链接 t.cn/A6abcd", ["http://t.cn/A6abcd"]),
    "a Chinese name with scheme": ("http://证书查询.中国请看", ["http://xn--1jq843d2lz3da.xn--fiqs8s/"]),
    "an official host as labels": ("cx.mem.gov.cn.zs-query.top", ["http://cx.mem.gov.cn.zs-query.top/"]),
    "a user name before the host": ("http://cx.mem.gov.cn@evil.top/a", ["http://evil.top/a"]),
    "a literal address": ("http://203.0.113.5:8080/a", ["http://203.0.113.5:8080/a"]),
    "two of them": ("a-query.cn、b-query.cn", ["http://a-query.cn/", "http://b-query.cn/"]),
    "twice the same": ("http://a-query.cn/ http://A-QUERY.cn", ["http://a-query.cn/"]),
    "a mail address": ("联系 somebody@mail.example.cn", []),
    "file names": ("见附件 a.zip、b.docx、说明.pdf", []),
    "numbers": ("版本 3.5，价格 300.00 元，2026.11.24", []),
    "nothing": ("他说包过，没有网址", []),
}


@pytest.mark.parametrize("words", TEXTS)
def test_addresses_are_found_as_people_write_them(words):
    text, expected = TEXTS[words]
    assert addresses(text) == expected


CELLS = {
    "a bare Chinese name": ("证书查询.中国", ["http://xn--1jq843d2lz3da.xn--fiqs8s/"]),
    "several in one cell": ("a-query.cn；b-query.cn\nc-query.cn", ["http://a-query.cn/", "http://b-query.cn/", "http://c-query.cn/"]),
    "an address without a name": ("203.0.113.5/a", ["http://203.0.113.5/a"]),
    "a full stop behind": ("www.a-query.cn。", ["http://www.a-query.cn/"]),
    "words": ("微信群里的", []),
    "a mail address": ("a@b-query.cn", []),
}


@pytest.mark.parametrize("words", CELLS)
def test_a_cell_for_addresses_is_read_generously(words):
    text, expected = CELLS[words]
    assert cell_addresses(text) == expected


_HOST = st.from_regex(r"[a-z][a-z0-9]{1,10}(-[a-z0-9]{1,5})?\.(cn|com|top|com\.cn)", fullmatch=True)
_HAN = st.text(alphabet="请登录查询的网站是证书真伪，。；（）《》、", max_size=12)


@given(_HAN, _HOST, _HAN, st.sampled_from(["", "http://", "https://"]))
@settings(max_examples=150, deadline=None)
def test_a_host_among_chinese_words_is_always_found(before, host, after, scheme):
    found = addresses(f"{before}{scheme}{host}{after}")
    assert found == [f"{scheme or 'http://'}{host}/"]


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_only_web_addresses_come_out(text):
    for url in [*addresses(text), *cell_addresses(text)]:
        assert url.startswith(("http://", "https://")) and address(url) == url


@pytest.mark.parametrize("hostile", ["http://" + "a." * 60_000, "a." * 60_000, "http://" + "字" * 60_000, "[" * 60_000,
                                     "http://" + "x@" * 60_000, "www." * 30_000], ids=range(6))
def test_hostile_text_takes_no_time(hostile):
    import time

    began = time.monotonic()
    addresses(hostile)
    assert time.monotonic() - began < 2
