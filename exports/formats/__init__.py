"""Stored records → files. One module here is one format; it is found by lying here.

A module declares `ABOUT` (what it tells: "day" a day's work, "released" the sites two people released,
"agency" one recipient's batch, "period" a quarter, "lead" one lead), `FILE` (the file's usual name) and
`write(order, path)`, which writes the whole file to `path`. `NEEDS` names the fields of the order that must
be set, `LAST = True` puts it after the others of its kind. The first line of its docstring is what the README
says. A module without `ABOUT` is a part of the evidence package.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from exports.order import Order, OrderError

ABOUTS = ("day", "released", "agency", "period", "lead")


class UnknownFormat(OrderError):
    """No format of that name; the message holds the nearest one."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format, as its module declares it."""

    name: str
    about: str
    file: str
    says: str
    needs: tuple[str, ...]
    last: bool
    write: Callable[[Order, Path], None]


@lru_cache(maxsize=1)
def catalogue() -> tuple[Format, ...]:
    """Every format, by name; those that come last, last."""
    found = []
    for module in iter_modules(__path__):
        made = import_module(f"{__name__}.{module.name}")
        about = getattr(made, "ABOUT", "")
        if not about:
            continue
        if about not in ABOUTS:
            raise TypeError(f"{made.__file__}: ABOUT = {about!r}; it must be one of {', '.join(ABOUTS)}")
        says = (made.__doc__ or "").strip().splitlines()
        found.append(Format(module.name, about, made.FILE, says[0] if says else "", tuple(getattr(made, "NEEDS", ())),
                            bool(getattr(made, "LAST", False)), made.write))
    return tuple(sorted(found, key=lambda f: (f.last, f.name)))


def of(about: str) -> list[Format]:
    """The formats that tell this."""
    return [f for f in catalogue() if f.about == about]


def get(name: str) -> Format:
    """The format called `name`; UnknownFormat with the nearest name when there is none."""
    known = {f.name: f for f in catalogue()}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    raise UnknownFormat(f"没有导出格式“{name}”" + (f"；是不是“{near[0]}”？" if near else "") + f"  可用：{'、'.join(known)}")
