"""The options that `judge` and `scan` share for bulk jobs, and what is said at their end."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_LABELS = {"judged": "研判", "names": "域名", "hits": "命中", "bad": "坏行"}


def bulk_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--shards`, `--cluster`, `--workers`, `--shard-mb`."""
    for option in (
        click.option("--shard-mb", type=click.FloatRange(min=0.0001), default=32.0, show_default=True, metavar="MB", help="每个分片约多大"),
        click.option("--workers", type=click.IntRange(min=0), default=0, metavar="N", help="本机进程数；默认每核一个，1 为不另开进程"),
        click.option("--cluster", default="", metavar="ADDRESS", help="现有 Dask 调度器，如 tcp://主机:8786；输入与 DIR 须在共享文件夹"),
        click.option("--shards", metavar="DIR", help="分片结果目录：中断后用同一命令接着做"),
    ):
        command = option(command)
    return command


def in_bulk(
    job: str, source: str, form: str, out: str | None, quiet: bool, *, shards: str | None, cluster: str, workers: int, shard_mb: float,
) -> int:
    """Run a bulk job as the options say; the exit code: 1 when lines were bad or shards failed."""
    from review.bulk.running import Job, run

    if not out or out == "-" or source == "-":
        raise click.UsageError("分片研判要从文件读、写到文件：请给出 --out 文件，输入不能是“-”")
    target = Path(out)
    if not target.parent.is_dir():
        raise click.UsageError(f"--out {out}：文件夹 {target.parent} 不存在")
    started = time.monotonic()
    folder = Path(shards) if shards else target.with_name(target.name + ".shards")
    say = (lambda line: None) if quiet else (lambda line: click.echo(line, err=True))
    done = run(Job(job, Path(source), form, target, folder, max(1, int(shard_mb * (1 << 20))), cluster, workers), say)
    if not quiet:
        said = "，".join(f"{_LABELS[name]} {n}" for name, n in done.counts.items())
        click.echo(f"{said}；{done.parts} 个分片，{time.monotonic() - started:.1f} 秒", err=True)
        for example in done.examples:
            click.echo(f"  坏行：{example}", err=True)
    if done.failed:
        lines = "\n".join(f"  {line}" for line in done.failed[:10])
        click.echo(f"错误：{len(done.failed)} 个分片没有完成，没有写出 {out}；其余的已保存在 {folder}，改好后用同一命令接着做：", err=True)
        click.echo(lines, err=True)
    return 1 if done.failed or done.counts.get("bad") else 0
