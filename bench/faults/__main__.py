"""`python -m bench.faults`: the daily run killed and disturbed in every way, each time run to its end and compared.

A trial kills the run with -9 at random moments, starting it again each time, then kills the crawl processes of the run that may come
to its end (or it plays one of the faults of `bench.faults.kinds`, and runs `dajia daily` to its end). Lost: facts that were in the store at a kill and are not at the
end. Missing and more: against an undisturbed run, by what was found, not by ids. Doubled: the same thing stored twice. Unsound:
chain, heads, rows, WARC bytes or files left open. Told: the reports say what happened. The same seed plays the same moments.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from bench.faults import state
from bench.faults.kinds import FAULTS, RESUMED
from bench.faults.trial import NotHere, Trial
from bench.faults.world import World

STAGES = ("discover", "capture", "facts")
MOST_KILLS = 8  # of one home, before it may run to its end


def main():
    """Play, print a line per trial and the table; exit code 1 when anything was lost, doubled, missing, broken or left unsaid."""
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="dajia-faults-", dir=options.dir))
    world = World(folder)
    try:
        results = Play(folder, world, options).all()
    finally:
        world.cut()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    report = summary(results)
    if options.json:
        Path(options.json).write_text(json.dumps(report | {"trials": [vars(r) for r in results]}, indent=1, ensure_ascii=False), "utf-8")
    _table(results, report)
    return 0 if report["bad"] == 0 else 1


class Play:
    """All trials of one call."""

    def __init__(self, folder, world, options):
        self.folder, self.world, self.options = folder, world, options
        self.rng = random.Random(options.seed)
        self.results = []
        self.plain, self.span = self._undisturbed("plain")
        self.browser = self.again = None

    def all(self):
        """Kills of the run and of its stages, kills of the browser's stage, then the faults."""
        while sum(r.kills for r in self.results) < self.options.kills:
            self._one(f"kills {len(self.results) + 1}", self._kills, self.plain)
        for number in range(self.options.browser_kills):
            self._one(f"deepen killed {number + 1}", self._deepen, self._with_browser(), browser=True)
        for number in range(self.options.recheck_kills):
            self._one(f"recheck killed {number + 1}", self._recheck, self._with_recheck())
        for name, play, settings in FAULTS:
            if not self.options.only or any(word in name for word in self.options.only):
                if settings.get("browser") and not self.options.browser_kills and not self.options.only:
                    continue
                self._one(name, play, self._with_browser() if settings.get("browser") else self.plain, **settings)
        return self.results

    def _undisturbed(self, name, twice=False, **settings):
        trial = Trial(name, self.folder / name, self.world, self.rng, {}, 0, **settings)
        began = time.monotonic()
        code = trial.run()
        if twice:
            trial.confirm()
            code = trial.run()
        found = state.content(trial.home)
        broken = state.unsound(trial.home) + state.doubled(trial.home)
        if code != 0 or broken or not found["leads"]:
            raise SystemExit(f"the undisturbed run is not whole: exit code {code}, {broken}, {trial.reports()[-2000:]}")
        print(f"undisturbed ({name}): {time.monotonic() - began:.1f} s; " + ", ".join(f"{k} {len(v)}" for k, v in found.items()), flush=True)
        return found, time.monotonic() - began

    def _with_browser(self):
        if self.browser is None:
            self.browser, _ = self._undisturbed("browser", browser=True)
        return self.browser

    def _with_recheck(self):
        if self.again is None:
            self.again, _ = self._undisturbed("recheck", twice=True)
        return self.again

    def _recheck(self, trial):
        """A second run, which looks at a confirmed lead again; the process that looks is killed."""
        trial.run()
        trial.confirm()
        trial.commit()
        trial.kill_stages(["recheck"])
        trial.expect("中途死亡")

    def _kills(self, trial):
        """The run killed some times, each time started again; then one run to its end whose crawl processes are killed."""
        victims = []
        for _ in range(self.rng.randint(1, MOST_KILLS)):
            if not trial.kill_run():
                break  # it came to its end before the moment
            victims.append("run")
        victims += trial.kill_stages([stage for stage in STAGES if self.rng.random() < 0.7])
        trial.result.name += f" ({', '.join(victims) or 'none struck'})"
        trial.expect(*((RESUMED[0], "任务 ") if "run" in victims else ("中途死亡",) if victims else ("任务 ",)))

    def _deepen(self, trial):
        trial.kill_stages(["deepen"])
        trial.expect("中途死亡")

    def _one(self, name, play, expected, **settings):
        trial = Trial(name, self.folder / f"trial-{len(self.results)}", self.world, self.rng, expected, self.span, **settings)
        began = time.monotonic()
        try:
            play(trial)
            trial.judge()
        except NotHere as problem:
            trial.result.skipped = str(problem)
        finally:
            trial.close(keep=self.options.keep)
        result = trial.result
        result.seconds = round(time.monotonic() - began, 1)
        self.results.append(result)
        print(_line(result), flush=True)


