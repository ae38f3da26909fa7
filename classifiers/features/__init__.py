"""The registry of features: what rules may ask of a page. One family, one module in this folder.

A family is a function from a `Reading` to hits, registered with every feature name it may give and what it means:

    @family("form", {"form.query": "查询表单（姓名、证件号、证书编号）"})
    def find(reading: Reading) -> Iterable[Hit]: ...

Modules in this folder are found by themselves; every feature of `lexicons/text/*.yml` is registered by `lexical.py`.
A family may ask `reading.hits(…)` of another family; circles are a programming error.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from classifiers.reading import Family


class UnknownFeature(LookupError):
    """No family gives this feature; the message proposes the nearest name."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A family: its name, what its features mean, and the function that finds them."""

    name: str
    means: Mapping[str, str]
    find: Family


_FAMILIES: dict[str, Registered] = {}
_BY_FEATURE: dict[str, Registered] = {}


def family(name: str, means: Mapping[str, str]) -> Callable[[Family], Family]:
    """Register a family's function for its features (name → Chinese meaning)."""

    def register(find: Family) -> Family:
        entry = Registered(name, dict(means), find)
        taken = [feature for feature in means if feature in _BY_FEATURE and _BY_FEATURE[feature].name != name]
        if taken:
            raise ValueError(f"特征 {taken[0]} 已由 {_BY_FEATURE[taken[0]].name} 提供；请换名")
        _FAMILIES[name] = entry
        _BY_FEATURE.update(dict.fromkeys(means, entry))
        return find

    return register


@cache
def names() -> Mapping[str, str]:
    """Every feature with its meaning; loads all family modules."""
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return {feature: entry.means[feature] for feature, entry in sorted(_BY_FEATURE.items())}


def family_of(feature: str) -> Registered:
    """The family that gives a feature; UnknownFeature otherwise."""
    names()
    if feature not in _BY_FEATURE:
        raise UnknownFeature(unknown(feature))
    return _BY_FEATURE[feature]


@cache
def expand(pattern: str) -> tuple[str, ...]:
    """The features a name stands for: itself, or with ".*" all that begin so; UnknownFeature when none."""
    if not pattern.endswith(".*"):
        return (family_of(pattern).name and pattern,)
    found = tuple(name for name in names() if name.startswith(pattern[:-1]))
    if not found:
        raise UnknownFeature(unknown(pattern))
    return found


def unknown(feature: str) -> str:
    """The message for a feature nobody gives."""
    known = {name.partition(".")[0] + ".*" for name in names()} if feature.endswith(".*") else names()
    near = get_close_matches(feature, sorted(known), n=1, cutoff=0.5)
    return f"没有特征 {feature!r}" + (f"，是不是 {near[0]}？" if near else "；可用的特征见 dajia rules --features")
