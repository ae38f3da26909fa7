"""Five hundred hostile leads through every daily format: nothing injected, nothing broken, nothing lost."""

import email
import email.policy
import random
import re
import xml.etree.ElementTree as ET
import zipfile

import docx
import openpyxl
import pytest
from selectolax.lexbor import LexborHTMLParser

from evidence.records import Contact
from exports.daily import export_daily

LEADS = 500
BITS = [
    "=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(1+1)*cmd", "＝HYPERLINK(\"http://x.example\")", "\t=1", "\r\n=1", "'", "\"",
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</style><style>*{display:none}</style>", "]]>", "_x000D_",
    "{{ 7*7 }}{% raw %}", "&#0;&lt;b&gt;", "\u202eexe.piz", "\u2066证\u2069", "\x00\x01\x08\x0b\x0c\x1b[31m\x7f\x85",
    "\ud800\udfff", "\ufffe\uffff", "../../etc/passwd", "C:\\aux\\con", "javascript:alert(1)", "\u200b零宽",
    "http://evil.example/a?b=http://c.example", "𠮷👩\u200d🔧" * 20, "免考包过", "a" * 10_000, "证" * 10_000, " ", "",
    "https://xn--fiqs8s.example/", "Bcc: a@b.example\r\n\r\nX", "=\u202e1",
]


@pytest.fixture(scope="module")
def hostile(full, tmp_path_factory):
    chance = random.Random(20260309)
    bit = lambda: "".join(chance.sample(BITS, 2))  # noqa: E731
    with full.store.transaction():
        for n in range(LEADS):
            words = bit()
            contacts = (Contact("wechat", bit()[:200]), Contact(bit()[:20], bit()[:300]))
            full.lead(f"{n}.{bit()[:300]}", url=f"http://h{n}.example/{bit()[:400]}", title=words, captures=False, contacts=contacts,
                      html=f"<p>{words}</p>", imitates=bit()[:200], findings=(("ad/x", 40.0, words[:60], f"页面写着“{words}”"),
                                                                            ("ad/y", -5.0, bit(), bit())))
    full.seal()
    return export_daily(full.store, full.vault, full.run, full.day, tmp_path_factory.mktemp("hostile"), full.config)


@pytest.fixture(scope="module")
def leads(full, hostile):
    return [r["id"] for r in full.store.rows("SELECT id FROM leads")]


def test_the_workbook_is_whole_and_inert(hostile, leads):
    with zipfile.ZipFile(hostile["xlsx"]) as parts:
        assert parts.testzip() is None
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                root = ET.fromstring(parts.read(name))
                assert not [n for n in root.iter() if n.tag.endswith("}f") or n.tag.endswith("}hyperlink")]
    book = openpyxl.load_workbook(hostile["xlsx"])
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert {c.data_type for c in cells} <= {"s", "n", "inlineStr"}
    assert all(len(str(c.value).encode("utf-16-le")) // 2 <= 32_767 for c in cells)
    assert not [c for c in cells if re.search("(?i)https?:|[\u202a-\u202e\u2066-\u2069]", str(c.value))]
    assert {row[-1].value for row in book["新增线索"].iter_rows(min_row=2)} == set(leads)


def test_the_report_is_whole_and_inert(hostile, leads):
    page = LexborHTMLParser(hostile["report"].read_text(encoding="utf-8"))
    assert not page.css("script, iframe, object, embed, form, link, base")
    assert len(page.css("style")) == 1
    assert not [n for n in page.css("*") if any(k.startswith("on") or k == "style" for k in n.attributes)]
    assert all(n.attributes["src"].startswith("data:image/jpeg;") for n in page.css("img"))
    assert len(page.css("table.index tbody tr")) == len(leads)
    assert len(page.css("article")) == 300
    assert "其余 204 条" in page.body.text()
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]|(?i:https?://)", page.body.text())


def test_the_document_is_whole_and_inert(hostile):
    paper = docx.Document(hostile["docx"])
    text = "\n".join(p.text for p in paper.paragraphs)
    assert "其余 444 条见 daily.xlsx" in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069]|(?i:https?:)", text)
    with zipfile.ZipFile(hostile["docx"]) as parts:
        assert b"fldSimple" not in parts.read("word/document.xml")
        assert b"hyperlink" not in parts.read("word/document.xml")


def test_the_mail_is_whole_and_inert(hostile):
    message = email.message_from_bytes(hostile["mail"].read_bytes(), policy=email.policy.default)
    assert not message.defects
    assert "Bcc" not in message
    assert message["Bcc"] is None
    page = LexborHTMLParser(message.get_body(("html",)).get_content())
    assert not page.css("script, img, a, iframe, link")
    assert not re.search("(?i)https?:|[\u202a-\u202e]", message.get_body(("plain",)).get_content())
