"""Uniting stores: order and repetition change nothing, both chains hold afterwards, a bad store is refused and named."""

import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evidence import board, custody, ids, recovery
from evidence.archive import Vault, WarcWriter
from evidence.followup import LookRow
from evidence.home import Home
from evidence.migrations import FACT_TABLES
from evidence.records import Capture, Contact, Decision, Entity, Finding, GangEdit, Lead, Note, Verdict, as_row
from evidence.store import Store
from evidence.timestamps import pending
from exports.verify import verify
from review.merging import MergeRefused, merge

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # hundreds of small stores: the disk is not what is tested
SUBJECTS = ["kuai.example", "man.example", "http://bar.example/t/1"]
LEADS = ("lead", "a", "b")  # columns that hold a lead's number
STEP = st.tuples(st.sampled_from(["page", "page", "decide", "note", "look", "traits", "gang", "query"]), st.integers(0, 2), st.integers(0, 1))


def write(home, steps):
    """A run of one machine: pages with verdicts and leads, and what people said of them."""
    with Store.open(home, actor=home.root.name) as store:
        run = store.begin_run("worker", "2026-01-02")
        writer = WarcWriter.create(home, run, "test")
        for what, which, kind in steps:
            STEPS[what](store, writer, run, SUBJECTS[which], kind)
        writer.sync()
        store.add_warc(writer.close())
        store.end_run(run, "ok", {})
        custody.stamp_head(store.db, home.heads)
    return home


def page(store, writer, run, subject, kind):
    url = subject if "/" in subject else f"http://{subject}/"
    now, capture_id = ids.utc_now(), ids.new_id()
    body = writer.response(capture_id=capture_id, url=url, status=200, headers=(), body=f"<p>免考包过 {capture_id}</p>".encode())
    writer.sync()
    capture = Capture(id=capture_id, run=run, asked_url=url, url=url, started=now, ended=ids.utc_now(), means="http", profile="desktop",
                      outcome="ok", status=200, artifacts=(body,))
    verdict = Verdict(id=ids.new_id(), capture=capture_id, run=run, ruleset="r", kind="ad", band="high", score=80.0, body_sha256=body.sha256,
                      at=ids.utc_now(), findings=(Finding("ad/no_exam", 40.0, "免考", 0, 2, "写着“免考”"),),
                      contacts=(Contact("wechat", "invented_1"),))
    store.add_capture(capture, ("标题", "免考包过"))
    store.add_verdict(verdict)
    lead = number(store, subject)
    if not lead:
        lead = ids.new_id()
        store.add_lead(Lead(lead, "ad", subject, "host", verdict.id, ids.utc_now()))
    store.add_lead_verdict(lead, verdict.id)


def number(store, subject):
    row = store.one("SELECT id FROM leads WHERE subject = ?", subject)
    return row["id"] if row else ""


def decide(store, writer, run, subject, kind):
    if lead := number(store, subject):
        store.add_decision(Decision(ids.new_id(), lead, ("confirm", "dismiss")[kind], "王五", "看过", "", ids.utc_now()))


def note(store, writer, run, subject, kind):
    if lead := number(store, subject):
        store.add_note(Note(ids.new_id(), lead, "王五", "请复核", "", ids.utc_now()))


def look(store, writer, run, subject, kind):
    if lead := number(store, subject):
        found = LookRow(ids.new_id(), lead, run, "here", ("up", "gone")[kind], "", "", f"http://{subject}/", ids.utc_now())
        store.add_row("looks", as_row(found), "looked", "lead", lead)


def traits(store, writer, run, subject, kind):
    for row in store.rows("SELECT id FROM captures WHERE id NOT IN (SELECT subject_id FROM all_custody WHERE event = 'traits')"):
        store.add_entities(row["id"], [Entity(row["id"], "wechat", f"invented_{kind}")] if kind else [])


def gang(store, writer, run, subject, kind):
    leads = [r["id"] for r in store.rows("SELECT id FROM leads ORDER BY id")]
    if len(leads) > 1:
        store.add_gang_edit(GangEdit(ids.new_id(), "merge", leads[0], leads[1], "王五", "同一伙", ids.utc_now()))


def query(store, writer, run, subject, kind):
    row = {"text": f"检索词{kind}", "theme": "ad", "certificate": "", "region": "", "origin": "manual", "evidence": subject, "at": ids.utc_now()}
    if not store.one("SELECT 1 FROM query_proposals WHERE text = ?", row["text"]):
        store.add_row("query_proposals", row, "proposed", "query", row["text"])


STEPS = {"page": page, "decide": decide, "note": note, "look": look, "traits": traits, "gang": gang, "query": query}


def united(homes, into):
    return merge([h.root for h in homes], into, lambda line: None)


