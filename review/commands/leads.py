"""`dajia leads`: the queue, on a terminal or for machines."""

from __future__ import annotations

import json

import click

from evidence.home import Home
from evidence.store import Store
from review import leads as book
from review.console import BAND_LABELS, KIND_LABELS, existing_store, table
from review.decisions import MOVE_LABELS, STATE_LABELS

_COLUMNS = ("id", "kind", "band", "score", "state", "subject", "title", "imitates", "url", "found", "last_seen")


@click.command()
@click.argument("name", required=False, metavar="[线索]")
@click.option("--band", type=click.Choice(["high", "medium", "low"]), help="至少这一级")
@click.option("--state", type=click.Choice(sorted(STATE_LABELS)), help="只看这一状态")
@click.option("--kind", type=click.Choice(["ad", "fake_site"]), help="只看这一类")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--json", "as_json", is_flag=True, help="每行一条 JSON")
@click.pass_obj
def command(home: Home, name: str | None, band: str | None, state: str | None, kind: str | None, limit: int,
            as_json: bool) -> int:
    """列出线索，最重的在前；给出编号或对象则显示这一条的理由、联系方式和经过。"""
    with existing_store(home, "leads") as store:
        if name:
            return _one(store, name, as_json)
        least = {"high": 70.0, "medium": 50.0, "low": 0.0}.get(band or "low", 0.0)
        rows = store.rows(
            f"SELECT {', '.join(_COLUMNS)} FROM v_leads WHERE score >= ? AND (? IS NULL OR state = ?) "
            "AND (? IS NULL OR kind = ?) ORDER BY score DESC, id LIMIT ?", least, state, state, kind, kind, limit)
        if as_json:
            for row in rows:
                click.echo(json.dumps(dict(row), ensure_ascii=False))
            return 0
        _coverage(store)
        if not rows:
            click.echo("没有符合条件的线索")
            return 0
        table("线索", ("编号", "类型", "级别", "分值", "状态", "对象", "标题"), [
            (r["id"], KIND_LABELS.get(r["kind"], r["kind"]), BAND_LABELS.get(r["band"], r["band"]), f"{r['score']:g}",
             STATE_LABELS.get(r["state"], r["state"]), r["subject"], r["title"]) for r in rows])
    return 0


def _coverage(store: Store) -> None:
    row = store.one("SELECT run, day FROM v_coverage ORDER BY at DESC LIMIT 1")
    if row is None:
        return
    blind = store.rows("SELECT source, state FROM source_runs WHERE run = ? AND state NOT IN ('ok','empty','disabled')",
                       row["run"])
    if blind:
        from review.progress import STATE_LABELS as SOURCES

        click.echo(f"注意（{row['day']}）：" + "，".join(f"{r['source']} {SOURCES[r['state']]}" for r in blind)
                   + "；没有线索不等于没有问题", err=True)


def _one(store: Store, name: str, as_json: bool) -> int:
    from review.console import printable

    lead = book.find(store, name)
    row = store.one("SELECT * FROM v_leads WHERE id = ?", lead.id)
    assert row is not None
    verdict = store.verdict(row["verdict"])
    decisions = store.decisions(lead.id)
    if as_json:
        click.echo(json.dumps(dict(row) | {
            "findings": [{"rule": f.rule, "weight": f.weight, "quote": f.quote, "sentence": f.sentence} for f in verdict.findings],
            "contacts": [{"type": c.type, "value": c.value} for c in verdict.contacts],
            "decisions": [{"move": d.move, "reviewer": d.reviewer, "reason": d.reason, "at": d.at} for d in decisions],
        }, ensure_ascii=False))
        return 0
    lines = [f"{lead.id}  {KIND_LABELS.get(row['kind'], '')}  {BAND_LABELS.get(row['band'], '')}（{row['score']:g}）  "
             f"{STATE_LABELS.get(row['state'], row['state'])}", f"对象：{row['subject']}", f"标题：{row['title']}", f"网址：{row['url']}"]
    if row["imitates"]:
        lines.append(f"冒充：{row['imitates']}")
    lines += [f"  {f.weight:+g} {f.sentence}" for f in verdict.findings]
    lines += [f"联系：{c.type} {c.value}" for c in verdict.contacts]
    path = store.one("SELECT source, query, page, rank FROM v_entry_paths WHERE capture = ?", row["capture"])
    if path is not None and path["source"]:
        lines.append(f"来路：{path['source']} 检索“{path['query']}”，第 {path['page']} 页第 {path['rank']} 条")
    lines += [f"{d.at} {d.reviewer} {MOVE_LABELS[d.move]} {d.reason}" for d in decisions]
    for line in lines:
        click.echo(printable(line))
    return 0
