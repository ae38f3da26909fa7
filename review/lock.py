"""One daily run at a time: an flock that the crawl processes inherit, so that it outlives a killed parent
exactly as long as its children do."""

from __future__ import annotations

import fcntl
import json
import os
import time
from types import TracebackType
from typing import Self

from evidence import ids
from evidence.home import Home

WAIT_FOR_ORPHANS = 15.0


class Locked(Exception):
    """Another run is going on; the message says which."""


class RunLock:
    """Holds `home.lock` while open. When the holder on record is dead, waits for its children to end."""

    def __init__(self, home: Home) -> None:
        self._path = home.lock
        home.prepare()
        self._file = self._path.open("a+", encoding="utf-8")

    def __enter__(self) -> Self:
        deadline = time.monotonic() + WAIT_FOR_ORPHANS
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as problem:
                holder = self._holder()
                if _alive(holder.get("pid")) or time.monotonic() > deadline:
                    self._file.close()
                    raise Locked(f"另一个任务正在运行（进程 {holder.get('pid', '?')}，始于 {holder.get('at', '?')}）："
                                 f"{self._path}") from problem
                time.sleep(0.1)
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps({"pid": os.getpid(), "at": ids.utc_now()}))
        self._file.flush()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    @property
    def descriptor(self) -> int:
        """The descriptor that crawl processes inherit."""
        return self._file.fileno()

    def _holder(self) -> dict[str, object]:
        try:
            self._file.seek(0)
            found = json.loads(self._file.read() or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def _alive(pid: object) -> bool:
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _zombie(pid)


def _zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:  # noqa: PTH123 - procfs
            return stat.read().rsplit(")", 1)[-1].split()[0] == "Z"
    except (OSError, IndexError):
        return False
