"""`dajia merge`: stores of other machines and desks into one, each verified first, with its chain and its WARCs.

The other store is copied (a consistent snapshot), brought to this program's schema in the copy, and verified as
`dajia verify` does; only then its rows and files are taken over, in one transaction. The original is never written to.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from evidence import custody, origins
from evidence.archive import file_digests
from evidence.home import Home
from evidence.merging import Conflict, United, unite
from evidence.migrations import FACT_TABLES
from evidence.store import Store, StoreError, explained, migrate
from exports.verifier.claims import ALTERED, MISSING
from exports.verify import home_of
from exports.verify_store import verify_store
from review.lock import Locked, RunLock

_TOLD = 5
_WARC = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.warc\.gz")


class MergeRefused(Exception):
    """A store that is not united with ours; the message names it, says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of one store: what was added, how many WARCs were copied, and packages that stay where they are."""

    place: Path
    united: United
    warcs: int
    packages: int


def merge(places: Sequence[Path], into: Home, say: Callable[[str], None]) -> list[Merged]:
    """Unite the stores at `places` with the one of `into`, the oldest first. MergeRefused stops before a bad one."""
    homes = [_home(place, into) for place in places]
    with RunLock(into), Store.open(into, actor="merge") as store:
        with tempfile.TemporaryDirectory(dir=into.scratch, prefix="merge-") as folder:
            copies = [_snapshot(home, Path(folder) / str(n)) for n, home in enumerate(homes)]
            done = []
            for home, copy in sorted(zip(homes, copies, strict=True), key=lambda pair: _age(pair[1])):
                say(f"核验 {home.root}")
                _verified(home, copy)
                say(f"并入 {home.root}")
                done.append(_take(store, home, copy))
        if any(one.united.anything for one in done):
            custody.stamp_head(store.db, into.heads)
        return done


def _home(place: Path, into: Home) -> Home:
    if not place.exists():
        raise MergeRefused(f"{place}：找不到；请给出数据目录（里面有 dajia.sqlite 和 warc/）")
    home = home_of(place)
    if home is None:
        raise MergeRefused(f"{place}：不是数据目录（里面应有 dajia.sqlite 和 warc/）")
    if home.root.resolve() == into.root.resolve():
        raise MergeRefused(f"{place}：就是要并入的那个库")
    return home


def _snapshot(home: Home, folder: Path) -> Home:
    """A copy of the store with the present schema; its vault and its stamped heads are the original's."""
    copy = Home.at(folder)
    folder.mkdir()
    copy.warc.symlink_to(home.warc)
    if home.heads.exists():
        shutil.copyfile(home.heads, copy.heads)
    try:
        with _quiet(home):
            source = sqlite3.connect(f"{home.store.as_uri()}?mode=ro", uri=True)
            target = sqlite3.connect(copy.store, isolation_level=None)
            try:
                source.backup(target)
                target.execute("PRAGMA trusted_schema = OFF")
                _ours(target, home)
                migrate(target, str(home.store))
            finally:
                source.close()
                target.close()
    except sqlite3.DatabaseError as problem:
        raise MergeRefused(f"{home.store}：不是完好的证据库（{problem}）；请从备份恢复或重新复制后再并入") from problem
    except StoreError as problem:
        raise MergeRefused(str(problem)) from problem
    return copy


@contextmanager
def _quiet(home: Home) -> Iterator[None]:
    """While nobody writes to it; a medium that cannot be written to has no writer."""
    if not os.access(home.root, os.W_OK):
        yield
        return
    try:
        with RunLock(home):
            yield
    except Locked as problem:
        raise MergeRefused(f"{home.root}：正在使用（{problem}）；等它结束后再并入") from problem


