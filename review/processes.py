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
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence.home import Home

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
TAIL_LINES = 12
CRASHED = 70  # BSD: internal software error
RESTARTS = 2  # of a process that died; what it had committed is not repeated
GRACE_SECONDS = 30.0  # to give leases back and close the archive, when the time is up


@dataclass(slots=True)
class Outcome:
    """How a crawl process ended: exit code, the events it reported, the end of its log; `deaths` say how its
    forerunners died, `stopped` that its time was up."""

    code: int
    events: list[dict[str, Any]] = field(default_factory=list)
    log: Path | None = None
    tail: str = ""
    deaths: list[str] = field(default_factory=list)
    stopped: bool = False

    @property
    def died(self) -> bool:
        """Whether it went without its last word."""
        return not any(e.get("event") == "end" for e in self.events)

    @property
    def pages(self) -> int:
        """Pages it reported."""
        return sum(1 for e in self.events if e.get("event") == "page")


def crawl(
    stage: str, home: Home, run: str, on_event: Callable[[dict[str, Any]], None], *,
    arguments: Sequence[str] = (), keep_open: Sequence[int] = (), seconds: float = 0.0,
) -> Outcome:
    """Run one stage to its end, passing on each JSON line it prints; one that died is started again, `RESTARTS` times.

    `keep_open`: descriptors it inherits. With `seconds` (0: no limit) it is asked to stop when they are over.
    """
    home.logs.mkdir(parents=True, exist_ok=True)
    deaths: list[str] = []
    events: list[dict[str, Any]] = []
    while True:
        outcome = _once(stage, home, run, on_event, arguments, keep_open, seconds)
        died = outcome.died and not outcome.stopped
        events += outcome.events
        if died:
            deaths.append(_ending(outcome.code))
        if not died or len(deaths) > RESTARTS:
            outcome.events, outcome.deaths = events, deaths
            if died and outcome.code in {0, 1}:
                outcome.code = CRASHED  # a traceback exits with 1, which would read as "partial"
            return outcome


def _once(
    stage: str, home: Home, run: str, on_event: Callable[[dict[str, Any]], None], arguments: Sequence[str],
    keep_open: Sequence[int], seconds: float,
) -> Outcome:
    log = home.logs / f"{run}-{stage}.log"
    command = [sys.executable, "-m", "crawlers.run", stage, "--home", str(home.root), "--run", run, *arguments]
    outcome = Outcome(0, log=log)
    with log.open("ab") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL, text=True, encoding="utf-8",
            errors="replace", pass_fds=tuple(keep_open), preexec_fn=_die_with_parent)  # noqa: PLW1509 - one call, no locks
        timer = threading.Timer(seconds, _stop, (process, outcome)) if seconds else None
        try:
            if timer is not None:
                timer.start()
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
                process.wait()
            raise
        finally:
            if timer is not None:
                timer.cancel()
            if process.stdout is not None:
                process.stdout.close()
    if outcome.code:
        outcome.tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:])
    return outcome


def _stop(process: subprocess.Popen[str], outcome: Outcome) -> None:
    """Ask a process to stop; after the grace it is killed (what it committed is kept either way)."""
    outcome.stopped = True
    process.terminate()
    try:
        process.wait(timeout=GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _ending(code: int) -> str:
    return f"被信号 {-code} 终止" if code < 0 else f"退出码 {code}"


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {"event": "text", "text": line.rstrip()}
    return event if isinstance(event, dict) else {"event": "text", "text": line.rstrip()}


def _die_with_parent() -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
