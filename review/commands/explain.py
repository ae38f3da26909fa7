"""`dajia explain`: why a page is judged as it is, in Chinese, with its own words."""

from __future__ import annotations

import json
from pathlib import Path

import click

from classifiers import Judgement, PageInput, judge
from evidence.home import Home
from review.console import printable

MAX_FILE = 50 << 20


@click.command()
@click.argument("target", metavar="FILE|URL")
@click.option("--url", default="", help="文件所来自的网址（只影响域名类规则）")
@click.option("--fetch", is_flag=True, help="网址在库中没有时，先抓取并固证")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def command(home: Home, target: str, url: str, fetch: bool, as_json: bool) -> int:
    """解释研判：HTML 文件，或库中已固证的网址（取最近一次）。"""
    from classifiers.explain import sentences
    from classifiers.jsonl import as_row

    found, about = _of_url(home, target, fetch) if "://" in target else _of_file(Path(target), url)
    if as_json:
        click.echo(json.dumps(as_row(about, found), ensure_ascii=False))
        return 0
    click.echo(printable(about))
    for line in sentences(found):
        click.echo(printable(line))
    return 0


def _of_file(path: Path, url: str) -> tuple[Judgement, str]:
    from classifiers.page import decode_html

    if path.stat().st_size > MAX_FILE:
        raise click.UsageError(f"{path}：超过 {MAX_FILE >> 20} MB，不像一个网页")
    data = path.read_bytes()
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise click.UsageError(f"{path}：不是网页（含二进制内容）；请给出 HTML 或文本文件")
    return judge(PageInput(url=url, html=decode_html(data, ""))), str(path)


def _of_url(home: Home, url: str, fetch: bool) -> tuple[Judgement, str]:
    from evidence import ids
    from evidence.archive import Vault
    from review import daily as chain
    from review import judging
    from review.console import existing_store
    from review.progress import Reporter

    try:
        key = ids.url_key(url)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from problem
    if fetch:
        with Reporter() as say:
            chain.capture_addresses(home, say, (url,))
    with existing_store(home, "explain") as store:
        row = store.one("SELECT c.id, c.started FROM captures c WHERE c.url_key = ? AND c.outcome IN ('ok', 'partial') "
                        "ORDER BY c.means = 'browser' DESC, c.started DESC LIMIT 1", key)
        if row is None:
            raise click.UsageError(f"库中没有 {url} 的证据；加 --fetch 先抓取固证，或给出保存的 HTML 文件")
        capture = store.capture(row["id"])
        page = judging.page_of(Vault(home), capture)
        about = f"{url}（{capture.means}/{capture.profile}，采集于 {row['started']}，证据编号 {capture.id}）"
        return judge(page, judging.facts_of(store, capture)), about
