"""batch.xlsx 批次表：按收件机关自己的栏目顺序列出已复核线索，附线索与证据包对照表"""

from __future__ import annotations

from pathlib import Path

from exports import batches
from exports.order import Order
from exports.sheets import Book, Column, Toned, columns

ABOUT, FILE, NEEDS = "agency", "batch.xlsx", ("agency", "leads")
_CHECK = columns("行号 7 | 线索编号 28 | 证据包 56+ | 证据包 SHA-256 68 | 尚缺（及取得途径） 60+")


def write(order: Order, path: Path) -> None:
    """Write the form to `path`: the recipient's columns alone on the first sheet, what stands behind each row on the second."""
    to = batches.agency(order.agency)
    with Book(path, order.scratch, f"{to.name} 批次表 {order.day}", order.config.operator.unit) as book:
        form = book.sheet("批次表", [Column(c.title, c.width, wrap=True) for c in to.columns])
        form.heading()
        behind = []
        for number, row in enumerate(batches.rows(order), 2):
            form.row(row.values)
            behind.append((number, row.lead, row.package or "尚未生成", row.sha256, row.missing))
            order.notes += [f"第 {number} 行（线索 {row.lead}）缺：{line}" for line in row.missing]
        check = book.sheet("线索对照", _CHECK)
        check.heading()
        for number, lead, name, digest, missing in behind:
            check.row([number, lead, name, digest, Toned("\n".join(missing), "warn") if missing else ""])
