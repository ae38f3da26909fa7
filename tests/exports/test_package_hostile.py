"""Five hundred hostile titles, names and addresses through packages: letter, record, list, page, PDFs, records, file names, withdrawal."""

import csv
import io
import json
import random
import re
import shutil
import subprocess
import zipfile

import docx
import pytest
from selectolax.lexbor import LexborHTMLParser

from evidence import ids
from evidence.records import Contact, Decision, Finding, Lead, Verdict
from exports import package, withdrawal
from exports.recipients import agencies, provincial
from exports.verifier import trees
from exports.verify import verify

LEADS, EACH = 20, 25
BITS = (
    "=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(1+1)", "＝HYPERLINK(\"http://x.example\")", "\t=1", "\r\n", "'", "\"", "\\", "<script>alert(1)</script>",
    "</pre></td><img src=x onerror=alert(1)>", "]]>", "&lt;b&gt;", "{{7*7}}", "{% raw %}", "#eval(\"1\")", "$ x^2 $", "*粗* _斜_ `码` @引用 <标签>",
    "\\u{41}", "// 注释", "\u202eexe.piz", "\u2066证\u2069", "\x00\x01\x08\x1b[31m\x7f\x85", "\ufffe\uffff", "../../etc/passwd", "C:\\aux", "CON",
    "javascript:alert(1)", "𠮷👩\u200d🔧", "证" * 10_000, "a" * 10_000, "免考包过", "\u3000", "%n%s%x", "$(rm -rf /)", "`id`", "w:fldSimple", "\ud83d",
)


@pytest.fixture(scope="module")
def made(lasting, tmp_path_factory):
    """Packages of leads in which every field that is shown is hostile; each value carries its own mark."""
    chance, world, number = random.Random(20261125), lasting, iter(range(10_000))
    world.marks, world.built, world.said = {}, [], {}

    def bit(lead, limit=300):
        mark = f"〔{next(number):04}〕"
        world.marks.setdefault(lead, []).append(mark)
        text = (mark + "".join(chance.sample(BITS, 2)))[:limit]
        if limit == 300:
            world.said.setdefault(lead, []).append(text)
        return text

    for n in range(LEADS):
        html = f"<title>{chance.choice(BITS)}</title><p>免考 {chance.choice(BITS)}</p>"
        path = "".join(c for c in chance.choice(BITS) if c not in "\r\n\x00")[:300]
        hit = world.serp(url=f"http://h{n}.example/", title=chance.choice(BITS)[:500], query=chance.choice(BITS)[:100])
        seen = world.page(f"http://h{n}.example/{path}", html, title=chance.choice(BITS)[:300], origin=hit.id)
        findings = tuple(Finding(f"ad/{k}", 10.0, bit(n, 120), -1, -1, bit(n)) for k in range(EACH))
        contacts = tuple(Contact(chance.choice(["wechat", "qq", "x" * 30, "<b>"]), chance.choice(BITS)[:200]) for _ in range(3))
        verdict = Verdict(ids.new_id(), seen.id, world.run, "r", "fake_site", "high", 80.0, seen.artifact("body").sha256, ids.utc_now(),
                          findings=findings, contacts=contacts, imitates=bit(n, 100))
        world.store.add_verdict(verdict)
        lead = Lead(ids.new_id(), "fake_site", f"h{n}.example" + chance.choice(BITS)[:60], "host", verdict.id, ids.utc_now())
        world.store.add_lead(lead)
        world.store.add_lead_verdict(lead.id, verdict.id)
        for move, who in (("confirm", "甲"), ("second", "乙")):
            world.store.add_decision(Decision(ids.new_id(), lead.id, move, who, bit(n), verdict.id, ids.utc_now()))
        world.fact(f"h{n}.example", "whois", {"registrar": bit(n, 80), "registrant": chance.choice(BITS)[:80], "found": True},
                   raw=bit(n, 3000), server=bit(n, 60))
        world.check(lead.id, "down", detail=bit(n, 100))
        world.built.append((n, lead.id))
    world.seal()
    out = tmp_path_factory.mktemp("hostile")
    config = world.config.model_copy(update={"operator": world.config.operator.model_copy(update={"unit": "=某办<b>#1", "place": "@场所{{1}}"})})
    agency = agencies()["wangxinban"]
    world.built = [(n, package.build(world.store, world.vault, lead, "wangxinban", out, config,
                                     to=provincial(agency, "福建省", chance.choice(BITS)))) for n, lead in world.built]
    return world


def every(made, name):
    return [(n, built.path / "data" / name) for n, built in made.built]


def test_five_hundred_values_were_packaged(made):
    assert sum(len(marks) for marks in made.marks.values()) >= 500


def test_every_package_verifies_as_folder_and_as_zip(made):
    for _, built in made.built:
        assert [c for c in verify(built.path) if c.state != "verified"] == []
        assert [c for c in verify(built.zip, built.manifest_sha256) if c.state != "verified"] == []


