"""The cron job: discover → capture → judge → deepen → leads → recheck → export, under a lock, resumable.

Every stage can be run again: what was committed is found and not repeated, what was not is done.
A run that was interrupted has no end in the store; the next one of the same day continues it.
Parts of the chain run alone too: `discover`, `capture_addresses`, `recheck`, `judge_again`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawlers import sitefacts
from evidence import config as settings
from evidence import custody, followup, ids, looking, recovery
from evidence.archive import Vault
from evidence.home import Home
from evidence.sharing import frontier_for
from evidence.store import Store
from exports.daily import export_daily
from review import (
    catching_up,
    clock,
    environment,
    following,
    judging,
    leads,
    links,
    lookalikes,
    moving,
    packaging,
    rechecking,
    run_report,
    stamping,
)
from review.gangs import Gang
from review.lock import RunLock
from review.logbook import Logbook
from review.processes import Outcome, crawl
from review.progress import STAGE_LABELS, Reporter
from review.run_report import RunResult

OK, PARTIAL, ENVIRONMENT, NOTHING = 0, 1, 3, 4
HOSTS_AT_ONCE = 1000  # names on one command line
STAGES = ("discover", "lookalikes", "capture", "judge", "deepen", "facts", "leads", "gangs", "recheck", "export", "stamp")
ASKING = frozenset({"discover", "lookalikes", "capture", "deepen", "facts", "recheck"})  # what a spent budget cuts off


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the daily run is wanted: `sources` (empty: all), `only` these stages (empty: all), unfinished work of
    runs `since` a day (YYYY-MM-DD; "": a week back), and `seconds` after which nothing more is asked of anybody (0: no limit)."""

    sources: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    since: str = ""
    seconds: float = 0.0


