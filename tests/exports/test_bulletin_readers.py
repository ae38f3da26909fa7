"""A bulletin as its readers hold it: page and document say the same, and its cases lead to nobody."""

import io
import re
import zipfile

import docx
import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from evidence.records import Contact
from exports import formats
from exports.order import Order

OLD, NEW = "2025-11-20T03:00:00.000000Z", "2026-02-10T03:00:00.000000Z"
HOST = "kuaiban-zhengjian.example"
PAGE = """<html><head><title>张三丰办证 微信zhangsf_bz 139 0000 5678 kuaiban-zhengjian.example</title></head><body>
<p>焊工证免考、人脸直出，详见 http://kuaiban-zhengjian.example/price，邮箱 zsf@kuaiban-zhengjian.example</p>
<p>联系人 姓名：张三丰，电话 13900005678，微信 zhangsf_bz，身份证 110105194912310021</p></body></html>"""
CONTACTS = (Contact("phone", "13900005678", "139 0000 5678"), Contact("wechat", "zhangsf_bz", "zhangsf_bz"),
            Contact("email", f"zsf@{HOST}", f"zsf@{HOST}"), Contact("url", f"http://{HOST}/price", f"http://{HOST}/price"))
SECRETS = ("139 0000 5678", "13900005678", "zhangsf_bz", "张三丰", "110105194912310021", HOST, HOST.replace(".", "[.]"), "kuaiban-zhengjian",
           "zsf@")


def found(*quotes):
    return tuple((f"ad/r{n}", 20.0, quote, f"页面写着“{quote}”") for n, quote in enumerate(quotes))


@pytest.fixture(scope="module")
def quarter(lasting):
    """A quarter with a case whose every field names somebody, a fake site, a page on somebody's host, and an older quarter."""
    lasting.new_run("2025-11-20")
    for n in range(4):
        lasting.lead(f"old{n}.example", at=OLD, captures=False, findings=found("免考", "货到付款"))
    lasting.new_run("2026-02-10")
    lasting.source("so360")
    lasting.source("baidu", "blocked", 0, 0, "出现验证码页")
    title = "张三丰办证 微信zhangsf_bz 139 0000 5678 kuaiban-zhengjian.example"
    told = found("免考", "人脸直出", "微信 zhangsf_bz", f"详见 http://{HOST}/price", "姓名：张三丰", "139 0000 5678")
    leads = [lasting.lead(HOST, at=NEW, html=PAGE, title=title, contacts=CONTACTS, findings=told)]
    leads.append(lasting.lead("cx-yjgl-gov.example", kind="fake_site", at=NEW, score=91.0, imitates="某查询系统",
                              findings=(("site/imitates", 50.0, "国家安全生产考试", "页面自称“国家安全生产考试”"),)))
    leads.append(lasting.lead("luntan.example/t/77", at=NEW, url="http://luntan.example/t/77", scope="page", captures=False,
                              findings=found("免考", "人脸直出")))
    for lead in leads:
        lasting.release(lead, at="2026-02-11T03:00:00.000000Z")
    lasting.check(leads[0], "down", at="2026-03-01T03:00:00.000000Z", detail=f"http://{HOST}/ 404")
    lasting.seal()
    return lasting


@pytest.fixture(scope="module")
def bulletin(quarter, tmp_path_factory):
    """(page, its markup, document's words, document's parts) of the quarter's bulletin."""
    folder = tmp_path_factory.mktemp("bulletin")
    order = Order(quarter.store, quarter.vault, quarter.config, "2026-03-31", folder, period="2026Q1")
    formats.get("bulletin").write(order, folder / "b.html")
    formats.get("bulletin_docx").write(order, folder / "b.docx")
    paper = docx.Document(str(folder / "b.docx"))
    words = [*(p.text for p in paper.paragraphs), *(c.text for t in paper.tables for r in t.rows for c in r.cells)]
    markup = (folder / "b.html").read_text(encoding="utf-8")
    with zipfile.ZipFile(folder / "b.docx") as box:
        parts = {n: box.read(n) for n in box.namelist()}
    return LexborHTMLParser(markup), markup, "\n".join(words), parts


def shown(text):
    return re.sub(r"\s+", "", text)


def test_every_number_of_the_page_stands_in_the_document_too(bulletin):
    page, _, paper, _ = bulletin
    rows = [[shown(cell.text()) for cell in row.css("td")] for row in page.css("table tr") if row.css("td")]
    assert len(rows) > 10
    for row in rows:
        for cell in row:
            assert cell in shown(paper), row


def test_every_sentence_of_the_page_stands_in_the_document_too(bulletin):
    page, _, paper, _ = bulletin
    for node in page.css("section p, section li, section h3"):
        text = shown(node.text()).removeprefix("线索编号")
        assert text in shown(paper), text


def test_the_document_tells_what_the_page_tells(bulletin):
    page, _, paper, _ = bulletin
    words = shown(page.body.text())
    for line in paper.splitlines():
        if re.match(r"^(案例\d|标题：|仿冒对象：|联系方式：|处置：|线索编号|页面写着)", line):
            assert shown(line) in words, line
    for said in ("2026年第一季度", "人脸直出", "货到付款", "baidu", "某查询系统"):
        assert said in words
        assert said in shown(paper)


def test_cases_name_nobody_and_lead_nowhere(bulletin):
    page, markup, paper, parts = bulletin
    everything = [markup, paper, *(data.decode("utf-8", "ignore") for name, data in parts.items() if name.endswith((".xml", ".rels")))]
    for text in everything:
        for secret in SECRETS:
            assert secret not in text, secret
    assert len(page.css("h3")) == 3
    assert "标题：免考" in paper or "标题：（略）" in paper  # of a title only what rules quoted
    assert "luntan.example" not in markup
    assert "cx-yjgl-gov" not in markup


def test_charts_are_drawn_in_both_with_the_same_values(bulletin):
    page, _, _, parts = bulletin
    drawn = page.css("svg.chart")
    media = [data for name, data in parts.items() if name.startswith("word/media/")]
    assert len(drawn) == len(media) == 3
    for data in media:
        picture = Image.open(io.BytesIO(data))
        assert picture.width > 1000
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 3
    assert all(node.attributes.get("aria-label") for node in drawn)


def test_drift_of_words_is_told_in_both(bulletin):
    page, _, paper, _ = bulletin
    tables = {node.css_first("h4").text(): node.text() for node in page.css(".case") if node.css_first("h4")}
    assert "人脸直出" in tables["新出现"]
    assert "货到付款" in tables["不再出现"]
    assert re.search(r"新出现：.*人脸直出（0 → 2）", paper)
    assert re.search(r"不再出现：.*货到付款（4 → 0）", paper)


def test_a_page_is_one_file_without_script(bulletin):
    page, markup, _, _ = bulletin
    assert not page.css("script, img, iframe, link, object, embed, [style], [onload], [onclick]")
    assert "default-src 'none'" in markup
