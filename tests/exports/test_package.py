"""A package as its recipient meets it: what lies in it, what is masked, that other people's tools agree."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from docx import Document

from exports import package, pdf
from exports.package import PackageError
from exports.verify import verify


@pytest.fixture
def built(world, tmp_path):
    """A released lead's package for 网信办: a seller whose page names no private person."""
    world.source("so360")
    html = "<html><title>电工证免考包过</title><body><p>低压电工操作证，免考、包过，微信 banzheng_test</p></body></html>"
    lead = world.lead("kuaizheng.example", html=html, findings=(("ad/no_exam", 40.0, "免考", "页面承诺“免考”"),))
    world.release(lead)
    world.fact("kuaizheng.example", "whois", {"registrar": "某某网络有限公司", "created_day": "2026-01-05", "found": True},
               raw="Registrar: 某某\nRegistrant: 姓名：赵六六 13800001111")
    world.seal()
    return package.build(world.store, world.vault, lead, "wangxinban", tmp_path / "out", world.config)


@pytest.fixture
def personal(world, tmp_path):
    """A fake result page that shows an ID number and a name."""
    lead = world.lead("cx-yjgl.example", kind="fake_site")
    world.release(lead)
    world.seal()
    return lambda **named: package.build(world.store, world.vault, lead, "wangxinban", tmp_path / "out", world.config, **named)


def names(built):
    return {p.relative_to(built.path).as_posix() for p in built.path.rglob("*") if p.is_file()}


def test_it_verifies_as_folder_and_as_zip(built):
    assert {c.state for c in verify(built.path)} == {"verified"}
    assert {c.state for c in verify(built.zip)} == {"verified"}
    assert {c.state for c in verify(built.zip, built.manifest_sha256)} == {"verified"}


def test_it_holds_what_procedure_asks_for(built):
    wanted = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "seal.txt", "verify.py",
              "HOW-TO-VERIFY.txt", "data/index.html", "data/letter.docx", "data/record.docx", "data/list.csv", "data/masked.csv",
              "data/evidence.wacz", "data/evidence/custody.json", "data/evidence/verdicts.json"}
    assert wanted <= names(built)
    assert {"screenshot-first.png", "screenshot-first.jpg"} <= {n.rsplit("/", 1)[-1] for n in names(built)}


def test_the_zip_is_the_same_whenever_it_is_made(built, tmp_path):
    from exports.packaging.bag import zip_bag

    assert zip_bag(built.path, tmp_path / "again.zip") == built.zip_sha256


def test_two_recipients_share_the_evidence_and_nothing_is_overwritten(world, built, tmp_path):
    lead = built.path.name.split("-", 1)[1]
    other = package.build(world.store, world.vault, lead, "tongguanju", tmp_path / "out", world.config)
    again = package.build(world.store, world.vault, lead, "wangxinban", tmp_path / "out", world.config)
    same = {n for n in names(built) & names(other) if n.startswith("data/") and not n.startswith("data/letter")}
    assert len(same) > 10
    assert all((built.path / n).read_bytes() == (other.path / n).read_bytes() for n in same)
    assert again.path != built.path
    assert {c.state for c in verify(other.zip)} == {"verified"}


def test_the_page_opens_without_network_or_script(built):
    text = (built.path / "data/index.html").read_text(encoding="utf-8")
    assert not re.search(r"(?i)<script|<link|src=[\"'](?!data:)|href=[\"'](?!#)|url\(", text)
    assert "default-src 'none'" in text
    assert "不参加理论或实操考试就给证" in text  # slang explained
    assert "data:image/jpeg;base64," in text
    assert "http://kuaizheng.example" not in text  # nothing can be clicked or copied by accident
    for part in ("理由", "截图", "到达路径", "固定清单", "证明了什么", "怎样核验"):
        assert part in text