def _ours(db: sqlite3.Connection, home: Home) -> None:
    tables = {row[0]: row[1] for row in db.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')")}
    if tables.get("custody") != "table" or tables.get("migrations") != "table":
        raise MergeRefused(f"{home.store}：不是 dajia 的证据库（没有 custody、migrations 表）")
    if strange := [table for table in FACT_TABLES if tables.get(table, "table") != "table"]:
        raise MergeRefused(f"{home.store}：{strange[0]} 不是表，库被人动过")
    if (said := db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise MergeRefused(f"{home.store}：数据库损坏（{said}）；请从备份恢复后再并入")


def _age(copy: Home) -> tuple[str, str]:
    db = sqlite3.connect(copy.store)
    try:
        row = db.execute("SELECT at, hash FROM custody WHERE seq = 1").fetchone()
        return (str(row[0]), str(row[1])) if row else ("", "")
    finally:
        db.close()


def _verified(home: Home, copy: Home) -> None:
    bad = [claim for claim in verify_store(copy) if claim.state in (ALTERED, MISSING)]
    if bad:
        lines = "\n".join(f"  {claim.subject}  {claim.detail}" for claim in bad[:_TOLD])
        raise MergeRefused(f"{home.root}：核验不通过（{len(bad)} 处），没有并入：\n{lines}\n用 dajia verify {home.root} 查看全部")
    db = sqlite3.connect(copy.store)
    try:
        row = db.execute("SELECT warc, count(*) FROM artifacts WHERE warc NOT IN (SELECT name FROM warcs) GROUP BY warc").fetchone()
    finally:
        db.close()
    if row:
        raise MergeRefused(f"{home.root}：{row[0]} 还没有登记（任务被中断？），其中有 {row[1]} 件证据；"
                           f"先在那里再运行一次 dajia worker 或 dajia --home {home.root} judge，它会修复，然后再并入")


def _take(store: Store, home: Home, copy: Home) -> Merged:
    names = _new_warcs(store, copy)
    with tempfile.TemporaryDirectory(dir=store.home.scratch, prefix="warc-") as folder:
        for name, sha256 in names.items():
            _copy(home.warc / name, Path(folder) / name, sha256)
        store.db.execute("ATTACH ? AS src", (str(copy.store),))
        try:
            with store.transaction():
                united = unite(store)
                for name in names:
                    (Path(folder) / name).rename(store.home.warc / name)
                _settle(store.home.warc)
            packages = int(store.db.execute("SELECT count(*) FROM src.packages").fetchone()[0])
        except Conflict as problem:
            raise MergeRefused(f"{home.root}：与总库冲突，没有并入：{problem}") from problem
        except sqlite3.Error as problem:
            raise explained(problem, store.home) from problem
        finally:
            with suppress(sqlite3.Error):
                store.db.execute("DROP TABLE IF EXISTS temp.fresh")
                store.db.execute("DROP TABLE IF EXISTS temp.numbers")
                store.db.execute("DROP TABLE IF EXISTS temp.looked_at")
            store.db.execute("DETACH src")
    return Merged(home.root, united, len(names), packages)


def _new_warcs(store: Store, copy: Home) -> dict[str, str]:
    """The files the vault here lacks and may have, name → SHA-256; a name that is no plain file name is refused."""
    db = sqlite3.connect(copy.store)
    try:
        listed = dict(db.execute("SELECT name, sha256 FROM warcs ORDER BY name").fetchall())
        gone = {r[0] for r in db.execute("SELECT warc FROM disposals")} \
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'disposals'").fetchone() else set()
    finally:
        db.close()
    if strange := next((name for name in listed if not _WARC.fullmatch(name)), None):
        raise MergeRefused(f"WARC 文件名不合规：{strange!r}")
    gone |= {r["warc"] for r in store.rows("SELECT warc FROM disposals")}  # destroyed there or here: not to be had, not to come back
    return {name: sha for name, sha in listed.items() if name not in gone and not (store.home.warc / name).exists()}


def _copy(source: Path, target: Path, sha256: str) -> None:
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    if file_digests(target)[0] != sha256:
        raise MergeRefused(f"{source}：复制后的摘要与登记不符（读盘出错，或文件正被改动）；没有并入")


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def chains(home: Home) -> int:
    """How many stores were united into the one of `home`."""
    with Store.open(home) as store:
        return len(origins.others(store.db))
