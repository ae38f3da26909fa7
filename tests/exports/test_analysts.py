"""Analysts: every view and column described, every example and question answered, covered snapshots, Datasette, CSV, Parquet."""

import csv
import http.client
import json
import re
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evidence import asking, followup, ids, intake, lookouts
from evidence.followup import Letter, LookRow, Successor
from evidence.records import Check, Contact, Query
from evidence.views import VIEWS
from exports.analysts import ManualError, View, cookbook, manual, snapshot, tables, views
from exports.analysts.covering import Cover

ROOT = Path(__file__).parents[2]
NAMES = [name for name, _, _ in VIEWS]
CONTACTS = (Contact("wechat", "banzheng_test"), Contact("phone", "13900001234"))
ID_NUMBER, SELLER, PHONE = "110105194912310021", "banzheng_test", "13900001234"


def day(n):
    return f"2026-{2 + n // 28:02}-{1 + n % 28:02}T03:00:00.000000Z"


@pytest.fixture(scope="module")
def filled(lasting):
    """A store in which every question has an answer."""
    world = lasting
    world.source("so360", "ok", 40, 6)
    world.source("sogou", "blocked", 0, 0, "出现验证码页")
    findings = (("ad/no_exam", 40.0, "免考", "页面承诺“免考”"), ("ad/contact", 12.0, SELLER, f"留有微信“{SELLER}”供联系"),
                ("ad/id", 1.0, f"证号T{ID_NUMBER}", f"页面写着证号 T{ID_NUMBER}"))
    names = [f"shop{n}.example" for n in range(4)]
    leads = {name: world.lead(name, captures=False, at=day(n), contacts=CONTACTS, findings=findings,
                              title=f"电工证免考 加微信{SELLER} 电话{PHONE}") for n, name in enumerate(names)}
    world.lead("cx-yjgl.example", kind="fake_site", at=day(1), captures=False, imitates="应急管理部特种作业操作证查询")
    weak = world.lead("peixun.example", band="medium", captures=False, at=day(1))
    world.decide(weak, "dismiss", reason=f"正规学校，已致电 {PHONE} 核实", at=day(2))
    for name, lead in leads.items():
        world.release(lead, at=day(5))
        world.package(lead, "wangxinban", at=day(6))
        letter(world, lead, "filed", day(6))
        world.fact(name, "ip", {"ip": "203.0.113.7", "country": "US", "org": "Example Hosting"})
    letter(world, leads["shop0.example"], "accepted", day(8))
    for at, state in ((day(9), "down"), (day(17), "down"), (day(20), "up")):
        looked(world, leads["shop0.example"], state, at)
    looked(world, leads["shop1.example"], "down", day(12))
    looked(world, leads["shop2.example"], "up", day(21), ("served", "gone"))
    world.decide(leads["shop3.example"], "revoke", reason="误判", at=day(22))
    followup.add_successor(world.store, Successor(ids.new_id(), leads["shop1.example"], "neu.example", "http://neu.example/", "content",
                                                  "c", "o", day(13)))
    world.store.db.execute("INSERT INTO gangs VALUES ('g1', 4, 4, 0, ?, ?)", (f"4 条广告；疑似运营者：微信 {SELLER}", day(9)))
    world.store.db.execute("INSERT INTO gang_ties VALUES ('g1', 'wechat', ?, 4, 'operator', 1, 9.0, ?)", (SELLER, f"4 条广告有同一微信 {SELLER}"))
    asking.propose(world.store, Query("电工证 免攷"), {"related": 1})
    brought(world)
    lookouts.add_name(world.store, lookouts.NameSeen(ids.new_id(), world.run, "cx-mem.example", "generated", "cx.mem.gov.cn", "high", 80.0,
                                                     ("形似",), "yes", ("203.0.113.1",), False, "", day(3)))
    world.seal()
    followup.rebuild(world.store)
    return world


def letter(world, lead, step, at):
    followup.add_letter(world.store, Letter(ids.new_id(), lead, "wangxinban", step, at, "王某", at))


def looked(world, lead, state, at, found=("gone", "gone")):
    found = ("served", "served") if state == "up" and found == ("gone", "gone") else found
    followup.add_round(world.store, Check(ids.new_id(), lead, state, "", "", at), [
        LookRow(ids.new_id(), lead, at, place, finding, "", "c", "http://x.example/", at)
        for place, finding in zip(("telecom", "unicom"), found, strict=True)])


