"""What a format is asked for, with everything it may draw on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from evidence.archive import Vault
from evidence.config import Config
from evidence.store import Store
from exports.briefing import Briefing
from exports.gallery import Gallery


class OrderError(Exception):
    """An export that cannot be made as asked; the message says what to change."""


@dataclass
class Order:
    """One export. `day` is YYYY-MM-DD; `run`, `lead`, `agency` (a code), `addressee`, `leads` (ids), `kind` and `period`
    (2026Q1) are set where the format needs them.

    `scratch` is a folder that is deleted afterwards. `made` holds the files already written by this
    export; `notes` are sentences the person who asked must read.
    """

    store: Store
    vault: Vault
    config: Config
    day: str
    scratch: Path
    run: str = ""
    lead: str = ""
    agency: str = ""
    addressee: str = ""
    leads: tuple[str, ...] = ()
    kind: str = ""
    period: str = ""
    made: dict[str, Path] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @cached_property
    def briefing(self) -> Briefing:
        """The day's matter."""
        return Briefing(self.store, self.vault, self.run, self.day, self.config)

    @cached_property
    def gallery(self) -> Gallery:
        """Pictures, each made once."""
        return Gallery(self.vault, self.scratch)
