"""`dajia sources`: what can be asked, under which policy, how it fared; one live look; today's page as a fixture."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click
import yaml

from evidence import config as settings
from evidence.home import Home
from evidence.store import Store
from review.console import policies, table, unknown_sources
from review.progress import STATE_LABELS, Reporter

TRENDS = {"up": "↑", "down": "↓", "steady": "→"}
FIELDS = {"card": "结果条目", "title": "标题", "link": "链接", "real": "真实网址", "snippet": "摘要", "shown_site": "显示站点",
          "date_text": "日期"}


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    """列出来源、robots 策略、最近状态和与近 14 天中位数的对比；check 现场检查，capture 采集版式样本。"""
    if ctx.invoked_subcommand is not None:
        return 0
    home: Home = ctx.obj
    config = settings.load(home)
    rows = _rows(home, config)
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return 0
    table("来源", ("名称", "说明", "类别", "robots", "最近状态", "每页结果", "14 天中位数", "趋势", "广告", "暂停至", "说明"), [
        (r["name"], r["label"], r["sort"], r["robots"] if r["enabled"] else "未启用", STATE_LABELS.get(r["state"], "未运行"),
         r["per_page"], r["median_per_page"], TRENDS.get(r["trend"], ""), r["ads"], r["paused_until"], r["detail"])
        for r in rows])
    for line in policies(config):
        click.echo(line)
    return 0


def _rows(home: Home, config: settings.Config) -> list[dict[str, Any]]:
    from crawlers.sources import catalogue, classes

    last: dict[str, dict[str, Any]] = {}
    doors: dict[str, float] = {}
    covered: dict[str, int] = {}
    if home.store.exists():
        with Store.open(home, actor="sources") as store:
            last = {r["source"]: dict(r) for r in store.rows("SELECT * FROM v_sources")}
            doors = {r["host"]: r["until"] for r in store.rows("SELECT host, until FROM doors WHERE until > ?", time.time())}
            covered = _covered(store)
    rows = []
    for entry in catalogue(config):
        seen, source = last.get(entry.name, {}), classes()[entry.name]
        until = max((doors[h] for h in entry.hosts if h in doors), default=0.0)
        through = sum(n for host, n in covered.items() if any(host == h or host.endswith("." + h) for h in entry.site_hosts))
        rows.append({
            "name": entry.name, "label": entry.label, "kind": entry.kind, "sort": _sort(entry), "hosts": list(entry.hosts),
            "robots": entry.robots, "enabled": source.enabled(config.source(entry.name)), "experimental": entry.experimental,
            "walled": entry.walled, "state": seen.get("state", ""), "results": seen.get("results"), "ads": seen.get("ads"),
            "per_page": seen.get("per_page"), "median_per_page": seen.get("median_per_page"), "trend": seen.get("trend", ""),
            "through_engines": through, "proof_capture": seen.get("proof_capture", ""), "at": seen.get("at", ""),
            "paused_until": time.strftime("%m-%d %H:%M", time.localtime(until)) if until else "",
            "detail": "；".join(filter(None, (seen.get("detail", ""), f"经搜索引擎看到 {through} 条" if through else "")))})
    return rows


def _covered(store: Store) -> dict[str, int]:
    """Host → hits that engines showed on it for `site:` queries in the last two weeks."""
    since = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - 14 * 86400))
    found: dict[str, int] = {}
    for row in store.rows("SELECT DISTINCT url FROM sightings WHERE at > ? AND instr(query, 'site:') > 0 AND url <> ''", since):
        host = row["url"].partition("://")[2].partition("/")[0].partition(":")[0].lower()
        found[host] = found.get(host, 0) + 1
    return found


def _sort(entry: Any) -> str:
    """What kind of source it is, in words of the desk."""
    return "登录墙，记录即止" if entry.walled else "试验，默认不启用" if entry.experimental else \
        {"engine": "搜索引擎", "market": "信息平台"}[entry.kind]


@command.command()
@click.argument("source", metavar="来源")
@click.option("--query", default="", help="检索词；只读详情页的来源写一个网址")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def check(home: Home, source: str, query: str, as_json: bool) -> int:
    """现场问一次，说明还读得出哪些字段、由哪个选择器读出。"""
    looked = _look(home, source, query)
    if as_json:
        click.echo(json.dumps({
            "source": source, "query": looked.query, "state": looked.state, "detail": looked.detail, "sound": looked.sound,
            "url": looked.capture.url if looked.capture else "", "status": looked.capture.status if looked.capture else 0,
            "capture": looked.capture.id if looked.capture else "",
            "hits": len(looked.parsed.hits) if looked.parsed else 0, "ads": looked.parsed.ads if looked.parsed else 0,
            "fields": [{"field": f.field, "share": round(f.share, 2), "selector": f.selector, "primary": f.primary,
                        "declared": f.declared} for f in looked.fields]}, ensure_ascii=False))
        return 0 if looked.sound else 1
    click.echo(f"{source}：{STATE_LABELS.get(looked.state, looked.state)}" + (f"（{looked.detail}）" if looked.detail else ""))
    if looked.capture is not None and looked.parsed is not None:
        click.echo(f"检索词：{looked.query}；最终网址：{looked.capture.url}；状态码 {looked.capture.status}；"
                   f"{looked.parsed.organic} 条结果，{looked.parsed.ads} 条广告；证据 {looked.capture.id}")
        table("字段", ("字段", "读出比例", "选择器", "判断"), [
            (FIELDS[f.field], f"{f.share:.0%}" if f.declared else "", f.selector, _said(f)) for f in looked.fields])
    return 0 if looked.sound else 1


def _said(found: Any) -> str:
    if not found.declared:
        return "该来源不印此项"
    if not found.share:
        return "没有读到"
    return "正常" if found.primary else "首选选择器已失效，靠后备读出"


@command.command()
@click.argument("source", metavar="来源")
@click.option("--query", default="", help="检索词；只读详情页的来源写一个网址")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="样本文件夹；默认数据目录下 fixtures/")
@click.pass_obj
def capture(home: Home, source: str, query: str, into: Path | None) -> int:
    """把今天的页面存成去标识的版式样本（联系方式、令牌、第三方域名已替换）。"""
    from crawlers.scrub import contacts_left, scrub
    from crawlers.sources import classes

    looked = _look(home, source, query)
    if looked.capture is None or not looked.text:
        click.echo(f"{source}：{STATE_LABELS.get(looked.state, looked.state)}，没有拿到页面（{looked.detail}）", err=True)
        return 1
    text, counts = scrub(looked.text, classes()[source].hosts)
    if contacts_left(text):
        raise click.ClickException("样本里还有像电话或证件号的数字，未写入；请改进 crawlers/scrub.py 的规则")
    folder = (into or home.root / "fixtures") / source
    folder.mkdir(parents=True, exist_ok=True)
    suffix = ".json" if text.lstrip()[:1] in "{[" else ".html"
    path = folder / f"{looked.state}_{time.strftime('%Y%m%d')}{suffix}"
    path.write_text(text, encoding="utf-8")
    _expect(folder / "expected.yml", path.name, looked)
    click.echo(f"{path}：{looked.state}；已替换 " + ("，".join(f"{k} {n}" for k, n in counts.items()) or "无"))
    click.echo("请人工再看一遍再提交：姓名、头像等规则认不出来")
    return 0


def _expect(path: Path, name: str, looked: Any) -> None:
    """Note in `expected.yml` how the page was read today; an older entry of the same name is replaced."""
    entries = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}
    entry: dict[str, Any] = {"state": looked.state}
    if looked.state == "ok":
        entry |= {"organic": looked.parsed.organic, "ads": looked.parsed.ads}
    if looked.capture.status != 200:
        entry["status"] = looked.capture.status
    if name.endswith(".json"):
        entry["kind"] = "application/json"
    if looked.state != "ok":
        entry["url"] = looked.capture.url.partition("?")[0]
    entries[name] = entry
    lines = [f"{key}: {yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1000).strip()}"
             for key, value in entries.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _look(home: Home, source: str, query: str) -> Any:
    from review.probing import NotProbed, look

    unknown_sources((source,))
    with Reporter(quiet=True) as say:
        try:
            return look(home, source, query, say)
        except NotProbed as problem:
            raise click.UsageError(str(problem)) from problem
