"""feed.misp.json MISP 事件：已复核网站和网页为属性，注释写线索与证据包校验值；撤销的标为 deleted，编号不变"""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from exports import indicators, wording
from exports.indicators import NAMESPACE, Indicator
from exports.order import Order

ABOUT, FILE = "released", "feed.misp.json"
_TYPES = {"domain": "domain", "ipv4": "ip-dst", "ipv6": "ip-dst", "url": "url"}
_TAGS = {"ad": "dajia:kind=\"counterfeit-certificate-sale\"", "fake_site": "dajia:kind=\"fake-verification-site\""}


def write(order: Order, path: Path) -> None:
    """Write one MISP event to `path`; UUIDs are stable, so that importing a later file updates the event."""
    unit = order.config.operator.unit or "dajia"
    found = list(indicators.released(order.store, order.config))
    event = {
        "uuid": str(uuid.uuid5(NAMESPACE, f"misp {unit}")), "info": f"打假：经两人复核的假证广告与仿冒查询网站（{unit}）",
        "date": order.day, "threat_level_id": "2", "analysis": "2", "distribution": "0", "published": False,
        "timestamp": str(max((_seconds(one.changed) for one in found), default=0)),
        "Orgc": {"name": unit, "uuid": str(uuid.uuid5(NAMESPACE, unit))}, "Tag": [{"name": "tlp:green"}],
        "Attribute": [_attribute(one) for one in found],
    }
    path.write_text(json.dumps({"Event": event}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _attribute(one: Indicator) -> dict[str, Any]:
    about = "；".join(part for part in (wording.KINDS.get(one.kind, one.kind), one.reason, one.link, one.unsafe) if part)
    return {
        "uuid": one.uuid, "type": _TYPES[one.type], "category": "Network activity", "value": one.value,
        "to_ids": indicators.blockable(one) or (one.active and one.type == "url"), "comment": about,
        "deleted": not one.active, "distribution": "5", "timestamp": str(_seconds(one.changed)),
        "first_seen": one.first_seen, "last_seen": max(one.first_seen, one.last_seen),
        "Tag": [{"name": _TAGS.get(one.kind, "dajia:kind=\"other\"")}],
    }


def _seconds(at: str) -> int:
    return int(datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp())
