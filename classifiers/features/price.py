"""Amounts of money as sellers write them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from classifiers.features import family
from classifiers.reading import Hit, Reading

_AMOUNT = re.compile(
    r"(?<![\d.])[1-9]\d{1,4}\s?(?:元|块钱?|rmb|圆|米(?!\d)|一本|每本|/本|包拿|起(?!重))|[¥￥]\s?[1-9]\d{1,4}|[一两二三四五六七八九]百[一二三四五六七八九]?十?(?:元|块|包|一本)|[一两二三四]千[一二三四五六七八九]?百?(?:元|块|包|一本)"
)


@family("price", {"price.amount": "写明的价钱"})
def find(reading: Reading) -> Iterable[Hit]:
    """Every amount between 10 and 99,999 yuan."""
    for match in _AMOUNT.finditer(reading.folded.soft):
        yield reading.hit("price.amount", *match.span())
