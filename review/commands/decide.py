"""`dajia decide`: one person's move on one lead."""

from __future__ import annotations

from typing import cast

import click

from evidence import config as settings
from evidence.home import Home
from evidence.records import Move
from review import decisions, packaging
from review import leads as book
from review.console import existing_store


@click.command()
@click.argument("lead", metavar="线索")
@click.argument("move", type=click.Choice(list(decisions.MOVE_LABELS)), metavar="|".join(decisions.MOVE_LABELS))
@click.option("--reviewer", required=True, metavar="姓名", help="经办人")
@click.option("--reason", default="", metavar="理由", help="理由；排除、存疑、撤销、重新打开时必填")
@click.option("--dry-run", is_flag=True, help="只检查，不写入")
@click.pass_obj
def command(home: Home, lead: str, move: str, reviewer: str, reason: str, dry_run: bool) -> int:
    """对线索作出决定：confirm 确认、second 复核（须另一人）、dismiss 排除、doubt 存疑、reopen 重开、revoke 撤销。"""
    with existing_store(home, reviewer) as store:
        found = book.find(store, lead)
        if dry_run:
            state = decisions.state_of(store, found.id)
            click.echo(f"线索 {found.id} {found.subject} 现为“{decisions.STATE_LABELS[state]}”；"
                       f"可以：{'、'.join(decisions.allowed(state)) or '无'}；未写入")
            return 0
        decisions.decide(store, found, cast(Move, move), reviewer, reason)
        state = decisions.state_of(store, found.id)
        click.echo(f"线索 {found.id} {found.subject}：{decisions.MOVE_LABELS[cast(Move, move)]}，现为“{decisions.STATE_LABELS[state]}”")
        if state == "confirmed":
            click.echo("移送前须由另一人复核：dajia decide 线索 second --reviewer 另一人")
        for built in packaging.after_decision(store, found, settings.load(home)):
            click.echo(f"撤回通知 {built.agency}：{built.zip}")
    return 0
