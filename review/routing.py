"""Which agency gets a lead, in which province, and why. What is not known is not guessed: it goes to the national queue.

A filing number on a page proves nothing by being there, since fakes copy the real site's: only a number whose imported
filing lists the very domain decides a province.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from evidence.filings import PROVINCES
from exports import fields
from exports.dossier import Dossier
from exports.recipients import Addressee, Agency, agencies, national, provincial

FILE = Path(__file__).with_name("routing.yml")
_HAN = re.compile(r"[\u3400-\u9fff]")
_DOMESTIC_ZONES = (".cn", ".xn--fiqs8s", ".xn--fiqz9s", ".xn--55qx5d", ".xn--io0a7i", ".xn--zfr164b")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a subject can be reached: `province` ("" unknown), how that is known, and what stands against a guess."""

    province: str
    reason: str


@dataclass(frozen=True, slots=True)
class Situation:
    """What routing knows: filing and access province, whether host and registrar are domestic (None: unknown)."""

    filing: Place
    access: Place
    host_domestic: bool | None
    registrar_domestic: bool | None
    registrar: str


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    raw: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return raw


def province_named(text: str) -> str:
    """The full name of the province that `text` begins with (福建 → 福建省), "" when there is none."""
    for name in _data()["provinces"].values():
        short = re.sub(r"(?:壮族|回族|维吾尔)?自治区$|[省市]$", "", name)
        if text.startswith(short):
            return str(name)
    return ""


def situation(dossier: Dossier) -> Situation:
    """What the stored facts say of where the subject is."""
    ip = next((f.value for f in dossier.facts if f.kind == "ip" and f.ok and f.host == dossier.host), {})
    country = str(ip.get("country_code") or ip.get("country") or "")
    inside = None if not country else country in {"CN", "中国"}
    if inside and any(str(ip.get("province", "")).startswith(place) for place in _data()["outside"]):
        inside = False
    province = province_named(str(ip.get("province") or "")) if inside else ""
    operator = str(ip.get("operator") or ip.get("org") or "")
    access = Place(province, f"主机在境内 {province}" + (f"，接入服务商 {operator}" if operator else "")) if province else Place("", "")
    registration = fields.registration(dossier)
    registrar = str(registration.value.get("registrar") or "") if registration else ""
    return Situation(_filing(dossier), access, inside, _registrar_domestic(registrar, dossier.host), registrar)


def _filing(dossier: Dossier) -> Place:
    fact = next((f for f in dossier.facts if f.kind == "icp" and f.ok and f.host == dossier.host), None)
    value = fact.value if fact else {}
    for row in value.get("filed") or []:
        if name := _of_number(str(row.get("number", ""))):
            return Place(name, f"备案数据载明本域名备案号 {row['number']}，属 {name}")
    shown = value.get("numbers") or []
    for row in shown:
        if row.get("covers") is True and (name := _of_number(str(row.get("number", "")))):
            return Place(name, f"页面备案号 {row['number']} 的备案数据含本域名，属 {name}")
    if copied := [str(r.get("number")) for r in shown if r.get("covers") is False]:
        return Place("", f"页面所标备案号 {'、'.join(copied)} 属于其他域名，涉嫌冒用，不据以确定省份")
    if shown:
        return Place("", f"页面所标备案号 {shown[0].get('number')} 归属未核，不据以确定省份")
    return Place("", "")


def _of_number(number: str) -> str:
    return str(_data()["provinces"].get(PROVINCES.get(number[:1], ""), ""))


def _registrar_domestic(registrar: str, host: str) -> bool | None:
    if host.endswith(_DOMESTIC_ZONES):
        return True
    if not registrar:
        return None
    return bool(_HAN.search(registrar)) or any(name in registrar.lower() for name in _data()["domestic_registrars"])


def addressee(dossier: Dossier, agency: Agency) -> Addressee:
    """To which desk of `agency` a lead goes, with the reason in one sentence."""
    at = situation(dossier)
    if agency.kind == "telecom":
        return _telecom(agency, at)
    local = agency.kind in {"police", "market", "safety", "housing"}
    place = at.access if local and not at.filing.province else at.filing
    if agency.by_province and place.province:
        return provincial(agency, place.province, f"{place.reason} → {agency.addressee.format(province=place.province)}")
    if not agency.by_province:
        return national(agency, _plain_reason(agency, dossier, at))
    known = at.filing.reason or ("主机在境外" if at.host_domestic is False else "没有本域名的备案")
    return national(agency, f"{known}，省份不明 → {agency.national}，不作猜测")


def _telecom(agency: Agency, at: Situation) -> Addressee:
    for place, before in ((at.filing, ""), (at.access, f"{at.filing.reason or '没有本域名的备案'}；")):
        if place.province:
            desk = agency.addressee.format(province=place.province)
            return provincial(agency, place.province, f"{before}{place.reason} → {desk}")
    if at.host_domestic is False and at.registrar_domestic:
        named = f"（{at.registrar}）" if at.registrar else ""
        return national(agency, f"境外主机，域名注册商在境内{named} → {agency.national}，责令停止解析")
    if at.host_domestic is False:
        return national(agency, f"境外主机，域名注册商在境外或不明 → {agency.national}，处置境内访问与跳转、短链接服务")
    if at.host_domestic:
        return national(agency, f"主机在境内，省份不明 → {agency.national}，不作猜测")
    return national(agency, f"主机所在地不明 → {agency.national}，不作猜测")


def _plain_reason(agency: Agency, dossier: Dossier, at: Situation) -> str:
    if agency.kind == "registry":
        return f"域名 {dossier.host}" + (f"，注册商 {at.registrar}" if at.registrar else "，注册商不明") + f" → {agency.national}"
    if agency.kind == "search":
        engines = "、".join(dict.fromkeys(s.sighting.source for s in dossier.entry if s.sighting))
        return f"经 {engines or '搜索引擎'} 的结果到达 → {agency.national}"
    if agency.kind == "platform":
        return f"信息发布在平台 {dossier.host} → {agency.national}"
    return agency.national


def suggested(dossier: Dossier) -> list[tuple[str, str]]:
    """Further recipients worth a package, with the reason; the default ones are not repeated."""
    text = " ".join([dossier.capture.title, dossier.verdict.imitates, *(f.quote for v in dossier.verdicts for f in v.findings)])
    at, found = situation(dossier), []
    for code in ("yingji", "zhujian"):
        if words := [w for w in _data()["trades"][code] if w in text]:
            found.append((code, f"涉及“{words[0]}”"))
    if dossier.lead.kind == "fake_site" and at.registrar_domestic:
        found.append(("cnnic", "域名注册商在境内，可停止解析"))
    if any(step.sighting for step in dossier.entry):
        found.append(("sousuo", "从搜索结果到达，请清除结果与快照"))
    if dossier.lead.scope == "page" and dossier.lead.kind == "ad":
        found.append(("pingtai", "信息发布在他人平台上"))
    if dossier.lead.kind == "ad" and "包过" in text:
        found.append(("shichangjianguan", "页面有保证通过、保证取证的承诺"))
    if dossier.contacts or dossier.lead.kind == "fake_site":
        found.append(("gongan", "涉嫌伪造、买卖证件" + ("，留有联系方式" if dossier.contacts else "")))
    return [(code, why) for code, why in found if code in agencies() and dossier.lead.kind in agencies()[code].takes]
