"""`dajia demo`: the whole chain on a small web of known truth, and its score."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evidence.home import Home
from review import demonstration
from review.console import printable
from review.progress import STATE_LABELS, Reporter

_KINDS = {"ad": "卖家广告", "fake_site": "仿冒网站"}
_OUTPUTS = {
    "report": "报告（双击打开）", "html": "报告（双击打开）", "xlsx": "日报表格", "daily": "日报表格", "store": "证据库（SQLite）",
    "hosts": "访问过的主机",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="标准输出最后一行为 JSON")
@click.option("--quiet", is_flag=True, help="不打印进度")
@click.option("--dir", "folder", type=click.Path(file_okay=False, path_type=Path), help="演示数据目录；默认数据目录下 demo/")
@click.pass_obj
def command(home: Home, as_json: bool, quiet: bool, folder: Path | None) -> int:
    """在本机的演示网络上跑完整流程，并与真相对照打分。不访问外网。"""
    with Reporter(quiet=quiet) as say:
        try:
            shown = demonstration.run(Home.at(folder or home.root / "demo"), say)
        except demonstration.DemoError as problem:
            raise click.ClickException(str(problem)) from problem
    if not as_json or not quiet:
        for line in _report(shown):
            click.echo(printable(line), err=as_json)
    if as_json:
        click.echo(json.dumps(as_row(shown), ensure_ascii=False))
    return shown.code


def as_row(shown: demonstration.Shown) -> dict[str, object]:
    """The score in the shape of the stable interface."""
    score = shown.score
    return {
        "sellers_expected": score.expected.get("ad", 0), "sellers_found": score.found.get("ad", 0),
        "fakes_expected": score.expected.get("fake_site", 0), "fakes_found": score.found.get("fake_site", 0),
        "decoys": score.decoys, "decoys_accused": len(score.accused), "sources": shown.result.sources,
        "seconds": shown.result.seconds, "outputs": {k: str(v) for k, v in shown.outputs.items()},
    }


def _report(shown: demonstration.Shown) -> list[str]:
    score = shown.score
    lines = ["", "── 覆盖 ──"]
    lines += [f"  {name}：{STATE_LABELS.get(state, state)}" for name, state in shown.result.sources.items()]
    lines.append("── 与真相对照（中级以上，按对象计）──")
    lines += [f"  {label}：应有 {score.expected.get(kind, 0)}，找到 {score.found.get(kind, 0)}" for kind, label in _KINDS.items()]
    lines += [f"    {name}：{got}/{of}" for name, (got, of) in sorted(score.by_class.items())]
    lines += [f"  漏掉：{t.subject}（{t.kind_of}）{t.note}" for t in score.missed]
    lines.append(f"  无辜对象：{score.decoys} 个，误报 {len(score.accused)}，其中 {len(score.unseen_decoys)} 个本次没有采集到")
    lines += [f"  误报：{t.subject}（{t.kind_of}）{t.note}" for t in score.accused]
    lines += [f"  真相表里没有的线索：{subject}" for subject in score.unknown]
    lines += [f"  证据包有误：{line}" for line in shown.broken]
    lines += [f"  问题：{line}" for line in shown.result.problems]
    lines.append("── 用时（秒）──")
    lines.append("  " + "，".join(f"{stage} {spent:g}" for stage, spent in shown.result.seconds.items()) + f"；共 {shown.seconds:g}")
    lines.append(f"── 访问过 {len(shown.hosts)} 个主机，全部在演示网络内 ──")
    lines.append("── 结果 ──")
    lines += [f"  {_OUTPUTS.get(kind, kind)}：{path}" for kind, path in shown.outputs.items()]
    lines.append("已由两名演示人员确认并打包：" + ("、".join(shown.deciding) or "无"))
    return lines