def summary(results):
    """The figures of the table."""
    played = [r for r in results if not r.skipped]
    faults = [r for r in played if not r.kills]
    return {"trials": len(played), "kills": sum(r.kills for r in played), "faults": len(faults), "skipped": len(results) - len(played),
            **{k: sum(getattr(r, k) for r in played) for k in ("lost", "missing", "more", "doubled", "unsound")},
            "untold": sum(not r.told for r in played), "bad": sum(not r.fine for r in played),
            "seconds": round(sum(r.seconds for r in results), 1)}


def _line(r):
    if r.skipped:
        return f"  not played: {r.name}: {r.skipped}"
    return (f"{'ok ' if r.fine else 'BAD'} {r.name}: kills {r.kills}, lost {r.lost}, missing {r.missing}, more {r.more}, doubled {r.doubled}, "
            f"unsound {r.unsound}, {'told' if r.told else 'NOT TOLD'}, {r.seconds} s" + "".join(f"\n      {w}" for w in r.words))


def _table(results, report):
    print(f"\n{'':44}{'kills':>6}{'lost':>6}{'missing':>9}{'more':>6}{'doubled':>9}{'unsound':>9}  told")
    killed, faults = [r for r in results if r.kills], [r for r in results if not r.kills and not r.skipped]
    rows = [("killed with -9", killed)] if killed else []
    for name, some in [*rows, *((r.name, [r]) for r in faults)]:
        figures = [sum(getattr(r, k) for r in some) for k in ("kills", "lost", "missing", "more", "doubled", "unsound")]
        print(f"{name:44}{figures[0]:>6}{figures[1]:>6}{figures[2]:>9}{figures[3]:>6}{figures[4]:>9}{figures[5]:>9}  "
              f"{'yes' if all(r.told for r in some) else 'NO'}")
    for r in results:
        if r.skipped:
            print(f"{r.name:44}  not played: {r.skipped}")
    print(f"\n{report['kills']} kills, {report['faults']} other faults: {report['lost']} lost, {report['doubled']} doubled, "
          f"{report['missing']} missing, {report['more']} more, {report['unsound']} unsound, {report['untold']} untold; {report['seconds']:.0f} s")


def _options():
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="kills with -9 of the run and its crawl processes")
    parser.add_argument("--browser-kills", type=int, default=6, help="kills of the browser's stage beside them; 0: nothing with a browser")
    parser.add_argument("--recheck-kills", type=int, default=3, help="kills of the process that looks at confirmed leads again")
    parser.add_argument("--only", action="append", default=[], metavar="WORDS", help="only faults whose name holds this; repeatable")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dir", help="where to work; default the system's temporary folder")
    parser.add_argument("--json", help="write the figures here")
    parser.add_argument("--keep", action="store_true", help="keep the homes of all trials")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
