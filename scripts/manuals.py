"""Writes the manuals made from data: `python scripts/manuals.py [--check]` → docs/analysts.md, docs/cookbook.md."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from generated import ROOT, settle


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


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(settle(manuals(), "--check" in sys.argv[1:]))
