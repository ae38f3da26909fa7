"""Whether a page is a guest on somebody's host: a member's folder of a free host, or an article planted in another trade's site.

Whoever runs the host is not accused for such a page; the page alone is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from classifiers.features import family
from classifiers.reading import Hit, Reading
from classifiers.register import is_government_zone

MEANS = {"scope.guest": "主机另有其主：免费空间的用户目录，或别的行业网站里的一页"}
_FOLDER = re.compile(r"^/(?:~[\w.-]+|(?:u|user|users|space|member|home)/[\w.-]+)(?:/|$)", re.IGNORECASE)
_ARTICLE = re.compile(
    r"/(?:news|article|articles|archives?|info|show|view|content|plus|read|detail|a)/|[?&](?:a?id|aid|p)=\d+|\d{4,}\.s?html?$|"
    r"(?:show|view|detail|list|news)[-_]\d+", re.IGNORECASE)
# Trades and institutions that have nothing to sell in certificates: a site that calls itself so has another owner.
_OTHER_TRADE = re.compile(
    r"大酒店|酒店|宾馆|度假村|民宿|中学|小学|幼儿园|卫生院|医院|诊所|博物馆|图书馆|景区|旅行社|人民政府|街道办|居委会|村委会|"
    r"法院|律师事务所|婚纱|影楼|花店|餐饮|火锅|茶叶|家具|园林")
_EDGE = 120
_OWN_REGIONS = ("title", "header", "nav", "footer")


@family("guest", MEANS)
def find(reading: Reading) -> Iterable[Hit]:
    """The member's folder in the address, or an article's address under another trade's name in title, head or foot."""
    try:
        parts = urlsplit(reading.page.url)
    except ValueError:
        return
    if _FOLDER.search(parts.path) or (reading.page.host and is_government_zone(reading.page.host)):
        yield reading.fact("scope.guest", reading.page.url, "url")
    elif _ARTICLE.search(f"{parts.path}?{parts.query}"):
        text = reading.page.text  # old pages mark neither head nor foot: their first and last words stand for them
        named = _OTHER_TRADE.findall(reading.page.region(*_OWN_REGIONS)[:20_000])
        if len(named) >= 2 or (_OTHER_TRADE.search(text[:_EDGE]) and _OTHER_TRADE.search(text[-_EDGE:])):
            yield reading.fact("scope.guest", reading.page.url, "url")
