"""How a run is told, whatever became of it: a JSON report, a short Chinese summary, and the same lines on the terminal.

Both files are written on failure too. Where the logs folder cannot take them they go beside the store, and where that
cannot be written either, to standard error: a failure is never silent.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence.home import Home
from review.progress import BAND_LABELS, STATE_LABELS

QUIET_STATES = frozenset({"ok", "empty", "disabled"})
_CODES = {0: "正常结束", 1: "部分失败", 2: "用法或配置有误", 3: "环境有问题", 4: "什么都没抓到"}
LATEST = "latest.txt"


@dataclass(slots=True)
class RunResult:
    """How a daily run ended. `outputs` maps the kind of export to its file; `code` is the exit code; `notes` are
    what happened and was mended: an earlier interruption, a process that died and was started again."""

    run: str
    code: int
    sources: dict[str, str]
    seconds: dict[str, float]
    outputs: dict[str, Path]
    problems: list[str]
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """The result as the store and the report file keep it."""
        return {"code": self.code, "sources": self.sources, "seconds": self.seconds, "problems": self.problems,
                "notes": self.notes, "outputs": {k: str(v) for k, v in self.outputs.items()}, "leads": self.counts}


def lines(run: str, report: Mapping[str, Any]) -> Iterator[str]:
    """The report in the words of the people who read it: how it ended, coverage first, then counts, problems, files."""
    code = report.get("code")
    said = f"没有完成：{report.get('failed', '')}" if code is None else _CODES.get(code, f"退出码 {code}")
    yield f"任务 {run}：{said}"
    sources = report.get("sources") or {}
    asked = {n: s for n, s in sources.items() if s != "disabled"}
    off = len(sources) - len(asked)
    if sources:
        yield "覆盖：" + "，".join([*(f"{n} {STATE_LABELS.get(s, s)}" for n, s in asked.items()),
                                 *([f"另有 {off} 个来源未启用"] if off else [])])
    if blind := [n for n, s in sources.items() if s not in QUIET_STATES]:
        yield "注意：以下来源本次看不全，“没有线索”不等于“没有问题”：" + "、".join(blind)
    if leads := report.get("leads"):
        yield "线索：" + "，".join(f"{BAND_LABELS.get(b, b)} {n}" for b, n in sorted(leads.items()))
    yield from (f"说明：{note}" for note in report.get("notes") or ())
    yield from (f"问题：{problem}" for problem in report.get("problems") or ())
    if note := report.get("note"):
        yield str(note)
    yield from (f"{kind}：{path}" for kind, path in (report.get("outputs") or {}).items())


def write(home: Home, run: str, report: Mapping[str, Any]) -> list[Path]:
    """Write report and summary of `run`; returns what was written, which is nothing only when no place could be written."""
    text = json.dumps(report, ensure_ascii=False, indent=1)
    summary = "\n".join(lines(run, report)) + "\n"
    for folder in (home.logs, home.root):
        try:
            made = [folder / f"report-{run}.json", folder / f"summary-{run}.txt", folder / LATEST]
            for path, words in zip(made, (text, summary, summary), strict=True):
                path.write_text(words, encoding="utf-8")
        except OSError as problem:
            sys.stderr.write(f"任务报告写不进 {folder}：{problem}\n")
            continue
        return made
    sys.stderr.write(summary)
    return []
