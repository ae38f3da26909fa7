"""`dajia lookalikes`: new names that look like official ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from classifiers.hosts import HostError
from evidence import config as settings
from evidence.home import Home
from evidence.ids import to_unicode
from evidence.store import Store
from review import clock, environment
from review.console import BAND_LABELS, printable, table, tell_result
from review.lookalikes import Seen, Suspect, Wanted, generated, look_out
from review.progress import STATE_LABELS, Reporter

RESOLVED = {"yes": "能解析", "no": "不能解析", "unknown": "不明"}


@click.command()
@click.argument("hosts", nargs=-1, metavar="[官方主机…]")
@click.option("--watchlist", is_flag=True, help="为名录里全部官方查询系统生成仿冒域名")
@click.option("--feed", "feeds", multiple=True, metavar="文件或网址", help="新注册或新签发域名清单，每行一个（可为 .gz）")
@click.option("--ct", "logs", multiple=True, metavar="网址", help="证书透明日志（RFC 6962），从上次读到的地方接着读")
@click.option("--skip-gap", is_flag=True, help="日志落后太多时跳到末尾；跳过多少条会记下来")
@click.option("--band", type=click.Choice(["high", "medium", "low"]), help="至少这一级才解析和抓取；默认取配置 feeds.band")
@click.option("--no-dns", is_flag=True, help="只列出生成的域名，不联网、不入库")
@click.option("--now", is_flag=True, help="能解析的立即抓取并研判，不等下一次 dajia daily")
@click.option("--json", "as_json", is_flag=True, help="每行一条 JSON")
@click.pass_obj
def command(home: Home, hosts: tuple[str, ...], watchlist: bool, feeds: tuple[str, ...], logs: tuple[str, ...], skip_gap: bool,
            band: str | None, no_dns: bool, now: bool, as_json: bool) -> int:
    """发现仿冒域名：生成、清单、证书日志三路，按名称研判，解析出能用的，只报新出现的，并列入抓取。

    不带参数时按 dajia.toml 的 [feeds] 执行。“不明”（无应答、SERVFAIL）从不当作“不能解析”。

    例：dajia lookalikes cx.mem.gov.cn    dajia lookalikes --feed 新注册.txt.gz    dajia lookalikes --watchlist --no-dns
    """
    config = settings.load(home)
    given = bool(hosts or watchlist or feeds or logs)
    wanted = Wanted.of(config) if not given else Wanted(
        hosts, watchlist, tuple(Path(f) for f in feeds if "://" not in f), tuple(f for f in feeds if "://" in f), logs, skip_gap)
    if not given and not config.feeds.wanted:
        raise click.UsageError("没有要看的：给出官方主机、--watchlist、--feed 或 --ct，或在 dajia.toml 的 [feeds] 里写好")
    for path in wanted.files if given else ():
        if not path.is_file():
            raise click.UsageError(f"--feed：找不到文件 {path}")
    try:
        if no_dns:
            _list(generated(wanted.hosts, wanted.watchlist), band or "low", as_json)
            return 0
        with _run(home, config) as (store, run, ended):
            seen = look_out(store, config, run, wanted, band or "")
            ended.append("partial" if seen.problems else "ok")
    except HostError as problem:
        raise click.UsageError(f"不是主机名：{problem}") from problem
    _tell(seen, as_json)
    code = 4 if not seen.resolved and not seen.states["yes"] else 1 if seen.problems else 0
    if now and seen.addresses["queued"]:
        from review.daily import adopt

        with Reporter(quiet=as_json) as say:
            result = adopt(home, say)
        if not as_json:
            tell_result(result)
        code = max(code, result.code)
    return code


@contextmanager
def _run(home: Home, config: settings.Config) -> Iterator[tuple[Store, str, list[str]]]:
    """A run of its own, ended with the state the block leaves."""
    ended: list[str] = []
    with Store.open(home, actor="lookalikes") as store:
        run = store.begin_run("lookalikes", clock.today(), environment.describe(config))
        yield store, run, ended
        store.end_run(run, ended[-1], {})


def _list(found: list[Suspect], band: str, as_json: bool) -> None:
    order = ("high", "medium", "low")
    rows = [one for one in found if order.index(one.band) <= order.index(band)]
    if as_json:
        for one in rows:
            click.echo(json.dumps({"name": one.name, "imitates": one.imitates, "band": one.band, "score": one.score,
                                   "reasons": one.reasons}, ensure_ascii=False))
        return
    table("可能被抢注的域名", ("域名", "仿冒", "级别", "理由"), [
        (to_unicode(one.name), one.imitates, BAND_LABELS[one.band], "；".join(one.reasons)) for one in rows])


def _tell(seen: Seen, as_json: bool) -> None:
    """Coverage first, then what is new."""
    fresh = sorted((n for n in seen.new if n.state == "yes"), key=lambda n: (-n.score, n.name))
    if as_json:
        for one in fresh:
            click.echo(json.dumps({"name": one.name, "imitates": one.imitates, "band": one.band, "score": one.score, "state": one.state,
                                   "reasons": one.reasons, "addresses": one.addresses, "wildcard": one.wildcard, "source": one.source,
                                   "at": one.at}, ensure_ascii=False))
        click.echo(json.dumps({"scanned": seen.scanned, "suspects": seen.suspects, "states": dict(seen.states), "feeds": seen.feeds,
                               "addresses": dict(seen.addresses), "problems": seen.problems}, ensure_ascii=False))
        return
    for name, state in seen.feeds.items():
        click.echo(f"{printable(name)}：{STATE_LABELS.get(state, state)}")
    for problem in seen.problems:
        click.echo(f"注意：{printable(problem)}", err=True)
    parts = [f"{RESOLVED[state]} {count}" for state, count in sorted(seen.states.items())]
    click.echo(f"看了 {seen.scanned} 个域名，像官方的 {seen.suspects} 个" + ("：" + "，".join(parts) if parts else ""))
    if not fresh:
        click.echo("没有新出现的仿冒域名" + ("（解析不全，不等于没有）" if seen.states["unknown"] or not seen.resolved else ""))
        return
    table("新出现的仿冒域名", ("域名", "仿冒", "级别", "地址", "来源", "理由"), [
        (to_unicode(one.name), one.imitates, BAND_LABELS[one.band], " ".join(one.addresses[:2]) + ("（泛解析）" if one.wildcard else ""),
         one.source, "；".join(one.reasons)) for one in fresh])
    if seen.addresses["queued"]:
        click.echo(f"{seen.addresses['queued']} 个已列入抓取，下一次 dajia daily 会研判；要马上开始，加 --now")
