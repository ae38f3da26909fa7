"""Files that are whole or absent: written under a temporary name, made durable, renamed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`; it takes the place of `path` when the block ends well, else nothing changes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield draft
        with draft.open("rb+") as made:
            os.fsync(made.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
