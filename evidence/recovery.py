"""After a crash: close what was left open, register what was left unregistered, lose nothing committed."""

from __future__ import annotations

import fcntl
from pathlib import Path

from evidence.archive import OPEN, WarcFile, file_digests, seal, whole_members
from evidence.home import Home
from evidence.store import Store


def recover(store: Store) -> list[WarcFile]:
    """Close every WARC whose writer is dead and register every closed one the store does not know.

    A torn last record is cut off and kept beside the file as `<name>.torn`. Committed captures are
    never in the torn part, because a writer syncs before the store commits. Files of living writers
    (they hold a lock) are left alone. Returns the files that were registered.
    """
    home, settled = store.home, []
    for path in sorted(home.warc.glob("*.warc.gz" + OPEN)):
        with path.open("rb+") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            settled.append(_close(path, home))
    known = {row["name"] for row in store.rows("SELECT name FROM warcs")}
    fresh = [w for w in settled if w.name not in known]
    for path in sorted(home.warc.glob("*.warc.gz")):
        if path.name not in known and path.name not in {w.name for w in fresh}:
            fresh.append(_register(path))
    for record in fresh:
        store.add_warc(record)
    return fresh


def _close(path: Path, home: Home) -> WarcFile:
    end, records = 0, 0
    for offset, length in whole_members(path):
        end, records = offset + length, records + 1
    final = path.with_name(path.name.removesuffix(OPEN))
    if path.stat().st_size > end:
        with path.open("rb+") as file:
            file.seek(end)
            path.with_name(final.name + ".torn").write_bytes(file.read())
            file.truncate(end)
            file.flush()
    return seal(path, final, _run_of(final.name), records, recovered=True)


def _register(path: Path) -> WarcFile:
    sha, sm3, size = file_digests(path)
    return WarcFile(path.name, _run_of(path.name), size, sum(1 for _ in whole_members(path)), sha, sm3, True)


def _run_of(name: str) -> str:
    return name.split("-", 1)[0]
