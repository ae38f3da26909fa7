"""The log of an installation: one JSON line for every stage, source, error and note, in `logs/dajia.jsonl`.

Every line has `at` (UTC), `pid` and `event`; pages are not logged one by one, they are rows of the store.
The file is turned over when it is full, and old ones are cleared by `dajia retention`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from evidence import ids
from evidence.home import Home

NAME = "dajia.jsonl"
FULL = 16 * 1024 * 1024  # bytes
_NOT_LOGGED = frozenset({"page"})


class Logbook:
    """Appends events. What cannot be written is told once, in `problem`, and does not stop the run."""

    def __init__(self, home: Home) -> None:
        self._path = home.logs / NAME
        self.problem = ""
        self.run = ""

    def write(self, event: Mapping[str, Any]) -> None:
        """One event, with time, process and run."""
        if event.get("event") in _NOT_LOGGED or self.problem:
            return
        self.run = str(event["run"]) if event.get("event") == "begin" else self.run
        row = {"at": ids.utc_now(), "pid": os.getpid(), "run": self.run, **event}
        try:
            if self._path.exists() and self._path.stat().st_size > FULL:
                self._path.rename(self._path.with_name(f"dajia-{ids.new_id()}.jsonl"))
            with self._path.open("a", encoding="utf-8") as out:
                out.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
        except OSError as problem:
            self.problem = f"日志写不进 {self._path}：{problem.strerror or problem}"
