"""What the commands say the same way: results of a run, lists of leads, unknown names."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evidence.config import Config
from evidence.home import Home
from evidence.store import Store
from exports import wording
from review.progress import BAND_LABELS as BAND_LABELS  # what commands and desk name bands by
from review.run_report import RunResult, lines

KIND_LABELS = wording.KINDS


class NothingYet(click.ClickException):
    """There is no store to read: the message says how to make one."""


def existing_store(home: Home, actor: str) -> Store:
    """The home's store, opened; a clear message when nothing was ever run here."""
    if not home.store.exists():
        raise NothingYet(f"{home.store} 不存在：这里还没有运行过。先运行 dajia daily（或 dajia demo），或用 --home 指定数据目录")
    return Store.open(home, actor=actor)


def unknown_sources(names: Sequence[str]) -> None:
    """Stop with the nearest name when one of `names` is no source."""
    from crawlers.sources import UnknownSource, select

    try:
        select(list(names))
    except UnknownSource as problem:
        raise click.UsageError(str(problem)) from problem


def policies(config: Config) -> list[str]:
    """Robots overrides in force, one sentence each: they are said with every report."""
    return [f"来源 {name} 不遵守 robots，依据：{policy.legal_basis}" for name, policy in sorted(config.sources.items())
            if policy.robots == "override"]


def tell_result(result: RunResult) -> None:
    """Coverage first, then counts, then where the outputs lie."""
    for line in lines(result.run, result.report()):
        _line(line)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table on a terminal, tab-separated lines elsewhere; control characters never reach either."""
    if sys.stdout.isatty():
        grid = Table(title=title, show_lines=False)
        for column in columns:
            grid.add_column(column, overflow="fold")
        for row in rows:
            grid.add_row(*(Text(printable(cell)) for cell in row))
        Console().print(grid)
        return
    click.echo("\t".join(columns))
    for row in rows:
        click.echo("\t".join(printable(cell) for cell in row))


def printable(value: Any) -> str:
    """One line without control characters: crawled text may hold terminal commands."""
    text = "" if value is None else str(value)
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _line(text: str) -> None:
    click.echo("".join(c if c.isprintable() or c == "\n" else " " for c in text))