def brought(world):
    capture = world.page("http://tipped.example/", why="import")
    record = intake.Import(ids.new_id(), "tips", "举报.xlsx", "0" * 64, 1, capture.id, "李四", "邮件", world.run, 1, 0, (), ids.utc_now())
    intake.add(world.store, record)
    world.page("http://tipped.example/a", why="import", origin=record.id)


@pytest.fixture(scope="module")
def window(filled, tmp_path_factory):
    """A snapshot of the filled store."""
    folder = tmp_path_factory.mktemp("window")
    snapshot.write(filled.store, folder)
    db = sqlite3.connect(f"file:{folder / snapshot.DATABASE}?mode=ro", uri=True)
    yield folder, db
    db.close()


def test_every_view_and_column_is_described_in_chinese(filled):
    assert snapshot.missing_words(filled.store) == []
    for name, told in views().items():
        assert re.search(r"[\u4e00-\u9fff]", told.title), name


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_view_runs_and_answers(filled, window, name):
    sql = views()[name].sql
    assert name in sql
    assert filled.store.rows(sql)
    assert window[1].execute(sql).fetchall()


def test_there_are_twenty_questions_of_views_only():
    assert len(cookbook()) == 20
    assert len({r.name for r in cookbook()}) == 20
    for recipe in cookbook():
        assert set(re.findall(r"(?:FROM|JOIN) (\w+)", recipe.sql)) <= set(NAMES), recipe.name


@pytest.mark.parametrize("recipe", cookbook(), ids=lambda r: r.name)
def test_a_question_of_the_cookbook_is_answered(filled, window, recipe):
    rows = filled.store.rows(recipe.sql)
    assert rows
    assert any(value is not None for value in tuple(rows[0]))
    assert len(window[1].execute(recipe.sql).fetchall()) == len(rows)


def test_the_answers_are_right(filled):
    def answer(name):
        return [tuple(r) for r in filled.store.rows(next(r.sql for r in cookbook() if r.name == name))]

    assert answer("days-to-down") == [(2, 4.5)]
    assert answer("overturned") == [(4, 1, 25.0)]
    assert answer("who-is-imitated") == [("应急管理部特种作业操作证查询", 1, 0)]
    assert {row[0] for row in answer("came-back")} == {"shop0.example", "shop1.example"}
    assert [row[0] for row in answer("shown-differently")] == ["shop2.example"]
    assert answer("agencies-and-answers") == [("wangxinban", 4, 1, 2.0)]
    assert answer("lookalikes-up")[0][0] == "cx-mem.example"


def test_the_manuals_are_those_of_the_views(filled):
    columns = {name: snapshot.columns_of(filled.store, name) for name in NAMES}
    assert (ROOT / "docs/analysts.md").read_text(encoding="utf-8") == manual.analysts(columns), "run `make docs`"
    assert (ROOT / "docs/cookbook.md").read_text(encoding="utf-8") == manual.recipes(), "run `make docs`"


# -- what leaves is covered ---------------------------------------------------------------------
def everything(db):
    return "\n".join(str(cell) for name in NAMES for row in db.execute(f"SELECT * FROM {name}") for cell in row)


def test_a_snapshot_holds_no_personal_data_and_no_contact(window):
    said = everything(window[1])
    assert ID_NUMBER not in said
    assert SELLER not in said
    assert PHONE not in said
    assert "ban*******est" in said


def test_contacts_stay_when_they_are_asked_for_and_personal_data_does_not(filled, tmp_path):
    snapshot.write(filled.store, tmp_path, contacts="show")
    db = sqlite3.connect(tmp_path / snapshot.DATABASE)
    said = everything(db)
    db.close()
    assert SELLER in said
    assert PHONE in said
    assert ID_NUMBER not in said


def test_a_column_nobody_described_is_covered():
    cover = Cover([SELLER], "mask")
    assert cover.cell(f"微信{SELLER}，证号{ID_NUMBER}", "text") == "微信ban*******est，证号110105**********21"
    assert cover.cell(7, "text") == 7
    assert cover.cell(None, "text") is None
    assert cover.cell("", "contact", "qq") == ""
    assert cover.cell("10000", "contact", "qq") == "1***0"


def test_a_snapshot_replaces_the_last_one_and_has_as_many_rows_as_the_views(filled, window):
    folder, db = window
    for name in NAMES:
        assert db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] == filled.store.one(f"SELECT count(*) FROM {name}")[0], name
    assert sorted(p.name for p in folder.iterdir()) == [snapshot.DATABASE, snapshot.METADATA]


def test_a_misspelt_key_of_the_words_is_refused():
    with pytest.raises(Exception, match="colums"):
        View.model_validate({"title": "x", "row": "x", "colums": {}, "columns": {}, "question": "x", "sql": "x"})
    assert issubclass(ManualError, Exception)


