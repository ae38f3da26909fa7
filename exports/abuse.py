"""An abuse report about one released lead, in X-ARF v4: what its JSON holds and which pictures go along."""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evidence import ids
from exports import dossier as dossiers
from exports import english, fields
from exports.account import Teller
from exports.dossier import Dossier
from exports.indicators import NAMESPACE
from exports.masking import mask
from exports.order import Order, OrderError
from exports.wording import LEAD_STATES

SPEC = "4.2.0"
_DOMAIN = re.compile(r"([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}")
_ADDRESS = re.compile(r"[^@\s]{1,64}@((?:[a-zA-Z0-9-]{1,63}\.)+[a-zA-Z]{2,24})")


@dataclass(frozen=True, slots=True)
class Attached:
    """A picture that goes along."""

    name: str
    data: bytes
    label: str
    note: str


def dossier_of(order: Order) -> Dossier:
    """The lead's dossier; OrderError unless two people released it, or when its host is known to be domestic."""
    found = dossiers.load(order.store, order.lead, order.config.exports.contacts)
    if found.state != "released":
        state = LEAD_STATES.get(found.state, found.state)
        raise OrderError(f"线索 {found.lead.id} 未经两人复核（现为“{state}”），不能举报；先 dajia decide 线索 confirm，再由另一人 second")
    abroad = english.foreign(found)
    if abroad is False:
        raise OrderError(f"{found.host} 的主机在境内，请用 dajia export package 移送境内主管部门；英文举报只用于境外主机")
    if abroad is None:
        note = "主机所在地未查明：发出前请核实确在境外"
        if note not in order.notes:
            order.notes.append(note)
    return found


def report(order: Order, found: Dossier) -> dict[str, Any]:
    """The X-ARF v4 report as JSON values; OrderError when no reply address is configured."""
    contact = order.config.exports.mail_from
    domain = _ADDRESS.fullmatch(contact)
    if domain is None:
        raise OrderError("英文举报必须有可回复的邮箱：请在 dajia.toml 写 [exports] mail_from = \"姓名@单位域名\"")
    unit = order.config.operator.unit or "dajia"
    who = {"org": unit[:200], "contact": contact, "domain": domain[1].lower()}
    seen = max(c.started for c in found.captures)
    made: dict[str, Any] = {
        "xarf_version": SPEC, "report_id": str(uuid.uuid5(NAMESPACE, f"xarf {found.lead.id} {found.verdict.id}")), "timestamp": seen,
        "reporter": who, "sender": who, "source_identifier": fields.value(found, order.config, "ip") or found.host,
        "category": "content", "type": "fraud", "url": _url(order, found),
        "fraud_type": "government_impersonation" if found.lead.kind == "fake_site" else "other",
        "evidence_source": "crawler", "verified_at": seen, "verification_method": "manual",
        "confidence": 0.95, "description": english.summary(found)[:1000],
        "evidence": [_item(picture) for picture in pictures(order, found)] + [_words(found)],
        "tags": ["case:" + found.lead.id, "kind:" + ("fake-verification-site" if found.lead.kind == "fake_site" else
                                                     "counterfeit-certificates")],
    }
    optional = {
        "domain": found.host if _DOMAIN.fullmatch(found.host) else "", "registrar": fields.value(found, order.config, "registrar"),
        "hosting_provider": fields.value(found, order.config, "access_provider"), "claimed_entity": found.verdict.imitates[:200],
        "target_brand": found.verdict.imitates[:200], "country_code": _country(found),
    }
    return made | {key: value for key, value in optional.items() if value}


def pictures(order: Order, found: Dossier) -> Iterator[Attached]:
    """The first screens, desktop then phone, unreadably small where the page shows personal data."""
    account = Teller(order.vault, order.config).account(found)
    names = {"电脑": ("desktop", (1000, 900)), "手机": ("phone", (400, 860))}
    for picture in account.pictures:
        if picture.label not in names:
            continue
        name, size = names[picture.label]
        shot = order.gallery.shot(picture.artifact, *size, coarse=account.personal)
        if shot.path is None:
            order.notes.append(f"{picture.label}截图没有附上：{shot.problem}")
            continue
        note = f"Screenshot ({name}) taken {picture.at[:19]}Z; original SHA-256 {picture.artifact.sha256}"
        yield Attached(f"screenshot-{name}.jpg", shot.path.read_bytes(), name,
                       note + ("; reduced because the page shows personal data" if account.personal else ""))


def _item(picture: Attached) -> dict[str, Any]:
    return {"content_type": "image/jpeg", "description": picture.note[:500], "payload": base64.b64encode(picture.data).decode(),
            "hash": f"sha256:{ids.sha256(picture.data)}", "size": len(picture.data)}


def _words(found: Dossier) -> dict[str, Any]:
    data = ("\n".join(english.quotes(found)) + "\n").encode()
    return {"content_type": "text/plain", "description": "The page's own words with an English gloss",
            "payload": base64.b64encode(data).decode(), "hash": f"sha256:{ids.sha256(data)}", "size": len(data)}


def _url(order: Order, found: Dossier) -> str:
    """The exact address; without its query when that holds personal data."""
    try:
        url = ids.normal_url(found.capture.url)
    except ValueError:
        return f"http://{found.host}/"
    if mask(url).items:
        order.notes.append("网址的参数含个人信息，已略去")
        return url.partition("?")[0]
    return url


def _country(found: Dossier) -> str:
    code = fields.fact_value(found, "ip", "country_code", "country")
    return code if re.fullmatch("[A-Z]{2}", code) else ""
