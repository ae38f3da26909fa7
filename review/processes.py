"""The one place that starts a crawl: `python -m crawlers.run STAGE` as a process of its own.

A process, because a reactor runs once, and because a browser or a parser that dies must not take
the run with it. The child dies with its parent (Linux), and holds the run's lock until it does.
"""

from __future__ import annotations

import ctypes
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence.home import Home

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
TAIL_LINES = 12


@dataclass(slots=True)
class Outcome:
    """How a crawl process ended: exit code, the events it reported, and the end of its log."""

    code: int
    events: list[dict[str, Any]] = field(default_factory=list)
    log: Path | None = None
    tail: str = ""

    @property
    def pages(self) -> int:
        """Pages it reported."""
        return sum(1 for e in self.events if e.get("event") == "page")


def crawl(
    stage: str, home: Home, run: str, on_event: Callable[[dict[str, Any]], None], *,
    arguments: Sequence[str] = (), keep_open: Sequence[int] = (),
) -> Outcome:
    """Run one stage to its end, passing on each JSON line it prints. `keep_open`: descriptors it inherits."""
    home.logs.mkdir(parents=True, exist_ok=True)
    log = home.logs / f"{run}-{stage}.log"
    command = [sys.executable, "-m", "crawlers.run", stage, "--home", str(home.root), "--run", run, *arguments]
    outcome = Outcome(0, log=log)
    with log.open("ab") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL, text=True, encoding="utf-8",
            errors="replace", pass_fds=tuple(keep_open), preexec_fn=_die_with_parent)  # noqa: PLW1509 - one call, no locks
        try:
            assert process.stdout is not None
            for line in process.stdout:
                event = _event(line)
                outcome.events.append(event)
                on_event(event)
            outcome.code = process.wait()
        except BaseException:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
        finally:
            if process.stdout is not None:
                process.stdout.close()
    if outcome.code:
        outcome.tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:])
    return outcome


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {"event": "text", "text": line.rstrip()}
    return event if isinstance(event, dict) else {"event": "text", "text": line.rstrip()}


def _die_with_parent() -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
