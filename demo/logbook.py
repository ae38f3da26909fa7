"""Every request, one JSON line: the proof of what was asked for, and of what was not."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO


class Logbook:
    """Appends lines to a file, or to nothing when there is none; whole lines, whoever writes."""

    def __init__(self, path: Path | None) -> None:
        self._stream: TextIO | None = path.open("a", encoding="utf-8", buffering=1) if path else None
        self._lock = threading.Lock()
        self.lines = 0

    def write(self, host: str, method: str, target: str, status: int, note: str = "", **more: str) -> None:
        """One request: host without its port, target as sent, the status it got, and a note."""
        line = {"host": host, "method": method, "path": target, "status": status,
                "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")} | more | ({"note": note} if note else {})
        text = json.dumps(line, ensure_ascii=True)
        with self._lock:
            self.lines += 1
            if self._stream is not None and not self._stream.closed:
                self._stream.write(text + "\n")

    def close(self) -> None:
        """Write out what is left."""
        with self._lock:
            if self._stream is not None:
                self._stream.close()
