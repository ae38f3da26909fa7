"""`dajia followup`: where confirmed leads stand, what waits, and what was filed and answered, with its papers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import click

from evidence import config as settings
from evidence import followup as facts
from evidence.archive import Vault
from evidence.followup import STEP_LABELS, Step
from evidence.home import Home
from evidence.takedown import PHASE_LABELS
from exports.defang import defang
from review import clock, correspondence
from review import followup as tracking
from review import leads as book
from review.console import existing_store, table
from review.reminders import LABELS


@click.group(name="followup", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """处置跟踪：待办提醒、处置时钟；登记报送、受理、答复，回执和复函入库封存。"""
    if context.invoked_subcommand is None:
        context.invoke(todo)


@command.command()
@click.pass_obj
def todo(home: Home) -> None:
    """到期要办的事，和处置成效。"""
    with existing_store(home, "followup") as store:
        found = tracking.page(store, settings.load(home))
    for span in found.figures.spans:
        click.echo(f"{span.label}，中位 {span.told}")
    for rate in found.figures.rates:
        click.echo(f"{rate.label} {rate.told}")
    table("待办", ("事项", "线索", "对象", "说明"), [
        (LABELS[r.kind], r.lead, defang(found.subjects[r.lead]), r.text) for r in found.reminders])
    if not found.reminders:
        click.echo("没有到期的事项")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="每行一条 JSON")
@click.pass_obj
def listed(home: Home, as_json: bool) -> None:
    """每条线索的处置时钟。"""
    with existing_store(home, "followup") as store:
        facts.rebuild(store)
        rows = store.rows("SELECT * FROM v_takedowns ORDER BY last_look DESC, lead")
    if as_json:
        for row in rows:
            click.echo(json.dumps(dict(row), ensure_ascii=False))
        return
    table("处置时钟", ("线索", "对象", "现状", "报送", "下线", "最近复查"), [
        (r["lead"], defang(r["subject"]), PHASE_LABELS[r["phase"]], *(clock.local(r[f])[:10] for f in ("filed", "down", "last_look")))
        for r in rows])


@command.command()
@click.argument("lead", metavar="线索")
@click.pass_obj
def show(home: Home, lead: str) -> None:
    """一条线索的往来登记和每次复查。"""
    with existing_store(home, "followup") as store:
        found = book.find(store, lead)
        letters = facts.letters(store, found.id)
        checks = store.rows("SELECT state, detail, at FROM checks WHERE lead = ? ORDER BY at DESC, id DESC LIMIT 30", found.id)
    table("往来", ("编号", "日期", "机关", "事项", "文号", "经办", "附件", "附件 SHA-256"), [
        (x.id, clock.local(x.happened)[:10], x.agency, STEP_LABELS[x.step], x.number, x.person, x.file, x.sha256) for x in letters])
    table("复查", ("时间", "结论", "说明"), [(clock.local(r["at"]), r["state"], r["detail"]) for r in checks])


def _writing(step: Step, text: str) -> None:
    """A command that writes down one step."""
    @command.command(step, help=text)
    @click.argument("lead", metavar="线索")
    @click.option("--agency", required=True, metavar="CODE", help="机关代码，见 dajia export package --dry-run")
    @click.option("--reviewer", required=True, metavar="姓名", help="登记人")
    @click.option("--date", "day", default="", metavar="YYYY-MM-DD", help="发生的日期；默认今天")
    @click.option("--number", default="", metavar="文号", help="受理编号、文号")
    @click.option("--note", default="", metavar="说明")
    @click.option("--file", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="回执、复函的文件，入库封存")
    @click.pass_obj
    def written(home: Home, /, lead: str, agency: str, reviewer: str, **given: Any) -> None:
        with existing_store(home, reviewer) as store:
            found = book.find(store, lead)
            made = correspondence.record(store, settings.load(home), found, correspondence.Entry(agency, step, reviewer, **given))
            facts.rebuild(store)
            now = facts.clocks(store, [found.id])[found.id]
            click.echo(f"线索 {found.id} {defang(found.subject)}：{STEP_LABELS[step]}（{agency}，{clock.local(made.happened)[:10]}）；"
                       f"现为“{PHASE_LABELS[now.phase]}”；登记编号 {made.id}")
            if made.sha256:
                click.echo(f"  {made.file} 已封存，SHA-256 {made.sha256}")


for _step, _text in (("filed", "登记已报送。"), ("accepted", "登记已受理。"), ("refused", "登记不予受理。"),
                     ("handled", "登记对方答复已处置（是否下线以复查为准）。"), ("reply", "登记其他答复、来函。")):
    _writing(cast(Step, _step), _text)


@command.command()
@click.argument("letter", metavar="登记编号")
@click.option("--reviewer", required=True, metavar="姓名")
@click.option("--note", required=True, metavar="理由")
@click.pass_obj
def retract(home: Home, letter: str, reviewer: str, note: str) -> None:
    """收回一条登错的登记；原记录仍在保管链中。"""
    with existing_store(home, reviewer) as store:
        correspondence.retract(store, letter, reviewer, note)
        facts.rebuild(store)
    click.echo("已收回")


@command.command()
@click.argument("letter", metavar="登记编号")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@click.pass_obj
def paper(home: Home, letter: str, target: Path) -> None:
    """取出登记时封存的回执或复函。"""
    with existing_store(home, "followup") as store:
        row = store.one("SELECT capture FROM letters WHERE id = ? AND capture <> ''", letter)
        if row is None:
            raise click.UsageError(f"登记“{letter}”没有附件；用 dajia followup show 线索 查看")
        artifact = store.capture(row["capture"]).artifacts[0]
    target.write_bytes(Vault(home).read(artifact))
    click.echo(f"{target}  SHA-256 {artifact.sha256}")
