"""Say where a hand-written YAML file is broken: file, line, field, fix."""

from __future__ import annotations

import re
from pathlib import Path

import yaml


def broken_yaml(path: Path, error: yaml.YAMLError) -> str:
    """What is wrong with a YAML file, with the line, the field there, and the line where the broken part begins."""
    mark, begun = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if mark is None:
        return f"{path}:1: YAML 写错了：{error}"
    lines = path.read_text(encoding="utf-8").split("\n")
    place = begun or mark
    fields = (re.match(r"\s*(?:- )?([\w.]+)\s*:", line) for line in reversed(lines[: place.line + 1]))
    name = next((match[1] for match in fields if match), "")
    since = f"，从第 {begun.line + 1} 行起" if begun and begun.line != mark.line else ""
    return f"{path}:{mark.line + 1}: {name}：YAML 写错了{since}：{getattr(error, 'problem', None) or error}；请检查括号、引号、冒号是否成对"
