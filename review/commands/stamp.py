"""`dajia stamp`: ask the configured authorities for the tokens that are still missing."""

from __future__ import annotations

import click

from evidence import config as settings
from evidence.home import Home
from review.console import existing_store


@click.command()
@click.pass_obj
def command(home: Home) -> int:
    """为还没有可信时间戳的 WARC、证据包和保管链链头补签；机构在 dajia.toml [timestamps] 中配置。"""
    from review.stamping import stamp

    config = settings.load(home)
    if not config.timestamps.authorities:
        raise click.UsageError("dajia.toml 没有配置时间戳机构：请在 [[timestamps.authorities]] 写 name、url、roots")
    with existing_store(home, "stamp") as store:
        count, problems = stamp(store, config)
    click.echo(f"新取得 {count} 个时间戳令牌")
    for problem in problems:
        click.echo(f"问题：{problem}", err=True)
    return 1 if problems else 0
