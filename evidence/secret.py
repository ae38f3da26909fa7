"""Secrets come from the environment or from a file of their own, never from `dajia.toml`, which is copied, shown and backed up."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

OTHERS = 0o077


def revealed(value: str) -> str:
    """The value itself, or what `env:NAME` or `file:/path` stands for; ValueError for an address with a password written out,
    a variable that is not set, and a file that others than its owner may read."""
    if value.startswith("env:"):
        if not (found := os.environ.get(value.removeprefix("env:"), "")):
            raise ValueError(f"the variable {value.removeprefix('env:')} is not set; export it, or put it into /etc/dajia.env")
        return found
    if value.startswith("file:"):
        path = Path(value.removeprefix("file:")).expanduser()
        try:
            if path.stat().st_mode & OTHERS:
                raise ValueError(f"{path} can be read by others; chmod 600 {path}")
            return path.read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise ValueError(f"{path} cannot be read: {problem.strerror or problem}") from problem
    return unwritten(value)


def unwritten(value: str) -> str:
    """`value`, unless it is an address with a password in it (ValueError)."""
    if urlsplit(value).password:
        raise ValueError('holds a password; write "env:NAME" and set the variable, or "file:/path" of a file with mode 600')
    return value
