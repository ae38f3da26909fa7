"""Writes the manuals made from data: `python scripts/manuals.py [--check]` → docs/analysts.md, docs/cookbook.md."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def manuals() -> dict[str, str]:
    """File → its text, from the views of a new store and the words about them."""
    from evidence.home import Home
    from evidence.store import Store
    from evidence.views import VIEWS
    from exports.analysts import manual
    from exports.analysts.snapshot import columns_of

    with tempfile.TemporaryDirectory() as folder, Store.open(Home.at(Path(folder) / "home")) as store:
        columns = {name: columns_of(store, name) for name, _, _ in VIEWS}
    return {"docs/analysts.md": manual.analysts(columns), "docs/cookbook.md": manual.recipes()}


def main(arguments: list[str]) -> int:
    """Write, or with --check only compare; 1 when a file is stale."""
    stale = []
    for name, text in manuals().items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    if stale and "--check" in arguments:
        sys.stderr.write(f"stale: {', '.join(stale)}: run `make docs` and commit the result\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
