"""`dajia retention`: what is past its time, and its removal."""

from __future__ import annotations

import click

from evidence import config as settings
from evidence.home import Home
from review import retention
from review.console import existing_store, printable
from review.lock import RunLock

SHOWN = 20


@click.command()
@click.option("--apply", "applied", is_flag=True, help="真正执行；不加则只预览")
@click.option("--person", default="", metavar="姓名", help="下令的人，记入保管链；执行时必填")
@click.pass_obj
def command(home: Home, applied: bool, person: str) -> int:
    """保存期限：按 [retention] 列出到期的网页字节、日志、日报；属于案件的一律不动。默认只预览。"""
    if applied and not person.strip():
        raise click.UsageError("执行销毁须写明下令的人：--person 姓名")
    rules = settings.load(home).retention
    with existing_store(home, f"retention:{person}") as store, RunLock(home):
        made = retention.plan(store, rules)
        for line in _said(made, rules):
            click.echo(printable(line))
        if not applied:
            click.echo("以上为预览，什么都没有改动；执行：dajia retention --apply --person 姓名")
            return 0
        retention.apply(store, rules, made, person.strip())
        for path in retention.leftovers(store):
            path.unlink()
        click.echo(f"已执行，腾出 {made.bytes / 1e6:.1f} MB")
    return 0


def _said(made: retention.Plan, rules: settings.Retention) -> list[str]:
    lines = [f"网页字节：{'永久保存（pages = 0）' if not rules.pages else f'{rules.pages} 天'}；到期可销毁 {len(made.destroy)} 个 WARC，"
             f"因属于案件（或由人导入、指定）而保留 {made.kept} 个"]
    lines += [f"  销毁 {name}（{size / 1e6:.1f} MB，{n} 份采集）" for name, size, n in made.destroy[:SHOWN]]
    if rules.archive_after:
        lines.append(f"移入存档 {rules.archive}：{len(made.move)} 个 WARC")
    lines.append(f"清理日志、过期日报：{len(made.files)} 项")
    lines += [f"  清理 {path}" for path in made.files[:SHOWN]]
    return lines
