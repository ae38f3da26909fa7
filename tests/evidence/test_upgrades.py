"""A store of any earlier day opens today: its facts as they were, its chain unbroken, every view and lock in place."""

import sqlite3

import pytest
from sqlite_utils import Database

from evidence import custody, ids, migrations, search
from evidence.archive import Vault, WarcWriter
from evidence.home import Home
from evidence.migrations import MIGRATIONS
from evidence.records import Capture, Finding, Lead, Verdict
from evidence.store import Store, open_connection
from evidence.views import VIEWS
from exports.verify import verify

STEPS = [name for name, _ in MIGRATIONS]
BODY = "高处作业证，免考包过".encode()


def old_store(home, steps):
    """A store as a program with the first `steps` migrations left it: a run, a judged page in its WARC, a lead, a decision."""
    home.prepare()
    db = open_connection(home)
    db.execute("CREATE TABLE migrations (name TEXT PRIMARY KEY, at TEXT NOT NULL)")
    for name, step in MIGRATIONS[:steps]:
        step(Database(db))
        db.execute("INSERT INTO migrations VALUES (?, ?)", (name, ids.utc_now()))
    store = Store(home, db, "then")
    run = store.begin_run("daily", "2026-01-02", {"dajia": "0.0"})
    writer, now, capture = WarcWriter.create(home, run, "capture"), ids.utc_now(), ids.new_id()
    body = writer.response(capture_id=capture, url="http://a.example/", status=200, headers=[], body=BODY, started=now)
    writer.sync()
    url = "http://a.example/"
    store.add_capture(Capture(id=capture, run=run, asked_url=url, url=url, started=now, ended=ids.utc_now(), means="http", profile="desktop",
                              outcome="ok", status=200, title="证书", why="sighting", artifacts=(body,)))
    if "m003_search" in STEPS[:steps]:
        db.execute("INSERT INTO page_text (capture, title, body) VALUES (?, '证 书', '免 考 包 过')", (capture,))
    store.add_warc(writer.close())
    verdict = Verdict(id=ids.new_id(), capture=capture, run=run, ruleset="r0", kind="ad", band="high", score=80.0, body_sha256=body.sha256,
                      at=ids.utc_now(), findings=(Finding("ad/no_exam", 80.0, "免考", 0, 2, "页面写着“免考”"),))
    store.add_verdict(verdict)
    lead = ids.new_id()
    store.add_lead(Lead(id=lead, kind="ad", subject="a.example", scope="host", first_verdict=verdict.id, at=ids.utc_now()))
    store.add_lead_verdict(lead, verdict.id)
    row = {"id": ids.new_id(), "lead": lead, "move": "confirm", "reviewer": "张三", "reason": "", "verdict": verdict.id, "at": ids.utc_now()}
    store.add_row("decisions", row, "decided", "lead", lead, "张三")
    store.end_run(run, "ok", {})
    custody.stamp_head(db, home.heads)
    store.close()
    return capture


@pytest.mark.parametrize("steps", range(1, len(STEPS)), ids=[f"{n:02} {name}" for n, name in enumerate(STEPS[:-1], 1)])
def test_a_store_of_any_step_opens_with_its_facts_as_they_were(tmp_path, steps):
    home = Home.at(tmp_path / "home")
    capture = old_store(home, steps)
    chain = [tuple(r) for r in sqlite3.connect(home.store).execute("SELECT seq, digest, hash FROM custody ORDER BY seq")]
    with Store.open(home) as store:
        assert [r["name"] for r in store.rows("SELECT name FROM migrations ORDER BY rowid")] == STEPS
        assert [tuple(r) for r in store.rows("SELECT seq, digest, hash FROM custody ORDER BY seq")][:len(chain)] == chain
        assert Vault(home).read(store.capture(capture).artifacts[0]) == BODY
        lead = store.one("SELECT subject, band, state, reviewer FROM v_leads")
        assert tuple(lead) == ("a.example", "high", "confirmed", "张三")
        for name, _, _ in VIEWS:
            store.rows(f"SELECT * FROM {name} LIMIT 1")
        if steps >= STEPS.index("m003_search") + 1:
            assert [hit.capture for hit in search.search(store.db, "免考")] == [capture]
        store.begin_run("daily", "2026-02-03")
    assert [f"{c.subject} {c.detail}" for c in verify(home.root) if c.state != "verified"] == []


def test_an_upgrade_that_is_cut_off_leaves_the_old_store_whole(tmp_path, monkeypatch):
    """Out of room, or killed, in the last step: nothing of the upgrade stays, and the next start does it."""
    home = Home.at(tmp_path / "home")
    old_store(home, len(STEPS) - 3)

    def breaks(db):
        db.execute("CREATE TABLE half_done (a)")
        raise sqlite3.OperationalError("database or disk is full")
    whole = list(MIGRATIONS)
    monkeypatch.setattr(migrations, "MIGRATIONS", whole)
    monkeypatch.setattr("evidence.store.MIGRATIONS", [*whole[:-1], (whole[-1][0], breaks)])
    with pytest.raises(Exception, match="full"):
        Store.open(home)
    db = sqlite3.connect(home.store)
    assert len(db.execute("SELECT name FROM migrations").fetchall()) == len(STEPS) - 3
    assert db.execute("SELECT 1 FROM sqlite_master WHERE name = 'half_done'").fetchone() is None
    db.close()
    monkeypatch.setattr("evidence.store.MIGRATIONS", whole)
    with Store.open(home) as store:
        assert store.one("SELECT count(*) AS n FROM leads")["n"] == 1