class DailyRun:
    """One run over an open store. Build it with `daily`, which holds the lock around it."""

    def __init__(self, store: Store, config: settings.Config, say: Reporter, descriptor: int) -> None:
        self.store, self.config, self.say = store, config, say
        self.home, self.frontier, self._descriptor = store.home, frontier_for(store, config), descriptor
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.no_browser = False
        self.wish, self.began, self.cut = Wish(), time.monotonic(), dict[str, None]()
        self.seconds: dict[str, float] = {}
        self.outputs: dict[str, Path] = {}
        self.day = clock.today()
        self.run = ""

    def go(self, wish: Wish) -> RunResult:
        """The whole chain, or what is wished of it; raises only for what makes going on pointless."""
        self.wish = wish
        self._begin("daily" if not wish.only else "part")
        for said in catching_up.catch_up(self.store, self.config, self.run, self.day, wish.since):
            self._note(said)
        discovery = self._stage("discover", lambda: self._crawl("discover", *_source_arguments(wish.sources)))
        if self.config.feeds.wanted:
            self._stage("lookalikes", self._look_out)
        self._follow()
        self._look_again()
        if self.cut:
            self.problems.append(f"时间预算 {wish.seconds / 60:g} 分钟已用完，没有做完：{'、'.join(STAGE_LABELS[s] for s in self.cut)}；"
                                 "留下的由下一次运行接着做")
        if said := catching_up.unreached(self.store, self.run):
            self._note(said)
        code = self._code(discovery)
        self._stage("export", self._export)
        if self.config.timestamps.authorities:
            self._stage("stamp", self._stamp)
        return self._end(code)

    def discover(self, sources: tuple[str, ...]) -> RunResult:
        """Ask the sources, fetch nothing else."""
        self._begin("discover")
        discovery = self._stage("discover", lambda: self._crawl("discover", *_source_arguments(sources)))
        return self._end(self._code(discovery))

    def capture(self, addresses: tuple[str, ...]) -> RunResult:
        """Fetch these addresses, judge and deepen them, as an officer asked."""
        self._begin("capture")
        with self.store.transaction():
            for address in addresses:
                self.frontier.add("plain", ids.url_key(address), run=self.run, host=ids.host_of(address), priority=50,
                                  payload={"url": address, "why": "manual", "origin": "", "ephemeral": False})
        self._follow()
        return self._end(PARTIAL if self.problems else OK)

    def adopted(self) -> RunResult:
        """Fetch and judge at once what imports and look-outs queued, and judge what was brought in."""
        self._begin("capture")
        self.frontier.adopt(self.run)
        self._follow()
        return self._end(PARTIAL if self.problems else OK)

    def recheck(self, wanted: tuple[str, ...]) -> RunResult:
        """Look whether confirmed subjects are still up: those that are due, or the wanted ones at once."""
        self._begin("recheck")
        self._look_again(wanted)
        return self._end(PARTIAL if self.problems else OK)

    def judge_again(self) -> RunResult:
        """Judge stored captures by the present rules; no request is made."""
        self._begin("judge")
        self._stage("judge", lambda: judging.judge_pending(self.store, self.run))
        self._stage("leads", self._leads)
        self._stage("gangs", self._gangs)
        return self._end(PARTIAL if self.problems else OK)

    def _begin(self, kind: str) -> None:
        fault = catching_up.clock_fault(self.store)  # before anything is written: what recovery registers bears the clock's own time
        recovered = recovery.recover(self.store)
        if fault:
            self.problems.append(fault)
            self.say.note(fault)
        row = self.store.one("SELECT id FROM v_runs WHERE kind = 'daily' AND state = 'unfinished' AND day = ? "
                             "AND EXISTS (SELECT 1 FROM custody e WHERE e.subject_kind = 'run' AND e.subject_id = v_runs.id) "
                             "ORDER BY started DESC LIMIT 1", self.day) if kind == "daily" else None
        self.frontier.free_all()
        self.run = row["id"] if row else self.store.begin_run(kind, self.day, environment.describe(self.config))
        if self.say.log is not None:
            self.say.log({"event": "begin", "kind": kind, "day": self.day, "run": self.run})
        if row:
            self._note(f"上次运行中断（被终止、断电或出错），本次从中断处继续任务 {self.run}")
        if recovered:
            self._note(f"修复并登记 {len(recovered)} 个未关闭的 WARC：{'、'.join(w.name for w in recovered)}")

    def _note(self, text: str) -> None:
        self.notes.append(text)
        self.say.note(text)

    def _follow(self) -> None:
        for number in range(1, self.config.crawl.deepen_rounds + 1):
            if not self._round(number):
                break
        self._stage("leads", self._leads)
        self._stage("gangs", self._gangs)

    def _round(self, number: int) -> bool:
        """Capture, judge, deepen, judge again; False when there was nothing to do."""
        plain = self.frontier.counts("plain", self.run)["waiting"]
        if plain:
            self._stage("capture", lambda: self._crawl("capture"))
        judged = self._stage("judge", self._judge) or judging.Judged()
        deep = self.frontier.counts("browser", self.run)["waiting"]
        if deep and self.config.browser.enabled and not self.no_browser:
            self._stage("deepen", lambda: self._crawl("deepen"))
        elif deep and number == 1 and not self.no_browser:
            self._note(f"浏览器已在配置中停用：{deep} 个可疑网页只做了普通抓取，没有截图，也看不到脚本生成的内容")
        hosts = sitefacts.due(self.store, self.config, following.suspect_hosts(self.store, self.run))
        if hosts:
            self._stage("facts", lambda: self._ask_facts(hosts))
        if deep or hosts:
            self._stage("judge", self._judge)
        return bool(plain or deep or (number == 1 and judged.verdicts))

    def _judge(self) -> judging.Judged:
        judged = judging.judge_pending(self.store, self.run)
        self.problems += judged.problems
        with self.store.transaction():
            following.queue_deepening(self.frontier, self.run, judged.verdicts, self.store)
            following.queue_links(self.frontier, self.run, judged.verdicts)
        return judged

    def _ask_facts(self, hosts: list[str]) -> None:
        for start in range(0, len(hosts), HOSTS_AT_ONCE):
            self._crawl("facts", "--hosts", ",".join(hosts[start:start + HOSTS_AT_ONCE]))

    def _crawl(self, stage: str, *arguments: str) -> Outcome:
        left = self.wish.seconds - (time.monotonic() - self.began)
        outcome = crawl(stage, self.home, self.run, self.say.event, arguments=arguments, keep_open=(self._descriptor,),
                        seconds=max(left, 1.0) if self.wish.seconds else 0.0)
        name = STAGE_LABELS.get(stage, stage)
        if outcome.deaths and not outcome.died:
            self._note(f"{name}：进程中途死亡（{'、'.join(outcome.deaths)}），已重新启动并接着做完")
        if outcome.stopped:
            self.cut[stage] = None
        elif outcome.code == ENVIRONMENT and stage == "deepen":
            self.no_browser = not outcome.pages  # one that broke down on the way is tried again in the next round
            if outcome.pages:
                self._note(f"{name}：浏览器中途退出，已拍 {outcome.pages} 次；没有拍到的重试")
            else:
                self.problems.append("没有可用的浏览器：只做普通抓取，没有截图（dajia doctor 会说明如何安装）")
        elif outcome.code not in {OK, PARTIAL, NOTHING}:
            died = f"，先后死亡 {len(outcome.deaths)} 次：{'、'.join(outcome.deaths)}" if outcome.deaths else ""
            self.problems.append(f"{name} 异常结束（退出码 {outcome.code}{died}），日志：{outcome.log}\n{outcome.tail}")
        for event in outcome.events:
            if event.get("event") == "error":
                self.problems.append(str(event.get("detail") or event.get("message")))
        recovery.recover(self.store)  # a child that died leaves an open WARC behind
        return outcome

    def _look_out(self) -> lookalikes.Seen:
        seen = lookalikes.look_out(self.store, self.config, self.run, lookalikes.Wanted.of(self.config))
        self.problems += seen.problems
        return seen

    def _leads(self) -> leads.LeadCount:
        return leads.build(self.store)

    def _gangs(self) -> list[Gang]:
        self.problems += links.read_traits(self.store, Vault(self.home))
        return links.rebuild(self.store)

    def _look_again(self, wanted: tuple[str, ...] = ()) -> None:
        found = self._stage("recheck", lambda: self._recheck(wanted))
        if found and any(one.how == "forwarded" for one in found.moved):
            self._follow()  # where an old address led to is judged at once

    def _recheck(self, wanted: tuple[str, ...]) -> rechecking.Rounds:
        plan, rounds = self.config.recheck, rechecking.Rounds()
        queued = rechecking.queue(self.store, self.frontier, self.run, plan, wanted=wanted)
        if queued:
            for vantage in plan.vantages:
                self._crawl("recheck", "--vantage", vantage)
            rounds = rechecking.conclude(self.store, Vault(self.home), self.run)
            self.problems += rounds.problems
        rounds.moved = moving.follow(self.store, self.frontier, self.run, rounds.moved)
        followup.rebuild(self.store)
        return rounds

    def _export(self) -> int:
        covered = self.run if self._sources() or not self.wish.only else packaging.run_named(self.store, "")[0]
        self.outputs = dict(export_daily(self.store, Vault(self.home), covered, self.day, self.home.exports, self.config))
        return len(self.outputs)

    def _stamp(self) -> int:
        count, problems = stamping.stamp(self.store, self.config)
        self.problems += problems
        return count

    def _sources(self) -> dict[str, str]:
        rows = self.store.rows("SELECT source, state FROM source_runs WHERE run = ? ORDER BY source", self.run)
        return {r["source"]: r["state"] for r in rows}

    def _code(self, discovery: Outcome | None) -> int:
        states = self._sources()
        if discovery is None:  # not wished, or cut off
            return PARTIAL if self.problems else OK
        asked = [s for s in states.values() if s != "disabled"]
        if discovery.code == NOTHING or (asked and all(s == "unreachable" for s in asked)):
            return NOTHING
        return PARTIAL if discovery.code != OK or self.problems or not states else OK  # a declared wall is no failure

    def _end(self, code: int) -> RunResult:
        code = PARTIAL if code == OK and self.problems else code
        counts = {r["band"]: r["n"] for r in self.store.rows("SELECT band, count(*) AS n FROM v_leads GROUP BY band")}
        result = RunResult(self.run, code, self._sources(), self.seconds, self.outputs, self.problems, counts, self.notes)
        self.store.end_run(self.run, {OK: "ok", PARTIAL: "partial"}.get(code, "failed"), result.report())
        custody.stamp_head(self.store.db, self.home.heads)
        run_report.write(self.home, self.run, result.report())
        return result

    def _stage(self, name: str, work: Callable[[], Any]) -> Any:
        """Do `work` and keep how long it took; None when it is not wished, or when the time for asking is over."""
        if self.wish.only and name not in self.wish.only:
            return None
        if self.wish.seconds and name in ASKING and time.monotonic() - self.began >= self.wish.seconds:
            self.cut[name] = None
            return None
        self.say.stage(name)
        started = time.monotonic()
        made = work()
        spent = time.monotonic() - started
        self.seconds[name] = round(self.seconds.get(name, 0.0) + spent, 2)
        self.store.add_stage(self.run, name, spent)
        self.say.done(name, spent, _said(made))
        return made


