"""What a daily run can be told, how it takes up what others left, and how it is told whatever became of it."""

import io
import json
import os

import pytest
from click.testing import CliRunner

from evidence.archive import WarcWriter
from evidence.config import Config
from evidence.frontier import Frontier
from evidence.home import Home
from evidence.store import Store
from exports import coverage
from review import catching_up, clock, following, processes, run_report
from review import daily as chain
from review.commands.daily import command
from review.logbook import Logbook
from review.progress import Reporter


@pytest.mark.parametrize(("arguments", "says"), [
    (["--only", "discover,exprt"], "export"), (["--since", "yesterday"], "2026-01-31"), (["--budget", "soon"], "90m"),
    (["--budget", "0"], "90m"),
], ids=["stage", "day", "time", "no time at all"])
def test_a_wish_that_cannot_be_read_is_told(home, arguments, says):
    done = CliRunner().invoke(command, arguments, obj=home)
    assert done.exit_code == 2
    assert says in done.output


@pytest.mark.parametrize(("text", "seconds"), [("90m", 5400), ("1.5h", 5400), ("2 小时", 7200), ("30", 1800)])
def test_a_budget_is_minutes_or_hours(home, monkeypatch, text, seconds):
    asked = []
    monkeypatch.setattr(chain, "daily", lambda home, say, wish: asked.append(wish) or run_report.RunResult("r", 0, {}, {}, {}, []))
    assert CliRunner().invoke(command, ["--budget", text], obj=home).exit_code == 0
    assert asked[0].seconds == seconds


def test_only_some_stages_make_no_daily_run(home, store):
    """A partial run must not pass for the day's: the day's interrupted run stays to be continued."""
    store.begin_run("daily", clock.today())
    store.close()
    made = chain.daily(home, Reporter(quiet=True), chain.Wish(only=("judge", "leads")))
    with Store.open(home) as again:
        kinds = {r["kind"]: r["state"] for r in again.rows("SELECT kind, state FROM v_runs")}
    assert kinds["part"] == "ok"
    assert set(made.seconds) == {"judge", "leads"}


def test_a_spent_budget_asks_nobody_and_still_reports(home, store):
    store.close()
    made = chain.daily(home, Reporter(quiet=True), chain.Wish(seconds=1e-9))
    assert made.code == 1
    assert {"discover", "capture", "deepen", "facts", "recheck"}.isdisjoint(made.seconds)
    assert made.outputs
    assert "时间预算" in made.problems[0]
    assert "发现：检索各来源" in made.problems[0]
    assert "时间预算" in (home.logs / "latest.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("state", "due"), [("ok", False), ("partial", False), ("failed", True), ("", True)],
                         ids=["done", "done in part", "failed", "interrupted"])
def test_a_run_is_due_until_one_came_to_its_end(home, store, monkeypatch, state, due):
    run = store.begin_run("daily", clock.today())
    if state:
        store.end_run(run, state, {})
    began = []
    monkeypatch.setattr(chain, "daily", lambda home, say, wish: began.append(1) or run_report.RunResult("r", 0, {}, {}, {}, []))
    assert CliRunner().invoke(command, ["--if-due", "--quiet"], obj=home).exit_code == 0
    assert bool(began) == due


def test_what_a_cut_off_run_left_is_taken_up(store, judged):
    today = clock.today()
    old = store.begin_run("daily", clock.days_before(today, 2))
    Frontier(store).add("plain", "k1", {"url": "http://a.example/"}, run=old)
    Frontier(store).add("browser", "k2", {"url": "http://b.example/"}, run=old)
    judged("http://suspect.example/", run=old)
    new = store.begin_run("daily", today)
    said = catching_up.catch_up(store, Config(), new, today)
    assert "2 个网址" in said[0]
    assert Frontier(store).counts("plain", new)["waiting"] == 1
    assert (store.home.exports / clock.days_before(today, 2) / "report.html").exists()
    assert store.one("SELECT state FROM v_runs WHERE id = ?", old)["state"] == "failed"
    assert following.suspect_hosts(store, new) == ["suspect.example"]
    assert any(clock.days_before(today, 1) in line for line in said)  # the day nobody ran
    assert catching_up.catch_up(store, Config(), new, today)[:-1] == []


def test_pages_without_a_browser_are_told_in_the_daily_files(store):
    run = store.begin_run("daily", clock.today())
    for name in ("a", "b"):
        Frontier(store).add("browser", name, {"url": f"http://{name}.example/"}, run=run)
    seen = coverage.read(store, run, clock.today(), Config())
    assert "2 个可疑网页没有用浏览器取证" in seen.warning
    Frontier(store).ack(Frontier(store).lease("browser", "w", 2)[0])
    assert "1 个可疑网页" in coverage.read(store, run, clock.today(), Config()).warning


