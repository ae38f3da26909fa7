import sqlite3

import pytest

from evidence import asking, custody, followup, ids, intake, lookouts
from evidence.home import Home
from evidence.migrations import FACT_TABLES, MIGRATIONS
from evidence.records import (
    Artifact,
    Check,
    Contact,
    Decision,
    Finding,
    Hop,
    Lead,
    Package,
    Query,
    Sighting,
    SiteFact,
    SourceRun,
    Verdict,
)
from evidence.search import search
from evidence.store import Store, StoreError, StoreTooNew
from evidence.views import VIEWS


def verdict_of(capture, **changes):
    values = {
        "id": ids.new_id(), "capture": capture.id, "run": capture.run, "ruleset": "rules", "kind": "ad",
        "band": "high", "score": 80.5, "body_sha256": "0" * 64, "at": ids.utc_now(),
        "findings": (Finding("ad/no_exam", 40.0, "免考", 3, 5, "写着“免考”"),),
        "contacts": (Contact("wechat", "dz2026", "微信dz2026", 9, 17),), "links": ("http://x.example/",),
    }
    return Verdict(**(values | changes))


def test_records_come_back_as_they_were_stored(store, make_capture):
    run = store.begin_run("daily", "2026-01-02")
    body = Artifact("body", "text/html", 3, "a" * 64, "b" * 64, "w.warc.gz", 0, 10, "gzip")
    capture = make_capture(run, hops=(Hop("http://a.example/", 302, "/b"),), headers=(("Set-Cookie", "a"),),
                           artifacts=(body,), title="标题", truncated=True)
    verdict = verdict_of(capture)
    store.add_capture(capture, ("标题", "高处作业证免考包过"))
    store.add_verdict(verdict)
    assert store.capture(capture.id) == capture
    assert store.verdict(verdict.id) == verdict


def test_a_transaction_is_all_or_nothing(store, make_capture):
    before = store.one("SELECT count(*) FROM custody")[0]
    with pytest.raises(RuntimeError), store.transaction():
        store.add_capture(make_capture())
        raise RuntimeError("stop")
    assert store.rows("SELECT * FROM captures") == []
    assert store.one("SELECT count(*) FROM custody")[0] == before


@pytest.mark.parametrize("attack", [
    "UPDATE captures SET status = 404", "DELETE FROM captures", "INSERT OR REPLACE INTO captures SELECT id, run, "
    "asked_url, 'http://other.example/', url_key, host, started, ended, means, profile, outcome, status, note, hops, "
    "headers, ip, protocol, title, why, origin, tool, truncated FROM captures", "UPDATE custody SET detail = '{}'",
    "DELETE FROM custody WHERE seq = 1",
], ids=["update", "delete", "insert or replace", "edit the chain", "cut the chain"])
def test_facts_refuse_change_even_from_a_plain_client(store, make_capture, attack):
    store.add_capture(make_capture())
    plain = sqlite3.connect(store.home.store)
    with pytest.raises(sqlite3.IntegrityError, match="insert-only"):
        plain.execute(attack)
    plain.close()


