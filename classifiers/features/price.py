"""Amounts of money as sellers write them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from classifiers.features import family
from classifiers.reading import Hit, Reading

_AMOUNT = re.compile(
    r"(?<![\d.])[1-9]\d{1,4}\s?(?:元|块钱?|rmb|圆|米(?!\d)|一本|每本|/本|包拿|起(?!重))|[¥￥]\s?[1-9]\d{1,4}|[一两二三四五六七八九]百[一二三四五六七八九]?十?(?:元|块|包|一本)|[一两二三四]千[一二三四五六七八九]?百?(?:元|块|包|一本)"
)


_TRADE = (
    r"(?:特种作业|低压|高压|电工|焊工|电焊|焊接|登高|高处|高空|架子工|制冷|叉车|塔吊|司索|信号工|施工员|资料员|安全员|挖机|铲车|锅炉|电梯|消控|电|焊|叉)"
)
# "电本五百", "焊工证 550 /", "电工二百八一本": a certificate or trade with a price of its own; wages and rents are no such.
_OTHERWISE = r"(?![\d十百千]|\s?(?:[/一每]?[天日月年时]|人|名|号|米|度|公斤|种|题|多))"
_SUM = rf"(?:[1-9]\d{{2,3}}|[一两二三四五六七八九][百千][一二三四五六七八九]?){_OTHERWISE}"
_OF_TRADE = re.compile(rf"{_TRADE}(?:[abcABC]?[证本]|(?={_SUM}\s?(?:元|块)?(?:一[本张个证]|[/每][本张])))\s?[:：]?\s?{_SUM}")


@family("price", {"price.amount": "写明的价钱", "price.trade": "按工种开的价"})
def find(reading: Reading) -> Iterable[Hit]:
    """Every amount between 10 and 99,999 yuan, and every certificate with its own price."""
    for match in _OF_TRADE.finditer(reading.folded.soft):
        yield reading.hit("price.trade", *match.span())
    for match in _AMOUNT.finditer(reading.folded.soft):
        yield reading.hit("price.amount", *match.span())
