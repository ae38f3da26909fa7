"""`dajia search`: Chinese full text over captured pages."""

from __future__ import annotations

import json

import click

from evidence.home import Home
from review.console import existing_store, table


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="词…")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--json", "as_json", is_flag=True, help="每行一条 JSON")
@click.pass_obj
def command(home: Home, words: tuple[str, ...], limit: int, as_json: bool) -> int:
    """在已采集网页的全文里查找；多个词须同时出现，两个字的词也查得到。"""
    from evidence.search import search

    with existing_store(home, "search") as store:
        hits = search(store.db, " ".join(words), limit)
    if as_json:
        for hit in hits:
            click.echo(json.dumps({"capture": hit.capture, "url": hit.url, "title": hit.title, "started": hit.started,
                                   "snippet": hit.snippet}, ensure_ascii=False))
        return 0
    if not hits:
        click.echo("已采集的网页里没有同时含有这些词的")
        return 0
    table("全文检索", ("证据编号", "采集时间", "网址", "标题", "片段"),
          [(h.capture, h.started[:19], h.url, h.title, h.snippet) for h in hits])
    return 0
