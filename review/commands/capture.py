"""`dajia capture`: fetch, judge and deepen addresses that someone named."""

from __future__ import annotations

import click

from evidence.home import Home
from evidence.ids import host_of, url_key
from review import daily as chain
from review.console import BAND_LABELS, KIND_LABELS, existing_store, table, tell_result
from review.progress import Reporter


@click.command()
@click.argument("addresses", nargs=-1, required=True, metavar="网址…")
@click.option("--quiet", is_flag=True, help="不打印进度")
@click.pass_obj
def command(home: Home, addresses: tuple[str, ...], quiet: bool) -> int:
    """固定指定网址的证据并研判：普通抓取，可疑的再用浏览器取证。"""
    try:
        with Reporter(quiet=quiet) as say:
            result = chain.capture_addresses(home, say, addresses)
    except ValueError as problem:
        raise click.UsageError(f"不是网址：{problem}") from problem
    tell_result(result)
    with existing_store(home, "capture") as store:
        rows = store.rows(
            "SELECT c.means, c.profile, c.outcome, c.status, c.url, c.note, v.kind, v.band, v.score FROM captures c "
            "LEFT JOIN verdicts v ON v.capture = c.id AND v.run = c.run WHERE c.run = ? ORDER BY c.started", result.run)
    table("采集结果", ("方式", "结果", "状态码", "网址", "研判", "级别", "分值"), [
        (f"{r['means']}/{r['profile']}", r["outcome"], r["status"], r["url"], KIND_LABELS.get(r["kind"] or "", ""),
         BAND_LABELS.get(r["band"] or "", ""), r["score"]) for r in rows])
    reached = {url_key(r["url"]) for r in rows if r["outcome"] in {"ok", "partial"}} if rows else set()
    if not rows or not reached:
        click.echo("没有一个网址抓到内容：" + "、".join(host_of(a) or a for a in addresses), err=True)
        return chain.NOTHING
    return result.code
