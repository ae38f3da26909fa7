"""What is past its time goes, what belongs to a case stays whatever its age, and everything still verifies."""

import os
import time

import pytest
from click.testing import CliRunner

from evidence import ids
from evidence.archive import Vault, WarcWriter
from evidence.config import Retention
from evidence.home import Home
from evidence.records import Capture, Decision, Finding, Sighting, Verdict
from evidence.store import Store
from exports.verify import verify
from review import leads, retention
from review.cli import cli
from review.judging import pending
from review.merging import merge


@pytest.fixture
def page(home, store):
    """page(url, why, origin, band) stores a page in a WARC of its own, judged; returns the capture's id and the WARC's name."""
    run = store.begin_run("daily", "2026-01-02")

    def make(url, why="sighting", origin="", band="none", means="http"):
        writer, now, capture = WarcWriter.create(home, run, "capture"), ids.utc_now(), ids.new_id()
        body = writer.response(capture_id=capture, url=url, status=200, headers=[], body=b"x" * 500, started=now)
        writer.sync()
        store.add_capture(Capture(id=capture, run=run, asked_url=url, url=url, started=now, ended=ids.utc_now(), means=means,
                                  profile="desktop", outcome="ok", status=200, why=why, origin=origin, artifacts=(body,)), ("标题", "张某某"))
        store.add_warc(made := writer.close())
        score = {"high": 80.0, "none": 0.0}[band]
        findings = (Finding("ad/no_exam", score, "免考", 0, 2, "页面写着“免考”"),) if score else ()
        store.add_verdict(Verdict(id=ids.new_id(), capture=capture, run=run, ruleset="r1", kind="ad" if score else "none", band=band,
                                  score=score, body_sha256=body.sha256, at=ids.utc_now(), findings=findings))
        return capture, made.name
    return make


@pytest.fixture
def old(store, monkeypatch):
    """Everything so far is a hundred days old, and its run is over."""
    def make():
        for row in store.rows("SELECT id FROM v_runs WHERE state = 'unfinished'"):
            store.end_run(row["id"], "ok", {})
        monkeypatch.setattr("review.clock.days_ago", lambda days: ids.utc_now() if days < 100 else "2000")
    return make


def names(plan):
    return {name for name, _, _ in plan.destroy}


def wrong(home):
    return [f"{c.subject} {c.state} {c.detail}" for c in verify(home.root) if c.state != "verified"]


def test_what_is_in_a_case_stays_with_everything_that_led_to_it(store, page, old):
    serp, serp_warc = page("http://s.example/?q=1", "serp")
    hit = Sighting(id=ids.new_id(), run="r", source="so360", query="q", page=1, rank=1, title="t", snippet="", shown_site="", date_text="",
                   paid=False, ad_marker="", link="l", url="http://seller.example/", resolved_by="", serp_capture=serp, at=ids.utc_now())
    store.add_sightings([hit])
    _, seller = page("http://seller.example/", origin=hit.id, band="high")
    _, earlier = page("http://seller.example/contact")
    _, tip = page("http://said.example/", "tip")
    _, brought = page("urn:dajia:file:1", "import-file", means="import")
    _, idle = page("http://news.example/")
    _, other_serp = page("http://s.example/?q=2", "serp")
    leads.build(store)
    old()
    plan = retention.plan(store, Retention(pages=30))
    assert names(plan) == {idle} | ({other_serp} if other_serp not in {serp_warc} else set())
    assert {seller, earlier, tip, brought, serp_warc}.isdisjoint(names(plan))
    assert plan.kept == 5


def test_a_dismissed_lead_is_no_case_any_more(store, page, old):
    _, warc = page("http://innocent.example/", band="high")
    leads.build(store)
    old()
    assert names(retention.plan(store, Retention(pages=30))) == set()
    lead = store.one("SELECT id FROM leads")["id"]
    store.add_decision(Decision(id=ids.new_id(), lead=lead, move="dismiss", reviewer="张三", reason="误报", verdict="", at=ids.utc_now()))
    assert names(retention.plan(store, Retention(pages=30))) == {warc}


@pytest.mark.parametrize("rules", [Retention(), Retention(pages=365)], ids=["for ever", "not yet"])
def test_nothing_goes_before_its_time(store, page, old, rules):
    page("http://news.example/")
    old()
    assert names(retention.plan(store, rules)) == set()


