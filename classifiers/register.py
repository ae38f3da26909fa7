"""The register of official bodies, their hosts, systems and documents: who may claim what.

Read from `lexicons/register.yml` (dated data). A host belongs to a body when it equals one of its hosts or
lies below it at a label boundary; user info, ports, trailing dots and punycode are cut first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from classifiers.hosts import HostError, normal_host

LEXICONS = Path(__file__).parent / "lexicons"
MARKS = ("V", "C", "I", "R")


class RegisterError(ValueError):
    """The register file cannot be used; the message names file, field and fix."""


@dataclass(frozen=True, slots=True)
class Body:
    """An official body: its name, other names, and the hosts (in punycode) it answers at."""

    id: str
    name: str
    aliases: tuple[str, ...]
    hosts: tuple[str, ...]
    labels: tuple[str, ...]
    mark: str
    source: str

    @property
    def names(self) -> tuple[str, ...]:
        """Every name the body goes by, the official one first."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class System:
    """One official query system: host, operator, the titles it shows and the documents it answers for."""

    host: str
    body: str
    titles: tuple[str, ...]
    issues: tuple[str, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class Province:
    """A province: name, pinyin, initials and its emergency-management department's host."""

    name: str
    pinyin: str
    initials: str
    host: str


@dataclass(frozen=True, slots=True)
class Register:
    """All of it, with the host index used by `body_of_host`."""

    dated: str
    zones: tuple[str, ...]
    bodies: tuple[Body, ...]
    systems: tuple[System, ...]
    provinces: tuple[Province, ...]
    by_host: Mapping[str, Body] = field(repr=False)

    def hosts(self) -> tuple[str, ...]:
        """Every official host of the register: systems first, then bodies, then provinces."""
        found = [s.host for s in self.systems] + [h for b in self.bodies for h in b.hosts]
        return tuple(dict.fromkeys([*found, *(p.host for p in self.provinces)]))


def load(path: Path) -> Register:
    """The register in `path`; raises RegisterError naming file, field and fix."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise RegisterError(f"{path}: 无法读取登记册：{error}") from error
    if not isinstance(raw, dict):
        raise RegisterError(f"{path}: 顶层应为键值（dated、zones、bodies、systems、provinces）")
    try:
        bodies = tuple(_body(path, n, row) for n, row in enumerate(_rows(path, raw, "bodies")))
        systems = tuple(_system(path, n, row, bodies) for n, row in enumerate(_rows(path, raw, "systems")))
        provinces = tuple(
            Province(row["name"], row["pinyin"], row["initials"], normal_host(row["host"]))
            for row in _rows(path, raw, "provinces")
        )
        zones = tuple(normal_host(zone) for zone in _rows(path, raw, "zones"))
    except KeyError as error:
        raise RegisterError(f"{path}: 缺少字段 {error}；请补上") from error
    except HostError as error:
        raise RegisterError(f"{path}: {error}；hosts 只写主机名，不带协议和路径") from error
    by_host = {host: body for body in bodies for host in body.hosts}
    return Register(str(raw.get("dated", "")), zones, bodies, systems, provinces, by_host)


def _rows(path: Path, raw: Mapping[str, Any], name: str) -> list[Any]:
    rows = raw.get(name)
    if not isinstance(rows, list) or not rows:
        raise RegisterError(f"{path}: 字段 {name} 应为非空列表")
    return rows


def _mark(path: Path, where: str, row: Mapping[str, Any]) -> str:
    mark = str(row["mark"])
    if mark not in MARKS:
        raise RegisterError(f"{path}: {where}.mark 是 {mark!r}，应为 {'/'.join(MARKS)} 之一")
    return mark


def _body(path: Path, number: int, row: Mapping[str, Any]) -> Body:
    return Body(
        id=row["id"],
        name=row["name"],
        aliases=tuple(row.get("aliases", ())),
        hosts=tuple(normal_host(host) for host in row["hosts"]),
        labels=tuple(str(label) for label in row.get("labels", ())),
        mark=_mark(path, f"bodies[{number}]", row),
        source=str(row.get("source", "")),
    )


def _system(path: Path, number: int, row: Mapping[str, Any], bodies: tuple[Body, ...]) -> System:
    known = [body.id for body in bodies]
    if row["body"] not in known:
        raise RegisterError(
            f"{path}: systems[{number}].body 是 {row['body']!r}，不在 bodies 里（有：{'、'.join(known)}）"
        )
    return System(
        host=normal_host(row["host"]),
        body=row["body"],
        titles=tuple(row["titles"]),
        issues=tuple(row.get("issues", ())),
        mark=_mark(path, f"systems[{number}]", row),
    )


@cache
def register() -> Register:
    """The register shipped with the classifiers, read once."""
    return load(LEXICONS / "register.yml")


def under(host: str, parent: str) -> bool:
    """Whether `host` equals `parent` or lies below it, at a label boundary."""
    return host == parent or host.endswith("." + parent)


def _ladder(host: str) -> list[str]:
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


def body_of_host(host: str) -> Body | None:
    """The body that answers at `host` (any spelling), or None."""
    try:
        return _body_of_normal(normal_host(host))
    except HostError:
        return None


def _body_of_normal(name: str) -> Body | None:
    by_host = register().by_host
    return next((by_host[step] for step in _ladder(name) if step in by_host), None)


def is_government_zone(host: str) -> bool:
    """Whether `host` lies in a zone that only government may register (.gov.cn, .政务)."""
    try:
        return _is_zone(normal_host(host))
    except HostError:
        return False


def _is_zone(name: str) -> bool:
    return any(under(name, zone) for zone in register().zones)


def is_official_normal(name: str) -> bool:
    """As `is_official`, for a name already in normal form."""
    return _is_zone(name) or _body_of_normal(name) is not None


def is_official(host: str) -> bool:
    """Whether `host` is a registered official host or lies in the government's own zone."""
    return is_government_zone(host) or body_of_host(host) is not None


def body(identifier: str) -> Body:
    """The body with this id; raises KeyError with the known ids."""
    found = next((b for b in register().bodies if b.id == identifier), None)
    if found is None:
        raise KeyError(f"没有机构 {identifier!r}；已有：{'、'.join(b.id for b in register().bodies)}")
    return found
