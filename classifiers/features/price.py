"""Amounts of money as sellers write them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from classifiers.features import family
from classifiers.reading import PAPERS, Hit, Reading

_FIGURE = r"(?<![\d.])[1-9]\d{1,4}"
_SPOKEN = r"[一二两三四五六七八九][百千](?:[零一二三四五六七八九]?[百十]?[一二三四五六七八九]?)"  # 三百五, 一千二
_UNIT = r"(?:元|块钱?|圆|rmb)"
_PIECE = r"(?:一[本张个套份]|每[本张个套份]|/[本张个套份人])"
_AMOUNT = re.compile(
    rf"{_FIGURE}\s?(?:{_UNIT}|{_PIECE}|米(?!\d)|包拿|起(?!重))|[¥￥]\s?[1-9]\d{{1,4}}|{_SPOKEN}(?:{_UNIT}|{_PIECE}|包)|"
    rf"(?:全包|只要|一人|每人|每位|一口价|统一价?|只收|只需|收您|成本|费用|工本费|花了?|特价|报价|价格|一科|整套|打包)[^\d\n]{{0,3}}(?:{_SPOKEN}|{_FIGURE}(?![\d年月日人名家学]))"
)
# Certificates sold by the piece; a school charges by the course and the head.
_BY_PIECE = re.compile(
    rf"(?:{_FIGURE}|{_SPOKEN}|[一二三四五六七八九]十)\s?{_UNIT}?\s?(?:一|每|/)\s?[本张套](?!书|笔记|教材|题|试卷|票|图|照片|纸)|"
    rf"(?:一|每)[本张套]\s?(?:只要|才)?\s?(?:{_FIGURE}|{_SPOKEN})")


_REACH = 500  # characters from a certificate or paper within which an amount may be its price
_TRADE = (
    r"(?:特种作业|低压|高压|电工|焊工|电焊|焊接|登高|高处|高空|架子工|制冷|叉车|塔吊|司索|信号工|施工员|资料员|安全员|挖机|铲车|锅炉|电梯|消控|电|焊|叉)"
)
# "电本五百", "焊工证 550 /", "电工二百八一本": a certificate or trade with a price of its own; wages and rents are no such.
_OTHERWISE = r"(?![\d十百千]|\s?(?:[/一每]?[天日月年时]|人|名|号|米|度|公斤|种|题|多))"
_SUM = rf"(?:[1-9]\d{{2,3}}|[一两二三四五六七八九][百千][一二三四五六七八九]?){_OTHERWISE}"
_OF_TRADE = re.compile(rf"{_TRADE}(?:[abcABC]?[证本]|(?={_SUM}\s?(?:元|块)?(?:一[本张个证]|[/每][本张])))\s?[:：]?\s?{_SUM}")


@family("price", {"price.amount": "写明的价钱", "price.trade": "按工种开的价", "price.piece": "按本、按张卖"})
def find(reading: Reading) -> Iterable[Hit]:
    """Every amount between 10 and 99,999 yuan, and every certificate with its own price."""
    soft = reading.folded.soft
    for start, end in reading.near(PAPERS, _REACH):
        for feature, pattern in (("price.trade", _OF_TRADE), ("price.piece", _BY_PIECE), ("price.amount", _AMOUNT)):
            for match in pattern.finditer(soft, start, end):
                yield reading.hit(feature, *match.span())
