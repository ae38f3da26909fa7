"""What has been played is written down trial by trial, so that a harness that was itself stopped goes on where it was."""

import hashlib
import json
from pathlib import Path

from bench.faults.trial import Result

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("bench/faults", "classifiers", "crawlers", "demo", "evidence", "exports", "review")


class Journal:
    """Results of one program state and one seed, by trial name. Lines of another state or seed are left alone, and not taken."""

    def __init__(self, path, seed, fresh=False):
        self.path, self.key, self.known = Path(path), f"{program()}-{seed}", {}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if fresh:
            self.path.unlink(missing_ok=True)
        for line in self.path.read_text("utf-8").splitlines() if self.path.exists() else ():
            try:
                row = json.loads(line)
            except ValueError:
                continue  # the harness was killed while it wrote this line: the trial is played again
            if row.pop("key", None) == self.key:
                trial = row.pop("trial")
                self.known[trial] = Result(**row)

    def add(self, trial, result):
        """Keep the result of `trial`, its name before it was played."""
        with self.path.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"key": self.key, "trial": trial, **vars(result)}, ensure_ascii=False) + "\n")


def program():
    """A digest of every file that has a part in a trial."""
    found = hashlib.sha256()
    for part in PARTS:
        for path in sorted(p for p in (ROOT / part).rglob("*") if p.is_file() and p.suffix != ".pyc"):
            found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]
