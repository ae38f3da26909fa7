"""Traits that siblings share: the same kit under other words is one template, other pages are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.fingerprints import content, fingerprints

KIT = """<html><head><title>{title}</title><script src="https://hm.baidu.com/hm.js?{counter}"></script></head><body class="v{n}">
<div class="top"><div class="logo"><img src=a{n}.png></div><ul class="nav">{items}</ul></div>
<div class="main"><form class="query-form"><p><label>姓名</label><input class="inp"></p><p><label>证号</label><input class="inp">
</p><button class="btn btn-{n}">查询</button></form><table class="result"><tr><th>项目</th><td>{title}</td></tr></table>
<section class="notice"><h2>须知</h2><ol><li>一</li></ol></section><aside class="side"><dl><dt>x</dt><dd>y</dd></dl></aside></div>
<div class="foot">备案 京ICP备{icp}号-1</div></body></html>"""


def kit(n, title="证书查询", counter="0123456789abcdef0123456789abcdef", icp="20260001"):
    return KIT.format(n=n, title=title, counter=counter, icp=icp, items="".join(f"<li>{k}</li>" for k in range(3 + n)))


def of(page, kind):
    return [f.value for f in fingerprints("https://a.example/", page) if f.type == kind]


def test_one_kit_under_other_words_and_counts_is_one_template():
    assert of(kit(1), "template") == of(kit(7, title="联网核验中心", icp="20269999"), "template") != []


def test_another_layout_is_another_template():
    assert of(kit(1), "template") != of(kit(1).replace("<section", "<div").replace("</section", "</div"), "template")


def test_a_bare_page_has_no_template():
    assert of("<html><body><h1>t</h1><p>a</p><p>b</p></body></html>", "template") == []


@pytest.mark.parametrize("source, value", {
    "baidu": ("hm.src='https://hm.baidu.com/hm.js?ABCDEF0123456789abcdef0123456789'", "baidu:abcdef0123456789abcdef0123456789"),
    "cnzz": ("<script src=//s4.cnzz.com/z_stat.php?id=1279000000&web_id=1279000000>", "cnzz:1279000000"),
    "51la": ("LA.init({id:'Kabc123xyz',ck:'Kabc'})", "51la:kabc123xyz"),
    "google": ("gtag('config', 'G-ABCD1234EF')", "google:G-ABCD1234EF"),
}.values(), ids=["baidu", "cnzz", "51la", "google"])
def test_counters(source, value):
    assert of(f"<html><body>{source}</body></html>", "analytics") == [value]


def test_filings_come_without_the_sites_serial():
    assert of(kit(1, icp="12345678"), "icp") == ["京ICP备12345678号"]


@given(st.text(alphabet="<>/=\"' abdivple-京ICP备0123456789号\x00", max_size=400))
def test_never_raises_and_is_deterministic(source):
    assert fingerprints("https://a.example/x", source) == fingerprints("https://a.example/x", source)


def test_nesting_without_end_is_bounded():
    assert isinstance(fingerprints("https://a.example/", "<div class=a>" * 100_000), tuple)


WORDS = "<p>" + "本中心代办低压电工操作证，免考包过，三天拿证，扫码可查，先拿证后付款。" * 3 + "</p>"


@pytest.mark.parametrize(("other", "same"), [
    (f"<div class=x>{WORDS}</div>", True), (f"<script>let t = {{}}; '<p>1</p>'</script>{WORDS}<!-- 12:00 <b>x</b> -->", True),
    (WORDS.replace("。", "。 \n"), True), (WORDS.replace("三天", "五天"), False), (WORDS + "<p>客服 http://b.example/kf</p>", False),
    (f"<style>p {{}}</style>{WORDS}", True), (WORDS + "<!-- never closed", True), (f"<title>x</title>{WORDS}", True),
], ids=["other tags", "scripts and comments", "blanks", "another word", "more words", "style", "open comment", "title"])
def test_pages_that_say_the_same_have_the_same_content(other, same):
    assert (content("http://b.example/", other) == content("http://a.example/", WORDS)) is same


def test_a_page_that_names_its_own_host_says_the_same_elsewhere():
    page = WORDS + "<p>官网 www.{}/kf</p>"
    assert content("http://a.example/", page.format("a.example")) == content("http://www.neu.example/", page.format("neu.example"))


@pytest.mark.parametrize("html", ["<div>" * 300_000, "<!--" * 300_000, "<script" * 200_000, "<" * 1_000_000, "</script>" * 100_000, "<p>404 Not Found</p>"],
                         ids=["nested", "comments", "scripts", "brackets", "ends", "next to nothing"])
def test_content_is_bounded_and_empty_for_pages_that_say_nothing(html):
    assert content("http://a.example/", html) in {"", content("http://b.example/", html)}
