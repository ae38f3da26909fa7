"""`dajia rules`: what the judge goes by, and an analyst's work on it: lint, try a draft, see new words, fit weights."""

from __future__ import annotations

import json
from pathlib import Path

import click

from classifiers import engine
from classifiers.engine import Rule, RuleError
from classifiers.explain import BANDS
from evidence import ids
from evidence.home import Home
from review import rulework
from review.console import existing_store, table

KINDS = {"ad": "广告", "site": "仿冒网站", "exempt": "不支持（减分）", "limit": "封顶"}
_FILES = click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
_LONG_WHY, _HEAVY = 120, 80


@click.group(invoke_without_command=True)
@click.option("--features", is_flag=True, help="列出规则可用的特征及其含义")
@click.pass_context
def command(ctx: click.Context, features: bool) -> int:
    """研判规则：列出、检查、试运行、找新用语、按决定调权重。"""
    if ctx.invoked_subcommand is None:
        if features:
            from classifiers.features import names

            table("特征", ("特征", "含义"), list(names().items()))
        else:
            _list(as_json=False)
    return 0


@command.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> int:
    """列出全部规则：种类、权重、标题、理由。"""
    _list(as_json)
    return 0


def _list(as_json: bool) -> None:
    own = engine.adjusted()
    for rule in engine.rules() if as_json else ():
        click.echo(json.dumps({"rule": rule.name, "kind": rule.kind, "title": rule.title, "weight": rule.weight, "limit": rule.limit,
                               "why": rule.why, "references": rule.references, "adjusted": rule.name in own}, ensure_ascii=False))
    if not as_json:
        table("规则", ("规则", "种类", "权重", "标题", "理由"), [
            (r.name, KINDS[r.kind], (f"封顶 {r.limit}" if r.limit else f"{r.weight:+g}") + ("（本机）" if r.name in own else ""),
             r.title, r.why) for r in engine.rules()])


@command.command()
@_FILES
def lint(files: tuple[Path, ...]) -> int:
    """检查规则文件并给出建议；不写文件则检查全部随附规则。有错误时退出码 1。"""
    broken, advice = 0, 0
    seen: dict[str, str] = {}
    for path in files or sorted(p for kind in engine.KINDS for p in (engine.FOLDER / kind).glob("*.yml")):
        try:
            rule = engine.read_rule(path)
        except RuleError as problem:
            click.echo(f"× {problem}")
            broken += 1
            continue
        for remark in _remarks(rule, seen):
            click.echo(f"建议 {path.name}：{remark}")
            advice += 1
        seen[repr(rule.when) + repr(rule.unless)] = rule.name
    click.echo(f"错误 {broken} 处，建议 {advice} 条")
    return 1 if broken else 0


def _remarks(rule: Rule, seen: dict[str, str]) -> list[str]:
    """What an experienced author would say of a rule that loads."""
    found = []
    if (same := seen.get(repr(rule.when) + repr(rule.unless))) is not None:
        found.append(f"条件与 {same} 完全相同，合并为一条")
    if "{" not in rule.why:
        found.append("why 里没有引用页面原文（如 {promise.*}），复核的人看不到依据")
    if len(rule.why) > _LONG_WHY:
        found.append(f"why 有 {len(rule.why)} 字，超过 {_LONG_WHY} 字，一句话说清")
    if not rule.references:
        found.append("没有 references：写明法律依据或出处")
    if rule.kind in ("ad", "site") and rule.weight >= _HEAVY:
        found.append(f"权重 {rule.weight:g} 单独就到高等级：确认它的每个用例都不可能是无辜的")
    if rule.kind in ("ad", "site") and rule.when.op == "feature" and rule.unless is None:
        found.append("只凭一个特征、没有 unless：加上联系方式、证书或价格等同处条件")
    return found


@command.command("try")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(engine.KINDS), help="草稿的种类；不写则取文件里的 kind")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def try_(home: Home, file: Path, kind: str | None, as_json: bool) -> int:
    """把一条草稿套到库里全部页面上，只看会改变什么，不写入（回溯排查）。"""
    draft = engine.read_rule(file)
    if kind and kind != draft.kind:
        raise RuleError(f"{file}: kind 是 {draft.kind}，与 --kind {kind} 不一致")
    with existing_store(home, "rules") as store:
        changes, looked, unread = rulework.try_rule(store, draft)
    if as_json:
        for one in changes:
            click.echo(json.dumps({"url": one.url, "before": [one.before.band, one.before.score],
                                   "after": [one.after.band, one.after.score], "why": one.reason}, ensure_ascii=False))
    else:
        table(f"{draft.name} 会改变的页面", ("页面", "现在", "加上它", "理由"), [
            (one.url, f"{BANDS[one.before.band]} {one.before.score:g}", f"{BANDS[one.after.band]} {one.after.score:g}", one.reason)
            for one in changes])
        click.echo(f"看了 {looked} 页，{len(changes)} 页有变化" + (f"；{len(unread)} 页证据读不出来，没有看：" if unread else ""))
    for line in unread:
        click.echo(line, err=as_json)
    return 1 if unread else 0


@command.command()
@click.option("--least", default=2, show_default=True, type=click.IntRange(1), help="至少出现在几个卖家页面")
@click.pass_obj
def drift(home: Home, least: int) -> int:
    """找新用语：常与已知卖家同现、规则和用语模型都还不认识的词。"""
    with existing_store(home, "rules") as store:
        found, sellers, others = rulework.drift(store, least)
    if not sellers:
        click.echo("库里还没有已确认的卖家，也没有高等级的广告线索，无从比较")
        return 0
    table("新用语", ("用语", f"卖家页面（共 {sellers}）", f"其他页面（共 {others}）"), [(c.text, c.sellers, c.others) for c in found])
    return 0


@command.command()
@click.option("--accept", "accepted", is_flag=True, help="采用：写入数据目录的 weights.yml，下次运行用新权重重判")
@click.pass_obj
def refit(home: Home, accepted: bool) -> int:
    """按研判台的决定（已确认、已排除）重新拟合权重；先看变化，加 --accept 才生效。"""
    with existing_store(home, "rules") as store:
        try:
            found = rulework.refit(store)
        except ValueError as problem:
            raise click.ClickException(str(problem)) from problem
        table(f"权重变化（确认 {found.guilty} 条，排除 {found.innocent} 条）", ("规则", "现在", "建议", "确认中命中", "排除中命中"), [
            (name, f"{now:+g}", f"{new:+g}", bad, good) for name, (now, new, bad, good) in sorted(found.weights.items())])
        click.echo(f"按决定衡量判对的条数：现在 {found.right_before}，采用后 {found.right_after}，共 {found.guilty + found.innocent}")
        if accepted and found.weights:
            path = rulework.accept(home, found, ids.utc_now())
            click.echo(f"已写入 {path}；删去该文件即恢复随附权重")
    return 0
