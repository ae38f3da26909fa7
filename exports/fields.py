"""The fields that recipients ask for, filled from a dossier. A field that is not known is "", never a guess."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evidence import ids
from evidence.config import Config
from evidence.filings import numbers
from evidence.records import SiteFact
from exports.dossier import Dossier
from exports.masking import Masked, mask

KINDS = {"ad": "兜售假冒证书广告", "fake_site": "仿冒政府证书查询网站", "none": "未见异常"}
HARM = {"ad": "涉嫌在网上兜售假冒、非法取得的安全生产类证书（“免考”“包过”等）",
        "fake_site": "涉嫌仿冒政府部门证书查询网站，为假证提供“可查”的虚假查询结果"}
CONTACT_LABELS = {"phone": "电话", "wechat": "微信", "qq": "QQ", "email": "邮箱", "telegram": "Telegram", "qr": "二维码指向",
                  "url": "网址"}


def contact_values(dossier: Dossier) -> list[str]:
    """The seller's own contacts: what masking must leave readable."""
    return [c.value for c in dossier.contacts]


def masked(dossier: Dossier, text: str) -> Masked:
    """Text as it leaves, with the list of what was masked: personal data, and the seller's contacts where so configured."""
    return mask(text, contact_values(dossier), dossier.contact_policy)


def shown(dossier: Dossier, text: str) -> str:
    """Text as it leaves."""
    return masked(dossier, text).text


def masked_as(dossier: Dossier, label: str, text: str) -> Masked:
    """A value as it leaves that is personal only because of what it is: the name of a registrant, a registrant's mailbox."""
    found = masked(dossier, f"{label} {text}")
    return Masked(found.text[len(label) + 1:], found.items)


def beijing(at: str) -> str:
    """A stored time as Beijing time, to the second; "" for ""."""
    from datetime import datetime, timedelta, timezone

    if not at:
        return ""
    moment = datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(timezone(timedelta(hours=8)))
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def registration(dossier: Dossier) -> SiteFact | None:
    """The newest usable registration reply, WHOIS before RDAP."""
    for kind in ("whois", "rdap"):
        for fact in dossier.facts:
            if fact.kind == kind and fact.ok and fact.value.get("found", True) and fact.host == dossier.host:
                return fact
    return None


def fact_value(dossier: Dossier, kind: str, *keys: str) -> str:
    """The first of `keys` that the newest fact of a kind about the host holds."""
    fact = next((f for f in dossier.facts if f.kind == kind and f.ok and f.host == dossier.host), None)
    for key in keys:
        value = fact.value.get(key) if fact else None
        if value:
            return _plain(value)
    return ""


def filing(dossier: Dossier) -> str:
    """The ICP numbers shown, each with what the imported filings say of it."""
    fact = next((f for f in dossier.facts if f.kind == "icp" and f.host == dossier.host), None)
    if fact is None:
        found = [n.number for n in numbers(" ".join(f.quote for v in dossier.verdicts for f in v.findings)) if n.kind == "icp"]
        return "、".join(dict.fromkeys(found))
    told = []
    for row in fact.value.get("numbers") or []:
        whose = {True: "备案主体含本域名", False: "备案属于其他域名，涉嫌冒用", None: "归属未核"}[row.get("covers")]
        told.append(f"{row.get('number', '')}（{whose}{'，主体 ' + row['owner'] if row.get('owner') else ''}）")
    return "；".join(told) or ("页面未标注备案号" if fact.ok else "")


def _registrar(dossier: Dossier, config: Config) -> str:
    fact = registration(dossier)
    return _plain(fact.value.get("registrar") or "") if fact else ""


def _registered(dossier: Dossier, config: Config) -> str:
    fact = registration(dossier)
    return _plain(fact.value.get("created_day") or fact.value.get("created") or "") if fact else ""


def _description(dossier: Dossier, config: Config) -> str:
    reasons = "；".join(f.sentence for f in dossier.verdict.findings if f.weight > 0)
    return shown(dossier, f"{HARM.get(dossier.lead.kind, '')}。{reasons}"[:1000])


def _entry(dossier: Dossier, config: Config) -> str:
    told = []
    for step in dossier.entry:
        hit = step.sighting
        if hit is not None:
            told.append(f"在 {hit.source} 搜索“{hit.query}”，第 {hit.page} 页第 {hit.rank} 条{'（广告位）' if hit.paid else ''}")
        elif step.kind == "page":
            told.append(f"经网页 {step.url} 的{'二维码' if step.verdict == 'qr' else '链接'}")
    return " → ".join(told) or "直接访问已知网址"


def _contacts(dossier: Dossier, config: Config) -> str:
    return "；".join(f"{CONTACT_LABELS.get(c.type, c.type)} {shown(dossier, c.value)}" for c in dossier.contacts)


def _ip(dossier: Dossier, config: Config) -> str:
    return dossier.capture.ip or fact_value(dossier, "ip", "ip")


def _place(dossier: Dossier, config: Config) -> str:
    parts = [fact_value(dossier, "ip", key) for key in ("country", "province", "city")]
    return " ".join(dict.fromkeys(p for p in parts if p))


FIELDS: dict[str, Callable[[Dossier, Config], str]] = {
    "lead_id": lambda d, c: d.lead.id,
    "kind": lambda d, c: KINDS.get(d.lead.kind, d.lead.kind),
    "site_name": lambda d, c: shown(d, d.capture.title),
    "url": lambda d, c: shown(d, d.capture.url),
    "domain": lambda d, c: d.host,
    "ip": _ip,
    "ip_place": _place,
    "access_provider": lambda d, c: fact_value(d, "ip", "operator", "isp", "org"),
    "icp": lambda d, c: filing(d),
    "registrar": _registrar,
    "registered": _registered,
    "registrant": lambda d, c: masked_as(d, "registrant", _plain((f.value.get("registrant") or "") if (f := registration(d)) else "")).text,
    "domain_status": lambda d, c: _plain((f.value.get("status") or "") if (f := registration(d)) else ""),
    "imitates": lambda d, c: d.verdict.imitates,
    "description": _description,
    "entry_path": _entry,
    "contacts": _contacts,
    "first_seen": lambda d, c: beijing(min(x.started for x in d.captures)),
    "last_seen": lambda d, c: beijing(max(x.started for x in d.captures)),
    "screenshot": lambda d, c: "有" if d.shot() or d.shot(name="screenshot-full") else "",
    "platform": lambda d, c: ids.host_of(d.lead.subject) if d.lead.scope == "page" else "",
    "reporter_unit": lambda d, c: c.operator.unit,
    "reporter_name": lambda d, c: c.operator.name,
    "reporter_phone": lambda d, c: c.operator.phone,
    "reviewers": lambda d, c: "、".join(dict.fromkeys(x.reviewer for x in d.decisions if x.move in {"confirm", "second"})),
}


def value(dossier: Dossier, config: Config, name: str) -> str:
    """One field, on one line; "" when it is not known. KeyError for a name that is no field."""
    return " ".join(FIELDS[name](dossier, config).split())


def _plain(said: Any) -> str:
    return "、".join(str(s) for s in said) if isinstance(said, (list, tuple)) else str(said)
