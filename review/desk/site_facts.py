"""Site facts as a person reads them: newest of each kind, in Chinese words, personal data masked, unknowns said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from evidence.records import SiteFact
from exports.masking import mask

KINDS = {"dns": "域名解析", "tls": "HTTPS 证书", "whois": "域名注册", "rdap": "注册数据", "ip": "主机所在", "icp": "备案",
         "hosting": "托管服务"}
_KEYS = {
    "registrar": "注册商", "registrant": "注册人", "registrant_email": "注册邮箱", "created_day": "注册日期", "expires_day": "到期日期",
    "updated_day": "更新日期", "name_servers": "域名服务器", "status": "状态", "found": "已登记", "domain": "域名", "ip": "IP",
    "country": "国家或地区", "country_code": "国家代码", "province": "省份", "city": "城市", "operator": "运营商", "org": "机构",
    "asn": "自治系统", "network": "网段", "records": "记录", "issuer": "签发者", "issuer_organisation": "签发机构", "subject": "主体",
    "not_before": "生效", "not_after": "失效", "valid": "校验通过", "trusted": "受信任", "trust_problem": "不受信任的原因",
    "self_signed": "自签名", "names": "包含域名", "names_host": "含本主机", "protocol": "协议", "numbers": "页面备案号", "number": "备案号",
    "owner": "主办者", "owner_kind": "主办者性质", "covers": "含本域名", "filed": "备案记录", "site": "网站", "links": "关系",
    "kind": "种类", "name": "名称", "role": "角色", "evidence": "依据", "stated": "所载日期",
    "data_date": "数据日期", "source": "来源", "problem": "问题",
}
_LEFT_OUT = frozenset({  # said by the day, or of use to machines alone
    "created", "expires", "updated", "raw", "chain", "pem", "key", "sha256", "spki_sha256", "public_key_sha256", "serial", "cipher",
    "parser", "import", "capture", "range"})
MOST = 240


@dataclass(frozen=True, slots=True)
class Told:
    """One fact: its kind, host, what it says as (label, text), why it is unknown, who said it and when, how many older there are."""

    kind: str
    host: str
    said: tuple[tuple[str, str], ...]
    unknown: str
    server: str
    at: str
    older: int


def told(facts: Iterable[SiteFact]) -> list[Told]:
    """The newest fact of each host and kind, in the order met."""
    groups: dict[tuple[str, str], list[SiteFact]] = {}
    for fact in facts:
        groups.setdefault((fact.host, fact.kind), []).append(fact)
    found = []
    for (host, kind), same in groups.items():
        newest = max(same, key=lambda f: f.at)
        said = tuple(_pairs(newest.value)) if newest.ok else ()
        unknown = "" if newest.ok else newest.note or "没有查到"
        found.append(Told(KINDS.get(kind, kind), host, said, unknown, newest.server, newest.at, len(same) - 1))
    return found


def _pairs(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, item in value.items():
        text = mask(_text(item)).text
        if text and key not in _LEFT_OUT:
            yield _KEYS.get(key, key), text if len(text) <= MOST else text[:MOST] + "…"


def _text(item: Any) -> str:
    if isinstance(item, bool):
        return "是" if item else "否"
    if isinstance(item, dict):
        return "，".join(f"{_KEYS.get(str(k), k)} {_text(v)}" for k, v in item.items() if _text(v) and k not in _LEFT_OUT)
    if isinstance(item, list | tuple):
        return "；".join(filter(None, map(_text, item)))
    return "" if item is None else " ".join(str(item).split())
