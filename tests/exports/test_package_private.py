"""Personal data that stand where nobody looks for them – in an address, beside a digest – and the papers' last pages."""

import csv
import io
import re
import shutil
import subprocess
import zipfile

import docx
import pytest

from exports import package
from exports.verify import verify

ID = "110105194912310021"


def built(world, tmp_path, url, html="<p>证书查询结果：有效</p>"):
    lead = world.lead("cx.example", kind="fake_site", html=html, url=url)
    world.release(lead)
    world.seal()
    return package.build(world.store, world.vault, lead, "wangxinban", tmp_path / "out", world.config)


@pytest.fixture
def queried(world, tmp_path):
    """A package of a result page whose address holds the number that was asked for."""
    return built(world, tmp_path, f"http://cx.example/q?zsbh=T{ID}&xm=1")


def texts(made):
    for path in made.path.rglob("*"):
        if not path.is_file() or path.suffix == ".pdf":
            continue
        if path.suffix in {".docx", ".wacz"}:
            with zipfile.ZipFile(path) as box:
                for name in box.namelist():
                    yield f"{path.name}/{name}", box.read(name)
        else:
            yield path.name, path.read_bytes()


def test_a_number_in_an_address_is_masked_everywhere_and_its_page_sealed(queried):
    for name, data in texts(queried):
        assert ID.encode() not in data, name
    with zipfile.ZipFile(queried.path / "data/evidence.wacz") as box:  # what it holds is the way there
        assert b"cx.example" not in box.read("indexes/index.cdx")
    assert "封存原件" in (queried.path / "data/list.csv").read_text(encoding="utf-8-sig")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext here")
def test_nor_does_it_stand_in_a_pdf(queried):
    for path in queried.path.rglob("*.pdf"):
        said = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True).stdout
        assert len(said) > 200
        assert ID not in re.sub(r"\s|\u200b", "", said)


def test_digests_are_never_masked(world, tmp_path):
    """A run of digits in a digest may look like a telephone's."""
    made = built(world, tmp_path, "http://cx.example/")
    listed = (made.path / "data/index.html").read_text(encoding="utf-8")
    cells = re.findall(r'<td class="hash"><code>([^<]*)</code>', listed)
    assert len(cells) > 10
    assert not [c for c in cells if not re.fullmatch(r"[0-9a-f]{64}", c)]
    table = docx.Document(str(made.path / "data/record.docx")).tables[1]
    assert all(re.fullmatch(r"[0-9a-f]{64}", row.cells[n].text) for row in table.rows[1:] for n in (5, 6))


def test_a_signature_never_stands_alone_and_no_row_is_torn(world, tmp_path):
    made = built(world, tmp_path, "http://cx.example/")
    paragraphs = docx.Document(str(made.path / "data/letter.docx")).paragraphs
    at = next(n for n, p in enumerate(paragraphs) if p.text.startswith(world.config.operator.unit))
    assert all(p.paragraph_format.keep_with_next for p in paragraphs[at - 8:at + 2])
    assert any(len(p.text) > 20 for p in paragraphs[at - 8:at])
    with zipfile.ZipFile(io.BytesIO((made.path / "data/record.docx").read_bytes())) as box:
        document = box.read("word/document.xml").decode()
    assert document.count("<w:cantSplit") >= document.count("<w:tr>") - 4


def test_a_registrant_who_is_a_person_is_masked_everywhere(world, tmp_path):
    world.fact("cx.example", "whois", {"registrar": "某某网络技术有限公司", "registrant": "赵六六", "registrant_email": "zhao66@mail.example", "found": True},
               raw="Registrant: 赵六六\r\nRegistrant Contact Email: zhao66@mail.example\r\nSponsoring Registrar: 某某网络技术有限公司\r\n")
    made = built(world, tmp_path, "http://cx.example/")
    for name, data in texts(made):
        assert "赵六六".encode() not in data, name
        assert b"zhao66@" not in data, name
    page = (made.path / "data/index.html").read_text(encoding="utf-8")
    assert "赵**" in page and "某某网络技术有限公司" in page
    assert {kind for _, kind, *_ in csv.reader(io.StringIO((made.path / "data/masked.csv").read_text(encoding="utf-8-sig")))} >= {"姓名", "邮箱"}
    assert {c.state for c in verify(made.zip)} == {"verified"}


def test_the_way_there_is_in_the_package_each_step_linked_to_its_capture(world, tmp_path):
    import json

    made = built(world, tmp_path, "http://cx.example/")
    data = made.path / "data/evidence"
    steps = json.loads((data / "entry.json").read_text(encoding="utf-8"))
    captures = {row["record"]["id"]: row["record"] for row in json.loads((data / "captures.json").read_text(encoding="utf-8"))}
    search = steps[0]
    assert search["kind"] == "search"
    assert search["sighting"]["rank"] == 3 and search["sighting"]["query"] == "电工证 免考"
    assert captures[search["capture"]]["url"] == search["url"]
    landing = [c for c in captures.values() if c["url"] == "http://cx.example/"]
    assert any(c["origin"] == search["sighting"]["id"] for c in landing)
    with zipfile.ZipFile(made.path / "data/evidence.wacz") as box:
        index = box.read("indexes/index.cdx").decode()
    assert "so360" in index and "cx.example" in index
    page = (made.path / "data/index.html").read_text(encoding="utf-8")
    assert "第 1 页第 3 条" in page and search["capture"] in page
