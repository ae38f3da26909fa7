"""blocklist.txt 拦截名单（纯文本）：每行一个域名或地址，注释注明线索和证据包，撤销的列明移除"""

from __future__ import annotations

from pathlib import Path

from exports import blocklists, indicators
from exports.order import Order

ABOUT, FILE = "released", "blocklist.txt"


def write(order: Order, path: Path) -> None:
    """Write the list to `path`, one host or address a line."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{text}\n" for text in blocklists.lines(order, indicators.released(order.store, order.config), "#",
                                                                lambda one: one.value))
