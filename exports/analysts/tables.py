"""Views as CSV or Parquet files, one a view, covered like the snapshot."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from evidence.store import Store
from evidence.views import VIEWS
from exports.analysts.covering import Cover
from exports.analysts.snapshot import columns_of, covered
from exports.atomic import replacing
from exports.defang import csv_cell

NAMES = tuple(name for name, _, _ in VIEWS)
FORMATS = ("csv", "parquet")


class TablesError(Exception):
    """A table that cannot be written; the message says what is missing."""


def write(store: Store, folder: Path, form: str, names: Sequence[str] = NAMES, contacts: str = "mask") -> dict[str, Path]:
    """One file a view in `folder`; TablesError when Parquet is asked for and pyarrow is not installed."""
    put = _parquet if form == "parquet" else _csv
    if form == "parquet":
        _arrow()
    folder.mkdir(parents=True, exist_ok=True)
    cover, made = Cover.of(store, contacts), {}
    for name in names:
        path = folder / f"{name}.{form}"
        with replacing(path) as draft:
            put(draft, columns_of(store, name), covered(store, name, cover))
        made[name] = path
    return made


def _csv(path: Path, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """UTF-8 with a mark, so that a sheet opens it; text never begins a formula."""
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows([csv_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)


def _parquet(path: Path, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Text, whole and broken numbers as such; a column of several kinds becomes text. Written once all its rows are known."""
    arrow, parquet = _arrow()
    held: list[list[Any]] = [[] for _ in columns]
    for row in rows:
        for column, cell in zip(held, row, strict=True):
            column.append(cell)
    arrays = [_array(arrow, values) for values in held]
    parquet.write_table(arrow.Table.from_arrays(arrays, names=columns), path, compression="zstd")


def _array(arrow: Any, values: list[Any]) -> Any:
    kinds = {type(v) for v in values} - {type(None)}
    if kinds and kinds <= {int, float}:
        return arrow.array(values, type=arrow.int64() if kinds == {int} else arrow.float64())
    return arrow.array([None if v is None else str(v) for v in values], type=arrow.string())


def _arrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as problem:
        raise TablesError("写 Parquet 需要 pyarrow：pip install 'dajia[analyst]'；或用 --format csv") from problem
