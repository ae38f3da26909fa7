"""Which sources there are: whatever lies in `spiders/engines` and `spiders/markets`."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from crawlers.leasing import LeaseSpider
from crawlers.source import Source
from evidence.config import Config

PACKAGES = ("crawlers.spiders.engines", "crawlers.spiders.markets")


class UnknownSource(Exception):
    """A source name nobody knows; the message suggests the nearest."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One source as the catalogue shows it."""

    name: str
    label: str
    kind: str
    hosts: tuple[str, ...]
    robots: str
    evidence: str
    experimental: bool
    walled: bool = False
    site_hosts: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def classes() -> dict[str, type[Source]]:
    """Every source by name, engines first, then by name."""
    found: dict[str, type[Source]] = {}
    for package in PACKAGES:
        for module in iter_modules(import_module(package).__path__, package + "."):
            for value in vars(import_module(module.name)).values():
                if isinstance(value, type) and issubclass(value, Source) and value.__module__ == module.name:
                    found[str(value.name)] = value
    return dict(sorted(found.items(), key=lambda item: (item[1].kind, item[0])))


def select(names: list[str] | tuple[str, ...] = ()) -> dict[str, type[Source]]:
    """The named sources, all without names; UnknownSource for a name that is none."""
    known = classes()
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise UnknownSource(f"unknown source {name!r}{hint} Known sources: {', '.join(known)}")
    return {name: known[name] for name in known if not names or name in names}


def catalogue(config: Config | None = None) -> tuple[Entry, ...]:
    """All sources for tables: label, kind, hosts, robots policy under `config`, date of the evidence."""
    config = config or Config()
    return tuple(Entry(name, s.label, s.kind, s.hosts, config.source(name).robots, s.evidence, s.experimental, s.walled,
                       tuple(getattr(s, "site_hosts", ())))
                 for name, s in classes().items())


def other_spider(name: str) -> type[LeaseSpider]:
    """The spider called `name` that is no source: `capture`, `recheck`."""
    module = import_module(f"crawlers.spiders.{name}")
    return next(value for value in vars(module).values()
                if isinstance(value, type) and issubclass(value, LeaseSpider) and value.__module__ == module.__name__)
