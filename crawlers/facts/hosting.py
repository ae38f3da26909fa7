"""Who stands behind a site technically: registrar, name servers, delivery network, address operator, "技术支持".

Put together from the other facts and the captured pages, nothing is asked. Each link says what it rests on; a company is
only named where the dated table knows its host names, or where the page or the registry names it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from crawlers.facts.draft import Draft, unknown
from evidence.records import SiteFact
from evidence.store import Store

FILE = Path(__file__).with_name("providers.yml")
_SUPPORT = re.compile(r"技术支持\s*[:：|]?\s*(?:©\s*)?([\u4e00-\u9fffA-Za-z0-9（）()·.-]{2,40})")


@lru_cache(maxsize=1)
def _table() -> dict[str, list[tuple[str, str]]]:
    raw: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {role: [(str(ending), name) for name, endings in raw[role].items() for ending in endings] for role in ("cdn", "dns")}


def provider(role: str, name: str) -> str:
    """The company whose host name this is, "" when the table does not know it. `role`: cdn or dns."""
    plain = name.lower().rstrip(".")
    if role == "dns" and re.search(r"\.awsdns-\d{2}\.(com|net|org|co\.uk)\Z", plain):
        return "Amazon Route 53"
    return next((company for ending, company in _table()[role] if plain == ending or plain.endswith("." + ending)), "")


def look_up(host: str, facts: Iterable[Draft | SiteFact], texts: Iterable[str]) -> Draft:
    """The "hosting" fact: links of role registrar · dns · cdn · address · support, each with name, evidence and source kind."""
    links: list[dict[str, str]] = []
    for fact in facts:
        if fact.ok:
            links += _links(fact)
    for text in texts:
        links += [_link("support", m[1].rstrip(".·-"), m[0][:80], "page") for m in _SUPPORT.finditer(text)]
    distinct = list({(link["role"], link["name"], link["evidence"]): link for link in links}.values())[:40]
    if not distinct:
        return unknown("hosting", "no fact names anybody", "other facts")
    return Draft("hosting", {"host": host, "links": distinct}, json.dumps(distinct, ensure_ascii=False), "other facts, captured pages")


def _links(fact: Draft | SiteFact) -> list[dict[str, str]]:
    value = fact.value
    if fact.kind in ("whois", "rdap") and value.get("registrar"):
        return [_link("registrar", str(value["registrar"]), str(value.get("domain", "")), fact.kind)]
    if fact.kind == "dns":
        records = value.get("records", {})
        aliases = dict.fromkeys([*value.get("chain", ()), *records.get("CNAME", ())])
        return [_link("cdn", provider("cdn", name), name, "dns") for name in aliases] + [
            _link("dns", provider("dns", name), name, "dns") for name in records.get("NS", ())]
    if fact.kind == "ip" and (value.get("operator") or value.get("asn")):
        place = " ".join(filter(None, (value.get("asn"), value.get("country"), value.get("province"))))
        return [_link("address", str(value.get("operator", "")), f"{value.get('ip', '')} {place}".strip(), "ip")]
    return []


def _link(role: str, name: str, evidence: str, source: str) -> dict[str, str]:
    return {"role": role, "name": name[:200], "evidence": evidence[:300], "source": source}


def remembered(store: Store, host: str, new: list[Draft]) -> list[Draft | SiteFact]:
    """The facts just learnt, and for kinds that were not asked now the newest known ones."""
    kinds = {draft.kind for draft in new}
    found: list[Draft | SiteFact] = list(new)
    known = [fact for fact in store.site_facts(host) if fact.kind not in kinds]
    newest = {fact.kind: fact.run for fact in reversed(known) if fact.ok}
    return found + [fact for fact in known if newest.get(fact.kind) == fact.run]