def test_the_record_names_the_article_behind_every_field(built):
    document = Document(str(built.path / "data/record.docx"))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows][1:]
    assert len(rows) >= 16
    assert all(row[1].strip() and re.search(r"第.+条|取证规则|规定", row[2]) for row in rows)
    listed = [[cell.text for cell in row.cells] for row in document.tables[1].rows][1:]
    assert all(re.fullmatch(r"[0-9a-f]{64}", row[5]) and re.fullmatch(r"[0-9a-f]{64}", row[6]) for row in listed)


def test_the_letter_is_on_official_paper_and_quotes_the_law_of_the_day(built):
    document = Document(str(built.path / "data/letter.docx"))
    page = document.sections[0]
    assert [round(m.mm) for m in (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)] == [37, 35, 28, 26]
    text = "\n".join(p.text for p in document.paragraphs)
    assert "12377" in text
    assert "广告法》第二十四条第一项" in text
    assert "kuaizheng[.]example" in text


def test_raw_replies_leave_masked_and_the_list_says_so(built):
    raw = next((built.path / "data/facts").iterdir()).read_text(encoding="utf-8")
    assert "赵**" in raw
    assert "13800001111" not in raw
    rows = list(csv.reader(io.StringIO((built.path / "data/masked.csv").read_text(encoding="utf-8-sig"))))
    assert any("facts/" in row[0] for row in rows[1:])


def test_personal_data_stay_sealed_by_default(personal):
    made = personal()
    for name in names(made) - {"data/letter.pdf", "data/record.pdf"}:
        data = (made.path / name).read_bytes()
        if name.endswith(".docx"):
            data = b"".join(zipfile.ZipFile(io.BytesIO(data)).read(n) for n in zipfile.ZipFile(io.BytesIO(data)).namelist())
        assert b"110105194912310021" not in data, name
        assert "钱七七".encode() not in data, name
    assert not [n for n in names(made) if n.endswith((".png", "dom.html.txt"))]
    with zipfile.ZipFile(made.path / "data/evidence.wacz") as box:  # what it holds is the way there
        assert b"cx-yjgl.example" not in box.read("indexes/index.cdx")
    listed = (made.path / "data/list.csv").read_text(encoding="utf-8-sig")
    assert "封存原件" in listed
    assert {c.state for c in verify(made.zip)} == {"verified"}


def test_originals_leave_when_somebody_says_so(personal):
    made = personal(originals=True)
    assert [n for n in names(made) if n.endswith(".wacz")]
    assert [n for n in names(made) if n.endswith("screenshot-first.png")]
    assert {c.state for c in verify(made.path)} == {"verified"}


def test_contacts_are_masked_when_so_configured(world, tmp_path):
    from evidence.records import Contact

    lead = world.lead("banzheng.example", contacts=(Contact("phone", "13900001234", "13900001234"),),
                      html="<p>免考包过，电话 13900001234</p>")
    world.release(lead)
    world.seal()
    config = world.config.model_copy(update={"exports": world.config.exports.model_copy(update={"contacts": "mask"})})
    made = package.build(world.store, world.vault, lead, "wangxinban", tmp_path / "out", config)
    assert "13900001234" not in (made.path / "data/index.html").read_text(encoding="utf-8")


def test_missing_fields_say_where_to_get_them(world):
    lead = world.lead("banzheng.example", captures=False)
    world.seal()
    lines = package.missing_fields(world.store, lead, package.agencies()["tongguanju"], world.config)
    assert any(line.startswith("域名注册商：") and "WHOIS" in line for line in lines)
    assert any("[operator]" in line for line in package.missing_fields(world.store, lead, package.agencies()["tongguanju"]))


