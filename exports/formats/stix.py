"""feed.stix.json STIX 2.1：已复核网站和网页的指标，附线索与证据包校验值；撤销的标为 revoked，编号不变"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from evidence import ids
from exports import indicators, wording
from exports.indicators import NAMESPACE, Indicator
from exports.order import Order

ABOUT, FILE = "released", "feed.stix.json"
_LABELS = {"ad": "counterfeit-certificate-sale", "fake_site": "fake-government-verification-site"}
_NAMES = {"ad": "Sale of counterfeit work-safety certificates", "fake_site": "Fake government certificate verification site"}
_PATTERNS = {"domain": "domain-name", "ipv4": "ipv4-addr", "ipv6": "ipv6-addr", "url": "url"}


def write(order: Order, path: Path) -> None:
    """Write a STIX 2.1 bundle to `path`; identifiers are stable, so that a later bundle updates an earlier one."""
    import stix2  # takes a third of a second to load

    found = list(indicators.released(order.store, order.config))
    unit = order.config.operator.unit or "dajia"
    began = min((one.released for one in found), default="2026-01-01T00:00:00Z")
    identity = stix2.Identity(id=f"identity--{uuid.uuid5(NAMESPACE, unit)}", name=unit, identity_class="organization",
                              created=ids.moment(began), modified=ids.moment(began))
    objects = [identity, stix2.TLP_GREEN, *(stix2.Indicator(**_indicator(one, identity.id, stix2)) for one in found)]
    bundle = stix2.Bundle(id=f"bundle--{uuid.uuid4()}", objects=objects)
    # its own pretty printer takes time that grows with the square of the number of objects
    path.write_text(json.dumps(json.loads(bundle.serialize()), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _indicator(one: Indicator, creator: str, stix2: Any) -> dict[str, Any]:
    references = [stix2.ExternalReference(source_name="dajia", external_id=one.lead, description=f"线索 {one.lead}")]
    references += [stix2.ExternalReference(source_name="dajia-package", external_id=e.name, description=f"证据包 {e.name}（{e.agency}）",
                                           hashes={"SHA-256": e.sha256}, url=f"urn:sha256:{e.sha256}") for e in one.evidence]
    quoted = one.value.replace("\\", "\\\\").replace("'", "\\'")
    about = [wording.KINDS.get(one.kind, one.kind), f"仿冒 {one.imitates}" if one.imitates else "", one.reason, one.unsafe]
    return {
        "id": f"indicator--{one.uuid}", "created_by_ref": creator, "created": ids.moment(one.released),
        "modified": max(ids.moment(one.changed), ids.moment(one.released)), "name": f"{_NAMES.get(one.kind, one.kind)}: {one.value}"[:500],
        "description": "；".join(part for part in about if part), "indicator_types": ["malicious-activity"],
        "pattern": f"[{_PATTERNS[one.type]}:value = '{quoted}']", "pattern_type": "stix", "valid_from": ids.moment(one.released),
        "revoked": not one.active, "labels": [_LABELS.get(one.kind, "other")], "lang": "zh",
        "confidence": 95 if len(one.reviewers) > 1 else 85, "external_references": references,
        "object_marking_refs": [stix2.TLP_GREEN.id],
    }
