"""One mark on a page: a feature that was found, and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A found feature. `start`/`end` lie in `Page.text` (-1: it has no place there and `said` is its quote).

    `note` fills the rule's sentence; `host` is the official host that is claimed, "" when none.
    """

    feature: str
    start: int = -1
    end: int = -1
    note: str = ""
    said: str = ""
    host: str = ""
