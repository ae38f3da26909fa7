"""A whole copy of an installation while it works: the store at one moment, and every WARC that moment refers to.

The store is copied first (SQLite's online backup, one snapshot). WARCs only grow and are synced before the store commits
what refers to them, so a copy made after the snapshot holds at least the bytes it refers to. Closed WARCs never change:
those the backup before has already are linked, not copied. A backup is a home like any other: `dajia --home` reads it.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from evidence import ids
from evidence.archive import OPEN, file_digests, whole_members
from evidence.home import Home
from evidence.store import Store, StoreError

MANIFEST = "backup.json"
PART = ".part"
_KEPT = ("dajia.toml", "custody-heads.log")  # beside store, WARCs and packages


class BackupError(StoreError):
    """A backup that cannot be made or used; the message says why."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup: its folder, when, how many files, bytes in all, and how many files were linked, not copied."""

    folder: Path
    at: str
    files: int
    size: int
    linked: int


def make(store: Store, target: Path) -> Backup:
    """Copy the home of `store` into a new folder below `target`, named by time; whole or not there at all."""
    home, at = store.home, ids.utc_now()
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    if home.root == target.absolute() or home.root in target.absolute().parents:
        raise BackupError(f"{target}：备份不能放在数据目录 {home.root} 里面；请换一个磁盘")
    for left in target.glob(f"*{PART}"):
        shutil.rmtree(left)
    draft, before = target / f"{at.replace('-', '').replace(':', '')}{PART}", newest(target)
    copy = Home.at(draft).prepare()
    for name in _KEPT:  # before the store: a stamped head must not be younger than the chain
        if (home.root / name).exists():
            shutil.copy2(home.root / name, draft / name)
    known = _snapshot(home, copy)
    linked = sum(_warc(path, copy.warc, before and before / "warc" / path.name, known) for path in _warcs(home))
    if home.exports.is_dir():
        linked += sum(_link_or_copy(p, copy.root / p.relative_to(home.root), before and before / p.relative_to(home.root))
                      for p in sorted(home.exports.rglob("*")) if p.is_file())
    files = {str(p.relative_to(draft)): _entry(p) for p in sorted(draft.rglob("*")) if p.is_file()}
    (draft / MANIFEST).write_text(json.dumps({"at": at, "of": str(home.root), "head": _head(copy), "files": files}, indent=1),
                                  encoding="utf-8")
    final = draft.with_name(draft.name.removesuffix(PART))
    _synced(draft)
    draft.rename(final)
    return Backup(final, at, len(files), sum(int(f["size"]) for f in files.values()), linked)


def newest(target: Path) -> Path | None:
    """The newest whole backup below `target`."""
    return max((p.parent for p in target.glob(f"*/{MANIFEST}") if not p.parent.name.endswith(PART)), default=None)


def faults(folder: Path) -> Iterator[str]:
    """One sentence for each file of a backup that is not what its manifest says; BackupError where there is no manifest."""
    for name, entry in manifest(folder)["files"].items():
        path = folder / name
        if not path.is_file():
            yield f"{name}：缺失"
        elif _entry(path) != entry:
            yield f"{name}：与备份时不同"


def manifest(folder: Path) -> dict[str, dict[str, dict[str, str | int]]]:
    """What the backup at `folder` says of itself."""
    try:
        found: dict[str, dict[str, dict[str, str | int]]] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        dict(found["files"])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise BackupError(f"{folder}：不是完整的备份（{MANIFEST}：{problem}）") from problem
    return found


def prune(target: Path, keep: int) -> list[Path]:
    """Remove all but the `keep` newest backups; returns what was removed."""
    old = sorted(p.parent for p in target.glob(f"*/{MANIFEST}"))[:-keep] if keep > 0 else []
    for folder in old:
        shutil.rmtree(folder)
    return old


def restore(folder: Path, home: Home) -> None:
    """Lay the backup at `folder` into `home`, which must hold nothing yet; BackupError when it does, or when a file is damaged."""
    if home.root.exists() and any(home.root.iterdir()):
        raise BackupError(f"{home.root}：里面已有数据，不会覆盖；请用 --home 指定一个空目录，或先把它移走")
    if damaged := list(faults(folder)):
        raise BackupError(f"{folder}：备份已损坏，没有恢复：" + "；".join(damaged[:5]))
    home.root.parent.mkdir(parents=True, exist_ok=True)
    draft = home.root.with_name(home.root.name + PART)
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(folder, draft)
    (draft / MANIFEST).unlink()
    Home.at(draft).prepare()
    _synced(draft)
    if home.root.exists():
        home.root.rmdir()
    draft.rename(home.root)


def _snapshot(home: Home, copy: Home) -> set[str]:
    """Copy the store; returns the WARCs that are registered in the copy."""
    with closing(sqlite3.connect(f"file:{home.store}?mode=ro", uri=True)) as source, closing(sqlite3.connect(copy.store)) as to:
        source.backup(to)  # in one step: other processes go on writing, the copy is of one moment
        said = to.execute("PRAGMA integrity_check").fetchone()[0]
        known = {row[0] for row in to.execute("SELECT name FROM warcs")}
    copy.store.chmod(0o600)
    if said != "ok":
        raise BackupError(f"{home.store}：数据库本身已损坏（{said}），备份没有完成；请用更早的备份")
    return known


def _warcs(home: Home) -> list[Path]:
    return sorted(p for p in home.warc.iterdir() if p.name.endswith((".warc.gz", ".warc.gz" + OPEN, ".torn")))


def _warc(path: Path, folder: Path, before: Path | None, known: set[str]) -> bool:
    """Copy one WARC; True when the last backup's copy was linked.

    Of one that the copied store does not know as closed, the whole records, under its temporary name: recovery registers it.
    """
    closed = path.with_name(path.name.removesuffix(OPEN))
    if path == closed and (closed.name in known or closed.name.endswith(".torn")):
        return _link_or_copy(path, folder / path.name, before)
    made = folder / (closed.name + OPEN)
    try:
        shutil.copy2(path, made)
    except FileNotFoundError:  # closed meanwhile: it has its final name now
        shutil.copy2(closed, made)
    os.truncate(made, max((offset + length for offset, length in whole_members(made)), default=0))
    return False


def _link_or_copy(path: Path, to: Path, before: Path | None) -> bool:
    """Lay `path` at `to`; True when it is linked to the last backup's copy, which has the same size and time."""
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = path.stat()
    if before is not None and before.is_file() and (old := before.stat()).st_size == now.st_size and old.st_mtime_ns == now.st_mtime_ns:
        with suppress(OSError):  # a file system without links: copied below
            os.link(before, to)
            return True
    shutil.copy2(path, to)
    return False


def _entry(path: Path) -> dict[str, str | int]:
    sha, _, size = file_digests(path)
    return {"size": size, "sha256": sha}


def _head(copy: Home) -> str:
    with closing(sqlite3.connect(f"file:{copy.store}?mode=ro", uri=True)) as db:
        last = db.execute("SELECT hash FROM custody ORDER BY seq DESC LIMIT 1").fetchone()
    return str(last[0]) if last else ""


def _synced(folder: Path) -> None:
    """Everything in `folder` is on the disk when this returns."""
    for path in [*folder.rglob("*"), folder]:
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
