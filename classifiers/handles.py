"""Names by which sellers are reached in messengers: WeChat, QQ and Telegram identifiers in a text, however announced.

An identifier is announced by a word before it ("微信：abc_123", "扣扣 1 2 3 4 5 6"), by a letter ("+v abc_123"), by a
verb ("要的加 abc_123"), by a note behind it ("abc_123（微信）"), or it is all that a reply says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from classifiers.matching import Word
from classifiers.normalise import COMMA
from classifiers.reading import Reading

FIGURES = str.maketrans("零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖幺", "001234567891234567891")
_NAME = r"(?:[a-z][-_a-z0-9]{4,19})"
_ID = re.compile(
    rf"^[^\da-z\u4e00-\u9fff]{{0,6}}(?:同号|号码?|id|账号|咨询|联系|搜索?|添加|请?加|是|为|即|vx|wx|v|微信|客服|老师|经理|顾问|小[\u4e00-\u9fff]){{0,3}}"
    rf"[^\da-z\u4e00-\u9fff]{{0,8}}({_NAME}|1[3-9]\d{{9}}|[1-9]\d{{4,10}})(?![\da-z])"
)
_TIGHT = re.compile(
    r"^(?:同号|号码?|id|账号|咨询|联系|搜索?|添加|请?加|是|为|即|v|客服){0,3}([a-z][a-z0-9]{5,19}|1[3-9]\d{9}|[1-9]\d{4,10})"
)
_QQ = re.compile(r"^[^\d]{0,12}?([1-9]\d{4,10})(?!\d)")
_LEADS = (
    ("wechat", "contact.lead_wechat"), ("wechat", "contact.lead_hidden"), ("qq", "contact.lead_qq"), ("telegram", "contact.lead_telegram"),
)  # fmt: skip
_MARK = r"[\s:：❤♥\ufe0f➕+>→丨|]"
# Each begins with its letter, so that the engine of expressions need not stop at every character.
_LETTERED = (
    ("wechat", "v", re.compile(rf"v{_MARK}{{1,6}}({_NAME}|1[3-9]\d{{9}})(?![\da-z@.])")),
    ("qq", "q", re.compile(rf"q{_MARK}{{0,4}}([1-9]\d{{5,10}})(?![\da-z])")),
    ("telegram", "tg", re.compile(r"tg\s?[:：@]?\s?@?([a-z][a-z0-9_]{4,31})(?![\da-z@.])")),
)
_WORD_BEFORE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789./-")
# An identifier that no word announces: letters with a figure or a low line among them.
_BARE = re.compile(r"[a-z][a-z0-9_-]{5,19}(?![a-z0-9_.@/\\=-])")
_BARE_BEFORE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_.@/\\=&#-")
_VERB_BEFORE = re.compile(
    r"(?:[加找推搜聊戳]|联系|私信?|咨询|添加|滴滴|客服|顾问|老师|经理|姐|哥|师傅|微|助理|专员|对接人|商务)[^。！？!?\n]{0,9}\Z"
)
_NOTE_BEHIND = re.compile(r"\s?[（(\[【]?\s?(?:微信|薇|v(?![a-z])|vx|wx|同号|威信|微)")
_NOT_A_PERSON = re.compile(
    r"(?:公众号|服务号|订阅号|权威信息|官网|小程序|型号|规格|用户名|密码|网址|域名|版本|编号|单号|证号|文件|账户|id\s?[:：])[^。！？\n]{0,8}\Z"
)
_NO_ID = re.compile(
    r"^(?:www|https?|html?|com|index|function|undefined|null|weixin|wechat|android|iphone|windows|service|online|iso|gb|utf|covid|co2|n95|h5|mp4)"
)
_SHORT_REPLY = 14


class Handle(NamedTuple):
    """An identifier: kind (wechat, qq, telegram, or token: like one, but unannounced), place in `Page.text`, value, how hidden."""

    kind: str
    start: int
    end: int
    value: str
    disguise: str = ""


def handles(reading: Reading) -> Iterator[Handle]:
    """Every identifier of the page; the same one may come more than once."""
    for kind, feature in _LEADS:
        for word in reading.words.get(feature, []):
            found = _id_after(reading, word, kind)
            if found is not None:
                start, end, value, tight = found
                disguise = word.disguise or ("spaced" if tight else "") or ("homophone" if feature == "contact.lead_hidden" else "")
                yield Handle(kind, start, end, value, disguise)
    soft = reading.folded.soft
    for kind, letter, pattern in _LETTERED:
        for match in pattern.finditer(soft) if letter in soft else ():
            before = soft[match.start() - 1] if match.start() else " "
            if before not in _WORD_BEFORE and _is_id(match[1], kind) and (match[1].isdigit() or _has_figure(match[1])):
                yield Handle(kind, match.start(1), match.end(1), match[1])
    yield from _bare(reading, soft)


def _bare(reading: Reading, soft: str) -> Iterator[Handle]:
    """Identifiers behind a verb, before a note, or standing alone in a reply; as kind "token" those of which nothing says so."""
    for match in _BARE.finditer(soft):
        value, start = match[0], match.start()
        if not _has_figure(value) or (start and soft[start - 1] in _BARE_BEFORE) or _NO_ID.match(value):
            continue
        before = soft[max(0, start - 16) : start]
        if _NOT_A_PERSON.search(before):
            continue
        if not reading.aside(reading.folded.index(start)):
            yield Handle("token", start, match.end(), value)
        block = reading.page.block_at(start)
        alone = block.unit > 0 and block.end - block.start <= len(value) + _SHORT_REPLY
        if alone or _VERB_BEFORE.search(before) or _NOTE_BEHIND.match(soft, match.end()):
            yield Handle("wechat", start, match.end(), value)


def _id_after(reading: Reading, word: Word, kind: str) -> tuple[int, int, str, bool] | None:
    folded = reading.folded
    begin = folded.span(word.start, word.end)[1]
    soft = folded.soft[begin : begin + 60]
    match = (_QQ if kind == "qq" else _ID).match(soft)
    if match and _is_id(match[1], kind):
        return begin + match.start(1), begin + match.end(1), match[1], False
    figures = folded.text[word.end : word.end + 30].translate(FIGURES)
    tight = (_QQ if kind == "qq" else _TIGHT).match(figures)
    if tight and _is_id(tight[1], kind):
        first, last = word.end + tight.start(1), word.end + tight.end(1)
        gaps = folded.gap[first + 1 : last]
        if max(gaps, default=0) < COMMA and (last >= len(folded.text) or folded.gap[last] > 0 or not folded.text[last].isascii()):
            start, end = folded.span(first, last)
            return start, end, tight[1], True
    return None


def _has_figure(value: str) -> bool:
    return any(c.isdigit() or c == "_" for c in value)


def _is_id(value: str, kind: str) -> bool:
    if _NO_ID.match(value):
        return False
    return kind != "wechat" or len(value) >= 6


_AT = re.compile(r"(?<![a-z0-9_.@/-])@\s?([a-z][a-z0-9_]{4,31})(?![a-z0-9_.@-])")
_PLANE = re.compile(r"(?:✈\ufe0f?|纸?飞机|电报|tg|telegram)[\s：:️]{0,4}\Z")
_FILLED_PHONE = re.compile(r"1[3-9]\d(?:[^\dA-Za-z\n]{1,9})?\d{4}(?:[^\dA-Za-z\n]{1,9})?\d{4}(?!\d)")
_LONE_FIGURE = re.compile(r"(?<![\da-z.])(?P<mark>[q扣]?)[^\da-z\u4e00-\u9fff\n]{0,3}(?P<figure>[2-9]\d{7,9})(?![\da-z元块万.])")


def unannounced(reading: Reading) -> Iterator[Handle]:
    """Identifiers that nothing announces, for pages that are found to sell: then a bare account or number is the way to the seller.

    Names after an at-sign or a paper plane are Telegram's, long figures QQ's, phones with words between their parts phones.
    """
    soft = reading.folded.soft
    for match in _AT.finditer(soft):
        yield Handle("telegram", match.start(1), match.end(1), match[1])
    for match in _FILLED_PHONE.finditer(soft):
        digits = re.sub(r"\D", "", match[0])
        if len(digits) == 11 and not reading.aside(reading.folded.index(match.start())):
            yield Handle("phone", match.start(), match.end(), digits, "filled")
    for match in _LONE_FIGURE.finditer(soft):
        if not reading.aside(reading.folded.index(match.start("figure"))):
            yield Handle("qq", match.start("figure"), match.end("figure"), match["figure"])
    for handle in _bare(reading, soft):
        plane = _PLANE.search(soft[max(0, handle.start - 10) : handle.start])
        if handle.kind == "token":
            yield handle._replace(kind="telegram" if plane else "wechat")
