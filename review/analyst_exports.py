"""`dajia export datasette`, `tables` and `certificates`: what analysts take away, covered unless they ask otherwise."""

from __future__ import annotations

from pathlib import Path

import click

from classifiers.certificates import LABELS
from evidence import config as settings
from evidence import custody, ids
from evidence.archive import Vault, file_digests
from evidence.home import Home
from evidence.store import Store
from exports import certificates as certificate_sheet
from exports.analysts import snapshot, tables
from review import certificates
from review.console import existing_store

_FOLDER = click.Path(file_okay=False, path_type=Path)
_CONTACTS = click.option("--contacts", type=click.Choice(["mask", "show"]), default="mask", show_default=True,
                         help="卖家联系方式：遮盖或保留；个人信息一律遮盖")


@click.command("datasette")
@click.argument("folder", type=_FOLDER, required=False, metavar="[DIR]")
@_CONTACTS
@click.pass_obj
def datasette(home: Home, folder: Path | None, contacts: str) -> int:
    """只读快照：全部视图、中文标题、筛选项和二十个现成的问题，用 Datasette 打开（make analyst）。"""
    folder = folder or home.exports / "datasette"
    with existing_store(home, "export") as store:
        counts = snapshot.write(store, folder, contacts, ids.utc_now())
        database = folder / snapshot.DATABASE
        _entered(store, database, "datasette", contacts)
    click.echo(f"{database}：{len(counts)} 个视图，{sum(counts.values())} 行\n"
               f"打开：datasette serve --immutable {database} --metadata {folder / snapshot.METADATA} --open")
    return 0


@click.command("tables")
@click.option("--format", "form", type=click.Choice(tables.FORMATS), default="csv", show_default=True)
@click.option("--view", "views", multiple=True, type=click.Choice(tables.NAMES), metavar="VIEW", help="只要这个视图；可重复；默认全部")
@click.option("--out", type=_FOLDER, metavar="DIR", help="默认数据目录下 exports/tables/")
@_CONTACTS
@click.pass_obj
def table_files(home: Home, form: str, views: tuple[str, ...], out: Path | None, contacts: str) -> int:
    """每个视图一个 CSV 或 Parquet 文件，说明见 docs/analysts.md。"""
    with existing_store(home, "export") as store:
        try:
            made = tables.write(store, out or home.exports / "tables", form, views or tables.NAMES, contacts)
        except tables.TablesError as problem:
            raise click.ClickException(str(problem)) from problem
        for path in made.values():
            _entered(store, path, form, contacts)
            click.echo(str(path))
    return 0


def _entered(store: Store, path: Path, form: str, contacts: str) -> None:
    """What left is in the custody chain, with how it was covered."""
    digest, _, size = file_digests(path)
    with store.transaction():
        custody.append(store.db, "exported", "export", path.name, digest, store.actor, {"format": form, "size": size, "contacts": contacts})


@click.command("certificates")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=".xlsx 或 .csv；默认数据目录下 exports/")
@click.option("--agency", type=click.Choice(list(certificates.ISSUERS)), help="发证机关；只列它所发的种类，限已复核的线索")
@click.option("--full", is_flag=True, help="完整编号和姓名，供发证机关比对；须同时写明 --agency、--reviewer、--reason")
@click.option("--reviewer", default="", metavar="姓名")
@click.option("--reason", default="", metavar="理由")
@click.pass_obj
def certificate_numbers(home: Home, out: Path | None, agency: str | None, full: bool, reviewer: str, reason: str) -> int:
    """页面所见证书编号：种类、格式核对、所写发证机关；默认遮盖，完整编号只给发证机关比对。"""
    if full and not (agency and reviewer.strip() and reason.strip()):
        raise click.UsageError("完整编号是个人信息：--full 须同时写明 --agency（yingji 或 zhujian）、--reviewer 姓名、--reason 理由")
    out = out or home.exports / f"certificates{f'-{agency}' if agency else ''}{'-full' if full else ''}.xlsx"
    if out.suffix.lower() not in {".xlsx", ".csv"}:
        raise click.UsageError(f"--out {out.name}：请以 .xlsx 或 .csv 结尾")
    states = ("released",) if agency else ("new", "doubtful", "confirmed", "released")
    with existing_store(home, reviewer.strip() or "export") as store:
        kinds = certificates.ISSUERS[agency] if agency else tuple(LABELS)
        found = certificates.seen(store, Vault(home), states, kinds)
        home.scratch.mkdir(parents=True, exist_ok=True)
        certificate_sheet.write(found.rows, out, home.scratch, full, settings.load(home).operator.unit)
        digest, _, size = file_digests(out)
        with store.transaction():
            custody.append(store.db, "exported", "export", out.name, digest, store.actor, {
                "format": "certificates", "size": size, "numbers": len(found.rows), "full": full, "agency": agency or "",
                "reason": reason.strip()})
    for problem in found.problems:
        click.echo(f"问题：{problem}", err=True)
    click.echo(f"{out}：{len(found.rows)} 个编号，{len({row.lead for row in found.rows})} 条线索\n  SHA-256 {digest}")
    if not found.rows:
        click.echo("没有看到证书编号" + ("；只看已复核的线索（dajia leads --state released）" if agency else ""))
    return 1 if found.problems else 0
