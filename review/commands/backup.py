"""`dajia backup`: a whole, verified copy of store and archive, while everything works."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evidence import backup, custody, ids
from evidence.home import Home
from exports.verify import exit_code, verify
from review.console import existing_store, printable


@click.command()
@click.argument("target", metavar="目录", type=click.Path(file_okay=False, path_type=Path))
@click.option("--keep", type=click.IntRange(min=0), default=7, show_default=True, help="保留最近几份，其余删除；0 全部保留")
@click.option("--no-verify", is_flag=True, help="不逐字节核验（大库可另行用 dajia verify 核验）")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def command(home: Home, target: Path, keep: int, no_verify: bool, as_json: bool) -> int:
    """备份：运行中也能做；证据库取同一时刻，WARC 只增量复制，完成后逐项核验。每份备份都是完整的数据目录。"""
    with existing_store(home, "backup") as store:
        made = backup.make(store, target)
        with store.transaction():
            custody.append(store.db, "backed-up", "backup", made.folder.name, ids.digest(backup.manifest(made.folder)), store.actor,
                           {"folder": str(made.folder), "files": made.files, "size": made.size})
    wrong = [] if no_verify else [c for c in verify(made.folder) if c.state != "verified"]
    gone = backup.prune(target, keep) if not wrong else []
    if as_json:
        row = {"folder": str(made.folder), "files": made.files, "size": made.size, "linked": made.linked,
               "removed": [str(p) for p in gone], "problems": [f"{c.subject} {c.detail}" for c in wrong]}
        click.echo(json.dumps(row, ensure_ascii=False))
        return exit_code(wrong) if wrong else 0
    click.echo(f"已备份到 {made.folder}：{made.files} 个文件，{made.size / 1e6:.1f} MB，其中 {made.linked} 个与上一份共用"
               + (f"；删除旧备份 {len(gone)} 份" if gone else ""))
    for claim in wrong[:20]:
        click.echo(printable(f"核验不符：{claim.subject} {claim.state} {claim.detail}"), err=True)
    if not wrong:
        click.echo("没有核验（--no-verify）" if no_verify else "核验一致")
    return exit_code(wrong) if wrong else 0
