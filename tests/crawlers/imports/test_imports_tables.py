"""Tables as hotlines send them: any charset, any heading, and one bad row costs one row."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.drawing.image import Image as SheetImage
from PIL import Image

from crawlers.imports import BadFile, listings, tables, tips
from crawlers.imports import workbook as workbook_reader

CSV = "受理编号,来电人,联系电话,举报内容,涉案网址\n24-001,张某某,13900000001,网上有人卖假的特种作业证,http://a-query.cn/\n24-002,,,只有文字的一件,\n"


def read(data, name="举报.csv", kind="tips"):
    return tables.table(Path(name), data, kind)


CHARSETS = {"UTF-8": "utf-8", "UTF-8 with mark": "utf-8-sig", "GBK of an old system": "gb18030", "Unicode of Excel": "utf-16"}


@pytest.mark.parametrize("words", CHARSETS)
def test_every_usual_charset_is_read(words):
    found = read(CSV.encode(CHARSETS[words]))
    assert [r.get("text") for r in found.rows] == ["网上有人卖假的特种作业证", "只有文字的一件"]
    assert found.rows[0].get("url") == "http://a-query.cn/" and found.problems == []


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"], ids=["comma", "tab", "semicolon", "bar", "full-width comma"])
def test_every_usual_delimiter_is_read(delimiter):
    assert read(CSV.replace(",", delimiter).encode()).rows[0].get("number") == "24-001"


def test_a_title_above_the_heading_and_empty_lines_do_no_harm():
    found = read(("12345 热线转办件\n统计日期：2026-11-24\n\n" + CSV + "\n\n").encode())
    assert [r.place for r in found.rows] == ["第 5 行", "第 6 行"]


def test_line_breaks_in_a_cell_stay_in_it():
    found = read('内容,网址\n"第一行\n第二行",a-query.cn\n'.encode())
    assert found.rows[0].get("text") == "第一行\n第二行"


HEADINGS = {
    "举报内容": "text", "诉求标题": "text", "涉案网址（URL）": "url", "网站域名": "url",
    " 受 理 编 号 ": "number", "被举报人电话": "contact",
    "举报人电话": "reporter", "联系电话": "reporter", "来电号码": "reporter", "受理时间": "received", "被举报单位": "subject",
    "截图": "picture", "URL": "url", "Ｑ Ｑ 号": "contact", "微信号": "contact", "诉求来源": "channel", "满意度": "",
}


@pytest.mark.parametrize("heading", HEADINGS)
def test_headings_mean_what_people_mean(heading):
    assert tables.field_of(heading, "tips") == HEADINGS[heading]


def test_who_reported_is_not_read_into_any_row():
    found = tips.read(Path("a.csv"), CSV.encode())
    assert "13900000001" not in repr(found.rows) and "张某某" not in repr(found.rows)


def test_columns_that_mean_nothing_are_told():
    assert tips.read(Path("a.csv"), "内容,满意度,星级\n卖假证,高,5\n".encode()).ignored == ["满意度", "星级"]


BAD = {
    "no heading": ("第一条,第二条\n甲,乙\n".encode(), "找不到表头"),
    "a misspelt heading": ("举报內客,其他\n甲,乙\n".encode(), "是不是"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "另存为 .xlsx"),
    "a damaged workbook": (b"PK\x03\x04" + b"\0" * 600, "另存为 .xlsx"),
    "no text at all": (b"\xff\xfa\x80\x81" * 50, "读不出文字"),
    "an empty table": (b"\n\n", "没有一行内容"),
}


@pytest.mark.parametrize("words", BAD)
def test_a_file_that_is_none_is_told_with_its_fix(words):
    data, said = BAD[words]
    with pytest.raises(BadFile, match=said) as caught:
        tips.read(Path("举报.csv"), data)
    assert "举报.csv" in str(caught.value)


def test_bad_rows_are_told_and_cost_nothing_else():
    text = "编号,内容,网址\n1,卖假证,不是网址\n2,,\n3,有人卖证,a-query.cn\n"
    found = tips.read(Path("a.csv"), text.encode())
    assert [(r.number, r.urls) for r in found.rows] == [("1", ()), ("3", ("http://a-query.cn/",))]
    assert ["a.csv，第 2 行" in found.problems[0], "a.csv，第 3 行" in found.problems[1]] == [True, True]
    assert found.rows[0].text == "卖假证\n不是网址", "what was in the wrong column is kept as words"


def test_an_unclosed_quote_is_told_with_its_line():
    found = read(('内容,网址\n甲,a.cn\n"' + "乙" * 30).encode())
    assert found.rows[0].get("text") == "甲"


def png(colour="red", size=(8, 8)):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def workbook(fill):
    book = openpyxl.Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_gives_texts_dates_links_and_floating_pictures():
    import datetime

    def fill(book):
        sheet = book.active
        sheet.title = "转办"
        sheet.append(["编号", "受理时间", "内容", "网址", "截图"])
        sheet.append([101, datetime.datetime(2026, 11, 24, 9, 30), "卖假证", "点这里", None])
        sheet["D2"].hyperlink = "http://a-query.cn/p"
        sheet.append([102.0, datetime.date(2026, 11, 25), "另一件", "b-query.cn", None])
        sheet.add_image(SheetImage(io.BytesIO(png())), "E3")
        book.create_sheet("说明").append(["这里只有说明"])
    found = tips.read(Path("a.xlsx"), workbook(fill))
    one, two = found.rows
    assert (one.number, one.received, one.urls) == ("101", "2026-11-24 09:30:00", ("http://a-query.cn/p",))
    assert (two.number, two.received, two.place) == ("102", "2026-11-25", "工作表“转办”第 3 行")
    assert one.pictures == () and two.pictures[0].media_type == "image/png" and two.pictures[0].data.startswith(b"\x89PNG")
    assert len(found.problems) == 1 and "工作表“说明”" in found.problems[0]


def test_a_picture_that_wps_keeps_in_a_cell_is_found():
    def fill(book):
        book.active.append(["内容", "截图"])
        book.active.append(["卖假证", '=DISPIMG("ID_0A1B",1)'])
    plain, out = workbook(fill), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/worksheets/sheet1"):
                data = data.replace(b'<f>DISPIMG("ID_0A1B",1)</f><v />', b'<f>_xlfn.DISPIMG("ID_0A1B",1)</f><v>=DISPIMG("ID_0A1B",1)</v>')
                data = data.replace(b'<f>DISPIMG("ID_0A1B",1)</f><v></v>', b'<f>_xlfn.DISPIMG("ID_0A1B",1)</f><v>=DISPIMG("ID_0A1B",1)</v>')
                assert b"_xlfn" in data, data
                data = data.replace(b'<c r="B2">', b'<c r="B2" t="str">')
            new.writestr(name, data)
        new.writestr("xl/cellimages.xml", '<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData" xmlns:xdr='
                     '"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/'
                     'drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><etc:cellImage>'
                     '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="1" name="ID_0A1B"/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId1"/>'
                     "</xdr:blipFill></xdr:pic></etc:cellImage></etc:cellImages>")
        new.writestr("xl/_rels/cellimages.xml.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                     '<Relationship Id="rId1" Type="x" Target="media/image1.png"/></Relationships>')
        new.writestr("xl/media/image1.png", png("blue"))
    (row,) = tips.read(Path("a.xlsx"), out.getvalue()).rows
    assert [p.name for p in row.pictures] == ["xl/media/image1.png"] and row.text == "卖假证"


def test_a_workbook_that_unpacks_to_too_much_is_refused_unopened(monkeypatch):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (9 * 1024 * 1024))
    monkeypatch.setattr(workbook_reader, "MAX_UNPACKED", 8 * 1024 * 1024)
    with pytest.raises(BadFile, match="超过上限"):
        tips.read(Path("a.xlsx"), out.getvalue())


def test_a_workbook_with_entities_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/_rels/cellimages.xml.rels", "<Relationships/>")
        packed.writestr("xl/cellimages.xml", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')
    with pytest.raises(BadFile, match="另存为"):
        tips.read(Path("a.xlsx"), out.getvalue())


def test_pictures_named_in_a_cell_are_taken_from_beside_the_table_only(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "1.png").write_bytes(png())
    (folder / "2.png").write_bytes(b"no picture")
    (tmp_path / "secret.png").write_bytes(png())
    path = folder / "a.csv"
    data = "内容,截图\n甲,1.png\n乙,../secret.png\n丙,2.png\n丁,3.png\n".encode()
    found = tips.read(path, data)
    assert [len(r.pictures) for r in found.rows] == [1, 0, 0, 0]
    assert ["不在表格所在" in found.problems[0], "不是 PNG" in found.problems[1], "找不到" in found.problems[2]] == [True] * 3


def test_plain_text_is_one_report_or_several_between_lines():
    one = tips.read(Path("a.txt"), "群众来电：某网站卖证\nhttp://a-query.cn/".encode("gb18030"))
    assert [r.urls for r in one.rows] == [("http://a-query.cn/",)]
    two = tips.read(Path("a.txt"), "第1件：\n甲 a-query.cn\n-----\n乙 b-query.cn".encode())
    assert [r.urls for r in two.rows] == [("http://a-query.cn/",), ("http://b-query.cn/",)]


def test_a_word_file_gives_its_words_links_and_pictures():
    import docx

    document = docx.Document()
    document.add_paragraph("举报：网站 a-query.cn 出售假证")
    grid = document.add_table(1, 2)
    grid.rows[0].cells[1].text = "微信 abc_12345"
    document.add_picture(io.BytesIO(png()))
    out = io.BytesIO()
    document.save(out)
    (row,) = tips.read(Path("a.docx"), out.getvalue()).rows
    assert row.urls == ("http://a-query.cn/",) and "abc_12345" in row.text and len(row.pictures) == 1
    with pytest.raises(BadFile, match=r"另存为 \.docx"):
        tips.read(Path("a.docx"), b"no document")


def test_a_file_of_another_kind_is_sent_to_the_right_command():
    with pytest.raises(BadFile, match="import saved"):
        tips.read(Path("a.pdf"), b"%PDF-1.7")


def test_filings_are_read_by_number_owner_and_each_domain():
    text = ("主办单位名称,主办单位性质,网站备案/许可证号,网站名称,网站域名,审核时间\n"
            "某某培训学校,民办非企业,闽ICP备 2020021857 号-2,某某网,www.a-school.cn;b-school.com,2024-01-02\n"
            "某某公司,企业,不是号码,某网,c.cn,2024-01-02\n"
            "某某公司,企业,闽ICP备123号,某网,乱写,2024-01-02\n,,闽公网安备35010202001523号,,d-school.cn,\n")
    rows, problems = listings.read_filings(Path("备案.csv"), text.encode())
    assert [(r.number, r.site, r.domain, r.owner) for r in rows] == [
        ("闽ICP备2020021857号", "2", "a-school.cn", "某某培训学校"), ("闽ICP备2020021857号", "2", "b-school.com", "某某培训学校"),
        ("闽ICP备123号", "", "", "某某公司"), ("闽公网安备35010202001523号", "", "d-school.cn", "")]
    assert [p.split("，")[1] for p in problems] == ["第 3 行", "第 4 行", "第 4 行", "第 5 行"]
    assert "形式可疑" in problems[1] and "不是域名" in problems[2]


def test_lists_of_confirmed_fakes_are_tables_or_plain_lines():
    text = "仿冒网址,仿冒对象,认定机关,文号\ncx-zs.top,某查询平台,某厅,某函〔2026〕1号\n,甲,,\n"
    rows, problems = listings.read_fakes(Path("名单.csv"), text.encode())
    assert [(r.url, r.imitates, r.agency, r.document) for r in rows] == [("http://cx-zs.top/", "某查询平台", "某厅", "某函〔2026〕1号")]
    assert "网址栏：空" in problems[0]
    rows, problems = listings.read_fakes(Path("名单.txt"), "# 说明\ncx-zs.top\n\n证书查询.中国\n没有网址的一行\n".encode())
    assert [r.host for r in rows] == ["cx-zs.top", "xn--1jq843d2lz3da.xn--fiqs8s"] and "第 5 行" in problems[0]


_NAMES = tables.names()["tips"]
_FIELDS = st.lists(st.sampled_from([n for n in _NAMES if n != "reporter"]), min_size=1, max_size=5, unique=True)
_CELL = st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), max_size=20).map(lambda s: s.strip().strip("\"'"))


@given(_FIELDS, st.data())
@settings(max_examples=80, deadline=None)
def test_any_known_headings_in_any_order_give_back_their_cells(fields, data):
    headings = [data.draw(st.sampled_from([n for n in _NAMES[f] if tables.field_of(n, "tips") == f])) for f in fields]
    cells = [data.draw(_CELL) for _ in fields]
    out = io.StringIO()
    import csv

    csv.writer(out).writerows([[*headings, "占位列"], [*cells, "x"]])
    found = read(out.getvalue().encode(data.draw(st.sampled_from(["utf-8", "utf-8-sig"]))))
    expected = {f: c for f, c in zip(fields, cells, strict=True) if c}
    assert [r.values for r in found.rows] == ([expected] if expected else [])


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_table_or_a_told_file(data):
    for reader in (lambda: tips.read(Path("a.csv"), data), lambda: listings.read_filings(Path("a.csv"), data),
                   lambda: listings.read_fakes(Path("a.txt"), data)):
        try:
            reader()
        except BadFile as told:
            assert str(told)