def test_every_fact_table_is_locked(store):
    triggers = {r["name"] for r in store.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert FACT_TABLES
    for table in FACT_TABLES:
        assert {f"{table}_no_update", f"{table}_no_delete", f"{table}_no_replace"} <= triggers


def test_the_custody_chain_tells_who_dropped_the_locks(store, make_capture):
    store.add_capture(make_capture())
    store.add_capture(make_capture())
    custody.stamp_head(store.db, store.home.heads)
    assert list(custody.broken_links(custody.events(store.db))) == []
    plain = sqlite3.connect(store.home.store)
    plain.execute("DROP TRIGGER custody_no_update")
    plain.execute("UPDATE custody SET subject_id = 'other' WHERE seq = 1")
    plain.commit()
    plain.close()
    assert "event 1" in " ".join(custody.broken_links(custody.events(store.db)))


def test_a_chain_cut_short_disagrees_with_its_stamped_head(store, make_capture):
    store.add_capture(make_capture())
    custody.stamp_head(store.db, store.home.heads)
    plain = sqlite3.connect(store.home.store)
    plain.execute("DROP TRIGGER custody_no_delete")
    plain.execute("DELETE FROM custody")
    plain.commit()
    plain.close()
    assert list(custody.broken_links(custody.events(store.db))) == []  # an empty chain holds together …
    assert "cut short" in " ".join(custody.broken_heads(store.db, store.home.heads))  # … but not with the head


def test_every_view_answers(store, make_capture):
    run = store.begin_run("daily", "2026-01-02")
    capture = make_capture(run)
    store.add_capture(capture)
    weak, strong = verdict_of(capture, score=20.0, band="low"), verdict_of(capture)
    lead = Lead(ids.new_id(), "ad", "cert.example", "host", weak.id, ids.utc_now())
    store.add_verdict(weak)
    store.add_verdict(strong)
    store.add_lead(lead)
    for verdict in (weak, strong):
        store.add_lead_verdict(lead.id, verdict.id)
    store.add_decision(Decision(ids.new_id(), lead.id, "confirm", "李四", "看过截图", strong.id, ids.utc_now()))
    store.db.execute("INSERT INTO gangs VALUES (?, 2, 1, 1, '概要', ?)", (lead.id, ids.utc_now()))
    store.add_source_run(SourceRun(run, "so360", "blocked", 1, 0, 0, "captcha", capture.id, ids.utc_now()))
    asking.propose(store, Query("电工证 免攷"), {"related": 1})
    brought = intake.Import(ids.new_id(), "saved", "页面.mhtml", "0" * 64, 1, capture.id, "李四", "另存", run, 1, 0, (), ids.utc_now())
    intake.add(store, brought)
    store.add_capture(make_capture(run, why="import", origin=brought.id))
    lookouts.add_name(store, lookouts.NameSeen(ids.new_id(), run, "cx-mem.example", "generated", "cx.mem.gov.cn", "high", 80.0, ("形似",),
                                               "yes", ("203.0.113.1",), False, "", ids.utc_now()))
    now = ids.utc_now()
    followup.add_round(store, Check(ids.new_id(), lead.id, "up", "", capture.id, now), [
        followup.LookRow(ids.new_id(), lead.id, run, "desktop", "served", "ok 200", capture.id, capture.url, now)])
    followup.add_letter(store, followup.Letter(ids.new_id(), lead.id, "wangxinban", "filed", now, "李四", now))
    followup.add_successor(store, followup.Successor(ids.new_id(), lead.id, "b.example", "http://b.example/", "body", "c", "o", now))
    assert followup.rebuild(store) == 1
    store.add_package(Package(ids.new_id(), lead.id, "wangxinban", "/p.zip", "a" * 64, "b" * 64, now))
    store.add_site_fact(SiteFact(ids.new_id(), run, "cert.example", "ip", {"country": "US"}, "", "192.0.2.1", now))
    for name, _, _ in VIEWS:
        assert store.rows(f"SELECT * FROM {name}"), name
    row = store.one("SELECT * FROM v_leads")
    assert (row["state"], row["band"], row["verdict"]) == ("confirmed", "high", strong.id)


def test_a_lower_newer_verdict_of_the_same_capture_replaces_the_old(store, make_capture):
    capture = make_capture(store.begin_run("daily", "2026-01-02"))
    store.add_capture(capture)
    old = verdict_of(capture)
    store.add_verdict(old)
    new = verdict_of(capture, score=5.0, band="none", ruleset="later")
    store.add_verdict(new)
    lead = Lead(ids.new_id(), "ad", "cert.example", "host", old.id, ids.utc_now())
    store.add_lead(lead)
    store.add_lead_verdict(lead.id, old.id)
    store.add_lead_verdict(lead.id, new.id)
    assert store.one("SELECT band FROM v_leads")["band"] == "none"


def test_a_source_has_one_state_in_a_run(store):
    run = store.begin_run("daily", "2026-01-02")
    first = SourceRun(run, "baidu", "ok", 2, 20, 1, "", "", ids.utc_now(), {"hit": "div.result"})
    assert store.add_source_run(first) is True
    assert store.add_source_run(first) is False


def test_a_repeated_stage_keeps_both_times(store):
    run = store.begin_run("daily", "2026-01-02")
    store.add_stage(run, "judge", 1.0)
    store.add_stage(run, "judge", 2.0)
    assert [r["stage"] for r in store.rows("SELECT stage FROM stages ORDER BY at")] == ["judge", "judge#2"]


@pytest.mark.parametrize(("words", "found"), [
    ("免考", True), ("考包", True), ("高处作业证", True), ("证免", True), ("包考", False), ("", False),
    ("免考 作业", True), ('"免考', True), ("免考 AND", False), ("WX2026", True),
], ids=["two characters", "across words", "whole", "neighbours", "wrong order", "empty", "two words",
        "stray quote", "operator is a word", "latin, other case"])
def test_full_text_finds_chinese_words_of_any_length(store, make_capture, words, found):
    store.add_capture(make_capture(), ("标题", "高处作业证免考包过，微信wx2026"))
    assert bool(search(store.db, words)) is found


def test_surrogates_and_nuls_do_not_break_a_digest(store, make_capture):
    capture = make_capture(title="坏\ud800字\x00")
    store.add_capture(capture)
    digest = store.one("SELECT digest FROM custody WHERE subject_id = ?", capture.id)["digest"]
    from evidence.records import as_row
    assert digest == ids.digest(as_row(store.capture(capture.id)))


def test_a_store_from_a_newer_version_is_refused_clearly(home):
    with Store.open(home) as store:
        store.db.execute("INSERT INTO migrations VALUES ('m999_future', 'now')")
    with pytest.raises(StoreTooNew, match=r"m999_future.*upgrade"):
        Store.open(home)


def test_a_file_that_is_no_database_is_named(tmp_path):
    home = Home.at(tmp_path).prepare()
    home.store.write_bytes(b"this is not a database, it only looks like a file" * 40)
    with pytest.raises(StoreError, match="not a usable SQLite database"):
        Store.open(home)


def test_migrations_have_unique_names():
    names = [name for name, _ in MIGRATIONS]
    assert names
    assert len(names) == len(set(names))


def test_sightings_share_one_custody_event(store):
    hit = Sighting("s1", "r", "so360", "电工证", 1, 1, "标题", "", "", "", False, "", "/link", "", "", "c1",
                   ids.utc_now())
    store.add_sightings([hit])
    assert store.one("SELECT event, detail FROM custody")["event"] == "sighted"
