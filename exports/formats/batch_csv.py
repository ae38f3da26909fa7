"""batch.csv 批次表（CSV）：按收件机关自己的栏目顺序，UTF-8 带 BOM，Excel、WPS 直接打开不乱码"""

from __future__ import annotations

import csv
from pathlib import Path

from exports import batches
from exports.defang import csv_cell
from exports.order import Order

ABOUT, FILE, NEEDS = "agency", "batch.csv", ("agency", "leads")


def write(order: Order, path: Path) -> None:
    """Write the form to `path`; values a spreadsheet would calculate are led by an apostrophe."""
    to = batches.agency(order.agency)
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.writer(out)
        table.writerow([c.title for c in to.columns])
        for number, row in enumerate(batches.rows(order), 2):
            table.writerow([csv_cell(value) for value in row.values])
            order.notes += [f"第 {number} 行（线索 {row.lead}）缺：{line}" for line in row.missing]
