"""The law as dated data: which version was in force on a day, and what its articles are called there.

`law.yml` holds statutes with their versions; an article is named by what it says (`no_crime_sites`), so that
renumbering is an entry, not an edit. Numbers that were not read in the official text are printed with a remark.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

FILE = Path(__file__).with_name("law.yml")
UNSURE = "（条文序号请以现行官方文本核对）"


class LawError(Exception):
    """Law data that cannot be used; the message names file, field and fix."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Version(_Model):
    """One version: in force from `since` to `until` (both included; open when absent)."""

    since: date
    until: date | None = None
    articles: dict[str, str]
    certainty: Literal["read", "recalled", "inferred"] = "recalled"
    note: str = ""
    source: str = ""


class Statute(_Model):
    """One statute with its versions."""

    title: str
    versions: list[Version] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Citation:
    """An article as it is printed: 《…》第…条, with the dates of the version."""

    title: str
    article: str
    since: str
    until: str
    sure: bool

    @property
    def text(self) -> str:
        """The citation in a letter."""
        return f"《{self.title}》{self.article}" + ("" if self.sure else UNSURE)

    @property
    def validity(self) -> str:
        """Which version is meant."""
        return f"{self.since} 起施行的文本" + (f"（至 {self.until}）" if self.until else "")


@lru_cache(maxsize=1)
def statutes() -> dict[str, Statute]:
    """Every statute by its key; LawError when the data are broken."""
    raw = read_yaml(FILE)
    try:
        return {key: Statute.model_validate(value) for key, value in raw.items()}
    except ValidationError as problem:
        raise LawError(f"{FILE.name}：{faults(problem)}") from problem


def cite(key: str, article: str, day: date) -> Citation | None:
    """The article in the version in force on `day`; None when that version has no such article.

    LawError for a statute or article no version knows.
    """
    statute = statutes().get(key)
    if statute is None or not any(article in v.articles for v in statute.versions):
        raise LawError(f"{FILE.name}：没有 {key} 的条文 {article}")
    for version in statute.versions:
        if version.since <= day and (version.until is None or day <= version.until) and article in version.articles:
            return Citation(statute.title, version.articles[article], version.since.isoformat(),
                            version.until.isoformat() if version.until else "", version.certainty == "read")
    return None


def read_yaml(path: Path) -> dict[str, object]:
    """A YAML mapping; LawError with file and line when it is none."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as problem:
        raise LawError(f"{path.name}：不是合法的 YAML：{problem}") from problem
    if not isinstance(raw, dict):
        raise LawError(f"{path.name}：应为键值表")
    return raw


def faults(problem: ValidationError) -> str:
    """What pydantic objects to, one clause a field."""
    return "；".join(f"{'.'.join(str(p) for p in e['loc'])}：{e['msg']}" for e in problem.errors())