def test_the_page_shows_every_value_and_runs_none(made):
    for n, path in every(made, "index.html"):
        page = LexborHTMLParser(path.read_text(encoding="utf-8"))
        assert not page.css("script, iframe, object, embed, link, base, form, [onerror], [onload], [onclick], [srcset]")
        assert all(i.attributes["src"].startswith("data:image/jpeg;base64,") for i in page.css("img"))
        assert all(a.attributes["href"].startswith("#") for a in page.css("a"))
        text = page.body.text()
        assert not [mark for mark in made.marks[n] if mark not in text and mark not in made.marks[n][-4:]], n
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\ufffe]", text)
        for bit in ("{{7*7}}", "{% raw %}", "<script>alert(1)</script>"):
            assert text.count(bit) or bit not in "".join(made.said[n])


def test_letters_and_records_open_without_links_or_fields_of_others(made):
    for name in ("letter.docx", "record.docx"):
        for _, path in every(made, name):
            with zipfile.ZipFile(path) as parts:
                assert parts.testzip() is None
                document, links = parts.read("word/document.xml").decode(), parts.read("word/_rels/document.xml.rels").decode()
            assert "hyperlink" not in document + links.replace("hyperlinkBase", "")
            assert "fldSimple" not in re.sub(r"<w:t[ >].*?</w:t>", "", document, flags=re.S)
            assert "External" not in links
            docx.Document(str(path))


def test_letters_name_the_facts_that_carry_the_case(made):
    for n, path in every(made, "letter.docx"):
        text = "\n".join(p.text for p in docx.Document(str(path)).paragraphs)
        first = made.marks[n][:12:2] + made.marks[n][1:12:2]
        assert [mark for mark in first if mark in text]
        assert f"h{n}[.]example" in text


def test_pdfs_hold_no_action(made):
    reader = shutil.which("pdftotext")
    for name in ("letter.pdf", "record.pdf"):
        for _, path in every(made, name)[:5]:
            data = path.read_bytes()
            assert data.startswith(b"%PDF-")
            assert not re.search(rb"/(JavaScript|JS|Launch|URI|OpenAction|AA|EmbeddedFile)\b", data)
            if reader:
                done = subprocess.run([reader, str(path), "-"], capture_output=True)
                assert done.returncode == 0
                assert len(done.stdout) > 300


@pytest.mark.parametrize("name", ["list.csv", "masked.csv"])
def test_lists_calculate_nothing(made, name):
    for _, path in every(made, name):
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert not [c for row in rows for c in row if re.match(r"[\s\u200b]*[=+\-@＝＋－＠|%]", c)]


def test_records_are_json_and_lose_nothing(made):
    for n, built in made.built:
        said = ""
        for path in sorted((built.path / "data/evidence").glob("*.json")):
            json.loads(path.read_text(encoding="utf-8"))
            said += path.read_text(encoding="utf-8")
        said += "".join(p.read_text(encoding="utf-8") for p in (built.path / "data/facts").iterdir())
        assert not [mark for mark in made.marks[n][:-1] if mark not in said]


def test_names_of_files_are_ours_alone(made):
    for _, built in made.built:
        with zipfile.ZipFile(built.zip) as box:
            for name in box.namelist():
                assert trees.hostile_name(name) == ""
                assert re.fullmatch(r"[A-Za-z0-9._/-]+", name)
        assert f"{built.path.name}/" and re.fullmatch(r"[a-z]+-[A-Za-z0-9_-]+", built.path.name)


def test_a_withdrawal_of_such_a_lead_is_whole(made, tmp_path):
    from evidence.records import Package

    _, built = made.built[0]
    lead = built.path.name.split("-", 1)[1]
    best = made.store.one("SELECT verdict FROM v_lead_best WHERE lead = ?", lead)["verdict"]
    made.store.add_package(Package(ids.new_id(), lead, "wangxinban", str(built.zip), built.zip_sha256, built.manifest_sha256, ids.utc_now()))
    made.store.add_decision(Decision(ids.new_id(), lead, "revoke", "甲", "误报=1+1<script>\u202e" + "长" * 5000, best, ids.utc_now()))
    notices = withdrawal.build(made.store, lead, tmp_path, made.config, {})
    assert notices
    for notice in notices:
        assert {c.state for c in verify(notice.zip)} == {"verified"}


ODD = [chr(c) for c in range(256) if chr(c) not in "[]"] + ["\u2028", "\u3000", "\ufeff", "%00", "#a?b", "??", "//", " ;a", "?é"]


def test_the_oddest_address_raises_no_alarm_in_a_warc(tmp_path):
    from evidence.archive import WarcWriter
    from evidence.home import Home
    from exports.verifier.warcs import warc_claims

    home = Home.at(tmp_path / "odd").prepare()
    writer = WarcWriter.create(home, "run", "test")
    for place in ("http://a.example/{}x", "http://a.example/x{}", "http://a.example/?q={}", "http://a.example{}", "{}http://a.example/"):
        for odd in ODD:
            writer.response(capture_id="c", url=place.format(odd), status=200, headers=[], body=b"x")
    name = writer.close().name
    with (home.warc / name).open("rb") as stream:
        assert warc_claims(stream, "x")[0] == []
