"""`dajia daily`: the cron job."""

from __future__ import annotations

import json

import click

from evidence.home import Home
from review import daily as chain
from review.console import tell_result, unknown_sources
from review.progress import Reporter


@click.command()
@click.option("--source", "sources", multiple=True, metavar="NAME", help="只问这些来源；可重复")
@click.option("--json", "as_json", is_flag=True, help="最后在标准输出打印一行 JSON")
@click.option("--quiet", is_flag=True, help="不打印进度")
@click.pass_obj
def command(home: Home, sources: tuple[str, ...], as_json: bool, quiet: bool) -> int:
    """每日任务：发现 → 采集 → 研判 → 深采 → 汇总 → 复查 → 日报。中断后再次运行会接着做。"""
    unknown_sources(sources)
    with Reporter(quiet=quiet) as say:
        result = chain.daily(home, say, sources)
    if as_json:
        click.echo(json.dumps({
            "run": result.run, "code": result.code, "sources": result.sources, "seconds": result.seconds,
            "leads": result.counts, "problems": result.problems, "outputs": {k: str(v) for k, v in result.outputs.items()},
        }, ensure_ascii=False))
    else:
        tell_result(result)
    return result.code
