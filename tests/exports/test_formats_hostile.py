"""Five hundred hostile subjects, titles and addresses through feeds, forms, reports and bulletins: nothing injected, broken or lost."""

import csv
import email
import email.policy
import json
import random
import re
import zipfile

import docx
import openpyxl
import pytest
import stix2
import xarf
from pymisp import MISPEvent
from selectolax.lexbor import LexborHTMLParser

from evidence.config import Config
from evidence.records import Contact
from exports import formats, indicators
from exports.order import Order

LEADS = 500
CONFIG = Config.model_validate({"operator": {"unit": "=某市办", "name": "王某", "phone": "0590-0000000"},
                                "exports": {"mail_from": "desk@unit.example"}})
BITS = [
    "=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(1+1)", "＝HYPERLINK(\"http://x.example\")", "\t=1", "\r\nevil.example CNAME .",
    "\n0.0.0.0 bank.example", "\r\n", "'", "\"", "\\", "'] OR [url:value = 'x", "<script>alert(1)</script>", "]]>", "&lt;", "; ", "# ",
    "\u202eexe.piz", "\u2066证\u2069", "\x00\x01\x08\x1b[31m\x7f\x85", "\ud800", "\ufffe\uffff", "../../etc/passwd", "C:\\aux",
    "javascript:alert(1)", "𠮷👩\u200d🔧" * 20, "免考包过", "a" * 10_000, "证" * 10_000, " ", "", "Bcc: a@b.example\r\n\r\nX", "*.", "xn--",
    "2026年", "．", "。", "\u3000",
]


@pytest.fixture(scope="module")
def hostile(lasting):
    chance = random.Random(20260310)
    at = "2026-02-10T03:00:00.000000Z"

    def bit():
        return "".join(chance.sample(BITS, 2))
    lasting.ids = []
    with lasting.store.transaction():
        for n in range(LEADS):
            words, page = bit(), n % 5 == 0
            subject = f"http://h{n}.example/{bit()[:400]}" if page else f"{n}{bit()[:300]}.example"
            lead = lasting.lead(subject, url=f"http://h{n}.example/{bit()[:400]}", kind=("ad", "fake_site")[n % 2], title=words, at=at,
                                scope="page" if page else "host", captures=False, imitates=bit()[:200], html=f"<p>{words}</p>",
                                contacts=(Contact("wechat", bit()[:200]), Contact(bit()[:20], bit()[:300])),
                                findings=(("ad/x", 40.0, words[:60], f"页面写着“{words}”"), ("ad/y", 5.0, bit()[:14], bit())))
            lasting.release(lead, at=at)
            lasting.package(lead, "wangxinban", f"/srv/x/{n}-{bit()[:60]}.zip")
            lasting.ids.append(lead)
    lasting.seal()
    return lasting


def ask(world, name, path, **fields):
    path.parent.mkdir(parents=True, exist_ok=True)
    formats.get(name).write(Order(world.store, world.vault, CONFIG, "2026-03-09", path.parent, **fields), path)
    return path


@pytest.mark.parametrize(("name", "row"), [
    ("hosts", r"(0\.0\.0\.0|::) [a-z0-9_.-]+"), ("plain", r"[a-z0-9_.:-]+"), ("rpz", r"(\*\.)?[a-z0-9_.-]+ CNAME \.")])
def test_a_block_list_holds_host_names_and_remarks_alone(hostile, tmp_path, name, row):
    text = ask(hostile, name, tmp_path / "f").read_text(encoding="utf-8")
    sign = ";" if name == "rpz" else "#"
    lines = [line for line in text.splitlines()[3 if name == "rpz" else 0:] if not line.startswith(sign)]
    assert not [line for line in lines if not re.fullmatch(row, line)]
    assert not [line for line in lines if "bank" in line or "evil" in line]
    assert {lead for lead in hostile.ids if lead in text} == set(hostile.ids)  # blocked or told why not


def test_stix_and_misp_hold_every_one(hostile, tmp_path):
    bundle = stix2.parse(ask(hostile, "stix", tmp_path / "s").read_text(encoding="utf-8"))
    made = [o for o in bundle.objects if o.type == "indicator"]
    assert {o.external_references[0].external_id for o in made} == set(hostile.ids)
    event = MISPEvent()
    event.from_json(ask(hostile, "misp", tmp_path / "m").read_text(encoding="utf-8"))
    assert len(event.attributes) == LEADS
    assert not [a for a in event.attributes if a.to_ids and a.type == "domain" and not re.fullmatch("[a-z0-9_.-]+", a.value)]


def test_every_indicator_is_one_line_without_controls(hostile):
    for one in indicators.released(hostile.store, CONFIG):
        assert not re.search("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", one.value + one.title + one.reason + one.link)


def test_forms_keep_one_row_a_lead_and_calculate_nothing(hostile, tmp_path):
    leads = tuple(hostile.ids)
    book = openpyxl.load_workbook(ask(hostile, "batch", tmp_path / "b.xlsx", agency="wangxinban", leads=leads))
    cells = [c for row in book["批次表"].iter_rows() for c in row if c.value is not None]
    assert book["批次表"].max_row == LEADS + 1
    assert {c.data_type for c in cells} <= {"s", "inlineStr"}
    assert all(len(str(c.value).encode("utf-16-le")) // 2 <= 32_767 for c in cells)
    path = ask(hostile, "batch_csv", tmp_path / "b.csv", agency="wangxinban", leads=leads)
    with path.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.reader(source))
    assert len(rows) == LEADS + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [v for row in rows for v in row if re.match(r"[\s\u200b]*[=+\-@＝＋－＠|%]", v)]


def test_reports_abroad_stay_whole(hostile, tmp_path):
    for lead in hostile.ids[:40]:
        report = json.loads(ask(hostile, "xarf", tmp_path / "x", lead=lead).read_text(encoding="utf-8"))
        assert not xarf.parse(report).errors
        message = email.message_from_bytes(ask(hostile, "abuse_mail", tmp_path / "m", lead=lead).read_bytes(), policy=email.policy.default)
        assert message["Bcc"] is None
        assert not message.defects
        assert not re.search("(?i)https?:", message.get_body(("plain",)).get_content())


def test_a_bulletin_of_them_is_harmless(hostile, tmp_path):
    page = LexborHTMLParser(ask(hostile, "bulletin", tmp_path / "b.html", period="2026Q1").read_text(encoding="utf-8"))
    assert not page.css("script, img, iframe, link, object, [style], [onerror]")
    assert not re.search("[\u202a-\u202e\u2066-\u2069]|(?i:https?://)", page.body.text())
    path = ask(hostile, "bulletin_docx", tmp_path / "b.docx", period="2026Q1")
    assert "线索 500 条" in "\n".join(p.text for p in docx.Document(path).paragraphs)
    with zipfile.ZipFile(path) as parts:
        assert b"hyperlink" not in parts.read("word/document.xml")
