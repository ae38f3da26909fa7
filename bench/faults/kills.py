"""Trials that kill with -9: the run, the crawl process of each stage, the browser, the process that looks again."""

import time

from bench.faults.kinds import RESUMED
from bench.faults.world import browsers

STAGES = ("discover", "capture", "facts")
MOST_KILLS = 8  # of one home, before it may run to its end


def killing(kind, number):
    """(what to play, settings of the home) of the `number`th trial of `kind`."""
    if kind == "run and its stages":
        return _run, {}
    if kind == "second look":
        return _recheck, {"twice": True}
    return (_stage, _run_at_work, _browser)[number % 3], {"browser": True}


def _run(trial):
    """The run killed some times, each time started again; then one run to its end whose crawl processes are killed."""
    struck = False
    for _ in range(trial.rng.randint(1, MOST_KILLS)):
        if not trial.kill_run():
            break  # it came to its end before the moment
        struck = True
    stages = trial.kill_stages([stage for stage in STAGES if trial.rng.random() < 0.7])
    trial.expect(*((RESUMED[0], "任务 ") if struck else ("中途死亡",) if stages else ("任务 ",)))


def _stage(trial):
    """The crawl process that drives the browser."""
    if trial.kill_stages(["deepen"]):
        trial.expect("中途死亡")


def _run_at_work(trial):
    """The run itself, while the browser works for it."""
    daily = trial.start()
    daily.child("deepen")
    time.sleep(trial.rng.uniform(0.5, 12.0))
    if trial.killed("run", daily.kill()):
        trial.expect(*RESUMED)


def _browser(trial):
    """Every process of the browser; the run goes on with another one."""
    daily = trial.start()
    stage = daily.child("deepen")
    until = time.monotonic() + 60
    while stage and not browsers(stage) and daily.process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(trial.rng.uniform(0.5, 12.0))
    if trial.killed("browser", trial.strike(browsers(stage))):
        trial.expect("浏览器")
    trial.whole = daily.wait() in {0, 1}
    daily.settle()
    trial.commit()


def _recheck(trial):
    """A second run, which looks at a confirmed lead again; the process that looks is killed."""
    trial.run()
    trial.confirm()
    trial.commit()
    if trial.kill_stages(["recheck"]):
        trial.expect("中途死亡")