def test_what_is_older_than_asked_for_stays(store):
    today = clock.today()
    old = store.begin_run("daily", clock.days_before(today, 9))
    Frontier(store).add("plain", "k1", {"url": "http://a.example/"}, run=old)
    new = store.begin_run("daily", today)
    catching_up.catch_up(store, Config(), new, today)
    assert Frontier(store).counts("plain", new)["waiting"] == 0
    catching_up.catch_up(store, Config(), new, today, clock.days_before(today, 10))
    assert Frontier(store).counts("plain", new)["waiting"] == 1


def test_a_clock_before_the_newest_record_is_told(store, monkeypatch):
    assert catching_up.clock_fault(store) == ""
    store.begin_run("daily", "2026-01-02")
    assert catching_up.clock_fault(store) == ""
    monkeypatch.setattr("evidence.ids.utc_now", lambda: "2020-01-01T00:00:00.000000Z")
    assert "时钟" in catching_up.clock_fault(store)


def test_the_clock_is_looked_at_before_recovery_writes_by_it(home, store, monkeypatch):
    WarcWriter.create(home, store.begin_run("daily", clock.today()), "capture").close()  # a kill came before it was registered
    monkeypatch.setattr("evidence.ids.utc_now", lambda: "2020-01-01T00:00:00.000000Z")
    result = chain.judge_again(home, Reporter(io.StringIO()))
    assert [p for p in result.problems if "时钟" in p]


@pytest.mark.parametrize(("deaths", "code", "told"), [(0, 0, 0), (1, 0, 1), (2, 0, 2), (9, -9, 3)],
                         ids=["lives", "dies once", "dies twice", "dies always"])
def test_a_crawl_process_that_dies_is_started_again(home, tmp_path, monkeypatch, deaths, code, told):
    counter, program = tmp_path / "starts", tmp_path / "crawler"
    program.write_text(f'#!/bin/sh\necho x >> {counter}\n[ $(wc -l < {counter}) -gt {deaths} ] || kill -9 $$\n'
                       'echo \'{"event": "end", "code": 0}\'\n', encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setattr(processes.sys, "executable", str(program))
    outcome = processes.crawl("capture", home, "r", lambda event: None)
    assert outcome.code == code
    assert len(outcome.deaths) == told
    assert outcome.died == (deaths > processes.RESTARTS)


def test_a_crawl_process_is_stopped_when_its_time_is_over(home, tmp_path, monkeypatch):
    program = tmp_path / "crawler"
    program.write_text("#!/bin/sh\ntrap 'echo \"{\\\"event\\\": \\\"end\\\"}\"; exit 1' TERM\nwhile :; do sleep 0.02; done\n", encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setattr(processes.sys, "executable", str(program))
    outcome = processes.crawl("capture", home, "r", lambda event: None, seconds=0.2)
    assert outcome.stopped
    assert not outcome.died
    assert outcome.deaths == []


def test_a_traceback_is_no_partial_success(home, monkeypatch, tmp_path):
    program = tmp_path / "crawler"
    program.write_text("#!/bin/sh\necho boom >&2; exit 1\n", encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setattr(processes.sys, "executable", str(program))
    outcome = processes.crawl("capture", home, "r", lambda event: None)
    assert outcome.code == processes.CRASHED
    assert "boom" in outcome.tail


def test_a_failure_before_the_run_begins_is_reported_too(home):
    home.config.write_text("[crawl]\ndelai = 1\n", encoding="utf-8")
    with pytest.raises(Exception, match="delay"):
        chain.daily(home, Reporter(quiet=True))
    report = json.loads((home.logs / "report-unbegun.json").read_text(encoding="utf-8"))
    assert report["code"] is None
    assert "delay" in report["failed"]
    assert "没有完成" in (home.logs / "latest.txt").read_text(encoding="utf-8")
    assert json.loads((home.logs / "dajia.jsonl").read_text(encoding="utf-8").splitlines()[-1])["event"] == "failed"


def test_a_report_that_finds_no_logs_folder_goes_beside_the_store(tmp_path, capsys):
    home = Home.at(tmp_path / "h")
    home.root.mkdir()
    home.logs.write_text("in the way", encoding="utf-8")
    made = run_report.write(home, "r1", {"code": 0, "sources": {"so360": "blocked"}})
    assert made[0].parent == home.root
    assert "看不全" in made[1].read_text(encoding="utf-8")
    assert "写不进" in capsys.readouterr().err


def test_the_log_is_lines_of_json_and_is_turned_over(home, monkeypatch):
    log = Logbook(home)
    log.write({"event": "begin", "run": "r1"})
    log.write({"event": "page", "url": "http://a.example/"})
    monkeypatch.setattr("review.logbook.FULL", 10)
    log.write({"event": "error", "detail": "一行\n两行"})
    lines = [json.loads(line) for path in sorted(home.logs.glob("dajia*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    assert sorted((line["event"], line["run"], line["pid"]) for line in lines) == [("begin", "r1", os.getpid()), ("error", "r1", os.getpid())]
    assert len(list(home.logs.glob("dajia*.jsonl"))) == 2


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path):
    log = Logbook(Home.at(tmp_path / "nowhere"))
    log.write({"event": "begin", "run": "r"})
    assert "写不进" in log.problem
