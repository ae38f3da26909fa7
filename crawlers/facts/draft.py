"""What a look-up brought: a fact not yet tied to a run and a host."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from evidence import ids
from evidence.records import SiteFact

MAX_RAW = 200_000  # characters of a raw reply that are kept; a longer one says so in `note`


class Unanswered(Exception):
    """A question that got no usable answer; `str()` says why, for the record."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One fact: `kind` as in SiteFact, `value` JSON-able, `server` who said it, `at` when it was said."""

    kind: str
    value: dict[str, Any]
    raw: str = ""
    server: str = ""
    ok: bool = True
    note: str = ""
    at: str = field(default_factory=ids.utc_now)

    def fact(self, run: str, host: str) -> SiteFact:
        """The record for the store; NUL and unpaired surrogates of a hostile reply do not reach it."""
        raw = self.raw.replace("\x00", "\ufffd")
        note = self.note if len(raw) <= MAX_RAW else f"{self.note}; raw reply of {len(raw)} characters cut".lstrip("; ")
        return SiteFact(ids.new_id(), run, host, self.kind, self.value, raw[:MAX_RAW], self.server, self.at, self.ok,
                        note[:500])


def unknown(kind: str, reason: object, server: str = "", **value: Any) -> Draft:
    """The fact that nothing is known, and why."""
    said = str(reason) if isinstance(reason, Unanswered | str) else f"{type(reason).__name__}: {reason}"
    return Draft(kind, value, "", server, False, said or "no reason given")
