"""What earlier runs left undone is taken up: queued pages, days without files, suspects nobody asked about; gaps are told."""

from __future__ import annotations

from evidence import ids
from evidence.archive import Vault
from evidence.config import Config
from evidence.frontier import Frontier
from evidence.store import Store
from exports.daily import export_daily
from review import clock

DAYS = 7  # how far back unfinished work is taken up, unless told otherwise


def clock_fault(store: Store) -> str:
    """What is wrong with the system's clock, "" when nothing is: it must not be earlier than the newest record."""
    row = store.one("SELECT at FROM custody ORDER BY seq DESC LIMIT 1")
    if row is None or row["at"] <= ids.utc_now():
        return ""
    return (f"系统时钟早于库中最新记录（{clock.local(row['at'])}）：本次采集的时间不可信；请校准时钟（timedatectl set-ntp true）后重新运行")


def catch_up(store: Store, config: Config, run: str, day: str, since: str = "") -> list[str]:
    """Take up the work of runs since `since` (YYYY-MM-DD; "": a week back) that were cut off; one sentence for each thing done.

    Days whose run did not come to its files get them now, by what was found. Such a run ends as failed, continued by `run`.
    """
    since, said, frontier = since or clock.days_before(day, DAYS), [], Frontier(store)
    if left := sum(frontier.adopt(run, lane, since) for lane in ("plain", "browser")):
        said.append(f"接手此前任务没有抓完的 {left} 个网址")
    for row in store.rows("SELECT id, day FROM v_runs WHERE kind = 'daily' AND state = 'unfinished' AND day >= ? AND id <> ? "
                          "ORDER BY day", since, run):
        export_daily(store, Vault(store.home), row["id"], row["day"], store.home.exports, config)
        store.end_run(row["id"], "failed", {"continued_by": run, "note": "中断，未完成；由后来的任务接手"})
        said.append(f"{row['day']} 的任务 {row['id']} 没有完成：已补出当天日报，没有抓完的由本次接手")
    if missed := clock.days_between(_last_day(store, run, day), day):
        said.append(f"没有运行的日子：{missed[0]}" + (f" 至 {missed[-1]}，共 {len(missed)} 天" if len(missed) > 1 else "") +
                    "；这些天没有检索，当时的情况无法补回")
    return said


def _last_day(store: Store, run: str, day: str) -> str:
    """The day of the newest daily run before this one, `day` where there is none."""
    row = store.one("SELECT max(day) AS day FROM runs WHERE kind = 'daily' AND id <> ? AND day <= ?", run, day)
    return str(row["day"] or day) if row else day


def unreached(store: Store, run: str) -> str:
    """How many pages of `run` gave no answer at all, in one sentence; "" when every one did."""
    row = store.one("SELECT count(*) AS n, coalesce(sum(outcome = 'error'), 0) AS bad FROM captures WHERE run = ? AND means = 'http' "
                    "AND why NOT IN ('serp', 'robots', 'probe')", run)
    return f"普通抓取 {row['n']} 个网址，其中 {row['bad']} 个没有抓到（无法连接或出错），原因见各页记录" if row and row["bad"] else ""
