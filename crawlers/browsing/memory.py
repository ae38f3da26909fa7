"""Keeps a page from eating the machine: the process of a page that grows too large is ended, the page is then "crashed"."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import logging
import os
import signal
import sys
import threading
from collections import defaultdict
from pathlib import Path

PAGE_MB, OTHER_MB, ALL_MB = 400, 550, 680  # private memory: of a page's process, of another one, of the browser whole
LOOK_SECONDS, FIND_SECONDS = 0.05, 0.25
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_LOG = logging.getLogger(__name__)


class MemoryWatch:
    """Looks at the processes below one that belong to the browser whose command line names `folder`. Linux only."""

    def __init__(self, folder: str) -> None:
        self._mark = folder.encode()
        self._done = threading.Event()
        self._thread: threading.Thread | None = None
        self.ended = 0

    def start(self) -> None:
        """Begin to look; elsewhere than on Linux the system's own limits must do."""
        if sys.platform == "linux":
            self._thread = threading.Thread(target=self._watch, name="browser memory", daemon=True)
            self._thread.start()

    async def stop(self) -> None:
        """End looking."""
        self._done.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    def _watch(self) -> None:
        """A thread of its own: a page grows by hundreds of megabytes while an event loop is busy with something else."""
        known: dict[int, bool] = {}
        rounds = 0
        while not self._done.wait(LOOK_SECONDS):
            if rounds % round(FIND_SECONDS / LOOK_SECONDS) == 0:
                known = self._processes()
            rounds += 1
            sizes = {pid: private_mb(pid) for pid in known}
            for pid, page in known.items():
                if sizes[pid] > (PAGE_MB if page else OTHER_MB):
                    self._end(pid, sizes.pop(pid))
            pages = [pid for pid in sizes if known[pid]]
            if pages and sum(sizes.values()) > ALL_MB:
                largest = max(pages, key=lambda pid: sizes[pid])
                self._end(largest, sizes[largest])

    def _end(self, pid: int, size: float) -> None:
        self.ended += 1
        _LOG.warning("ended a browser process of %d MB", size)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)

    def _processes(self) -> dict[int, bool]:
        """The browser's processes; whether each is a page's."""
        children: dict[int, list[int]] = defaultdict(list)
        roots = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError, IndexError, ValueError):
                children[int((entry / "stat").read_text().rpartition(")")[2].split()[1])].append(int(entry.name))
                line = (entry / "cmdline").read_bytes()
                if self._mark in line and b"--type=" not in line and b"--user-data-dir=" in line:
                    roots.append(int(entry.name))
        found: dict[int, bool] = {}
        waiting = roots
        while waiting:
            pid = waiting.pop()
            if pid not in found:
                found[pid] = _is_page(pid)
                waiting += children[pid]
        return found


def give_back() -> None:
    """Return what a flood of messages left in this process: the interpreter frees it, the C library would keep it for later."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # another C library knows no such call
        ctypes.CDLL(None).malloc_trim(0)


def private_mb(pid: int) -> float:
    """Memory of a process in MB that it shares with no file or other process, 0 when it is gone."""
    try:
        resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
        return (int(resident) - int(shared)) * _PAGE_BYTES / (1 << 20)
    except (OSError, IndexError, ValueError):
        return 0.0


def _is_page(pid: int) -> bool:
    try:
        return b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
