"""`dajia queries`: what the sources are asked, what grew out of what was seen, and people's say on it."""

from __future__ import annotations

import json
from typing import Any

import click

from crawlers import queries as files
from crawlers.queries import generator, growth
from evidence import asking
from evidence.home import Home
from evidence.store import Store
from review.console import existing_store, table

STATES = {"proposed": "待定", "accepted": "已采用", "rejected": "已否决"}
ORIGINS = {"seed": "检索词文件", "site": "site: 扩展", "generated": "词表组合", "related": "相关搜索", "lead": "已确认线索",
           "manual": "人工"}


class Refused(click.ClickException):
    """A decision that cannot be made; the message says why."""


@click.group()
def command() -> None:
    """检索词：查看、从相关搜索和已确认线索中增补、采用或否决。"""


@command.command("list")
@click.option("--state", type=click.Choice(sorted(STATES)), help="只看增补词中这一状态的；不写则列出全部检索词")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(home: Home, state: str | None, as_json: bool) -> int:
    """列出检索词，以及它们带来的线索；有过确认线索的排在前面。"""
    rows = _rows(home, state or "")
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return 0
    table("检索词", ("检索词", "主题", "来源", "状态", "确认线索", "线索", "最近一问"), [
        (r["text"], r["theme"], ORIGINS.get(r["origin"], r["origin"]), STATES.get(r["state"], "在用"), r["confirmed"], r["leads"],
         r["asked"][:16]) for r in rows])
    return 0


def _rows(home: Home, state: str) -> list[dict[str, Any]]:
    """Every text in use or proposed, with its yield; without a store only what the files hold."""
    texts: dict[str, dict[str, Any]] = {}
    if not state:
        for query in (*files.load(), *files.sites()):
            texts[query.text] = {"text": query.text, "theme": query.theme, "origin": query.origin, "state": "", "evidence": ""}
    if home.store.exists():
        with Store.open(home, actor="queries") as store:
            for row in asking.proposals(store, state):
                texts[row["text"]] = {k: row[k] for k in ("text", "theme", "origin", "state", "evidence")}
            gains = asking.yields(store)
            asked = {r["text"]: r["at"] for r in store.rows("SELECT text, max(at) AS at FROM query_turns GROUP BY text")}
    else:
        gains, asked = {}, {}
    if not state:
        for text in (*asked, *gains):
            texts.setdefault(text, {"text": text, "theme": "", "origin": "generated", "state": "", "evidence": ""})
    nothing = asking.Yield()
    made = [row | {"confirmed": gains.get(t, nothing).confirmed, "leads": gains.get(t, nothing).leads, "asked": asked.get(t, "")}
            for t, row in texts.items()]
    return sorted(made, key=lambda r: (-r["confirmed"], -r["leads"]))


@command.command()
@click.option("--limit", default=50, show_default=True, help="最多增补多少条")
@click.option("--dry-run", is_flag=True, help="只看会增补什么，不写入")
@click.pass_obj
def grow(home: Home, limit: int, dry_run: bool) -> int:
    """从相关搜索和已确认线索的用词里提议新检索词；采用之前不会被检索。"""
    with existing_store(home, "queries") as store:
        found = _grown(store)[:limit]
        made = found if dry_run else [p for p in found if asking.propose(store, p.query, p.evidence)]
    for proposal in made:
        said = "，".join(f"{k}={v}" for k, v in proposal.evidence.items())
        click.echo(f"{proposal.query.text}\t{ORIGINS[proposal.query.origin]}\t{said}")
    click.echo(f"{'将提议' if dry_run else '已提议'} {len(made)} 条；采用：dajia queries accept 检索词 --reviewer 姓名", err=True)
    return 0


def _grown(store: Store) -> tuple[growth.Proposal, ...]:
    known = {q.text for q in (*files.load(), *files.sites(), *generator.generated())} | {r["text"] for r in asking.proposals(store)}
    related = [growth.Related(r["text"], r["query"], r["times"]) for r in asking.related(store)]
    leads = [growth.LeadWords(r["lead"], r["title"], tuple(json.loads(r["quotes"])),
                              tuple((kind, value) for kind, value in json.loads(r["contacts"])))
             for r in asking.confirmed_words(store)]
    return growth.grow(related, leads, generator.words(), frozenset(known))


@command.command()
@click.argument("texts", nargs=-1, metavar="检索词…")
@click.option("--all", "everything", is_flag=True, help="全部待定的")
@click.option("--reviewer", required=True, help="处理人")
@click.pass_obj
def accept(home: Home, texts: tuple[str, ...], everything: bool, reviewer: str) -> int:
    """采用提议的检索词：从下一次任务起检索。"""
    return _decide(home, texts, everything, "accept", reviewer, "")


@command.command()
@click.argument("texts", nargs=-1, metavar="检索词…")
@click.option("--all", "everything", is_flag=True, help="全部待定的")
@click.option("--reviewer", required=True, help="处理人")
@click.option("--reason", default="", help="理由")
@click.pass_obj
def reject(home: Home, texts: tuple[str, ...], everything: bool, reviewer: str, reason: str) -> int:
    """否决提议的检索词：不再提议。"""
    return _decide(home, texts, everything, "reject", reviewer, reason)


def _decide(home: Home, texts: tuple[str, ...], everything: bool, move: str, reviewer: str, reason: str) -> int:
    with existing_store(home, "queries") as store, store.transaction():
        chosen = tuple(r["text"] for r in asking.proposals(store, "proposed")) if everything else texts
        if not chosen:
            raise click.UsageError("没有待定的检索词" if everything else "请写出检索词，或用 --all")
        for text in chosen:
            try:
                asking.decide(store, text, move, reviewer, reason)
            except asking.QueryRefused as problem:
                raise Refused(str(problem)) from problem
    click.echo(f"{'已采用' if move == 'accept' else '已否决'} {len(chosen)} 条")
    return 0