def daily(home: Home, say: Reporter, wish: Wish | None = None) -> RunResult:
    """Run the chain once; Locked, StoreError and ConfigError carry their own message."""
    return _locked(home, say, "daily", lambda work: work.go(wish or Wish()))


def done_today(home: Home) -> bool:
    """Whether a daily run of today came to its end, and asked somebody."""
    if not home.store.exists():
        return False
    with Store.open(home, actor="daily") as store:
        return store.one("SELECT 1 FROM v_runs WHERE kind = 'daily' AND day = ? AND state IN ('ok', 'partial')", clock.today()) is not None


def discover(home: Home, say: Reporter, sources: tuple[str, ...] = ()) -> RunResult:
    """Ask the sources once."""
    return _locked(home, say, "discover", lambda work: work.discover(sources))


def capture_addresses(home: Home, say: Reporter, addresses: tuple[str, ...]) -> RunResult:
    """Fetch, judge and deepen addresses someone named; ValueError for what is no web address."""
    normal = tuple(ids.normal_url(a if "://" in a else f"http://{a}") for a in addresses)
    return _locked(home, say, "capture", lambda work: work.capture(normal))


def adopt(home: Home, say: Reporter) -> RunResult:
    """Go on at once with what was brought in, instead of waiting for the next daily run."""
    return _locked(home, say, "capture", lambda work: work.adopted())


