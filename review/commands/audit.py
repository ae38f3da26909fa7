"""`dajia audit`: what is installed, against a dated file of known holes; no network."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from review import advisories
from review.console import printable

OLD_DAYS = 30


@click.command()
@click.option("--advisories", "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="OSV 的 PyPI 公告包（all.zip），由管理员在联网机器上下载后带入")
@click.option("--json", "as_json", is_flag=True)
def command(path: Path | None, as_json: bool) -> int:
    """依赖审计：已装软件包的版本，对照带入的公告文件列出已知漏洞；不联网。没有文件时只列版本，并说明没有核对。"""
    versions = advisories.installed()
    if path is None:
        for name, version in sorted(versions.items()):
            click.echo(json.dumps({"package": name, "version": version}) if as_json else f"{name}=={version}")
        click.echo("没有给出公告文件，未核对漏洞；下载 OSV 的 PyPI 公告包后：dajia audit --advisories all.zip", err=True)
        return 1
    try:
        found = advisories.audit(path, versions)
    except advisories.AdvisoryError as problem:
        raise click.ClickException(str(problem)) from problem
    for hole in found.holes:
        if as_json:
            click.echo(json.dumps({"package": hole.package, "version": hole.version, "id": hole.id, "fixed": hole.fixed,
                                   "summary": hole.summary}, ensure_ascii=False))
        else:
            click.echo(printable(f"{hole.package} {hole.version}：{hole.id}" + (f"，升到 {hole.fixed}" if hole.fixed else "，尚无修复版本")
                                 + f"：{hole.summary}"))
    age = _age(found.newest)
    click.echo(f"核对 {found.packages} 个软件包，{found.advisories} 条公告（最新 {found.newest[:10] or '不详'}），"
               f"已知漏洞 {len(found.holes)} 个", err=as_json)
    if age is None or age > OLD_DAYS:
        click.echo(f"公告文件{'日期不详' if age is None else f'已有 {age} 天'}，请换新的", err=as_json)
    return 1 if found.holes or age is None or age > OLD_DAYS else 0


def _age(newest: str) -> int | None:
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(newest.replace("Z", "+00:00"))).days
    except (ValueError, TypeError):
        return None
