"""HTML is read as a person reads it, and every quote is the page's own characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.page import PageInput, decode_html
from classifiers.reader import read

PARTS = [
    *"<>/=\"'&;! -abp",
    "<p>", "</p>", "<a href=", "</a>", "&nbsp;", "&lt;", "<!--", "-->", "<script>", "</script>", "免考", "<title>", "</title>", "<form>",
    "<img alt='", "<div class=nav>", "</div>", "\n", "<input placeholder=\"", "\x00", "\ud83d",
]  # fmt: skip
SOUP = st.lists(st.one_of(st.sampled_from(PARTS), st.characters(exclude_categories=())), max_size=80).map("".join)


def page(html: str, url: str = "https://a.example/dir/p.html"):  # type: ignore[no-untyped-def]
    return read(PageInput(url, html=html))


def test_text_of_every_kind_is_read_in_its_region() -> None:
    found = page(
        "<title>标题</title><meta name=description content=描述><div class='nav'>导航</div><h1>大标题</h1><p>正文<b>粗</b>体</p>"
        "<div class='comment-item'>回复一</div><div class=\"footer\">页脚</div><img alt='图说' src=x.png><p style='display: none'>藏着</p>"
    )
    assert {found.text[b.start : b.end]: b.region for b in found.blocks} == {
        "标题": "title", "描述": "meta", "导航": "nav", "大标题": "heading", "正文粗体": "body", "回复一": "comment", "页脚": "footer",
        "图说": "alt", "藏着": "hidden",
    }  # fmt: skip
    assert found.title == "标题"


def test_links_forms_pictures_are_absolute() -> None:
    form = "<form action=/q method=POST><input name=zjhm placeholder='证件号码'></form>"
    found = page(f"<base href='/b/'><a href='x'>去</a>{form}<img src=y.png>")
    assert [(k.url, k.words) for k in found.links] == [("https://a.example/b/x", "去")]
    assert (found.forms[0].action, found.forms[0].method, found.forms[0].fields[0].label) == ("https://a.example/q", "post", "证件号码")
    assert found.pictures[0].src == "https://a.example/b/y.png"


def test_posts_of_a_thread_are_units_of_their_own() -> None:
    found = page("<p>帖</p><div id=post_1>甲</div><div id=post_2>乙</div>")
    assert len({b.unit for b in found.blocks}) == 3


@pytest.mark.parametrize(
    "html",
    ["<p>免&zwnj;考", "<p>免<b>考</b>", "<p>&#20813;考", "<p title='免考'>", "x<免考", "<p>免考<!-- 包过", "<p a='>'>免考"],
    ids=["entity", "tag inside", "numeric", "attribute", "bare bracket", "open comment", "bracket in quotes"],
)
def test_a_quote_is_a_slice_of_the_source(html: str) -> None:
    found = page(html)
    plain = found.text.replace("\u200c", "")
    assert "免考" in plain
    at = found.text.index("免")
    quote, start, end, where = found.place(at, at + found.text[at:].index("考") + 1)
    assert where == "html"
    assert html[start:end] == quote
    assert quote.startswith(("免", "&#"))
    assert quote.endswith("考")


@given(SOUP, st.integers(0, 250), st.integers(1, 40))
def test_any_place_of_any_soup_leads_back_to_its_source(html: str, start: int, length: int) -> None:
    found = page(html)
    for block in found.blocks:
        assert 0 <= block.start < block.end <= len(found.text)
    if start < len(found.text):
        quote, left, right, where = found.place(start, min(len(found.text), start + length))
        assert where in ("html", "title")
        assert 0 <= left <= right <= len(html)
        assert html[left:right] == quote


@pytest.mark.parametrize(
    ("data", "content_type", "text"),
    [
        ("电工证".encode("gbk"), "text/html; charset=gb2312", "电工证"),
        ("<meta charset=gbk>电工证".encode("gb18030"), "", "电工证"),
        ("电工证".encode(), "text/html; charset=gbk", "电工证"),
        ("電工證".encode("big5"), "text/html; charset=big5", "電工證"),
        ("\ufeff电工证".encode("utf-16"), "", "电工证"),
        ("电工证".encode(), "text/html; charset=nonsense", "电工证"),
        (b"\xff\xfe\x00", "", ""),
    ],
    ids=["gbk header", "gbk meta", "wrong header", "big5", "utf-16", "unknown name", "broken"],
)
def test_bytes_are_decoded_by_what_they_are(data: bytes, content_type: str, text: str) -> None:
    assert text in decode_html(data, content_type)


@given(st.binary(max_size=200), st.text(max_size=30))
def test_decoding_never_raises(data: bytes, content_type: str) -> None:
    assert isinstance(decode_html(data, content_type), str)