def recheck(home: Home, say: Reporter, wanted: tuple[str, ...] = ()) -> RunResult:
    """Look at what was confirmed and is due; or at the wanted leads, by id, however lately they were looked at."""
    return _locked(home, say, "recheck", lambda work: work.recheck(wanted))


def judge_again(home: Home, say: Reporter) -> RunResult:
    """Judge stored evidence by the present rules."""
    return _locked(home, say, "judge", lambda work: work.judge_again())


def _locked(home: Home, say: Reporter, actor: str, work: Callable[[DailyRun], RunResult]) -> RunResult:
    """`work` under the lock. However it ends there is a report: also when settings, lock or store refuse to begin."""
    log, run, done = Logbook(home), "", None
    say.log = log.write
    try:
        config = settings.load(home)
        with RunLock(home) as lock, Store.open(home, actor=actor) as store:
            done = DailyRun(store, config, say, lock.descriptor)
            made = work(done)
        log.write({"event": "end", "run": made.run, **made.report()})
        return made
    except BaseException as problem:
        run = (done.run if done else "") or "unbegun"
        report = {"code": None, "failed": f"{type(problem).__name__}: {problem}", "sources": {},
                  "seconds": done.seconds if done else {}, "problems": done.problems if done else [],
                  "notes": done.notes if done else [], "note": "未完成；再次运行 dajia daily 会从中断处继续"}
        log.write({"event": "failed", **report, "run": run})
        run_report.write(home, run, report)
        raise
    finally:
        say.log = None
        if log.problem:
            say.say(log.problem)


def _source_arguments(sources: tuple[str, ...]) -> tuple[str, ...]:
    return ("--sources", ",".join(sources)) if sources else ()


def _said(made: Any) -> str:
    if isinstance(made, Outcome):
        return f"{made.pages} 页" if made.pages else ""
    if isinstance(made, judging.Judged):
        bands = [v.band for _, v in made.verdicts]
        return f"{len(bands)} 页，高 {bands.count('high')}，中 {bands.count('medium')}，低 {bands.count('low')}"
    if isinstance(made, lookalikes.Seen):
        return f"看了 {made.scanned} 个域名，像官方的 {made.suspects} 个，新列入抓取 {made.addresses['queued']} 个"
    if isinstance(made, leads.LeadCount):
        return f"新线索 {made.new} 条"
    if isinstance(made, rechecking.Rounds):
        states = [check.state for check in made.checks]
        said = "，".join(f"{label} {states.count(state)}" for state, label in looking.STATE_LABELS.items() if state in states)
        return said + (f"；换地址 {len(made.moved)}" if made.moved else "")
    return ""
