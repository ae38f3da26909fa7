"""`dajia gangs`: which leads belong together, who stands behind them, and what people know of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from evidence.home import Home
from evidence.store import Store
from review import links
from review.console import existing_store, table
from review.gang_picture import picture


@click.group(name="gangs", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """团伙：按共用的联系方式、二维码去向、模板等把线索归并，列出疑似运营者。"""
    if context.invoked_subcommand is None:
        context.invoke(listed)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="每行一条 JSON")
@click.pass_obj
def listed(home: Home, as_json: bool = False) -> None:
    """全部团伙，大的在前。"""
    with existing_store(home, "gangs") as store:
        rows = store.rows("SELECT id, leads, ads, sites, summary, at FROM gangs ORDER BY leads DESC, id")
    if as_json:
        for row in rows:
            click.echo(json.dumps(dict(row), ensure_ascii=False))
        return
    table("团伙", ("编号", "线索", "概要"), [(r["id"], r["leads"], r["summary"]) for r in rows])
    if not rows:
        click.echo("没有归并出团伙；新线索入库后运行 dajia gangs rebuild，或等每日任务", err=True)


@command.command()
@click.argument("gang", metavar="团伙")
@click.option("--picture", "target", metavar="FILE.svg", type=click.Path(dir_okay=False, path_type=Path), help="另存关系图")
@click.pass_obj
def show(home: Home, gang: str, target: Path | None) -> None:
    """一个团伙：成员、共同特征及理由、疑似运营者。"""
    with existing_store(home, "gangs") as store:
        found = gang_of(store, gang)
        click.echo(f"团伙 {found['id']}：{found['summary']}")
        members = store.rows("SELECT m.lead, m.role, l.subject FROM gang_members m JOIN leads l ON l.id = m.lead WHERE m.gang = ? "
                             "ORDER BY m.role, l.subject", found["id"])
        table("成员", ("线索", "类别", "对象"), [
            (r["lead"], "仿冒网站" if r["role"] == "checker" else "广告", r["subject"]) for r in members])
        ties = store.rows("SELECT * FROM gang_ties WHERE gang = ? ORDER BY place", found["id"])
        table("依据", ("次序", "角色", "理由"), [(r["place"], links.ROLE_LABELS[r["role"]], r["sentence"]) for r in ties])
        if target is not None:
            target.write_text(drawn(store, found["id"]), encoding="utf-8")
            click.echo(f"关系图：{target}")


@command.command()
@click.pass_obj
def rebuild(home: Home) -> int:
    """按现有证据重新归并。"""
    from evidence.archive import Vault

    with existing_store(home, "gangs") as store:
        problems = links.read_traits(store, Vault(home))
        gangs = links.rebuild(store)
    for problem in problems:
        click.echo(f"问题：{problem}", err=True)
    click.echo(f"团伙 {len(gangs)} 个，涉及线索 {sum(len(g.leads) for g in gangs)} 条")
    return 1 if problems else 0


@command.command()
@click.argument("move", type=click.Choice(list(links.MOVES)))
@click.argument("a")
@click.argument("b")
@click.option("--reviewer", required=True, metavar="姓名")
@click.option("--reason", required=True, metavar="理由")
@click.pass_obj
def edit(home: Home, move: str, a: str, b: str, reviewer: str, reason: str) -> None:
    """记住人的判断：merge 线索 线索、split 线索 线索、ignore 类型 值（此特征不作依据）、undo 撤回。"""
    with existing_store(home, reviewer) as store:
        try:
            links.edit(store, move, a, b, reviewer, reason)
        except links.EditRefused as problem:
            raise click.UsageError(str(problem)) from problem
        gangs = links.rebuild(store)
    click.echo(f"已记录：{links.MOVES[move]}；现有团伙 {len(gangs)} 个")


def gang_of(store: Store, name: str) -> Any:
    """The gang called `name`, or the one a lead of that name belongs to; a usage error when there is none."""
    row = store.one("SELECT * FROM gangs WHERE id = ?", name)
    if row is None:
        from review.leads import find

        lead = find(store, name)
        row = store.one("SELECT g.* FROM gangs g JOIN gang_members m ON m.gang = g.id WHERE m.lead = ?", lead.id)
    if row is None:
        raise click.UsageError(f"线索“{name}”目前不属于任何团伙")
    return row


def drawn(store: Store, gang: str) -> str:
    """The gang's picture, SVG."""
    members = {r["lead"]: (r["subject"], r["role"]) for r in store.rows(
        "SELECT m.lead, m.role, l.subject FROM gang_members m JOIN leads l ON l.id = m.lead WHERE m.gang = ? ORDER BY m.role, m.lead",
        gang)}
    rows = store.rows("SELECT type, value, role FROM gang_ties WHERE gang = ? ORDER BY place", gang)
    ties = [(f"{links.TYPE_LABELS.get(r['type'], r['type'])} {r['value']}", r["role"]) for r in rows]
    tied = links.ties_of(store, gang)
    held = [(lead, n) for n, r in enumerate(rows) for lead in members
            if any(t.type == r["type"] and t.value == r["value"] for t in tied.get(lead, ()))]
    return picture(members, ties, held)
