"""`dajia export datasette` and `dajia export tables`: what analysts take away, covered unless they ask otherwise."""

from __future__ import annotations

from pathlib import Path

import click

from evidence import custody, ids
from evidence.archive import file_digests
from evidence.home import Home
from evidence.store import Store
from exports.analysts import snapshot, tables
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
