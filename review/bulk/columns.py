"""Parquet in and out of bulk jobs, a few hundred rows at a time; needs the package pyarrow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from review.bulk.shards import BulkError

ROWS = 256
WANTED = {"judge": ("id", "url", "html", "text", "title", "facts"), "scan": ("name",)}


def library() -> Any:
    """pyarrow; BulkError says how to get it."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as problem:
        raise BulkError("读写 Parquet 需要 pyarrow：pip install 'dajia[cluster]'") from problem
    return pyarrow


def row_groups(path: Path, size: int) -> list[tuple[int, int]]:
    """Runs of row groups (first, end) of about `size` uncompressed bytes."""
    found = _open(path)
    try:
        cuts, first, held = [], 0, 0
        for n in range(found.metadata.num_row_groups):
            held += found.metadata.row_group(n).total_byte_size
            if held >= size:
                cuts.append((first, n + 1))
                first, held = n + 1, 0
        return [*cuts, (first, found.metadata.num_row_groups)] if first < found.metadata.num_row_groups else cuts
    finally:
        found.close()


def rows(path: Path, first: int, end: int, job: str) -> Iterator[dict[str, Any]]:
    """Rows of a run of row groups, the columns that the job reads; BulkError when none of them is there."""
    found = _open(path)
    arrow = library()
    try:
        names = [name for name in WANTED[job] if name in found.schema_arrow.names]
        needed = {"judge": {"html", "text"}, "scan": {"name"}}[job]
        if not needed & set(names):
            raise BulkError(f"{path}：没有列 {' 或 '.join(sorted(needed))}（现有：{'、'.join(found.schema_arrow.names)}）")
        for batch in found.iter_batches(ROWS, row_groups=list(range(first, end)), columns=names):
            yield from batch.to_pylist()
    except (arrow.ArrowException, OSError) as problem:
        raise BulkError(f"{path}：行组 {first}–{end} 读不出来（{problem}）；文件损坏或没有传完") from problem
    finally:
        found.close()


def as_line(row: dict[str, Any]) -> bytes:
    """A row as a line of the bulk interface; facts may be a struct or JSON text."""
    facts = row.get("facts")
    if isinstance(facts, str):
        try:
            facts = json.loads(facts) if facts.strip() else None
        except ValueError:
            facts = "not JSON"  # the judge refuses it with the field's name
    if isinstance(facts, dict):
        facts = {k: v for k, v in facts.items() if v is not None}
    line = {k: v for k, v in row.items() if v is not None} | ({"facts": facts} if facts is not None else {})
    return json.dumps(line, ensure_ascii=False, default=str).encode("utf-8", "replace")


def write(job: str, blocks: Iterator[bytes], target: Path) -> None:
    """The joined lines as one Parquet file, written whole or not at all."""
    arrow = library()
    schema = _schema(arrow, job)
    draft = target.with_name(target.name + ".part")
    with arrow.parquet.ParquetWriter(draft, schema, compression="zstd") as out:
        batch: list[dict[str, Any]] = []
        for line in _lines(blocks):
            row = json.loads(line)
            if job == "judge" and not isinstance(row.get("id"), str):
                row["id"] = None if row.get("id") is None else json.dumps(row["id"], ensure_ascii=False)
            batch.append(row)
            if len(batch) >= ROWS * 16:
                out.write_table(arrow.Table.from_pylist(batch, schema))
                batch = []
        out.write_table(arrow.Table.from_pylist(batch, schema))
    draft.rename(target)


def _lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    if rest:
        yield rest


def _schema(arrow: Any, job: str) -> Any:
    text, number, whole = arrow.string(), arrow.float64(), arrow.int64()
    if job == "scan":
        return arrow.schema([("name", text), ("imitates", text), ("band", text), ("score", number), ("reasons", arrow.list_(text))])
    finding = arrow.struct([("rule", text), ("weight", number), ("quote", text), ("start", whole), ("end", whole), ("sentence", text)])
    contact = arrow.struct([("type", text), ("value", text)])
    return arrow.schema([("id", text), ("kind", text), ("band", text), ("score", number), ("mirrored", arrow.bool_()),
                         ("findings", arrow.list_(finding)), ("contacts", arrow.list_(contact)), ("error", text)])


def _open(path: Path) -> Any:
    arrow = library()
    try:
        return arrow.parquet.ParquetFile(path)
    except (arrow.ArrowException, OSError) as problem:
        raise BulkError(f"{path}：不是可读的 Parquet 文件（{problem}）") from problem
