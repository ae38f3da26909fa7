"""The daily files: one folder a day with every format that tells a day's work, each whole or absent."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from evidence.archive import Vault
from evidence.config import Config
from evidence.store import Store
from exports import formats
from exports.atomic import replacing
from exports.order import Order, OrderError

_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def export_daily(store: Store, vault: Vault, run: str, day: str, folder: Path, config: Config) -> Mapping[str, Path]:
    """Write the files of `day` (YYYY-MM-DD) with the coverage of `run` into `folder`/`day`; a rerun replaces them.

    Returns the path of each format by its name (report, xlsx, docx, mail, …). Evidence that cannot be read
    is told in the files; OSError and StoreError pass.
    """
    if not _DAY.match(day):
        raise OrderError(f"日期“{day}”不是 YYYY-MM-DD 的形式")
    place = folder / day
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="daily-", dir=_scratch(store)) as scratch:
        order = Order(store, vault, config, day, Path(scratch), run=run)
        for one in formats.of("day"):
            with replacing(place / one.file) as draft:
                one.write(order, draft)
            order.made[one.name] = place / one.file
    return order.made


def _scratch(store: Store) -> Path:
    store.home.scratch.mkdir(parents=True, exist_ok=True)
    return store.home.scratch
