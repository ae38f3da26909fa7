"""The whole chain on the demo web, as a newcomer runs it."""

import json
import random
import shutil
import zipfile

import openpyxl
import pytest

from demo.web import Web
from evidence import custody
from evidence.archive import Vault, whole_members
from evidence.store import Store
from exports.verify import verify
from review import demonstration, scoring
from review.commands.demo import as_row

pytestmark = [pytest.mark.chain, pytest.mark.browser, pytest.mark.timeout(900)]


def test_every_seller_and_fake_is_found_and_nobody_accused(demo):
    _, shown = demo
    score = shown.score
    assert [t.subject for t in score.missed] == []
    assert [t.subject for t in score.accused] == []
    assert score.unknown == []
    assert score.expected["ad"] >= 14
    assert score.expected["fake_site"] >= 8
    assert score.decoys >= 20
    assert [t.subject for t in score.unseen_decoys] == []  # a decoy that nobody looked at proves nothing


# What the demo web shows instead of results, source by source; all others answer.
WALLS = {
    "sogou": "blocked", "wuba": "blocked", "douyin": "blocked", "pinduoduo": "blocked", "zhihu": "blocked",
    "goofish": "login", "taobao": "login", "jd": "login", "weibo": "login", "xiaohongshu": "login", "kuaishou": "login", "zhuanzhuan": "login",
    "bing": "degraded",
}


def test_every_wall_is_told_by_its_right_name(demo):
    home, shown = demo
    assert {name: state for name, state in shown.result.sources.items() if state != "ok"} == WALLS
    assert len(shown.result.sources) == 30
    with Store.open(home) as store:
        row = store.one("SELECT proof_capture, detail FROM source_runs WHERE source = 'sogou'")
        assert store.capture(row["proof_capture"]).outcome == "blocked"


def test_the_machine_line_has_its_shape(demo):
    row = json.loads(json.dumps(as_row(demo[1])))
    assert set(row) == {"sellers_expected", "sellers_found", "fakes_expected", "fakes_found", "decoys", "decoys_accused",
                        "sources", "seconds", "outputs"}
    assert row["sellers_found"] == row["sellers_expected"]


def test_only_the_demo_web_was_asked_and_no_paid_link_clicked(demo):
    home, _ = demo
    known = set(Web().hosts())  # engines, boards, registries and sites; a click on an advertisement has its own line below
    lines = [json.loads(line) for line in (home.logs / "demo-hosts.log").read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 100
    assert {line["host"].split(":")[0] for line in lines} <= known
    assert not [line for line in lines if "PAID-CLICK" in json.dumps(line)]


def test_every_stored_byte_is_readable_and_true(demo):
    home, _ = demo
    with Store.open(home) as store:
        vault = Vault(home)
        captures = [store.capture(r["id"]) for r in store.rows("SELECT id FROM captures")]
        for capture in captures:
            for artifact in capture.artifacts:
                assert len(vault.read(artifact)) == artifact.size
        assert list(custody.broken_links(custody.events(store.db))) == []
        assert list(custody.broken_heads(store.db, home.heads)) == []
        assert {r["name"] for r in store.rows("SELECT name FROM warcs")} == {p.name for p in home.warc.iterdir()}
    for path in home.warc.iterdir():
        *_, (offset, length) = whole_members(path)
        assert offset + length == path.stat().st_size


def test_leads_have_pictures_on_desktop_and_phone(demo):
    home, _ = demo
    with Store.open(home) as store:
        for lead in store.rows("SELECT id, subject FROM v_leads WHERE band IN ('medium', 'high')"):
            shots = {r["profile"] for r in store.rows(
                "SELECT DISTINCT c.profile FROM lead_verdicts lv JOIN verdicts v ON v.id = lv.verdict JOIN captures c ON "
                "c.id = v.capture JOIN artifacts a ON a.capture = c.id WHERE lv.lead = ? AND a.name = 'screenshot-full'",
                lead["id"])}
            assert shots, lead["subject"]


def test_the_daily_files_are_for_people(demo):
    _, shown = demo
    book = openpyxl.load_workbook(next(p for k, p in shown.outputs.items() if p.suffix == ".xlsx"))
    words = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert not [w for w in words if w.startswith("http")]  # defanged
    html = next(p for p in shown.outputs.values() if p.suffix == ".html").read_text(encoding="utf-8")
    assert html.index("sogou") < html.index("免考")  # coverage first
    assert "<script" not in html


def test_packages_verify_and_any_flipped_byte_is_named(demo, tmp_path):
    _, shown = demo
    zips = [p for k, p in shown.outputs.items() if k.startswith("package")]
    assert len(zips) >= 4
    chance = random.Random(7)
    folder = zips[0].with_suffix("")
    assert {c.state for c in verify(zips[0])} == {c.state for c in verify(folder)} == {"verified"}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size):
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy)
        target = copy / path.relative_to(folder)
        data = bytearray(target.read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        target.write_bytes(data)
        named = [c for c in verify(copy) if c.state != "verified"]
        assert any(str(path.relative_to(folder)) in c.subject for c in named), path.name
        shutil.rmtree(copy)


def test_a_package_speaks_for_itself(demo):
    _, shown = demo
    with zipfile.ZipFile(next(p for k, p in shown.outputs.items() if k.startswith("package"))) as bag:
        names = {name.split("/", 1)[1] for name in bag.namelist()}
    for wanted in ("bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "verify.py", "data/letter.docx"):
        assert any(name.endswith(wanted) for name in names), wanted


def test_the_truth_is_read_by_the_scoring_alone():
    """Nothing that crawls, judges or tells may know where the truth lies."""
    root = demonstration.folder().parent
    readers = [p for folder in ("crawlers", "classifiers", "exports", "evidence", "review", "demo")
               for p in (root / folder).rglob("*.py") if '"truth"' in p.read_text(encoding="utf-8")]
    assert [p.name for p in readers] == ["demonstration.py"]
    assert scoring.load(demonstration.folder() / "truth")
