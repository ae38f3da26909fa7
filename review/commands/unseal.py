"""`dajia unseal`: an original that was brought in, taken out of the archive by a named person."""

from __future__ import annotations

import os
from pathlib import Path

import click

from evidence import custody, sealing
from evidence.archive import Vault
from evidence.home import Home
from review.console import existing_store

PASSWORD = "DAJIA_KEY_PASSWORD"  # noqa: S105 - the name of a variable


@click.command()
@click.argument("number", metavar="导入编号|采集编号")
@click.option("--person", required=True, metavar="姓名", help="取出的人，记入保管链")
@click.option("--out", required=True, metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--key", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help=f"私钥（PEM）；有口令时从变量 {PASSWORD} 取，否则询问")
@click.option("--certificate", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="封存所用证书（PEM）")
@click.pass_obj
def command(home: Home, number: str, person: str, out: Path, key: Path | None, certificate: Path | None) -> int:
    """取出封存的原件（举报表、复函等）：加密的须给出私钥；谁在何时取出，记入保管链。"""
    if out.exists():
        raise click.UsageError(f"{out} 已存在，不会覆盖")
    with existing_store(home, f"unseal:{person}") as store:
        row = store.one("SELECT capture, sha256, name FROM imports WHERE id = ? OR capture = ?", number, number)
        if row is None:
            raise click.UsageError(f"没有编号为 {number} 的导入；编号见 dajia import 的输出或视图 v_imports")
        artifact = store.capture(row["capture"]).artifacts[0]
        data = Vault(home).read(artifact)
        if sealing.is_closed(data, row["sha256"]):
            if key is None or certificate is None:
                raise click.UsageError(f"{row['name']} 是加密封存的：须给出 --key 和 --certificate")
            data = _opened(data, certificate, key, row["sha256"])
        with store.transaction():
            custody.append(store.db, "unsealed", "import", number, row["sha256"], person, {"name": row["name"]})
    number_ = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number_, "wb") as file:
        file.write(data)
    click.echo(f"已取出 {row['name']} 到 {out}（{len(data)} 字节，与登记的 SHA-256 一致）；用后请妥善处置")
    return 0


def _opened(data: bytes, certificate: Path, key: Path, sha256: str) -> bytes:
    given = os.environ.get(PASSWORD)
    if given is None and b"ENCRYPTED" in key.read_bytes():
        given = click.prompt("私钥口令", hide_input=True)
    try:
        return sealing.opened(data, certificate, key, given.encode() if given else None, sha256)
    except sealing.SealError as problem:
        raise click.ClickException(str(problem)) from problem
