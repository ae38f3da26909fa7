"""`dajia restore`: a backup becomes the installation's data again."""

from __future__ import annotations

from pathlib import Path

import click

from evidence import backup, custody, ids
from evidence.home import Home
from evidence.recovery import recover
from evidence.store import Store
from exports.verify import exit_code, verify
from review.console import printable


@click.command()
@click.argument("source", metavar="备份目录", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_obj
def command(home: Home, source: Path) -> int:
    """恢复：把一份备份（或备份目录中最新的一份）放回空的数据目录，逐项核验；从不覆盖已有数据。"""
    folder = source if (source / backup.MANIFEST).exists() else backup.newest(source)
    if folder is None:
        raise click.UsageError(f"{source}：里面没有完整的备份（没有 {backup.MANIFEST}）")
    backup.restore(folder, home)
    with Store.open(home, actor="restore") as store:
        mended = recover(store)
        with store.transaction():
            custody.append(store.db, "restored", "backup", folder.name, ids.digest(backup.manifest(folder)), store.actor,
                           {"folder": str(folder), "recovered": len(mended)})
    wrong = [c for c in verify(home.root) if c.state != "verified"]
    click.echo(f"已从 {folder} 恢复到 {home.root}" + (f"，登记 {len(mended)} 个备份时尚未写完的 WARC" if mended else ""))
    for claim in wrong[:20]:
        click.echo(printable(f"核验不符：{claim.subject} {claim.state} {claim.detail}"), err=True)
    click.echo("核验一致" if not wrong else f"核验不符 {len(wrong)} 项")
    return exit_code(wrong) if wrong else 0