def outcome(home):
    """What a store holds, with leads by subject instead of number, and every chain that was united into it."""
    with Store.open(home) as store:
        assert board.differences(store.db) == []
        name = {r["id"]: f"{r['kind']} {r['subject']}" for r in store.rows("SELECT * FROM leads")}
        held = {"subjects": sorted(name.values()), "text": sorted(r[0] for r in store.rows("SELECT capture FROM page_text"))}
        for table in FACT_TABLES:
            if table in ("custody", "leads", "origin_rows", "query_proposals"):
                continue
            rows = [dict(r) for r in store.rows(f"SELECT * FROM {table}")]
            for row in rows:
                for column in row.keys() & LEADS:
                    row[column] = name.get(row[column], row[column])
                if table == "lead_verdicts":
                    row.pop("at")
            held[table] = sorted(json.dumps(r, sort_keys=True) for r in rows)
        held["queries"] = sorted(r[0] for r in store.rows("SELECT text FROM query_proposals"))
        held["warc"] = sorted(p.name for p in home.warc.iterdir())
        held["chains"] = sorted({r["origin"] for r in store.rows("SELECT origin FROM origin_custody")} )
        held.pop("origin_custody")
        held["events"] = sorted({r["hash"] for r in store.rows("SELECT hash FROM origin_custody WHERE event NOT IN ('merged', 'united')")})
        return held


def rows(home, sql, *values):
    with Store.open(home) as store:
        return store.rows(sql, *values)


def faults(home):
    return [c for c in verify(home.root) if c.state not in ("verified", "not-verifiable")]


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.lists(st.lists(STEP, min_size=1, max_size=7), min_size=2, max_size=3), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(scripts, chance):
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        root = Path(folder)
        homes = [write(Home.at(root / f"store{n}"), [("page", n, 0), *steps]) for n, steps in enumerate(scripts)]
        seen = []
        for n, order in enumerate(itertools.islice(itertools.permutations(homes), 4)):
            into = Home.at(root / f"into{n}")
            way = chance.choice(["at once", "one by one", "twice", "by way of another"])
            if way == "at once":
                united(order, into)
            elif way == "by way of another":
                between = Home.at(root / f"between{n}")
                united(order[:2], between)
                united([*order[2:], between, order[0]], into)
            for home in order if way in ("one by one", "twice") else ():
                united([home], into)
                if way == "twice":
                    assert not united([home], into)[0].united.anything
            assert faults(into) == []
            held = outcome(into)
            if way == "by way of another":
                with Store.open(Home.at(root / f"between{n}")) as store:
                    name = store.one("SELECT hash FROM custody WHERE seq = 1")[0]
                held["chains"].remove(name)
                own = {row[0] for row in rows(into, "SELECT hash FROM origin_custody WHERE origin = ?", name)}
                held["events"] = [h for h in held["events"] if h not in own]
            seen.append(held)
        assert all(held == seen[0] for held in seen)
        total = sum(len(rows(home, "SELECT 1 FROM captures")) for home in homes)
        assert len(seen[0]["captures"]) == total


@pytest.fixture
def two(tmp_path):
    """Two machines that met the same seller, each with a decision of its own."""
    steps = [("page", 0, 0), ("decide", 0, 0), ("note", 0, 0), ("traits", 0, 1)]
    return [write(Home.at(tmp_path / name), steps) for name in ("a", "b")]


def test_one_seller_found_twice_is_one_lead_with_both_histories(two, tmp_path):
    into = Home.at(tmp_path / "all")
    united(two, into)
    with Store.open(into) as store:
        assert [r["subject"] for r in store.rows("SELECT subject FROM v_leads")] == ["kuai.example"]
        lead = store.one("SELECT id FROM leads")[0]
        assert [r["lead"] for r in store.rows("SELECT lead FROM decisions")] == [lead, lead]
        assert store.one("SELECT verdicts FROM v_leads")[0] == 2
        body = store.capture(store.one("SELECT id FROM captures ORDER BY id DESC")[0]).artifact("body")
        assert "免考包过".encode() in Vault(into).read(body)
        assert list(store.rows("SELECT 1 FROM page_text WHERE page_text MATCH '\"免 考\"'"))
    assert faults(into) == []


def test_a_store_goes_on_working_after_it_was_united(two, tmp_path):
    into = Home.at(tmp_path / "all")
    united(two[:1], into)
    write(into, [("page", 0, 0), ("decide", 0, 1), ("traits", 0, 1)])
    write(two[0], [("page", 1, 0), ("page", 0, 0)])
    made = united(two, into)
    assert [m.united.rows["captures"] for m in made] == [2, 1]
    write(into, [("page", 2, 0), ("traits", 0, 0)])
    assert faults(into) == []
    with Store.open(into) as store:
        assert len(store.rows("SELECT 1 FROM captures")) == 6
        assert recovery.recover(store) == []
        assert next(p for p in pending(store, "tsa") if p.kind == "head").subject == str(store.one("SELECT max(seq) FROM custody")[0])


