"""`dajia recheck`: is what was confirmed still up?"""

from __future__ import annotations

import click

from evidence.home import Home
from evidence.looking import STATE_LABELS
from review import daily as chain
from review.console import existing_store, table, tell_result
from review.progress import Reporter


@click.command()
@click.option("--quiet", is_flag=True, help="不打印进度")
@click.pass_obj
def command(home: Home, quiet: bool) -> int:
    """复查已确认的线索是否仍在线：每条从各观测点各看一次，两处都看不到才算下线，看不清的不算。"""
    existing_store(home, "recheck").close()
    with Reporter(quiet=quiet) as say:
        result = chain.recheck(home, say)
    tell_result(result)
    with existing_store(home, "recheck") as store:
        rows = store.rows("SELECT l.subject, k.state, k.detail FROM checks k JOIN leads l ON l.id = k.lead "
                          "JOIN captures c ON c.id = k.capture WHERE c.run = ? ORDER BY l.subject", result.run)
    if rows:
        table("复查", ("对象", "状态", "说明"), [(r["subject"], STATE_LABELS.get(r["state"], r["state"]), r["detail"]) for r in rows])
    else:
        click.echo("没有到期需要复查的已确认线索")
    return result.code
