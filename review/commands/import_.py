"""`dajia import`: bring in reports, saved pages, confirmed fakes and filing exports."""

from __future__ import annotations

import getpass
import json
from collections import Counter
from pathlib import Path

import click

from crawlers.imports import BadFile
from evidence import config as settings
from evidence.home import Home
from review.console import printable, tell_result
from review.importing import KINDS, Desk, Imported, Origin
from review.progress import Reporter

SHOWN = 30
_BECAME = {"queued": "列入抓取", "waiting": "已在队列", "fetched": "近期已抓取", "official": "官方网址，不抓取", "no address": "不是网址"}


@click.command()
@click.argument("kind", type=click.Choice(list(KINDS)), metavar="种类")
@click.argument("files", nargs=-1, required=True, metavar="文件…", type=click.Path(exists=True, path_type=Path))
@click.option("--by", "person", metavar="姓名", help="导入人；默认取配置 operator.name，否则取系统用户名")
@click.option("--how", metavar="途径", help="材料怎么来的，例如“12345 转办 2026-11 批次”“手机微信打开后另存”")
@click.option("--url", default="", metavar="网址", help="saved：原网址（文件自己没有注明时）")
@click.option("--no-fetch", is_flag=True, help="只入库，不把其中的网址列入抓取")
@click.option("--now", is_flag=True, help="导入后立即抓取并研判，不等下一次 dajia daily")
@click.option("--json", "as_json", is_flag=True, help="每个文件一行 JSON")
@click.pass_obj
def command(home: Home, kind: str, files: tuple[Path, ...], person: str | None, how: str | None, url: str, no_fetch: bool,
            now: bool, as_json: bool) -> int:
    """导入材料：tips 举报表或文字 · saved 保存的网页、WARC、截图 · agency-list 机关认定名单 · icp 备案导出。

    原文件封存入证据库，记下谁、何时、怎么来的；网址列入下一次抓取。坏行逐条说明，其余照收；重复导入不会重复入库。

    例：dajia import tips 12345转办.xlsx --how "12345 转办"    dajia import saved 页面.mhtml --url https://…
    """
    config = settings.load(home)
    if url and (kind != "saved" or len(files) != 1):
        raise click.UsageError("--url 只用于 import saved，而且一次一个文件")
    origin = Origin(person or config.operator.name or getpass.getuser(), how or KINDS[kind])
    made, bad = [], []
    with Desk(home, config, origin) as desk:
        for path in files:
            try:
                made.append(desk.bring(kind, path, url, fetch=not no_fetch))
            except BadFile as problem:
                bad.append(str(problem))
    for one in made:
        click.echo(json.dumps(_plain(one), ensure_ascii=False)) if as_json else _tell(one)
    for line in bad:
        click.echo(json.dumps({"error": line}, ensure_ascii=False)) if as_json else click.echo(f"没有导入：{printable(line)}", err=True)
    code = 1 if bad or any(one.problems for one in made) else 0
    if made and now:
        from review.daily import adopt

        with Reporter(quiet=as_json) as say:
            result = adopt(home, say)
        if not as_json:
            tell_result(result)
        code = max(code, result.code)
    elif not as_json and any(one.addresses["queued"] or one.kind == "saved" for one in made):
        click.echo("下一次 dajia daily 会抓取并研判；要马上开始，加 --now")
    return 2 if bad and not made else code


def _tell(one: Imported) -> None:
    if one.before:
        click.echo(f"{printable(one.name)}：这个文件 {one.before[:19]}Z 已经导入过，没有新内容")
        return
    counts = (("新收", one.rows, "条"), ("已有", one.known, "条"), ("图片", one.pictures, "张"))
    parts = [f"{what} {count} {unit}" for what, count, unit in counts if count or what == "新收"]
    parts += [f"{_BECAME[what]} {count}" for what, count in sorted(one.addresses.items()) if count]
    parts += [f"{len(one.changed)} 个站点的备案情况有变，将重新研判"] if one.changed else []
    click.echo(f"{printable(one.name)}：" + "，".join(parts))
    if one.ignored:
        click.echo("  没有用到的列：" + "、".join(printable(name) for name in Counter(one.ignored)) + "（原文件已封存）")
    for problem in one.problems[:SHOWN]:
        click.echo(f"  ! {printable(problem)}", err=True)
    if len(one.problems) > SHOWN:
        click.echo(f"  ! 还有 {len(one.problems) - SHOWN} 条，见 v_imports 的 problems 列，或用 --json 全部列出", err=True)


def _plain(one: Imported) -> dict[str, object]:
    return {"file": one.name, "kind": one.kind, "rows": one.rows, "known": one.known, "pictures": one.pictures, "before": one.before,
            "addresses": dict(one.addresses), "problems": one.problems, "ignored": one.ignored, "changed": one.changed}
