"""`dajia verify`: is a package, a WARC or a store what it says it is?"""

from __future__ import annotations

import json
from pathlib import Path

import click

from evidence import config as settings
from evidence.home import Home
from review.console import printable

_LABELS = {"verified": "一致", "altered": "已改动", "missing": "缺失", "unexpected": "多出", "not-verifiable": "无法核验"}


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--manifest", default="", metavar="SHA256", help="移送时登记的清单摘要（WARC：整文件摘要），核对整体未被替换")
@click.option("--roots", multiple=True, metavar="PEM", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="可信时间戳机构的根证书；默认取 dajia.toml [timestamps]")
@click.option("--json", "as_json", is_flag=True, help="每行一条 JSON")
@click.pass_obj
def command(home: Home, path: Path, manifest: str, roots: tuple[Path, ...], as_json: bool) -> int:
    """核验证据包（文件夹或 zip）、WARC 或证据库：逐项 一致 / 已改动 / 缺失 / 多出 / 无法核验。退出码 0、1、5。"""
    from evidence.timestamps import root_files
    from exports.verify import STATEMENT, exit_code, home_of, registered_claims, verify

    if not path.exists():
        raise click.UsageError(f"找不到 {path}")
    place = home_of(path)
    trusted = list(roots) or root_files(settings.load(place or home))
    claims = verify(path, manifest, trusted)
    if place is None:
        claims += registered_claims(home, path)
    for claim in claims:
        if as_json:
            click.echo(json.dumps(claim._asdict(), ensure_ascii=False))
        else:
            click.echo(printable(f"{_LABELS.get(claim.state, claim.state)}  {claim.subject}  {claim.detail}"))
    if not as_json and place is None:
        click.echo("\n".join(("", *STATEMENT)))
    return exit_code(claims)
