"""`dajia judge`: stored evidence by the present rules, or pages in bulk from JSON lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO

import click

from evidence.home import Home
from review.bulk.options import bulk_options, in_bulk


@click.command()
@click.option("--jsonl", "source", metavar="IN", help="逐行 JSON：{id,url,html|text,facts?}；“-”为标准输入，可为 .gz")
@click.option("--out", metavar="OUT", help="结果文件；默认标准输出")
@click.option("--parquet", metavar="IN", help="Parquet 文件或文件夹，列：id,url,html 或 text,facts；须与 --out 同用")
@bulk_options
@click.option("--quiet", is_flag=True, help="不打印进度")
@click.pass_obj
def command(home: Home, source: str | None, out: str | None, parquet: str | None, quiet: bool,
            shards: str | None, cluster: str, workers: int, shard_mb: float) -> int:
    """用当前规则研判：不带参数时重判库中证据（不发任何请求）；--jsonl、--parquet 批量研判文件，--shards 分片、可续做。"""
    if source is None and parquet is None:
        if out or shards:
            raise click.UsageError("--out、--shards 只与 --jsonl、--parquet 同用")
        return _stored(home, quiet)
    if source is not None and parquet is not None:
        raise click.UsageError("--jsonl 与 --parquet 只能用一个")
    if shards or cluster or parquet is not None:
        return in_bulk("judge", parquet or source or "", "parquet" if parquet else "jsonl", out, quiet, shards=shards,
                       cluster=cluster, workers=workers, shard_mb=shard_mb)
    assert source is not None
    from classifiers.jsonl import judge_lines

    started = time.monotonic()
    with _lines(source) as lines, _sink(out) as sink:
        counts = judge_lines(lines, sink)
    if not quiet:
        spent = max(time.monotonic() - started, 1e-9)
        click.echo(f"研判 {counts.judged} 页，{counts.judged / spent:.0f} 页/秒；坏行 {counts.bad}", err=True)
    return 1 if counts.bad else 0


def _stored(home: Home, quiet: bool) -> int:
    from review import daily as chain
    from review.console import existing_store, tell_result
    from review.progress import Reporter

    existing_store(home, "judge").close()
    with Reporter(quiet=quiet) as say:
        result = chain.judge_again(home, say)
    tell_result(result)
    return result.code


@contextmanager
def _lines(source: str) -> Iterator[IO[bytes]]:
    if source == "-":
        yield sys.stdin.buffer
        return
    path = Path(source)
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    if not zipped:
        with path.open("rb") as file:
            yield file
        return
    import gzip
    import zlib

    try:
        with gzip.open(path, "rb") as unzipped:
            yield unzipped  # type: ignore[misc]
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise click.UsageError(f"{path}：gzip 文件不完整或已损坏（{problem}）；已写出的结果有效，请重新取得文件") from problem


@contextmanager
def _sink(out: str | None) -> Iterator[TextIO]:
    if out is None or out == "-":
        yield sys.stdout
        return
    target = Path(out)
    if not target.parent.is_dir():
        raise click.UsageError(f"--out {out}：文件夹 {target.parent} 不存在")
    with target.open("w", encoding="utf-8") as file:
        yield file
