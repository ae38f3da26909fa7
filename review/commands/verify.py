"""`dajia verify`: is a delivered package what it says it is?"""

from __future__ import annotations

import json
from pathlib import Path

import click

from review.console import printable

_LABELS = {"verified": "一致", "altered": "已改动", "missing": "缺失", "unexpected": "多出", "not-verifiable": "无法核验"}


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--manifest", default="", metavar="SHA256", help="移送时登记的清单摘要，核对整包未被替换")
@click.option("--json", "as_json", is_flag=True, help="每行一条 JSON")
def command(path: Path, manifest: str, as_json: bool) -> int:
    """核验证据包（文件夹或 zip）：逐项 一致 / 已改动 / 缺失 / 多出 / 无法核验。退出码 0、1、5。"""
    from exports.verify import verify

    if not path.exists():
        raise click.UsageError(f"找不到 {path}")
    claims = verify(path, expected_manifest_sha256=manifest) if manifest else verify(path)
    for claim in claims:
        if as_json:
            click.echo(json.dumps({"subject": claim.subject, "state": claim.state, "detail": claim.detail}, ensure_ascii=False))
        else:
            click.echo(printable(f"{_LABELS.get(claim.state, claim.state)}  {claim.subject}  {claim.detail}"))
    states = {claim.state for claim in claims}
    if states & {"altered", "missing", "unexpected"}:
        return 1
    return 5 if "not-verifiable" in states or not claims else 0
