"""`dajia discover`: ask the sources, fetch nothing else."""

from __future__ import annotations

import click

from evidence.home import Home
from review import daily as chain
from review.console import tell_result, unknown_sources
from review.progress import Reporter


@click.command()
@click.argument("sources", nargs=-1, metavar="[来源…]")
@click.option("--quiet", is_flag=True, help="不打印进度")
@click.pass_obj
def command(home: Home, sources: tuple[str, ...], quiet: bool) -> int:
    """只做发现：向各来源检索，记录结果页和命中，不抓取目标网页。"""
    unknown_sources(sources)
    with Reporter(quiet=quiet) as say:
        result = chain.discover(home, say, sources)
    tell_result(result)
    return result.code
