"""`dajia sources`: what can be asked, under which policy, and how it fared."""

from __future__ import annotations

import json

import click

from evidence import config as settings
from evidence.home import Home
from evidence.store import Store
from review.console import policies, table
from review.progress import STATE_LABELS


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def command(home: Home, as_json: bool) -> int:
    """列出来源、robots 策略，以及最近一次的状态。"""
    from crawlers.sources import catalogue

    config = settings.load(home)
    last = {}
    if home.store.exists():
        with Store.open(home, actor="sources") as store:
            last = {r["source"]: dict(r) for r in store.rows(
                "SELECT source, state, results, ads, detail, max(at) AS at FROM source_runs GROUP BY source")}
    rows = []
    for entry in catalogue(config):
        seen = last.get(entry.name, {})
        enabled = config.source(entry.name).enabled
        rows.append({"name": entry.name, "label": entry.label, "kind": entry.kind, "hosts": list(entry.hosts),
                     "robots": entry.robots, "enabled": enabled, "state": seen.get("state", ""), "results": seen.get("results"),
                     "ads": seen.get("ads"), "detail": seen.get("detail", ""), "at": seen.get("at", "")})
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return 0
    table("来源", ("名称", "说明", "主机", "robots", "最近状态", "结果", "广告", "说明"), [
        (r["name"], r["label"], " ".join(r["hosts"]), r["robots"] if r["enabled"] else "未启用",
         STATE_LABELS.get(r["state"], "未运行"), r["results"], r["ads"], r["detail"]) for r in rows])
    for line in policies(config):
        click.echo(line)
    return 0