def test_what_went_is_told_by_name_and_the_store_still_verifies(home, store, page, old):
    capture, warc = page("http://news.example/")
    old()
    assert capture in pending(store, "another rule set")
    rules = Retention(pages=30)
    retention.apply(store, rules, retention.plan(store, rules), "张三")
    assert not (home.warc / warc).exists()
    assert wrong(home) == []
    told = [c.detail for c in verify(home.root) if c.subject == warc]
    assert "张三" in told[0]
    assert "销毁" in told[0]
    assert pending(store, "another rule set") == []  # its bytes are gone: not "unreadable evidence" for ever
    assert store.one("SELECT (SELECT count(*) FROM page_text) + (SELECT count(*) FROM text_pages) AS n")["n"] == 0
    assert store.capture(capture).url == "http://news.example/"
    assert [r["actor"] for r in store.rows("SELECT actor FROM custody WHERE event = 'disposed'")] == ["张三"]
    assert retention.plan(store, rules).destroy == []
    page("http://later.example/")  # takes the place in the index that came free
    assert store.one("SELECT count(*) AS n FROM text_pages")["n"] == 1


def test_a_store_with_destroyed_files_is_united_with_another(home, store, page, old, tmp_path):
    page("http://news.example/")
    _, kept = page("http://said.example/", "tip")
    old()
    rules = Retention(pages=30)
    retention.apply(store, rules, retention.plan(store, rules), "张三")
    other = Home.at(tmp_path / "other")
    merge([home.root], other, lambda line: None)
    assert [p.name for p in other.warc.glob("*.warc.gz")] == [kept]
    assert wrong(other) == []


def test_a_warc_that_vanished_without_an_order_is_still_missing(home, store, page, old):
    _, warc = page("http://news.example/")
    old()
    (home.warc / warc).unlink()
    assert any(warc in line and "missing" in line for line in wrong(home))


def test_old_warcs_move_to_the_archive_and_are_read_there(home, store, page, tmp_path):
    capture, warc = page("http://news.example/")
    os.utime(home.warc / warc, (time.time() - 40 * 86_400,) * 2)
    rules = Retention(archive_after=30, archive=str(tmp_path / "cold"))
    retention.apply(store, rules, retention.plan(store, rules), "张三")
    assert (tmp_path / "cold" / warc).is_file()
    assert Vault(home).read(store.capture(capture).artifacts[0]) == b"x" * 500
    assert wrong(home) == []
    assert retention.plan(store, rules).move == []


def test_logs_and_daily_files_go_packages_stay(home, store):
    aged = time.time() - 200 * 86_400
    for name in ("r-capture.log", "report-r.json", "dajia-1.jsonl", "dajia.jsonl"):
        (home.logs / name).write_text("x", encoding="utf-8")
        os.utime(home.logs / name, (aged, aged))
    for name in ("2020-01-02", "packages", "2999-01-01"):
        (home.exports / name).mkdir()
    plan = retention.plan(store, Retention(logs=90, exports=30))
    assert {p.name for p in plan.files} == {"r-capture.log", "report-r.json", "dajia-1.jsonl", "2020-01-02"}


def test_the_command_previews_and_wants_a_name(home, store, page):
    page("http://news.example/")
    store.close()
    home.config.write_text("[retention]\npages = 30\n", encoding="utf-8")
    shown = CliRunner().invoke(cli, ["--home", str(home.root), "retention"], standalone_mode=False)
    assert "预览" in shown.output, shown.exception
    refused = CliRunner().invoke(cli, ["--home", str(home.root), "retention", "--apply"], standalone_mode=False)
    assert "--person" in str(refused.exception)
    done = CliRunner().invoke(cli, ["--home", str(home.root), "retention", "--apply", "--person", "张三"], standalone_mode=False)
    assert "已执行" in done.output
    with Store.open(home) as again:
        assert again.one("SELECT count(*) AS n FROM disposals")["n"] == 0


def test_moving_without_a_place_is_refused(home):
    from evidence.config import ConfigError, load

    home.config.write_text("[retention]\narchive_after = 30\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="archive"):
        load(home)
