"""`dajia scan`: host names that look like an official query service, from whole zones."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from review.bulk.options import bulk_options, in_bulk
from review.commands.judge import _sink


@click.command()
@click.argument("source", metavar="IN")
@click.option("--out", metavar="OUT", help="结果文件；默认标准输出")
@bulk_options
@click.option("--quiet", is_flag=True, help="不打印统计")
def command(source: str, out: str | None, quiet: bool, shards: str | None, cluster: str, workers: int, shard_mb: float) -> int:
    """逐行域名（可为 .gz、“-”标准输入、中文域名）→ 仿冒官方查询服务的域名，JSONL，只出命中；Parquet 取 name 列；--shards 分片、可续做。"""
    form = "parquet" if source.endswith(".parquet") else "names"
    if shards or cluster or form == "parquet":
        return in_bulk("scan", source, form, out, quiet, shards=shards, cluster=cluster, workers=workers, shard_mb=shard_mb)
    from classifiers.scan import Counts, scan_file

    counts, started = Counts(), time.monotonic()
    if source != "-" and out and Path(out).absolute() == Path(source).absolute():
        raise click.UsageError("--out 不能与输入是同一个文件")
    with _sink(out) as sink:
        for hit in scan_file(source, counts):
            sink.write(json.dumps(hit, ensure_ascii=False) + "\n")
    spent = max(time.monotonic() - started, 1e-9)
    if not quiet:
        click.echo(f"域名 {counts.names} 个，命中 {counts.hits}，{counts.names / spent:.0f} 个/秒；坏行 {counts.bad}", err=True)
        for example in counts.examples:
            click.echo(f"  坏行：{example}", err=True)
    return 1 if counts.bad else 0
