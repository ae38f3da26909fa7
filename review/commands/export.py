"""`dajia export`: the daily files again, an evidence package for an agency, a withdrawal, or any one format."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

import click

from evidence import config as settings
from evidence.archive import Vault
from evidence.home import Home
from exports import formats, many
from exports.package import PackageBuilt
from review import analyst_exports, packaging
from review import leads as book
from review.console import existing_store
from review.export_kinds import format_command


class Exports(click.Group):
    """`daily`, `package`, `withdrawal`, and a command for every format that lies in `exports/formats/`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The written commands, then the formats."""
        return [*super().list_commands(ctx), *(f.name.replace("_", "-") for f in formats.catalogue())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A written command, or one made for a format."""
        written = super().get_command(ctx, cmd_name)
        if written is not None:
            return written
        made = next((f for f in formats.catalogue() if f.name == cmd_name.replace("-", "_")), None)
        return format_command(made) if made else None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name for a misspelt one."""
        names = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in names:
            near = difflib.get_close_matches(args[0], names, n=1)
            ctx.fail(f"没有导出种类 {args[0]!r}" + (f"；是不是 {near[0]!r}？" if near else "") + f"  可用：{'、'.join(names)}")
        return super().resolve_command(ctx, args)


@click.group(name="export", cls=Exports)
def command() -> None:
    """导出：日报、证据包、撤回通知，以及各种格式：共享名单、批次表、英文举报、通报。"""


@command.command()
@click.option("--run", "run_id", metavar="ID", help="任务编号；默认最近一次有覆盖记录的任务")
@click.option("--out", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="默认数据目录下 exports/")
@click.pass_obj
def daily(home: Home, run_id: str | None, out: Path | None) -> int:
    """重新生成某次任务的日报（例如作出决定之后）。"""
    with existing_store(home, "export") as store:
        for kind, path in packaging.daily_again(store, settings.load(home), run_id or "", out).items():
            click.echo(f"{kind}：{path}")
    return 0


@command.command()
@click.argument("lead", metavar="线索")
@click.option("--agency", "agencies", multiple=True, metavar="CODE", help="收件机关；可重复；默认全部有管辖的")
@click.option("--out", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="默认数据目录下 exports/packages/")
@click.option("--dry-run", is_flag=True, help="只列出将包含什么、缺什么，不生成")
@click.option("--originals", is_flag=True, help="连同含个人信息的原件一并移送；默认遮盖并封存")
@click.option("--again", default="", metavar="理由", help="对已移送过的机关再次移送的理由；没有新情况时必填，会留存")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def package(
    home: Home, lead: str, agencies: tuple[str, ...], out: Path | None, dry_run: bool, originals: bool, again: str, as_json: bool,
) -> int:
    """为一条已复核线索生成证据包（文件夹与 zip）。"""
    with existing_store(home, "export") as store:
        found = book.find(store, lead)
        if dry_run:
            for line in packaging.preview(store, found, agencies, settings.load(home)):
                click.echo(line)
            return 0
        for built in packaging.build(store, Vault(home), found, agencies, out or home.exports / "packages", settings.load(home),
                                     originals=originals, again=again):
            _tell(built, as_json)
    return 0


@command.command()
@click.argument("leads", metavar="[线索…]", nargs=-1)
@click.option("--agency", "agencies", multiple=True, metavar="CODE", help="收件机关；可重复；默认全部有管辖的")
@click.option("--out", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="默认数据目录下 exports/packages/")
@click.option("--workers", type=click.IntRange(0, many.MOST), default=0, help="进程数；默认等于处理器数")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def packages(home: Home, leads: tuple[str, ...], agencies: tuple[str, ...], out: Path | None, workers: int, as_json: bool) -> int:
    """为多条线索成批生成证据包，多进程；不写线索时为全部已复核、尚未移送的。退出码 1：有的没有生成。"""
    failed = 0
    with existing_store(home, "export") as store:
        found = [book.find(store, lead) for lead in leads] if leads else packaging.waiting(store)
        if not found:
            click.echo("没有已复核而尚未移送的线索", err=True)
        for lead, made, problem in packaging.build_many(store, found, agencies, out or home.exports / "packages", settings.load(home),
                                                        workers=workers):
            for built in made:
                _tell(built, as_json)
            if problem:
                failed += 1
                click.echo(f"线索 {lead.id}：{problem}", err=True)
    return 1 if failed else 0


@command.command()
@click.argument("lead", metavar="线索")
@click.option("--out", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="默认数据目录下 exports/packages/")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def withdrawal(home: Home, lead: str, out: Path | None, as_json: bool) -> int:
    """为已撤销的线索生成撤回通知，发给收过证据包的每一个机关。"""
    with existing_store(home, "export") as store:
        found = book.find(store, lead)
        for built in packaging.withdraw(store, found, out or home.exports / "packages", settings.load(home)):
            _tell(built, as_json)
    return 0


for _made in (analyst_exports.datasette, analyst_exports.table_files, analyst_exports.certificate_numbers):
    command.add_command(_made)


def _tell(built: PackageBuilt, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"agency": built.agency, "path": str(built.path), "zip": str(built.zip),
                               "zip_sha256": built.zip_sha256, "manifest_sha256": built.manifest_sha256,
                               "missing": list(built.missing), "notes": list(built.notes)}, ensure_ascii=False))
        return
    click.echo(f"{built.agency}：{built.zip}\n  zip SHA-256 {built.zip_sha256}\n  清单 SHA-256 {built.manifest_sha256}")
    for line in built.missing:
        click.echo(f"  缺：{line}")
    for line in built.notes:
        click.echo(f"  注：{line}")
