"""What footers and addresses declare: filings, 主办单位, government site codes and path trees, and whether facts agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

from classifiers.claims import official_names
from classifiers.features import family
from classifiers.filings import DECLARING, filings, government_path, icp_number
from classifiers.reading import Hit, Reading
from classifiers.register import register

MEANS = {
    "filing.official_unit": "页脚主办或版权单位写的是政府机构",
    "filing.icp": "页脚有 ICP 备案号",
    "filing.police": "页脚有公安备案号",
    "filing.site_code": "页脚有政府网站标识码",
    "filing.government_path": "网址路径照抄政府网站栏目",
    "filing.icp_copied": "备案号属于官方机构，不属于本站",
    "filing.icp_other": "备案号属于别的单位",
}
FACTS = {
    "facts.young": "域名注册不久",
    "facts.foreign_ip": "服务器在境外",
}
_YOUNG_DAYS = 400
_SIGNED = re.compile(r"©|版权|copyright|主办|主管", re.IGNORECASE)
_HOME = ("", "CN", "CHN", "CHINA", "中国")


@family("filing", MEANS)
def find(reading: Reading) -> Iterator[Hit]:
    """Every filing hit of the page, with what the facts say of the number shown."""
    number = ""
    for start, text in _footers(reading):
        if not any(word in text for word in DECLARING):
            continue
        for one in filings(text):
            number = number or (one.value if one.kind == "icp" else "")
            if one.kind == "host_unit" and not official_names(one.value):
                continue
            name = "official_unit" if one.kind == "host_unit" else one.kind
            yield reading.hit(f"filing.{name}", start + one.start, start + one.end, _host_of(one.value) or one.value)
        if reading.spots.official_in(start, start + len(text)) and _SIGNED.search(text) and "主办" not in text:
            for claim in official_names(text)[:1]:
                yield reading.hit("filing.official_unit", start + claim.start, start + claim.end, claim.host or claim.name)
    if tree := government_path(urlsplit(reading.page.url).path):
        yield reading.fact("filing.government_path", tree, "url", tree)
    yield from _owner(reading, icp_number(str(reading.facts.get("icp_in_footer") or "")) or number)


def _footers(reading: Reading) -> list[tuple[int, str]]:
    """The footer's blocks; where a page marks none, its last eight lines."""
    page, soft = reading.page, reading.folded.soft
    blocks = [b for b in page.blocks if b.region == "footer"] or [b for b in page.blocks if b.region in ("body", "form")][-8:]
    return [(b.start, soft[b.start : min(b.end, b.start + 600)]) for b in blocks[:60]]


def _host_of(unit: str) -> str:
    return next((claim.host for claim in official_names(unit)), "")


def _owner(reading: Reading, number: str) -> Iterator[Hit]:
    owner = str(reading.facts.get("icp_real_owner") or "").strip()
    if number and owner:
        if claims := official_names(owner):
            yield reading.fact("filing.icp_copied", number, "facts", claims[0].host or claims[0].name)
        elif owner not in reading.text:
            yield reading.fact("filing.icp_other", number, "facts", owner)


@family("facts", FACTS)
def find_facts(reading: Reading) -> Iterator[Hit]:
    """What the fetched facts say of the host. Age is counted to `as_of`, else to the date of the register: no clock here."""
    created = str(reading.facts.get("domain_created") or "")[:10]
    age = _age(created, str(reading.facts.get("as_of") or register().dated)[:10])
    if age is not None and age < _YOUNG_DAYS:
        yield reading.fact("facts.young", created, "facts", created)
    country = str(reading.facts.get("ip_country") or "").strip()
    if country.upper() not in _HOME:
        yield reading.fact("facts.foreign_ip", country, "facts", country)


def _age(created: str, today: str) -> int | None:
    try:
        return (date.fromisoformat(today) - date.fromisoformat(created)).days
    except ValueError:
        return None
