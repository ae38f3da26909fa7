"""Files made from data or code: written, or with --check only compared. Used by the scripts that make them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def settle(made: Mapping[str, str], check: bool) -> int:
    """Write each file (name below the project's folder → text) that is stale; with `check` name them instead and return 1."""
    paths = {name: ROOT / name for name in made}
    stale = [name for name, path in paths.items() if not path.exists() or path.read_text(encoding="utf-8") != made[name]]
    if stale and check:
        sys.stderr.write(f"stale: {', '.join(stale)}: run `make docs` and commit the result\n")
        return 1
    for name in stale:
        paths[name].parent.mkdir(parents=True, exist_ok=True)
        paths[name].write_text(made[name], encoding="utf-8")
    return 0
