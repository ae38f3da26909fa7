"""`dajia daily`: the cron job."""

from __future__ import annotations

import json
import re
import signal
from datetime import date
from types import FrameType

import click

from evidence.home import Home
from review import daily as chain
from review.console import tell_result, unknown_sources
from review.progress import Reporter

_BUDGET = re.compile(r"(\d+(?:\.\d+)?)\s*(h|小时|m|min|分钟|分)?")


def _seconds(_: click.Context, __: click.Parameter, text: str) -> float:
    found = _BUDGET.fullmatch(text.strip().lower()) if text else None
    if text and (found is None or float(found[1]) <= 0):
        raise click.BadParameter(f"{text!r} 不是时长；写成 90m（分钟）或 1.5h（小时）")
    return float(found[1]) * (3600 if found[2] in {"h", "小时"} else 60) if found else 0.0


def _stages(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    named = [part.strip() for text in texts for part in text.split(",") if part.strip()]
    for name in named:
        if name not in chain.STAGES:
            raise click.BadParameter(f"没有阶段 {name!r}；可用：{'、'.join(chain.STAGES)}")
    return tuple(named)


def _day(_: click.Context, __: click.Parameter, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as problem:
        raise click.BadParameter(f"{text!r} 不是日期；写成 2026-01-31") from problem


@click.command()
@click.option("--source", "sources", multiple=True, metavar="NAME", help="只问这些来源；可重复")
@click.option("--only", multiple=True, metavar="STAGE,…", callback=_stages, help=f"只做这些阶段：{'、'.join(chain.STAGES)}")
@click.option("--since", default="", metavar="DATE", callback=_day, help="接手这一天以来没有做完的任务；默认一周内的")
@click.option("--budget", "seconds", default="", metavar="TIME", callback=_seconds,
              help="最多用多久（90m、1.5h）；到时不再抓取，已有的照常研判、出日报，余下的下次接着做")
@click.option("--if-due", is_flag=True, help="今天已有做完的任务就什么都不做：供 cron 每小时补跑用")
@click.option("--json", "as_json", is_flag=True, help="最后在标准输出打印一行 JSON")
@click.option("--quiet", is_flag=True, help="不打印进度")
@click.pass_obj
def command(home: Home, sources: tuple[str, ...], only: tuple[str, ...], since: str, seconds: float, if_due: bool,
            as_json: bool, quiet: bool) -> int:
    """每日任务：发现 → 采集 → 研判 → 深采 → 汇总 → 复查 → 日报。中断后再次运行会接着做。"""
    unknown_sources(sources)
    if if_due and chain.done_today(home):
        return chain.OK
    signal.signal(signal.SIGTERM, _stopped)  # from systemd: give leases back and write the report first
    with Reporter(quiet=quiet) as say:
        result = chain.daily(home, say, chain.Wish(sources, only, since, seconds))
    if as_json:
        click.echo(json.dumps({"run": result.run, **result.report()}, ensure_ascii=False))
    else:
        tell_result(result)
    return result.code


def _stopped(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt("收到停止信号")
