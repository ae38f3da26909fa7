"""Bulletins: the quarter's numbers with the coverage beside them, masked cases, drift of words, charts."""

import io
import re

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from evidence.records import Contact
from exports import bulletin, charts, formats, period
from exports.order import Order, OrderError
from exports.period import Review

OLD, NEW = "2025-11-20T03:00:00.000000Z", "2026-02-10T03:00:00.000000Z"
CONTACTS = (Contact("wechat", "banzheng_test"), Contact("phone", "13900001234"))


def words(*texts):
    return tuple((f"ad/{n}", 20.0, text, f"页面写着“{text}”") for n, text in enumerate(texts))


@pytest.fixture(scope="module")
def year(lasting):
    """Two quarters: five leads, then eight; other words, one blind source."""
    lasting.new_run("2025-11-20")
    for n in range(5):
        lasting.lead(f"alt{n}.example", at=OLD, captures=False, findings=words("免考", "货到付款"))
    lasting.new_run("2026-02-10")
    lasting.source("so360")
    lasting.source("sogou", "blocked")
    for n in range(6):
        lead = lasting.lead(f"banzheng{n}.example", at=NEW, captures=False, contacts=CONTACTS, score=80.0 + n,
                            findings=words("免考", "人脸直出", "banzheng_test", f"http://banzheng{n}.example/"))
        if n < 2:
            lasting.release(lead, at="2026-02-11T03:00:00.000000Z")
            lasting.check(lead, "down", at="2026-03-01T03:00:00.000000Z")
    for n in range(2):
        lasting.lead(f"cx{n}.example", kind="fake_site", at=NEW, captures=False, imitates="某查询系统")
    lasting.seal()
    return lasting


def review(world, **fields):
    return Review(Order(world.store, world.vault, world.config, "2026-03-31", world.home.scratch, **({"period": "2026Q1"} | fields)))


def test_the_numbers_of_a_quarter_beside_the_one_before(year):
    found = {c.label: (c.now, c.before, c.change) for c in review(year).counts}
    assert found["新增线索"] == (8, 5, "增长 60%")
    assert found["其中：仿冒网站"] == (2, 0, "上季度为 0")
    assert found["复核确认"][:2] == (2, 0)
    assert found["已下线"][:2] == (2, 0)
    one = {c.label: c.now for c in review(year, kind="ad").counts}
    assert one["新增线索"] == 6


def test_takedowns_are_told_with_how_many_they_rest_on(year, tmp_path):
    said = dict(review(year).takedown_rows)
    assert said["下线后又上线"] == "0.0%（0/2）"
    assert said["复核后撤销（改判）"] == "0.0%（0/2）"
    assert said["报送到下线（中位天数）"] == "还没有"
    assert dict(review(year, period="2031Q1").takedown_rows)["下线后又上线"] == "还没有"
    page, paper = texts(year, tmp_path)
    for label, told in said.items():
        assert label in page.body.text() and told in page.body.text()
        assert label in paper and told in paper


def test_weeks_add_up_to_the_quarter(year):
    weeks = review(year).weeks
    assert len(weeks) == 13
    assert sum(sum(found.values()) for _, found in weeks) == 8
    assert weeks[0][0] == "1-01"


def test_words_that_came_and_went(year):
    found = review(year, kind="ad").vocabulary
    assert [w.text for w in found.fresh] == ["人脸直出"]
    assert [w.text for w in found.gone] == ["货到付款"]
    assert {w.text for w in found.common} == {"免考", "人脸直出", "banzheng_test"} - {"banzheng_test"} or \
        "http" not in "".join(w.text for w in found.common)
    assert found.leads == (6, 5)


def test_a_blind_source_is_told_beside_the_numbers(year):
    assert "sogou（1/1 次没有看全）" in bulletin.caution(review(year))
    assert "没有任何来源的覆盖记录" in bulletin.caution(review(year, period="2031Q1"))


def texts(world, tmp_path, **fields):
    """The bulletin as page and as document, as readers see them."""
    order = Order(world.store, world.vault, world.config, "2026-03-31", tmp_path, **({"period": "2026Q1"} | fields))
    formats.get("bulletin").write(order, tmp_path / "b.html")
    formats.get("bulletin_docx").write(order, tmp_path / "b.docx")
    paper = docx.Document(tmp_path / "b.docx")
    body = [*(p.text for p in paper.paragraphs), *(c.text for t in paper.tables for r in t.rows for c in r.cells)]
    return LexborHTMLParser((tmp_path / "b.html").read_text(encoding="utf-8")), "\n".join(body)






def test_a_quarter_without_anything_is_said(world, tmp_path):
    page, paper = texts(world, tmp_path, period="2031Q2", kind="fake_site")
    for text in (page.body.text(), paper):
        assert "线索 0 条" in text
        assert "没有经两人复核的线索" in text
        assert "没有任何来源的覆盖记录" in text


@pytest.mark.parametrize("text", ["2026", "2026Q5", "第一季度", "", "1999Q1", "2026-Q1"])
def test_a_quarter_that_is_none_is_told(text):
    with pytest.raises(OrderError, match="2026Q1"):
        period.quarter(text)


@given(st.integers(2000, 2999), st.integers(1, 4))
def test_quarters_follow_each_other_without_gap(year, number):
    one = period.Quarter(year, number)
    assert (one.first - one.before.last).days == 1
    assert one.last.month == number * 3


def test_an_unknown_kind_is_told(world):
    with pytest.raises(OrderError, match="fake_site"):
        review(world, kind="virus")


LABELS = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


@given(st.lists(st.tuples(LABELS, st.integers(0, 10**6)), max_size=14))
def test_charts_hold_any_label_and_any_number(rows):
    for drawing in (charts.bars([(label, [n]) for label, n in rows], ["数"], "<图>"),
                    charts.columns([label for label, _ in rows], [("数", [n for _, n in rows])], "图")):
        svg = drawing.svg()
        page = LexborHTMLParser(svg)
        assert len(page.css("svg")) == 1
        assert not page.css("script, style, image, a, foreignobject")
        assert all(b.x >= 0 and b.x + b.width <= drawing.width and b.y >= 0 and b.y + b.height <= drawing.height
                   for b in drawing.boxes)


def test_a_chart_is_a_picture_too():
    drawing = charts.columns(["1-01", "1-08"], [("造假广告", [3, 12]), ("仿冒网站", [0, 7])], "图")
    picture = Image.open(io.BytesIO(drawing.png()))
    assert picture.size == (drawing.width * 2, drawing.height * 2)
    assert len(set(picture.get_flattened_data() if hasattr(picture, "get_flattened_data") else picture.getdata())) > 3
    assert re.search(r"#1f5fa8", drawing.svg())


@pytest.mark.parametrize(("subject", "wanted"), [
    ("banzheng5[.]example", "ban***ng5[.]example"), ("cx[.]cn", "cx[.]cn"), ("www[.]zhengshu[.]com", "www[.]zh****hu[.]com"),
    ("hxxp://luntan[.]example/t/1", "lu**an[.]example（某网页）")])
def test_a_subject_is_hidden_but_recognisable(subject, wanted):
    assert bulletin.hidden(subject) == wanted
