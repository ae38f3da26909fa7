"""What analysts are told of the views: titles, columns, an example each, and twenty questions with their SQL.

The words lie in `views.yml` and `cookbook.yml`; the manuals under `docs/`, the read-only window and the masks are made from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from exports import law

FOLDER = Path(__file__).parent
Mask = Literal["", "contact", "text"]


class ManualError(Exception):
    """A manual's data that cannot be used; the message names file, field and fix."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Entry):
    """A column: what it means, and how it is covered where personal data must not leave."""

    label: str
    mask: Mask = ""


class View(_Entry):
    """A view: its title, what one row is, its columns, facets of the window, and an example question with its SQL."""

    title: str
    row: str
    columns: dict[str, Column]
    facets: tuple[str, ...] = ()
    question: str
    sql: str

    @field_validator("columns", mode="before")
    @classmethod
    def _short(cls, given: dict[str, list[str]]) -> dict[str, dict[str, str]]:
        return {name: dict(zip(("label", "mask"), told, strict=False)) for name, told in given.items()}


class Recipe(_Entry):
    """A question, the SQL that answers it, and what to mind; `name` is its address."""

    name: str = Field(pattern=r"^[a-z][a-z-]+$")
    question: str
    sql: str
    note: str = ""


class _Recipes(_Entry):
    recipes: tuple[Recipe, ...]


@lru_cache(maxsize=1)
def views() -> dict[str, View]:
    """Every documented view by name; ManualError for the first that is broken."""
    found: dict[str, View] = {}
    for name, told in law.read_yaml(FOLDER / "views.yml").items():
        try:
            found[name] = View.model_validate(told)
        except ValidationError as problem:
            raise ManualError(f"views.yml：{name}：{law.faults(problem)}") from problem
    return found


@lru_cache(maxsize=1)
def cookbook() -> tuple[Recipe, ...]:
    """The questions in their order; ManualError for a broken one."""
    try:
        return _Recipes.model_validate(law.read_yaml(FOLDER / "cookbook.yml")).recipes
    except ValidationError as problem:
        raise ManualError(f"cookbook.yml：{law.faults(problem)}") from problem


def undocumented(name: str, columns: Iterable[str]) -> list[str]:
    """Columns of a view nobody has described; all of them when the view itself is not there."""
    known = views()[name].columns if name in views() else {}
    return [column for column in columns if column not in known]
