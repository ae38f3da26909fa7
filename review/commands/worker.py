"""`dajia worker`: one of many machines on one queue."""

from __future__ import annotations

import click

from evidence.home import Home
from review.console import tell_result
from review.progress import Reporter


@click.command()
@click.option("--limit", type=click.IntRange(min=0), default=0, metavar="N", help="抓取 N 页后结束（由 systemd 等再次启动）；0 为不限")
@click.option("--quiet", is_flag=True, help="不打印进度")
@click.pass_obj
def command(home: Home, limit: int, quiet: bool) -> int:
    """多机采集：从共享队列（dajia.toml [frontier] url）领取网址，抓取到本机自己的库与 WARC；之后用 dajia merge 并入总库。"""
    from review.working import work

    with Reporter(quiet=quiet) as say:
        result = work(home, say, limit)
    tell_result(result)
    return result.code
