"""A command for a format: made from what its module declares, so that the next format needs no line here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from evidence import config as settings
from evidence.config import Config
from evidence.home import Home
from evidence.records import Lead
from evidence.store import Store
from exports import period
from exports.formats import Format
from review import feeds, packaging
from review import leads as book
from review.console import existing_store
from review.feeds import Exported

_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_JSON = click.Option(["--json", "as_json"], is_flag=True, help="每个文件一行 JSON")
_SINCE = click.DateTime(["%Y-%m-%d"])


def format_command(made: Format) -> click.Command:
    """The command of one format."""
    parameters, run = _SHAPES[made.about]

    @click.pass_obj
    def callback(home: Home, /, as_json: bool, **given: Any) -> int:
        with existing_store(home, "export") as store:
            count = 0
            for one in run(store, settings.load(home), made, **given):
                _tell(one, as_json)
                count += 1
        if not count:
            click.echo("没有可导出的内容：还没有经两人复核的线索（dajia leads --state released 查看）")
        return 0

    return click.Command(made.name.replace("_", "-"), callback=callback, params=[*parameters, _JSON], help=made.says)


def _day(store: Store, config: Config, made: Format, run_id: str | None, out: Path | None) -> Iterable[Exported]:
    run, day = packaging.run_named(store, run_id or "")
    yield feeds.day(store, config, made, run, day, out)


def _released(store: Store, config: Config, made: Format, out: Path | None) -> Iterable[Exported]:
    yield feeds.released(store, config, made, out)


def _agency(store: Store, config: Config, made: Format, agency: str, since: Any, out: Path | None) -> Iterable[Exported]:
    yield from feeds.batch(store, config, made, agency, since.strftime("%Y-%m-%d") if since else "", out)


def _period(store: Store, config: Config, made: Format, quarter: str | None, kind: str, out: Path | None) -> Iterable[Exported]:
    yield feeds.period(store, config, made, quarter or period.current(), "" if kind == "all" else kind, out)


def _lead(store: Store, config: Config, made: Format, lead: str, out: Path | None) -> Iterable[Exported]:
    found: Lead = book.find(store, lead)
    yield feeds.about_lead(store, config, made, found, out)


def _tell(one: Exported, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"path": str(one.path), "sha256": one.sha256, "notes": list(one.notes)}, ensure_ascii=False))
        return
    click.echo(f"{one.path}\n  SHA-256 {one.sha256}")
    for note in one.notes:
        click.echo(f"  注：{note}")


def _out(what: str, kind: click.Path) -> click.Option:
    return click.Option(["--out"], type=kind, metavar="DIR" if kind is _FOLDER else "FILE", help=what)


_SHAPES: dict[str, tuple[list[click.Parameter], Callable[..., Iterable[Exported]]]] = {
    "day": ([click.Option(["--run", "run_id"], metavar="ID", help="任务编号；默认最近一次有覆盖记录的任务"),
             _out("默认数据目录下 exports/日期/", _FILE)], _day),
    "released": ([_out("默认数据目录下 exports/feeds/", _FILE)], _released),
    "agency": ([click.Argument(["agency"], metavar="机关"),
                click.Option(["--since"], type=_SINCE, metavar="YYYY-MM-DD", help="只列这一天以来复核的；默认全部"),
                _out("文件夹；默认数据目录下 exports/batches/", _FOLDER)], _agency),
    "period": ([click.Option(["--quarter"], metavar="2026Q1", help="季度；默认本季度"),
                click.Option(["--kind"], type=click.Choice(["all", "ad", "fake_site"]), default="all", show_default=True,
                             help="类别：造假广告、仿冒网站或全部"),
                _out("默认数据目录下 exports/bulletins/", _FILE)], _period),
    "lead": ([click.Argument(["lead"], metavar="线索"), _out("默认数据目录下 exports/reports/", _FILE)], _lead),
}
