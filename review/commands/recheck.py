"""`dajia recheck`: is what was confirmed still up, and when is it looked at next?"""

from __future__ import annotations

import click

from evidence import config as settings
from evidence import followup
from evidence.home import Home
from evidence.looking import STATE_LABELS
from evidence.takedown import PHASE_LABELS
from exports.defang import defang
from review import clock, rechecking
from review import daily as chain
from review import leads as book
from review.console import existing_store, table, tell_result
from review.progress import Reporter


@click.command()
@click.argument("leads", nargs=-1, metavar="[线索]...")
@click.option("--plan", is_flag=True, help="只列出每条下次什么时候复查，不访问")
@click.option("--quiet", is_flag=True, help="不打印进度")
@click.pass_obj
def command(home: Home, leads: tuple[str, ...], plan: bool, quiet: bool) -> int:
    """复查已确认的线索是否仍在线：每条从各观测点各看一次，两处都看不到才算下线，看不清的不算。不写线索则复查到期的。"""
    with existing_store(home, "recheck") as store:
        wanted = tuple(book.find(store, name).id for name in leads)
    if plan:
        return _plan(home, wanted)
    with Reporter(quiet=quiet) as say:
        result = chain.recheck(home, say, wanted)
    tell_result(result)
    with existing_store(home, "recheck") as store:
        rows = store.rows("SELECT l.subject, k.state, k.detail FROM checks k JOIN leads l ON l.id = k.lead "
                          "JOIN captures c ON c.id = k.capture WHERE c.run = ? ORDER BY l.subject", result.run)
    if rows:
        table("复查", ("对象", "状态", "说明"), [
            (defang(r["subject"]), STATE_LABELS.get(r["state"], r["state"]), r["detail"]) for r in rows])
    else:
        click.echo("没有到期需要复查的已确认线索")
    return result.code


def _plan(home: Home, wanted: tuple[str, ...]) -> int:
    """When each lead is due, soonest first; those no longer followed are left out."""
    config = settings.load(home)
    with existing_store(home, "recheck") as store:
        subjects = {row["id"]: row["subject"] for row in store.rows("SELECT id, subject FROM leads")}
        clocks = {lead: c for lead, c in followup.current(store).items() if not wanted or lead in wanted}
    due = [(when, lead) for lead, c in clocks.items() if (when := rechecking.next_look(c, config.recheck)) is not None]
    click.echo(f"观测点：{'、'.join(config.recheck.vantages)}；对照：{'、'.join(defang(u) for u in config.recheck.controls) or '没有'}")
    table("复查计划", ("下次复查", "线索", "对象", "现状"), [
        (clock.local(clock.stored(when))[:16], lead, defang(subjects[lead]), PHASE_LABELS[clocks[lead].phase])
        for when, lead in sorted(due)])
    return 0