# -- Datasette really serves it -----------------------------------------------------------------
@pytest.fixture(scope="module")
def served(window):
    """Datasette on loopback over the snapshot, as `make analyst` starts it; gives a function from path to text."""
    pytest.importorskip("datasette")
    folder, _ = window
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sys.executable).with_name("datasette")
    process = subprocess.Popen([program, "serve", "--immutable", folder / snapshot.DATABASE, "--metadata", folder / snapshot.METADATA,
                                "--host", "127.0.0.1", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def get(path, status=200):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            line.request("GET", path)
            answer = line.getresponse()
            text = answer.read().decode()
        finally:
            line.close()
        assert answer.status == status, text[:500]
        return text

    deadline = time.monotonic() + 60
    while True:
        try:
            get("/-/versions.json")
            break
        except OSError:
            assert process.poll() is None, process.stderr.read().decode()
            assert time.monotonic() < deadline
            time.sleep(0.05)
    yield get
    process.terminate()
    process.communicate(timeout=20)


def test_datasette_shows_the_views_in_chinese_with_facets(served):
    assert "打假 · 分析窗口" in served("/")
    page = served("/dajia/v_leads")
    assert "线索（v_leads）" in page
    assert "等级：high" in page
    assert "facet" in page
    outside = set(re.findall(r"""(?:src|href)=["'](https?://[^"']+)""", page))
    assert all(address.startswith(("https://datasette.io/", "http://127.0.0.1:")) for address in outside), outside  # no way to a suspect's site
    assert "hxxp://shop0[.]example/" in page
    rows = json.loads(served("/dajia/v_leads.json?_shape=array&state=dismissed"))
    assert [r["subject"] for r in rows] == ["peixun.example"]


def test_datasette_answers_the_cookbook(served, filled):
    for name in ("takedown-stages", "days-to-down", "shared-contacts"):
        found = json.loads(served(f"/dajia/{name}.json?_shape=array"))
        assert found, name
    assert "从报送到下线" in served("/dajia/days-to-down")


def test_datasette_cannot_write(served):
    assert "must be a SELECT" in served("/dajia.json?sql=delete+from+v_leads", status=400)


# -- files --------------------------------------------------------------------------------------
def test_csv_opens_in_a_sheet_and_calculates_nothing(filled, tmp_path):
    filled.store.db.execute("INSERT INTO gangs VALUES ('g2', 1, 1, 0, '=cmd|calc', ?)", (day(1),))
    made = tables.write(filled.store, tmp_path, "csv", ["v_gangs", "v_takedowns"])
    filled.store.db.execute("DELETE FROM gangs WHERE id = 'g2'")
    raw = made["v_gangs"].read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = {r["id"]: r for r in csv.DictReader(raw.decode("utf-8-sig").splitlines())}
    assert rows["g2"]["summary"] == "'=cmd|calc"
    assert SELLER not in raw.decode("utf-8-sig")
    with made["v_takedowns"].open(encoding="utf-8-sig", newline="") as lines:
        assert {r["subject"]: r["days_to_down"] for r in csv.DictReader(lines)}["shop0.example"] == "3.0"


def test_parquet_keeps_numbers_as_numbers_and_every_row(filled, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    made = tables.write(filled.store, tmp_path, "parquet")
    assert set(made) == set(NAMES)
    table = parquet.read_table(made["v_leads"])
    assert table.num_rows == filled.store.one("SELECT count(*) FROM v_leads")[0]
    kinds = {field.name: str(field.type) for field in table.schema}
    assert (kinds["score"], kinds["subject"], kinds["verdicts"]) == ("double", "string", "int64")
    assert SELLER not in str(table.to_pydict())


def test_parquet_without_its_library_says_what_to_install(filled, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(tables.TablesError, match="analyst"):
        tables.write(filled.store, tmp_path, "parquet")
    assert list(tmp_path.iterdir()) == []


def test_the_commands_write_and_enter_the_chain(filled, tmp_path):
    from click.testing import CliRunner

    from review.commands.export import command

    run = CliRunner()
    for arguments, names in ((["datasette", str(tmp_path / "d")], ["dajia.db"]),
                             (["tables", "--view", "v_leads", "--out", str(tmp_path / "t")], ["v_leads.csv"])):
        done = run.invoke(command, arguments, obj=filled.home, standalone_mode=False)
        assert done.exception is None, done.exception
        for name in names:
            assert filled.store.rows("SELECT 1 FROM custody WHERE event = 'exported' AND subject_id = ?", name)
