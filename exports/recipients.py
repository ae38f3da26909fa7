"""Recipients as data: who takes what, which fields they ask for, on what legal ground, in which batches.

One file `exports/agencies/CODE.yml` is one recipient. A field is a name that `exports.fields` can fill; a
misspelt one is refused with the nearest known name.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from exports import law
from exports.fields import FIELDS

FOLDER = Path(__file__).with_name("agencies")
AgencyKind = Literal["cyberspace", "telecom", "registry", "search", "platform", "police", "market", "safety", "housing"]


class AgencyError(Exception):
    """A recipient that cannot be used; the message names file, field and fix."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AskedField(_Model):
    """A field the recipient asks for. `where` says how to get it when it is missing."""

    field: str
    title: str
    required: bool = False
    where: str = ""


class Basis(_Model):
    """An article that is cited, for which kinds of lead, and what it is cited for."""

    law: str
    article: str
    kinds: list[Literal["ad", "fake_site"]] = ["ad", "fake_site"]
    says: str


class Column(_Model):
    """A column of the recipient's batch form."""

    title: str
    field: str
    width: float = 20


class Batch(_Model):
    """The batch form: at most `limit` rows a file, columns in the recipient's order."""

    limit: int = Field(ge=1)
    columns: list[Column] = Field(min_length=1)


class Agency(_Model):
    """One recipient. `takes` are kinds of lead; `national` is addressed where no province is known."""

    code: str
    name: str
    kind: AgencyKind
    takes: list[Literal["ad", "fake_site"]] = Field(min_length=1)
    addressee: str
    national: str
    by_province: bool = False
    default: bool = False
    competence: str
    requests: dict[str, list[str]]
    fields: list[AskedField]
    basis: list[Basis]
    attachments: list[str] = Field(min_length=1)
    channel: str = ""
    batch: Batch | None = None
    offices: dict[str, str] = {}
    checked: date
    source: str

    @property
    def columns(self) -> list[Column]:
        """Columns of the batch form; empty where the recipient has none."""
        return list(self.batch.columns) if self.batch else []

    def citations(self, kind: str, day: date) -> list[tuple[law.Citation, str]]:
        """The articles cited for a kind of lead, in the version in force on `day`, with what they are cited for."""
        found = [(law.cite(b.law, b.article, day), b.says) for b in self.basis if kind in b.kinds]
        return [(citation, says) for citation, says in found if citation]


@dataclass(frozen=True, slots=True)
class Addressee:
    """To whom one package goes and why. `province` is "" for the national queue."""

    agency: str
    name: str
    province: str
    reason: str


def national(agency: Agency, reason: str = "省份不明，交全国受理渠道，不作猜测") -> Addressee:
    """The addressee where no province is known."""
    return Addressee(agency.code, agency.national, "", reason)


def provincial(agency: Agency, province: str, reason: str) -> Addressee:
    """The addressee in a province, or the national one for a recipient without provincial desks."""
    if not agency.by_province or not province:
        return national(agency, reason)
    return Addressee(agency.code, agency.offices.get(province) or agency.addressee.format(province=province), province, reason)


@lru_cache(maxsize=1)
def agencies() -> Mapping[str, Agency]:
    """Every recipient by code, read-only; AgencyError for the first that is broken."""
    found = {path.stem: load(path) for path in sorted(FOLDER.glob("*.yml"))}
    if not found:
        raise AgencyError(f"{FOLDER}：没有任何收件机关")
    return MappingProxyType(found)


def load(path: Path) -> Agency:
    """One recipient from its file."""
    try:
        agency = Agency.model_validate(law.read_yaml(path) | {"code": path.stem})
        for basis in agency.basis:
            law.cite(basis.law, basis.article, agency.checked)
    except ValidationError as problem:
        raise AgencyError(f"{path.name}：{law.faults(problem)}") from problem
    except law.LawError as problem:
        raise AgencyError(f"{path.name}：{str(problem).removeprefix(path.name + '：')}") from problem
    for name in [f.field for f in agency.fields] + [c.field for c in agency.columns]:
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            raise AgencyError(f"{path.name}：没有字段 {name!r}" + (f"；是不是 {near[0]!r}？" if near else ""))
    if lost := set(agency.takes) - set(agency.requests):
        raise AgencyError(f"{path.name}：requests 缺少 {sorted(lost)[0]}（takes 里有）")
    return agency
