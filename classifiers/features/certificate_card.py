"""A certificate card shown by a page: labels with filled values, as a query result prints them.

card.filled · card.safety (a work-safety trade or number) · card.official_issuer · card.own_issuer (a school or firm
issued it itself) · card.only (the page holds little else) · card.in_picture (the card stands in a picture's text) ·
card.confirmed (the page says: this certificate is genuine).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from classifiers.cards import Card, card
from classifiers.claims import official_names, own_name
from classifiers.features.marks import Mark
from classifiers.page import Page

_ONLY = 900  # characters of a page that shows a card and hardly anything else
_AGENCY = re.compile(
    r"应急(?:管理|局|厅|部)|住房和城乡建设|住建[厅局部]|安全生产监督|安监局|市场监督|人力资源|行政审批|煤矿安全监察|消防救援"
)
_CONFIRMED = re.compile(
    r"(?:该|此|本|您(?:的|查询的)?|所查)?证书?(?:信息)?(?:真实有效|信息真实|核验通过|验证通过|查询通过|有效)|查询到\s*\d+\s*(?:条|本|张)(?:证书|记录)?|共查到|"
    r"(?:核验|验证|查询)结果\s*[:：]?\s*(?:真实|有效|通过|合格|属实)"
)
_LABEL = re.compile(r"姓\s*名|证书?编?号|持证人")


def find(page: Page, facts: Mapping[str, Any]) -> Iterator[Mark]:
    """Every card mark of the page; the first card decides."""
    if not _LABEL.search(page.text):
        return
    found = card(page.text)
    if found is None:
        return
    if match := _CONFIRMED.search(page.text):
        yield Mark("card.confirmed", match.start(), match.end())
    start, end = found.start, min(found.end, found.start + 240)
    yield Mark("card.filled", start, end, note="、".join(value for _, value in found.fields[:4]))
    if found.safety:
        yield Mark("card.safety", start, end, note=found.value("trade") or found.value("number"))
    yield from _issuer(found, start, end)
    if len(page.text) <= _ONLY:
        yield Mark("card.only", start, end)
    if page.block_at(found.start).where.startswith("image:"):
        yield Mark("card.in_picture", start, end)


def _issuer(found: Card, start: int, end: int) -> Iterator[Mark]:
    issuer = found.value("issuer")
    if official_names(issuer) or _AGENCY.search(issuer):
        yield Mark("card.official_issuer", start, end, note=issuer)
    elif own_name(issuer):
        yield Mark("card.own_issuer", start, end, note=issuer)
