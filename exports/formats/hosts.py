"""blocklist.hosts 拦截名单（hosts 语法）：已复核的造假网站，每条注明线索和证据包，撤销的列明移除"""

from __future__ import annotations

from pathlib import Path

from exports import blocklists, indicators
from exports.indicators import Indicator
from exports.order import Order

ABOUT, FILE = "released", "blocklist.hosts"


def write(order: Order, path: Path) -> None:
    """Write the hosts file to `path`; addresses have no place in its syntax and are told apart."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{text}\n" for text in blocklists.lines(order, indicators.released(order.store, order.config), "#", _row))


def _row(one: Indicator) -> str | None:
    return f"0.0.0.0 {one.value}\n:: {one.value}" if one.type == "domain" else None
