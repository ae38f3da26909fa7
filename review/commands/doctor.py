"""`dajia doctor`: is this machine fit for the work?"""

from __future__ import annotations

import json

import click

from evidence.home import Home
from review.console import printable


@click.command()
@click.option("--json", "as_json", is_flag=True, help="每行一条 JSON")
@click.pass_obj
def command(home: Home, as_json: bool) -> int:
    """体检：运行环境逐项检查，√ 正常，× 附一行解决办法；有 × 时退出码 3。"""
    from review.health import examine

    failed = 0
    for probe in examine(home):
        failed += not probe.ok
        if as_json:
            click.echo(json.dumps({"name": probe.name, "ok": probe.ok, "detail": probe.detail,
                                   "fix": "" if probe.ok else probe.fix}, ensure_ascii=False))
            continue
        click.echo(printable(f"{'√' if probe.ok else '×'} {probe.name}：{probe.detail}"))
        if not probe.ok:
            click.echo(printable(f"  解决：{probe.fix}"))
    return 3 if failed else 0
