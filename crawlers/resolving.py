"""Whether many names exist: yes, no or unknown, wildcards told, and given up soon where no name server answers."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crawlers.facts.door import Door
from crawlers.facts.draft import Unanswered
from crawlers.facts.names import Resolution, State
from evidence.domains import domain_of

SILENT = 40  # names in a row without any answer: then the name servers are what is missing, not the names


@dataclass(frozen=True, slots=True)
class Found:
    """One name's answer. `wildcard`: its parent answers for any name, so the name itself proves nothing.

    A registrable name whose whole ending answers for anything (a hijacking resolver, a wildcard ending) is `unknown`.
    """

    name: str
    state: State
    exists: bool | None
    addresses: tuple[str, ...]
    wildcard: bool
    detail: str


class Unresolvable(Exception):
    """No name server answers at all, or none is known; `str()` says which were asked."""


async def resolve_all(door: Door, names: Iterable[str], at_once: int, each: Callable[[Found], None]) -> int:
    """Resolve every name, telling `each` as it comes; returns how many. Unresolvable after `SILENT` names without answer."""
    try:
        _ = door.servers
    except (Unanswered, ValueError) as problem:
        raise Unresolvable(str(problem)) from problem
    queue = iter(dict.fromkeys(names))
    silent, done = 0, 0

    async def worker() -> None:
        nonlocal silent, done
        for name in queue:
            found = await one(door, name)
            silent = silent + 1 if found.state == "unknown" and not found.wildcard else 0
            if silent >= SILENT:
                raise Unresolvable(f"{SILENT} 个域名接连没有应答，已停止：{found.detail}")
            done += 1
            each(found)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())
    except* Unresolvable as problems:
        raise problems.exceptions[0] from None
    return done


async def one(door: Door, name: str) -> Found:
    """The answer for one name, compared with what its parent says of a name nobody has."""
    resolution = await door.resolution(name)
    if resolution.state != "yes":
        return Found(name, resolution.state, resolution.exists, (), False, resolution.detail)
    parent = name.partition(".")[2]
    probe = await door.resolution(f"{_NOBODY}.{parent}") if parent else None
    wild = probe is not None and probe.state == "yes" and _same(probe, resolution)
    if wild and domain_of(name) == name:
        return Found(name, "unknown", None, resolution.addresses, True, f".{parent} 对任何名字都给同样的地址；{resolution.detail}")
    return Found(name, "yes", True, resolution.addresses, wild, resolution.detail)


_NOBODY = f"zz{secrets.token_hex(10)}"  # of this process: each parent is asked once


def _same(probe: Resolution, found: Resolution) -> bool:
    """Whether the random name leads to the same place: the same addresses, or the same alias (farms rotate addresses)."""
    return bool(set(probe.addresses) & set(found.addresses)) or bool(probe.aliases and probe.aliases[-1:] == found.aliases[-1:])
