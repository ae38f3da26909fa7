"""What may go when its time is over, and what must stay: nothing that belongs to a case is ever touched.

Facts are never deleted: a page's record, digests and verdict stay; what goes are the bytes (whole WARC files of which no
capture belongs to a case) and their full text. Each destruction is a fact of its own, with the rule and the person who ordered it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from evidence import ids
from evidence.archive import file_digests
from evidence.config import Retention
from evidence.home import Home
from evidence.store import Store
from review import clock

DAY = 86_400.0
# Why a page was fetched that may go. Whatever people brought in, named or answered stays, whatever it is.
DISPOSABLE = ("serp", "robots", "probe", "sighting", "link", "qr", "app", "lookalike")
_LOGS = ("*.log", "dajia-*.jsonl", "report-*.json", "summary-*.txt")

# Captures of cases and every capture on the way to them: result page, page with the link or code, imported file, rechecks.
_IN_CASE = """
WITH RECURSIVE subjects(lead) AS (SELECT lead FROM v_lead_state WHERE state <> 'dismissed'),
hosts(host) AS (SELECT DISTINCT c.host FROM lead_verdicts lv JOIN subjects s ON s.lead = lv.lead JOIN verdicts v ON v.id = lv.verdict
                JOIN captures c ON c.id = v.capture WHERE c.host <> ''),
cases(id) AS (
  SELECT v.capture FROM lead_verdicts lv JOIN subjects s ON s.lead = lv.lead JOIN verdicts v ON v.id = lv.verdict
  UNION SELECT k.capture FROM checks k JOIN subjects s ON s.lead = k.lead
  UNION SELECT c.id FROM captures c JOIN hosts h ON h.host = c.host
  UNION SELECT c.id FROM captures c WHERE c.why NOT IN ({marks}) OR c.means = 'import'
  UNION SELECT g.serp_capture FROM cases x JOIN captures c ON c.id = x.id JOIN sightings g ON g.id = c.origin
  UNION SELECT v.capture FROM cases x JOIN captures c ON c.id = x.id JOIN verdicts v ON v.id = c.origin
)
SELECT DISTINCT a.warc FROM artifacts a JOIN cases ON cases.id = a.capture
"""
_PAGES = "(SELECT page FROM text_pages WHERE capture IN (SELECT capture FROM artifacts WHERE warc = ?))"
_FORGET = (f"DELETE FROM board_pages WHERE page IN {_PAGES}", f"DELETE FROM page_text WHERE rowid IN {_PAGES}",
           f"DELETE FROM text_pages WHERE page IN {_PAGES}")


@dataclass(slots=True)
class Plan:
    """What would be done: WARCs to destroy (name, bytes, captures) and to move, other files that go, WARCs kept for a case."""

    destroy: list[tuple[str, int, int]] = field(default_factory=list)
    move: list[Path] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    kept: int = 0

    @property
    def bytes(self) -> int:
        """How much room destroying and clearing gives."""
        return sum(size for _, size, _ in self.destroy) + sum(_size(p) for p in self.files)


def plan(store: Store, rules: Retention) -> Plan:
    """What the rules ask for now; nothing is changed."""
    made, now = Plan(), time.time()
    if rules.pages:
        in_case = {r["warc"] for r in store.rows(_IN_CASE.format(marks=",".join("?" for _ in DISPOSABLE)), *DISPOSABLE)}
        before = clock.days_ago(rules.pages)
        for row in store.rows("SELECT w.name, w.size, (SELECT count(DISTINCT capture) FROM artifacts a WHERE a.warc = w.name) AS n "
                              "FROM warcs w WHERE w.at < ? AND NOT EXISTS (SELECT 1 FROM disposals d WHERE d.warc = w.name) AND "
                              "w.run IN (SELECT run FROM run_ends) ORDER BY w.name", before):
            if row["name"] in in_case:
                made.kept += 1
            else:
                made.destroy.append((row["name"], row["size"], row["n"]))
    gone = {name for name, _, _ in made.destroy}
    if rules.archive_after:
        made.move = [p for p in sorted(store.home.warc.glob("*.warc.gz"))
                     if not p.is_symlink() and p.name not in gone and now - p.stat().st_mtime > rules.archive_after * DAY]
    made.files = list(_files(store.home, rules, now))
    return made


def apply(store: Store, rules: Retention, made: Plan, person: str) -> None:
    """Carry out a plan, in the name of `person`; call it under the run's lock."""
    rule = f"[retention] pages = {rules.pages}"
    for name, _, captures in made.destroy:
        path = store.home.warc / name
        sha, _, size = file_digests(path) if path.exists() else ("", "", 0)
        with store.transaction():
            row = {"warc": name, "sha256": sha, "size": size, "captures": captures, "rule": rule, "person": person, "at": ids.utc_now()}
            store.add_row("disposals", row, "disposed", "warc", name, person)
            for statement in _FORGET:
                store.db.execute(statement, (name,))
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    for path in made.move:
        _move(path, Path(rules.archive).expanduser())
    for path in made.files:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def leftovers(store: Store) -> list[Path]:
    """WARCs whose destruction was recorded but cut off before the file went."""
    return [p for r in store.rows("SELECT warc FROM disposals") if (p := store.home.warc / r["warc"]).exists()]


def _move(path: Path, folder: Path) -> None:
    """Move a WARC to the archive; a link stays in its place, so that everything finds it there. Whole at every moment."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    to, draft, link = folder / path.name, folder / (path.name + ".part"), path.with_name(path.name + ".link")
    shutil.copy2(path, draft)
    if file_digests(draft) != file_digests(path):
        raise OSError(f"{draft}：与 {path} 不一致，没有移动；请检查存档磁盘")
    with draft.open("rb") as done:
        os.fsync(done.fileno())
    draft.rename(to)
    link.unlink(missing_ok=True)
    link.symlink_to(to)
    link.replace(path)


def _files(home: Home, rules: Retention, now: float) -> Iterator[Path]:
    if rules.logs:
        for pattern in _LOGS:
            yield from (p for p in sorted(home.logs.glob(pattern)) if now - p.stat().st_mtime > rules.logs * DAY)
    if rules.exports and home.exports.is_dir():
        before = clock.days_before(clock.today(), rules.exports)
        yield from (p for p in sorted(home.exports.iterdir()) if p.is_dir() and len(p.name) == 10 and p.name[:4].isdigit()
                    and p.name < before)


def _size(path: Path) -> int:
    return sum(p.stat().st_size for p in path.rglob("*") if p.is_file()) if path.is_dir() else path.stat().st_size
