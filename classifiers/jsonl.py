"""Judge pages in bulk, one JSON object a line in, one a line out; a bad line gives an error line, never a stop.

In:  {"id", "url", "html"|"text", "facts"?}   Out: {"id", "kind", "band", "score", "mirrored", "findings": [{"rule",
"weight", "quote", "start", "end", "sentence"}], "contacts": [{"type", "value"}]}   or {"id", "error"}. Order is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TextIO

from classifiers.judgement import Judgement
from classifiers.judging import judge
from classifiers.page import PageInput

_MAX_LINE = 64 << 20


@dataclass(slots=True)
class Counts:
    """How many lines were judged, and how many were bad."""

    judged: int = 0
    bad: int = 0


class BadLine(ValueError):
    """A line that cannot be judged; the message names the field and the fix."""


def judge_lines(lines: Iterable[str | bytes], out: TextIO) -> Counts:
    """Judge every line, writing the outcome of each at once. Empty lines are skipped. Returns the counts."""
    counts = Counts()
    for line in lines:
        if not line.strip():
            continue
        identifier: Any = None
        try:
            record = _record(line)
            identifier = record.get("id")
            row = as_row(identifier, judge(_page(record), _facts(record)))
            counts.judged += 1
        except BadLine as problem:
            row = {"id": identifier, "error": str(problem)}
            counts.bad += 1
        out.write(json.dumps(row, ensure_ascii=False) .encode("utf-8", "replace").decode("utf-8") + "\n")
    return counts


def _record(line: str | bytes) -> dict[str, Any]:
    if len(line) > _MAX_LINE:
        raise BadLine(f"这一行 {len(line)} 字节，超过 {_MAX_LINE >> 20} MiB；请拆开")
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"不是合法的 JSON：{error}") from error
    if not isinstance(record, dict):
        raise BadLine("每行应是一个 JSON 对象")
    return record


def _page(record: dict[str, Any]) -> PageInput:
    for name in ("url", "html", "text", "title"):
        if not isinstance(record.get(name, ""), (str, type(None))):
            raise BadLine(f"字段 {name} 应为字符串")
    if record.get("html") is None and record.get("text") is None:
        raise BadLine("缺少 html 或 text 字段")
    return PageInput(
        url=record.get("url") or "", html=record.get("html") or "", text=record.get("text") or "", title=record.get("title") or ""
    )


def _facts(record: dict[str, Any]) -> dict[str, Any] | None:
    facts = record.get("facts")
    if facts is not None and not isinstance(facts, dict):
        raise BadLine("字段 facts 应为对象")
    return facts


def as_row(identifier: Any, found: Judgement) -> dict[str, Any]:
    """A judgement in the shape of the bulk interface."""
    return {
        "id": identifier,
        "kind": found.kind,
        "band": found.band,
        "score": found.score,
        "mirrored": found.mirrored,
        "findings": [
            {"rule": f.rule, "weight": f.weight, "quote": f.quote, "start": f.start, "end": f.end, "sentence": f.sentence}
            for f in found.findings
        ],
        "contacts": [{"type": c.type, "value": c.value} for c in found.contacts],
    }
