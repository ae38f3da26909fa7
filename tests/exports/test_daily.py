"""The daily files: coverage before leads, gaps louder than hits, everything an officer needs, nothing that bites."""

import base64
import email
import email.policy
import hashlib
import re
import zipfile

import docx
import openpyxl
import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from evidence.config import Config
from evidence.records import Contact
from exports import daily
from exports.briefing import Briefing
from exports.daily import export_daily
from exports.order import OrderError

SHEETS = ["覆盖情况", "新增线索", "待复核", "已处置", "复发", "证据清单"]


def export(world, folder, config=None):
    world.seal()
    return export_daily(world.store, world.vault, world.run, world.day, folder, config or world.config)


def words(path):
    """Every word of a file of ours, as a reader sees it."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return "\n".join(str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None)
    if path.suffix == ".html":
        return HTMLParser(path.read_text(encoding="utf-8")).body.text(separator=" ")
    if path.suffix == ".docx":
        paper = docx.Document(path)
        return "\n".join([*(p.text for p in paper.paragraphs),
                          *(c.text for t in paper.tables for r in t.rows for c in r.cells)])
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return message["Subject"] + message.get_body(("plain",)).get_content()


@pytest.fixture(scope="module")
def made(full, tmp_path_factory):
    return export(full, tmp_path_factory.mktemp("out"))


def test_one_folder_a_day_with_every_format(made):
    assert set(made) >= {"report", "xlsx", "docx", "mail"}
    folder = made["xlsx"].parent
    assert folder.name == "2026-03-09"
    assert sorted(folder.iterdir()) == sorted(made.values())


@pytest.mark.parametrize("kind", ["report", "xlsx", "docx", "mail"])
def test_blind_sources_are_told_before_any_lead(made, kind):
    text = words(made[kind])
    for gap in ("sogou（被拦截）", "baidu（部分失败）", "“没有线索”不等于“没有问题”"):
        assert gap in text
    assert text.index("sogou") < text.index("免考")


def test_the_workbook_is_made_for_work(made):
    book = openpyxl.load_workbook(made["xlsx"])
    assert book.sheetnames == SHEETS
    new = book["新增线索"]
    assert new.freeze_panes == "A2"
    assert new.auto_filter.ref
    assert len(new._images) == 6  # desktop and phone of three leads; the fourth has none and says so
    head = [c.value for c in new[1]]
    rows = {row[head.index("对象（已失活）")].value: row for row in new.iter_rows(min_row=2)}
    row = rows["banzheng[.]example"]
    assert "页面承诺“免考”" in row[head.index("主要理由（含原文）")].value
    assert "微信 banzheng_test" in row[head.index("联系方式")].value
    assert "在 so360 检索“电工证 免考”，第 1 页第 3 位" in row[head.index("怎样找到的")].value
    assert rows["peixun[.]example"][head.index("截图：电脑")].value == "没有截图"
    assert "已排除" in [c.value for c in book["已处置"]["B"]]
    assert all(row[0].quotePrefix for row in (book["新增线索"]["D2:D5"]))
    digests = [c.value for c in book["证据清单"]["H"]][1:]
    assert digests
    assert all(re.fullmatch("[0-9a-f]{64}", d) for d in digests)
    assert {c.value for c in book["证据清单"]["G"]} == {"核对", "已核对"}


def test_nothing_in_the_workbook_can_be_clicked_or_calculated(made):
    with zipfile.ZipFile(made["xlsx"]) as parts:
        text = b"".join(parts.read(n) for n in parts.namelist() if n.startswith("xl/worksheets/")).decode()
    assert "<f>" not in text
    assert "hyperlink" not in text
    assert "http" not in "".join(re.findall(r"<t[^>]*>([^<]*)</t>", text))


def test_the_report_is_one_harmless_file(made):
    text = made["report"].read_text(encoding="utf-8")
    page = HTMLParser(text)
    assert not page.css("script, iframe, object, embed, form, link, base")
    assert not [n for n in page.css("*") if any(k.startswith("on") or k == "style" for k in n.attributes)]
    assert {n.attributes["src"].split(";")[0] for n in page.css("img")} == {"data:image/jpeg"}
    assert {n.attributes["href"][:6] for n in page.css("a")} == {"#lead-"}
    policy = page.css_first('meta[http-equiv="Content-Security-Policy"]').attributes["content"]
    style = re.search(r"<style>(.*?)</style>", text, re.S)[1]
    assert f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy


def test_the_report_shows_why_and_where(made):
    page = HTMLParser(made["report"].read_text(encoding="utf-8"))
    assert page.body.text().index("覆盖情况") < page.body.text().index("新增线索")
    lead = next(n for n in page.css("article") if "banzheng[.]example" in n.css_first("h3").text())
    assert {m.text() for m in lead.css("mark")} >= {"免考", "包过", "banzheng_test"}
    assert any("全国电工证快速办理" in n.text() for n in lead.css(".place"))
    assert "13900001234" in lead.text()  # the seller's own contact is evidence
    assert len(lead.css("img")) == 2


@pytest.mark.parametrize("kind", ["report", "xlsx", "docx", "mail"])
def test_personal_data_is_masked_everywhere(made, kind):
    text = words(made[kind])
    for secret in ("110105194912310021", "赵六六", "钱七七"):
        assert secret not in text


def test_half_an_id_number_at_the_edge_of_a_context_is_masked_too(made):
    assert not re.search(r"1101051949", made["report"].read_text(encoding="utf-8"))


def test_sellers_contacts_are_masked_where_the_installation_says_so(busy, tmp_path):
    made = export(busy, tmp_path, busy.config.model_copy(update={"exports": Config.model_validate(
        {"exports": {"contacts": "mask"}}).exports}))
    for path in made.values():
        assert "13900001234" not in words(path)
        assert "banzheng_test" not in words(path)


@pytest.mark.parametrize("kind", ["report", "xlsx", "docx", "mail"])
def test_no_news_is_said_and_so_is_no_coverage(world, tmp_path, kind):
    text = words(export(world, tmp_path)[kind])
    assert "没有新增线索" in text or "无新增线索" in text
    assert "没有任何来源的覆盖记录" in text


@pytest.mark.parametrize("kind", ["report", "xlsx", "docx", "mail"])
def test_no_news_with_everything_read_is_calm(world, tmp_path, kind):
    world.source("so360")
    world.source("toutiao", "empty", 0, 0)
    text = words(export(world, tmp_path)[kind])
    assert "应读 2 个来源，完整读到 2 个，没有遗漏" in text
    assert "不等于" not in text


def test_a_source_that_was_not_asked_is_blind(world, tmp_path):
    world.source("so360")
    world.source("baidu")
    world.new_run("2026-03-10")
    world.source("so360")
    assert "baidu（无记录）" in words(export(world, tmp_path)["mail"])


@pytest.mark.parametrize("kind", ["report", "xlsx", "docx", "mail"])
def test_a_robots_override_is_told_with_its_ground(world, tmp_path, kind):
    world.source("baidu")
    world.run = world.store.begin_run("daily", world.day, {"source_policies": {
        "baidu": {"robots": "override", "legal_basis": "某市网信办2026年第7号决定"}}})
    world.source("baidu")
    text = words(export(world, tmp_path)[kind])
    assert "某市网信办2026年第7号决定" in text


@pytest.mark.parametrize("kind", ["report", "xlsx", "docx", "mail"])
def test_unreadable_evidence_is_told_not_skipped(busy, tmp_path, kind):
    for path in busy.home.warc.iterdir():
        data = bytearray(path.read_bytes())
        data[len(data) // 2:len(data) // 2 + 40] = bytes(40)
        path.chmod(0o600)
        path.write_bytes(data)
    text = words(export(busy, tmp_path)[kind])
    assert "读不出来" in text


def test_a_missing_archive_still_gives_every_lead(busy, tmp_path):
    for path in busy.home.warc.iterdir():
        path.unlink()
    made = export(busy, tmp_path)
    text = words(made["report"])
    for subject in ("banzheng[.]example", "cx-yjgl[.]example", "fangcha[.]example", "peixun[.]example"):
        assert subject in text
    assert "截图读不出来" in text


def test_a_rerun_replaces_and_a_failure_leaves_the_old_file(busy, tmp_path, monkeypatch):
    made = export(busy, tmp_path)
    before = made["xlsx"].read_bytes()
    busy.decide(busy.leads["seller"], "doubt", reason="待核实")
    export(busy, tmp_path)
    assert "待核实" in words(made["xlsx"]) or "存疑" in words(made["xlsx"])
    assert made["xlsx"].read_bytes() != before
    kept = made["xlsx"].read_bytes()
    xlsx = next(f for f in daily.formats.of("day") if f.name == "xlsx")

    def fail(order, path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(daily.formats, "of", lambda about: [type(xlsx)(xlsx.name, "day", xlsx.file, "", (), False, fail)])
    with pytest.raises(OSError, match="No space"):
        export(busy, tmp_path)
    assert made["xlsx"].read_bytes() == kept
    assert not [p for p in made["xlsx"].parent.iterdir() if p.name.startswith(".")]
    assert not list(busy.home.scratch.iterdir())


def test_a_day_that_is_none_is_refused(world, tmp_path):
    with pytest.raises(OrderError, match="YYYY-MM-DD"):
        export_daily(world.store, world.vault, world.run, "../etc", tmp_path, world.config)


def test_a_job_over_midnight_shows_its_leads_on_the_day_it_began(world):
    old = world.lead("alt.example", at="2026-03-01T02:00:00.000000Z", captures=False)
    world.new_run("2026-03-08")
    late = world.lead("nacht.example", at="2026-03-08T16:10:00.000000Z", captures=False)  # 00:10 of the 9th in China
    assert Briefing(world.store, world.vault, world.run, "2026-03-08", world.config).new == [late]
    assert Briefing(world.store, world.vault, "", "2026-03-09", world.config).new == [old, late]  # old's run began on the 9th


def test_what_came_back_is_told(world, tmp_path):
    shared = (Contact("wechat", "banzheng_test"),)
    old = "2026-02-01T02:00:00.000000Z"
    world.new_run("2026-02-01")
    up, laid, source = (world.lead(f"{name}.example", at=old, captures=False, contacts=shared if name == "alt" else ())
                        for name in ("auf", "weg", "alt"))
    world.release(up, at="2026-02-02T02:00:00.000000Z")
    world.decide(laid, "dismiss", at="2026-02-02T02:00:00.000000Z")
    world.release(source, at="2026-02-02T02:00:00.000000Z")
    world.check(up, "down", at="2026-02-10T02:00:00.000000Z")
    world.new_run("2026-03-09")
    world.check(up, "up", at="2026-03-09T02:00:00.000000Z")
    world.check(source, "up", at="2026-03-09T02:00:00.000000Z")  # it never was down
    seen = world.page("http://weg.example/")
    world.store.add_lead_verdict(laid, world.verdict(seen).id)
    world.lead("neu.example", captures=False, contacts=shared, at="2026-03-09T03:00:00.000000Z")
    matter = Briefing(world.store, world.vault, world.run, world.day, world.config)
    assert {(r.subject, r.why, r.of) for r in matter.recurrences} == {
        ("auf[.]example", "下线后又能访问", ""), ("weg[.]example", "已排除后再次命中", ""),
        ("neu[.]example", "换名再现：与旧线索共用微信 banzheng_test", "alt[.]example")}
    made = export(world, tmp_path)
    for kind in ("report", "xlsx", "docx"):
        assert "下线后又能访问" in words(made[kind])


def test_mail_is_a_draft_with_named_attachments(busy, tmp_path):
    config = Config.model_validate({"exports": {"mail_from": "a@unit.example", "mail_to": ["b@unit.example", "c@unit.example"]}})
    path = export(busy, tmp_path, config)["mail"]
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["X-Unsent"] == "1"
    assert message["To"] == "b@unit.example, c@unit.example"
    assert {a.get_filename() for a in message.iter_attachments()} == {
        "打假日报表格-2026-03-09.xlsx", "打假日报-2026-03-09.docx", "打假日报网页-2026-03-09.html"}
    assert not re.search(r"https?:", message.get_body(("plain",)).get_content() + message.get_body(("html",)).get_content())
    with pytest.raises(OrderError, match="mail_to"):
        export(busy, tmp_path, Config.model_validate({"exports": {"mail_to": ["kein\r\nBcc: x"]}}))


def test_only_the_first_pictures_fit_and_the_rest_say_so(busy, tmp_path):
    config = Config.model_validate({"exports": {"picture_megabytes": 0.001}})
    page = HTMLParser(export(busy, tmp_path, config)["report"].read_text(encoding="utf-8"))
    assert len(page.css("img")) == 1
    assert "图片已满" in page.body.text()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 400])
def test_the_report_fits_the_screen_and_asks_nobody(made, width):
    from playwright.sync_api import sync_playwright

    from crawlers.browsing.finding import find

    asked, said = [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(find().path), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.on("request", lambda r: asked.append(r.url) if not r.url.startswith("data:") else None)
        page.on("console", lambda m: said.append(m.text))
        page.goto(made["report"].as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("getComputedStyle(document.querySelector('header')).backgroundColor") == "rgb(23, 54, 93)"
        assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
        browser.close()
    assert asked == [made["report"].as_uri()]
    assert said == []
