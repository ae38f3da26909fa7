"""One trial: a home is disturbed, run to its end, and compared with an undisturbed one."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field

from bench.faults import state
from bench.faults.world import Daily, home_at, of_home
from evidence.store import Store
from review import decisions, leads

MAX_RERUNS = 3


class NotHere(Exception):
    """This machine cannot play the fault; the message says why."""


@dataclass
class Result:
    """What came of one trial. `lost` facts that had been committed, `missing` things an undisturbed run has, `doubled` ones."""

    name: str
    killing: str = ""  # the kind of trial, where it kills
    victims: dict = field(default_factory=dict)  # how often each process was killed
    lost: int = 0
    missing: int = 0
    more: int = 0
    doubled: int = 0
    unsound: int = 0
    told: bool = False
    seconds: float = 0.0
    words: list = field(default_factory=list)
    skipped: str = ""

    @property
    def kills(self):
        """Kills with -9 that struck."""
        return sum(self.victims.values())

    @property
    def fine(self):
        """Whether nothing was lost, doubled, missing, broken or left unsaid."""
        return not (self.lost or self.missing or self.more or self.doubled or self.unsound) and self.told


class Trial:
    """A home under test. Trials use `start`, `kill_run`, `kill_stages`, `commit`, `expect`; `judge` ends it."""

    def __init__(self, name, folder, world, rng, expected, span, **settings):
        self.folder, self.world, self.rng, self.expected, self.span, self.settings = folder, world, rng, expected, span, settings
        folder.mkdir(parents=True)
        self.result = Result(name)
        self.mounted = False
        self.words = ()
        self.home = home_at(folder / "home", world, **settings)
        self.before = {}
        self.recaptured = False
        self.whole = False  # whether a run came to its end after the last disturbance

    def on_disk(self, megabytes):
        """Put the home on a small disk of its own; NotHere without the right to mount one."""
        shutil.rmtree(self.home.root)
        self.home.root.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", self.home.root], capture_output=True)
        if done.returncode:
            raise NotHere("needs the right to mount a small disk")
        self.mounted = True
        home_at(self.home.root, self.world, **self.settings)

    def start(self, **more):
        """The daily run, as a process."""
        return Daily(self.home, **more)

    def run(self, **more):
        """The daily run to its end; its exit code."""
        daily = self.start(**more)
        code = daily.wait()
        daily.settle()
        return code

    def confirm(self):
        """Two people release the heaviest lead, so that the next run looks at it again."""
        with Store.open(self.home, actor="bench") as store:
            lead = leads.find(store, store.one("SELECT id FROM v_leads ORDER BY score DESC, subject LIMIT 1")["id"])
            decisions.decide(store, lead, "confirm", "甲", "试验")
            decisions.decide(store, lead, "second", "乙", "试验")

    def run_beside(self):
        """A second run while another is going on; its exit code."""
        return self.start().wait()

    def kill_run(self):
        """Kill the run with -9 at a random moment of it; True when it was alive."""
        daily = self.start()
        time.sleep(self.rng.uniform(0.3, self.span * 0.6))  # a resumed run is shorter
        return self.killed("run", daily.kill())

    def kill_stages(self, stages):
        """One run to its end, in which the crawl process of each of `stages` is killed once; the stages that were struck."""
        daily, struck = self.start(), []
        for stage in stages:
            if pid := daily.child(stage):
                time.sleep(self.rng.uniform(0.0, 1.6 if stage != "deepen" else 8.0))
                if self.killed(stage, self.strike([pid])):
                    struck.append(stage)
        self.whole = daily.wait() in {0, 1}
        daily.settle()
        return struck

    def strike(self, pids):
        """Kill processes with -9; True when one of them was alive."""
        struck = False
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                struck = True
        return struck

    def killed(self, victim, struck):
        """Count a kill that struck, and note what is committed; `struck` again."""
        if struck:
            self.result.victims[victim] = self.result.victims.get(victim, 0) + 1
        self.commit()
        return struck

    def commit(self):
        """Note what is committed now: all of it must be there at the end."""
        for table, rows in state.committed(self.home).items():
            self.before.setdefault(table, set()).update(rows)

    def expect(self, *words):
        """One of these must be in the reports or on the terminal."""
        self.words = words

    def judge(self):
        """Run to a whole end, then compare; the result."""
        for _ in range(0 if self.whole else MAX_RERUNS):
            if self.run() in {0, 1}:
                break
        made = self.result
        made.lost = state.lost(self.before, state.committed(self.home))
        made.missing, made.more, words = state.differences(self.expected, state.content(self.home))
        twice, broken = state.doubled(self.home, self.recaptured), state.unsound(self.home)
        made.doubled, made.unsound = len(twice), len(broken)
        made.words += [w for w in (words, *twice[:3], *broken[:3]) if w]
        made.told = not self.words or any(word in self.reports() for word in self.words)
        if not made.told:
            made.words.append(f"nothing said of {self.words}")
        return made

    def reports(self):
        """Everything the runs of this home said: reports and terminal."""
        places = [*self.home.logs.glob("report-*.json"), *self.home.logs.glob("dajia*.jsonl"), *self.home.root.glob("report-*.json"),
                  self.home.root.parent / f"{self.home.root.name}.said"]
        return "\n".join(p.read_text(encoding="utf-8", errors="replace") for p in places if p.is_file())

    def close(self, keep=False):
        """End what still works on the home, and give back the disk."""
        self.strike(of_home(self.home))
        if self.mounted:
            subprocess.run(["umount", "-l", self.home.root], capture_output=True)
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
