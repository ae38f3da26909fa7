"""A certificate card shown by a page: labels with filled values, as a query result prints them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifiers.cards import LEAST, Card, card
from classifiers.claims import official_names, own_name
from classifiers.features import family
from classifiers.reading import Hit, Reading

MEANS = {
    "card.filled": "填好内容的证书信息卡",
    "card.safety": "卡上是安全生产类作业或证号",
    "card.official_issuer": "卡上发证机关写的是政府部门",
    "card.own_issuer": "卡上发证单位是学校或企业自己",
    "card.only": "整页几乎只有一张证书信息卡",
    "card.in_picture": "证书信息卡在图片里",
    "card.confirmed": "页面声称证书真实有效",
}
_ONLY = 900  # characters of a page that shows a card and hardly anything else
_AGENCY = re.compile(
    r"应急(?:管理|局|厅|部)|住房和城乡建设|住建[厅局部]|安全生产监督|安监局|市场监督|人力资源|行政审批|煤矿安全监察|消防救援"
)
# A title that asks or warns talks about a card; it does not answer a query.
_ASKED = re.compile(r"[?？]|吗|求助|真假|是真是假|真的假的|帮忙|被骗|曝光|判决|怎么|如何|样本|样式|教程|警惕|提醒|公示|名单|简历|招聘")
_CONFIRMED = re.compile(
    r"(?:该|此|本|您(?:的|查询的)?|所查)?证书?(?:信息)?(?:真实有效|信息真实|核验通过|验证通过|查询通过|有效)|证照核验通过|与(?:数据库|系统|官方|备案)(?:信息|记录)?一致|查询到\s*\d+\s*(?:条|本|张)(?:证书|记录)?|共查到|"
    r"(?:核验|验证|查询)结果\s*[:：]?\s*(?:真实|有效|通过|合格|属实)"
)
_LABEL = re.compile(r"姓\s*名|证[书件]?编?\s*号|持证人|持有人|核验时间|查询次数")


@family("card", MEANS)
def find(reading: Reading) -> Iterator[Hit]:
    """Every card hit of the page; the first card decides, and only one outside posts."""
    soft = reading.folded.soft
    if not ("名" in soft or "号" in soft or "持" in soft or "核验" in soft) or not _LABEL.search(soft) or _ASKED.search(reading.page.title):
        return
    found = card(soft)
    if found is None or reading.page.block_at(found.start).unit:
        return  # a card in a post is what somebody shows, not what the site answers
    match = _CONFIRMED.search(soft)
    if match:
        yield reading.hit("card.confirmed", match.start(), match.end())
    start, end = found.start, min(found.end, found.start + 240)
    yield reading.hit("card.filled", start, end, "、".join(value for _, value in found.fields[:4]))
    if found.safety:
        yield reading.hit("card.safety", start, end, found.value("trade") or found.value("number"))
    yield from _issuer(reading, found, start, end)
    whole = len(found.fields) >= LEAST or bool(match) or _official(found.value("issuer")) or bool(found.value("asked"))
    if len(soft) <= _ONLY and whole:
        yield reading.hit("card.only", start, end)
    if reading.page.block_at(found.start).where.startswith("image:"):
        yield reading.hit("card.in_picture", start, end)


def _official(issuer: str) -> bool:
    return bool(official_names(issuer) or _AGENCY.search(issuer))


def _issuer(reading: Reading, found: Card, start: int, end: int) -> Iterator[Hit]:
    issuer = found.value("issuer")
    if _official(issuer):
        yield reading.hit("card.official_issuer", start, end, issuer)
    elif own_name(issuer):
        yield reading.hit("card.own_issuer", start, end, issuer)