def alter(home, sql, *values):
    db = sqlite3.connect(home.store)
    for name in [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
        db.execute(f"DROP TRIGGER {name}")
    db.execute(sql, values)
    db.commit()
    db.close()


def newer(home):
    alter(home, "INSERT INTO migrations VALUES ('of_the_future', '2030')")


def torn(home):
    data = home.store.read_bytes()
    home.store.write_bytes(data[: len(data) // 2 + 100])
    for more in home.root.glob("*.sqlite-*"):
        more.unlink()


def foreign(home):
    home.store.unlink()
    for more in home.root.glob("*.sqlite-*"):
        more.unlink()
    db = sqlite3.connect(home.store)
    db.execute("CREATE TABLE shopping (item)")
    db.close()


def short(home):
    path = next(home.warc.iterdir())
    path.write_bytes(path.read_bytes()[:-40])


BAD = {
    "a row altered": (lambda h: alter(h, "UPDATE verdicts SET score = 1"), "核验不通过"),
    "an event altered": (lambda h: alter(h, "UPDATE custody SET actor = 'x' WHERE seq = 2"), "保管链第 2 号"),
    "a row without event": (lambda h: alter(h, "INSERT INTO leads VALUES ('0', 'ad', 'x.example', 'host', '', '')"), "核验不通过"),
    "a capture deleted": (lambda h: alter(h, "DELETE FROM decisions"), "核验不通过"),
    "a name that leaves the vault": (lambda h: alter(h, "UPDATE warcs SET name = '../../x.warc.gz'"), "核验不通过"),
    "a WARC cut": (short, "整文件摘要"),
    "a WARC gone": (lambda h: next(h.warc.iterdir()).unlink(), "不在证据库里"),
    "newer": (newer, "newer dajia"),
    "torn": (torn, "不是完好的证据库"),
    "another program's": (foreign, "不是 dajia 的证据库"),
    "a view for a table": (lambda h: alter(h, "ALTER TABLE notes RENAME TO n") or alter(h, "CREATE VIEW notes AS SELECT * FROM n"), "不是表"),
    "no store": (lambda h: h.store.unlink(), "不是数据目录"),
    "nothing": (lambda h: shutil.rmtree(h.root), "找不到"),
    "not registered": (lambda h: alter(h, "DELETE FROM warcs"), ""),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_store_is_refused_named_and_leaves_no_trace(two, tmp_path, case):
    break_, told = BAD[case]
    into = Home.at(tmp_path / "all")
    united(two[:1], into)
    before = outcome(into)
    break_(two[1])
    with pytest.raises(MergeRefused) as refused:
        united(two[1:], into)
    assert told in str(refused.value) and str(two[1].root) in str(refused.value)
    assert outcome(into) == before and faults(into) == []
    assert list(into.scratch.iterdir()) == []


def test_the_command_tells_what_it_took_and_stops_at_a_bad_store(two, tmp_path):
    command = [str(Path(sys.executable).with_name("dajia")), "merge", "--into", str(tmp_path / "all")]
    done = subprocess.run([*command, str(two[0].root), "--json"], capture_output=True, text=True)
    assert done.returncode == 0 and json.loads(done.stdout)["rows"]["captures"] == 1
    again = subprocess.run([*command, str(two[0].store)], capture_output=True, text=True)
    assert again.returncode == 0 and "没有新内容" in again.stdout
    newer(two[1])
    bad = subprocess.run([*command, str(two[1].root)], capture_output=True, text=True)
    assert bad.returncode == 2 and "newer dajia" in bad.stderr and "Traceback" not in bad.stderr


def test_copies_that_both_went_on_are_refused(two, tmp_path):
    copy = Home.at(tmp_path / "copy")
    shutil.copytree(two[0].root, copy.root)
    write(two[0], [("page", 1, 0)])
    write(copy, [("page", 2, 0)])
    into = Home.at(tmp_path / "all")
    with pytest.raises(MergeRefused, match="went apart"):
        united([two[0], copy], into)
    assert faults(into) == []


def test_an_older_copy_of_what_is_here_adds_nothing(two, tmp_path):
    copy = Home.at(tmp_path / "copy")
    shutil.copytree(two[0].root, copy.root)
    write(two[0], [("page", 1, 0)])
    assert not united([copy], two[0])[0].united.anything
    into = Home.at(tmp_path / "all")
    united([two[0]], into)
    assert not united([copy], into)[0].united.anything
    with pytest.raises(MergeRefused, match="就是"):
        united([into], into)


@pytest.mark.parametrize("attack", [
    "DELETE FROM origin_custody WHERE seq = (SELECT max(seq) FROM origin_custody)", "UPDATE origin_custody SET actor = 'x' WHERE seq = 2",
    "DELETE FROM origin_custody", "UPDATE origin_rows SET row = replace(row, 'kuai', 'lang')", "DELETE FROM origin_rows",
], ids=["end cut", "event altered", "chain gone", "kept row altered", "kept rows gone"])
def test_tampering_with_a_united_chain_is_found(two, tmp_path, attack):
    into = Home.at(tmp_path / "all")
    united(two, into)
    alter(into, attack)
    assert [c for c in faults(into) if not c.subject.startswith("触发器")]
