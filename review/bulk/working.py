"""One shard's work, as a process on any machine does it: read the part, judge or scan it, write the result."""

from __future__ import annotations

import gzip
import json
import os
import platform
import zlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO

from classifiers import engine, ruleset_digest
from classifiers.jsonl import judge_lines
from classifiers.scan import Counts as Scanned
from classifiers.scan import ScanError, scan_lines, scan_stream
from review.bulk import columns, shards
from review.bulk.shards import BulkError, Note, Part


def work(job: str, folder: str, part: Part, weights: Mapping[str, float], rules: str) -> Note:
    """Do one shard unless it is done; returns its note.

    `weights` are those that the installation which asked has accepted, `rules` its rule set's digest: this process takes the
    weights over. BulkError when the part cannot be read, or when the rules of this machine are others.
    """
    if dict(engine.adjusted()) != weights:
        engine.adjust(weights)
    if ruleset_digest() != rules:
        raise BulkError(f"{part.label}：这台机器（{platform.node()}）上的规则与发起任务的不同；请在各机装同一版本的 dajia")
    place = Path(folder)
    if (known := shards.finished(place, part.number)) is not None:
        return known
    draft = place / f"{part.number:05d}.{os.getpid()}.part"
    try:
        with draft.open("w", encoding="utf-8") as out:
            counts, examples = (_judged if job == "judge" else _scanned)(part, out)
            out.flush()
            os.fsync(out.fileno())
        return shards.seal(place, part.number, draft, counts, examples)
    except FileNotFoundError as problem:
        raise BulkError(f"{part.label}：这台机器上读不到 {problem.filename}；输入和分片目录要放在各机共享的文件夹里") from problem
    except (EOFError, zlib.error, gzip.BadGzipFile, ScanError) as problem:
        raise BulkError(f"{part.label}：文件不完整或已损坏（{problem}）") from problem
    finally:
        draft.unlink(missing_ok=True)


def _judged(part: Part, out: TextIO) -> tuple[dict[str, int], list[str]]:
    with closing(_lines(part, "judge")) as source:
        counts = judge_lines(source, out)
    return {"judged": counts.judged, "bad": counts.bad}, []


def _scanned(part: Part, out: TextIO) -> tuple[dict[str, int], list[str]]:
    counts = Scanned()
    if part.kind == "lines":
        with closing(shards.Span(part)) as stream:
            _write(scan_stream(stream, part.path, counts), out)
    else:
        with closing(_lines(part, "scan")) as source:
            _write(scan_lines(source, counts), out)
    return {"names": counts.names, "hits": counts.hits, "bad": counts.bad}, counts.examples


def _lines(part: Part, job: str) -> Generator[bytes, None, None]:
    if part.kind == "lines":
        yield from shards.lines(part)
    elif part.kind == "gzip":
        with gzip.open(part.path, "rb") as source:
            yield from source
    else:
        for row in columns.rows(Path(part.path), part.first, part.end, job):
            yield columns.as_line(row) if job == "judge" else str(row["name"] or "").encode("utf-8", "replace")


def _write(hits: Iterator[dict[str, Any]], out: TextIO) -> None:
    for hit in hits:
        out.write(json.dumps(hit, ensure_ascii=False) + "\n")
