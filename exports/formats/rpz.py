"""blocklist.rpz 拦截名单（DNS 响应策略区）：可直接装入 BIND、Unbound、PowerDNS，每条注明线索和证据包"""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from pathlib import Path

from exports import blocklists, indicators
from exports.indicators import Indicator
from exports.order import Order

ABOUT, FILE = "released", "blocklist.rpz"
_TTL = 300  # seconds: a withdrawal takes effect soon


def write(order: Order, path: Path) -> None:
    """Write the response policy zone to `path`: NXDOMAIN for each host and all below it, and for answers with an address."""
    serial = int(datetime.now(UTC).timestamp())
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(f"$TTL {_TTL}\n@ SOA localhost. root.localhost. {serial} 3600 600 86400 {_TTL}\n  NS localhost.\n")
        out.writelines(f"{text}\n" for text in blocklists.lines(order, indicators.released(order.store, order.config), ";", _row))


def _row(one: Indicator) -> str | None:
    if one.type == "domain":
        return f"{one.value} CNAME .\n*.{one.value} CNAME ."
    if one.type == "ipv4":
        return ".".join(["32", *reversed(one.value.split("."))]) + ".rpz-ip CNAME ."
    groups = [f"{int(g, 16):x}" for g in ipaddress.ip_address(one.value).exploded.split(":")]
    return ".".join(["128", *reversed(groups)]) + ".rpz-ip CNAME ."
