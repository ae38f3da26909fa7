"""`python -m bench.faults`: the daily run killed and disturbed in every way, each time run to its end and compared.

A killing trial kills a process of the run with -9 at random moments, starting the run again each time: the run itself, the crawl process of
each stage, the browser. A fault of `bench.faults.kinds` disturbs it once. Then the run goes to its end. Lost: facts that were in the store at a
kill and are not at the end. Missing and more: against an undisturbed run, by what was found, not by ids. Doubled: the same thing
stored twice. Unsound: chain, heads, rows, WARC bytes or files left open. Told: the reports say what happened. The same seed plays the
same moments. Stopped half-way, the same command goes on where it was.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from bench.faults import state, table
from bench.faults.journal import Journal
from bench.faults.kills import killing
from bench.faults.kinds import FAULTS
from bench.faults.trial import NotHere, Trial
from bench.faults.world import World


def main():
    """Play, print a line per trial and the table; exit code 1 when anything was lost, doubled, missing, broken, left unsaid or not reached."""
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="dajia-faults-", dir=options.dir))
    world = World(folder)
    try:
        play = Play(folder, world, options)
        left = play.all()
    finally:
        world.cut()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    report = table.summary(play.results) | {"left": left}
    if options.json:
        Path(options.json).write_text(json.dumps(report | {"trials": [vars(r) for r in play.results]}, indent=1, ensure_ascii=False), "utf-8")
    print("\n" + "\n".join(table.lines(play.results)))
    if left:
        print(f"NOT WHOLE: {left}; the same command goes on where this one was")
    return 0 if report["bad"] == 0 and not left else 1


class Play:
    """All trials of one call."""

    def __init__(self, folder, world, options):
        self.folder, self.world, self.options = folder, world, options
        self.journal = Journal(options.journal, options.seed, options.fresh)
        self.results, self.undisturbed = [], {}
        self.until = time.monotonic() + options.minutes * 60

    def all(self):
        """Kills, then faults; why not all was played, "" when it was."""
        try:
            self._foretell()
            for kind, enough in (("run and its stages", self.options.kills), ("with the browser", self.options.browser_kills),
                                 ("second look", self.options.recheck_kills)):
                number = 0
                while sum(r.kills for r in self.results if r.killing == kind) < enough:
                    number += 1
                    self._one(f"{kind} {number}", *killing(kind, number), kind=kind)
            for name, play, settings in self._faults():
                self._one(name, play, settings)
        except TimeoutError as problem:
            return str(problem)
        except KeyboardInterrupt:
            return "stopped by hand"
        return ""

    def _faults(self):
        only = self.options.only
        return [one for one in FAULTS if (any(word in one[0] for word in only) if only else
                                          self.options.browser_kills or not one[2].get("browser"))]

    def _foretell(self):
        """Say about how long it takes, by the undisturbed runs."""
        plain = self._span({})
        browser = self._span({"browser": True}) if self.options.browser_kills else 0.0
        seconds = (self.options.kills / 6 * 2.5 * plain + self.options.browser_kills * 1.5 * browser
                   + self.options.recheck_kills * 4 * plain + sum(1.5 * browser if s.get("browser") else 2.5 * plain for *_, s in self._faults()))
        known = f", {len(self.journal.known)} trials are known from {self.options.journal}" if self.journal.known else ""
        print(f"about {max(1, round(seconds / 60))} min at the present load, at most {self.options.minutes:g} and one trial{known}", flush=True)

    def _expected(self, settings):
        """(content, seconds) of an undisturbed run in a home of these settings."""
        key = "-".join(sorted(settings)) or "plain"
        if key not in self.undisturbed:
            self.undisturbed[key] = self._undisturbed(key, **settings)
        return self.undisturbed[key]

    def _span(self, settings):
        return self._expected(settings)[1]

    def _undisturbed(self, name, twice=False, **settings):
        trial = Trial(name, self.folder / name, self.world, random.Random(0), {}, 0, **settings)
        began = time.monotonic()
        code = trial.run()
        span = time.monotonic() - began
        if twice:
            trial.confirm()
            code = trial.run()
        found = state.content(trial.home)
        broken = state.unsound(trial.home) + state.doubled(trial.home)
        if code != 0 or broken or not found["leads"]:
            raise SystemExit(f"the undisturbed run is not whole: exit code {code}, {broken}, {trial.reports()[-2000:]}")
        print(f"undisturbed ({name}): {span:.1f} s; " + ", ".join(f"{k} {len(v)}" for k, v in found.items()), flush=True)
        return found, span

    def _one(self, name, play, settings, kind=""):
        """Play one trial, or take it from the journal; whatever it raises is its own result and no end of the others."""
        if name not in self.journal.known:
            if time.monotonic() > self.until:
                raise TimeoutError(f"{self.options.minutes:g} minutes are over")
            result = self._played(name, play, settings, kind)
            self.journal.add(name, result)
            print(table.line(result), flush=True)
        self.results.append(self.journal.known.get(name) or result)

    def _played(self, name, play, settings, kind):
        expected, span = self._expected(settings)
        chance = random.Random(f"{self.options.seed} {name}")
        homes = {k: v for k, v in settings.items() if k != "twice"}
        trial = Trial(name, self.folder / name.replace(" ", "-").replace(":", ""), self.world, chance, expected, span, **homes)
        trial.result.killing = kind
        began = time.monotonic()
        try:
            play(trial)
            trial.judge()
        except NotHere as problem:
            trial.result.skipped = str(problem)
        except Exception as problem:  # noqa: BLE001 - told as the failure of this trial
            trial.result.told = False
            trial.result.words.append(f"{type(problem).__name__}: {problem}")
        finally:
            trial.close(keep=self.options.keep)
            self.world.restore()
        trial.result.seconds = round(time.monotonic() - began, 1)
        return trial.result


def _options():
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="kills with -9 of the run and its crawl processes")
    parser.add_argument("--browser-kills", type=int, default=9, help="kills while the browser works, beside them; 0: nothing with a browser")
    parser.add_argument("--recheck-kills", type=int, default=4, help="kills of the process that looks at confirmed leads again")
    parser.add_argument("--only", action="append", default=[], metavar="WORDS", help="only faults whose name holds this; repeatable")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=120, help="begin no trial after this many; the same command goes on")
    parser.add_argument("--journal", default="var/faults.jsonl", help="where finished trials are noted, and found by the next call")
    parser.add_argument("--fresh", action="store_true", help="take nothing from the journal")
    parser.add_argument("--dir", help="where to work; default the system's temporary folder")
    parser.add_argument("--json", help="write the figures here")
    parser.add_argument("--keep", action="store_true", help="keep the homes of all trials")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
