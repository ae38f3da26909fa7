"""Recognises the page that stands in front of a page: captcha, login, parking, removal.

HTTP 200 is not success. The fingerprints are dated data (`walls.yml`); this module only matches them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import yaml

from crawlers.answer import Answer

FILE = Path(__file__).with_name("walls.yml")
STATES = ("blocked", "login", "parked", "gone")
_KEYS = {"name", "state", "hosts", "path", "status", "title", "body", "below", "pauses", "source", "date"}
_LOOK = 20_000


class WallsError(Exception):
    """A fingerprint file that cannot be used; the message names file, entry and field."""


@dataclass(frozen=True, slots=True)
class Wall:
    """One fingerprint. Empty conditions are not asked; at least one is set. `pauses`: the host is left alone for a while."""

    name: str
    state: Literal["blocked", "login", "parked", "gone"]
    hosts: tuple[str, ...] = ()
    path: re.Pattern[str] | None = None
    status: tuple[int, ...] = ()
    title: re.Pattern[str] | None = None
    body: re.Pattern[str] | None = None
    below: int = 0
    pauses: bool = False

    @property
    def by_address(self) -> bool:
        """Whether the address alone tells this wall, without asking for it."""
        return bool(self.hosts) and not (self.status or self.title or self.body)

    def matches(self, answer: Answer) -> bool:
        """Whether every condition holds; cheap ones first."""
        if self.hosts and not any(answer.host == h or answer.host.endswith("." + h) for h in self.hosts):
            return False
        if self.status and answer.status not in self.status:
            return False
        if self.below and len(answer.body) > self.below:
            return False
        if self.path and not self.path.search(_target(answer.url)):
            return False
        if self.title and not self.title.search(answer.title):
            return False
        return not (self.body and not self.body.search(answer.text[:_LOOK]))


def _target(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def wall_of(answer: Answer) -> Wall | None:
    """The first fingerprint that matches, or None: then the page is what was asked for."""
    return next((wall for wall in _at(answer.host) if wall.matches(answer)), None)


@lru_cache(maxsize=4096)
def _at(host: str) -> tuple[Wall, ...]:
    """The fingerprints that may stand at a host: of most hosts only those that name none."""
    return tuple(wall for wall in load() if not wall.hosts or any(host == h or host.endswith("." + h) for h in wall.hosts))


def wall_at(url: str) -> Wall | None:
    """The wall that an address is known to be: where a redirect leads may be told without following it."""
    asked = Answer(url, b"")
    return next((wall for wall in load() if wall.by_address and wall.matches(asked)), None)


@lru_cache(maxsize=4)
def load(path: Path = FILE) -> tuple[Wall, ...]:
    """Read and check a fingerprint file; raises WallsError."""
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as problem:
        raise WallsError(f"{path}: cannot be read: {problem}") from problem
    if not isinstance(entries, list):
        raise WallsError(f"{path}: expected a list of fingerprints")
    return tuple(_wall(entry, f"{path}, entry {n}") for n, entry in enumerate(entries, 1))


def _wall(entry: Any, where: str) -> Wall:
    if not isinstance(entry, dict):
        raise WallsError(f"{where}: expected a mapping")
    if unknown := sorted(set(entry) - _KEYS):
        raise WallsError(f"{where}: unknown field {unknown[0]!r}; known: {', '.join(sorted(_KEYS))}")
    for name in ("name", "state", "source", "date"):
        if not entry.get(name):
            raise WallsError(f"{where}: field {name!r} is missing")
    if entry["state"] not in STATES:
        raise WallsError(f"{where}: field 'state': {entry['state']!r} is none of {', '.join(STATES)}")
    if not any(entry.get(k) for k in ("hosts", "path", "status", "title", "body")):
        raise WallsError(f"{where}: without hosts, path, status, title or body it would match every page")
    return Wall(entry["name"], entry["state"], tuple(entry.get("hosts", ())), _regex(entry, "path", where),
                tuple(entry.get("status", ())), _regex(entry, "title", where), _regex(entry, "body", where),
                int(entry.get("below", 0)), bool(entry.get("pauses", entry["state"] == "blocked")))


def _regex(entry: dict[str, Any], name: str, where: str) -> re.Pattern[str] | None:
    if not entry.get(name):
        return None
    try:
        return re.compile(entry[name], re.I | re.S)
    except re.error as problem:
        raise WallsError(f"{where}: field {name!r} is not a regular expression: {problem}") from problem