@pytest.mark.parametrize(("code", "said"), [("nobody", "没有收件机关"), ("cnnic", "不受理")], ids=["unknown", "not its business"])
def test_the_wrong_recipient_is_told_in_one_sentence(world, tmp_path, code, said):
    lead = world.lead("banzheng.example")
    world.seal()
    with pytest.raises(PackageError, match=said):
        package.build(world.store, world.vault, lead, code, tmp_path / "out", world.config)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_evidence_that_was_altered_is_not_packaged(world, tmp_path):
    from evidence.archive import ArchiveError

    lead = world.lead("banzheng.example")
    world.seal()
    path = next(world.home.warc.iterdir())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ArchiveError):
        package.build(world.store, world.vault, lead, "wangxinban", tmp_path / "out", world.config)
    assert not list((tmp_path / "out").iterdir())
    assert not [p for p in world.home.scratch.iterdir() if p.name.startswith("evidence-")]


def test_without_a_chinese_font_there_is_no_pdf_and_the_package_says_so(world, tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "_families", lambda: frozenset({"DejaVu Sans"}))
    lead = world.lead("banzheng.example")
    world.seal()
    made = package.build(world.store, world.vault, lead, "wangxinban", tmp_path / "out", world.config)
    assert not (made.path / "data/letter.pdf").exists()
    assert any("没有中文字体" in note for note in made.notes)
    assert {c.state for c in verify(made.zip)} == {"verified"}


HOSTILE = "=cmd|' /C calc'!A0\u202e<script>alert(1)</script>../../x\x00\x07{{7*7}}#eval(\"1\")" + "长" * 3000


def test_hostile_words_stay_words(world, tmp_path):
    html = f"<title>{HOSTILE}</title><p>免考 {HOSTILE}</p>"
    lead = world.lead("banzheng.example", html=html, title=HOSTILE, findings=(("ad/no_exam", 40.0, HOSTILE[:400], HOSTILE[:500]),))
    world.release(lead)
    world.seal()
    made = package.build(world.store, world.vault, lead, "wangxinban", tmp_path / "out", world.config)
    assert "<script>alert" not in (made.path / "data/index.html").read_text(encoding="utf-8")
    Document(str(made.path / "data/letter.docx"))
    assert not [c for row in csv.reader(io.StringIO((made.path / "data/list.csv").read_text(encoding="utf-8-sig"))) for c in row
                if c.startswith(("=", "+", "@"))]
    assert {c.state for c in verify(made.zip)} == {"verified"}


# -- other people's tools ---------------------------------------------------------------------
def test_bagit_of_others_agrees(built):
    bagit = pytest.importorskip("bagit")
    assert bagit.Bag(str(built.path)).validate() is True


def test_wacz_of_others_agrees(built, tmp_path):
    pytest.importorskip("wacz")
    done = subprocess.run([sys.executable, "-W", "ignore", "-m", "wacz.main", "validate", "-f", str(built.path / "data/evidence.wacz")],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_warcio_of_others_agrees(built, tmp_path):
    with zipfile.ZipFile(built.path / "data/evidence.wacz") as box:
        box.extract("archive/data.warc.gz", tmp_path)
    done = subprocess.run([sys.executable, "-W", "ignore", "-m", "warcio.cli", "check", "-v", str(tmp_path / "archive/data.warc.gz")],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "digest failed" not in done.stdout


def test_the_plain_recipe_works(built):
    if shutil.which("sha256sum") is None:
        pytest.skip("no sha256sum here")
    for listing in ("tagmanifest-sha256.txt", "manifest-sha256.txt", "seal.txt"):
        done = subprocess.run(["sha256sum", "-c", "--quiet", listing], cwd=built.path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_verdicts_are_bound_to_the_bytes_that_were_scored(built):
    rows = json.loads((built.path / "data/evidence/verdicts.json").read_text(encoding="utf-8"))
    listed = json.loads((built.path / "data/evidence/captures.json").read_text(encoding="utf-8"))
    captures = {r["record"]["id"]: r["record"] for r in listed}
    for row in rows:
        held = captures[row["record"]["capture"]]["artifacts"]
        assert row["record"]["body_sha256"] in {a["sha256"] for a in held}
