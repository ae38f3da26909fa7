"""What footers and addresses declare: filings, 主办单位, government site codes and path trees, and whether facts agree.

filing.official_unit · icp · no_icp · police · site_code · government_path · icp_copied (the number belongs to an official
body) · icp_other (it belongs to somebody the page does not name) · facts.young · facts.foreign_ip
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from classifiers.claims import official_names
from classifiers.features.marks import Mark
from classifiers.filings import filings, government_path, icp_number
from classifiers.page import Page
from classifiers.register import register

_YOUNG_DAYS = 400
_SIGNED = re.compile(r"©|版权|copyright|主办|主管", re.IGNORECASE)
_HOME = ("", "CN", "CHN", "CHINA", "中国")


def find(page: Page, facts: Mapping[str, Any]) -> Iterator[Mark]:
    """Every filing mark of the page and every fact that speaks of its host."""
    number = ""
    for start, text in _footers(page):
        for one in filings(text):
            number = number or (one.value if one.kind == "icp" else "")
            if one.kind == "host_unit" and not official_names(one.value):
                continue
            name = "official_unit" if one.kind == "host_unit" else one.kind
            yield Mark(f"filing.{name}", start + one.start, start + one.end, note=one.value, host=_host_of(one.value))
        if _SIGNED.search(text) and "主办" not in text:
            for claim in official_names(text)[:1]:
                yield Mark("filing.official_unit", start + claim.start, start + claim.end, note=claim.name, host=claim.host)
    if not number:
        yield Mark("filing.no_icp")
    if tree := government_path(urlsplit(page.url).path):
        yield Mark("filing.government_path", said=tree, note=tree)
    yield from _facts(facts, icp_number(str(facts.get("icp_in_footer") or "")) or number, page)


def _footers(page: Page) -> list[tuple[int, str]]:
    """The footer's blocks; where a page marks none, its last eight lines."""
    blocks = [b for b in page.blocks if b.region == "footer"] or [b for b in page.blocks if b.region in ("body", "form")][-8:]
    return [(b.start, page.text[b.start : min(b.end, b.start + 600)]) for b in blocks[:60]]


def _host_of(unit: str) -> str:
    return next((claim.host for claim in official_names(unit)), "")


def _facts(facts: Mapping[str, Any], number: str, page: Page) -> Iterator[Mark]:
    created = str(facts.get("domain_created") or "")[:10]
    age = _age(created, str(facts.get("as_of") or register().dated)[:10])
    if age is not None and age < _YOUNG_DAYS:
        yield Mark("facts.young", said=created, note=created)
    country = str(facts.get("ip_country") or "").strip()
    if country.upper() not in _HOME:
        yield Mark("facts.foreign_ip", said=country, note=country)
    owner = str(facts.get("icp_real_owner") or "").strip()
    if number and owner:
        if claims := official_names(owner):
            yield Mark("filing.icp_copied", said=number, note=owner, host=claims[0].host)
        elif owner not in page.text:
            yield Mark("filing.icp_other", said=number, note=owner)


def _age(created: str, today: str) -> int | None:
    try:
        return (date.fromisoformat(today) - date.fromisoformat(created)).days
    except ValueError:
        return None
