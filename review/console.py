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
from review.daily import QUIET_STATES, RunResult
from review.progress import STATE_LABELS

KIND_LABELS = {"ad": "造假广告", "fake_site": "仿冒网站", "none": "未见异常"}
BAND_LABELS = {"high": "高", "medium": "中", "low": "低", "none": "无"}


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
    say = _line
    blind = {n: s for n, s in result.sources.items() if s not in QUIET_STATES}
    say(f"任务 {result.run}")
    if result.sources:
        say("覆盖：" + "，".join(f"{n} {STATE_LABELS.get(s, s)}" for n, s in result.sources.items()))
    if blind:
        say("注意：以下来源本次看不全，“没有线索”不等于“没有问题”：" + "、".join(blind))
    if result.counts:
        say("线索：" + "，".join(f"{BAND_LABELS.get(b, b)} {n}" for b, n in sorted(result.counts.items())))
    for problem in result.problems:
        say(f"问题：{problem}")
    for kind, path in result.outputs.items():
        say(f"{kind}：{path}")


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
