"""`dajia merge`: many stores into one."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evidence.home import Home


@click.command()
@click.argument("stores", nargs=-1, required=True, metavar="数据目录…", type=click.Path(path_type=Path))
@click.option("--into", "into", metavar="DIR", type=click.Path(path_type=Path), help="总库的数据目录；默认 --home")
@click.option("--json", "as_json", is_flag=True, help="每个库在标准输出打印一行 JSON")
@click.pass_obj
def command(home: Home, stores: tuple[Path, ...], into: Path | None, as_json: bool) -> int:
    """并库：逐个核验其他机器、其他单位的库，把证据、保管链和 WARC 并入总库；并两次等于并一次。"""
    from review.merging import MergeRefused, chains, merge

    target = Home.at(into) if into else home
    try:
        done = merge(stores, target, lambda line: click.echo(line, err=True))
    except MergeRefused as problem:
        raise click.ClickException(str(problem)) from problem
    for one in done:
        rows = {table: n for table, n in one.united.rows.items() if n}
        if as_json:
            click.echo(json.dumps({"store": str(one.place), "rows": rows, "events": one.united.events, "aside": one.united.aside,
                                   "warcs": one.warcs}, ensure_ascii=False))
        elif not one.united.anything and not one.warcs:
            click.echo(f"{one.place}：没有新内容")
        else:
            shown = "，".join(f"{table} {n}" for table, n in rows.items())
            click.echo(f"{one.place}：并入 {shown or '0 行'}；保管链 {one.united.events} 个事件，WARC {one.warcs} 个")
        if one.packages and not as_json:
            click.echo(f"  其中的证据包文件仍在 {one.place / 'exports'}，需要时另行复制")
    if not as_json:
        click.echo(f"{target.store}：共并入过 {chains(target)} 个库；核验：dajia verify {target.root}")
    return 0
