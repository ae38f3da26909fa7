"""Ways to reach a seller, recovered from every disguise; hotlines and offices told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np

from classifiers.features import family
from classifiers.handles import FIGURES, handles
from classifiers.normalise import COMMA, STOP
from classifiers.reading import Hit, Reading

MEANS = {
    "contact.phone": "手机号",
    "contact.wechat": "微信号",
    "contact.qq": "QQ 号",
    "contact.email": "电子邮箱",
    "contact.telegram": "电报号",
    "contact.qr": "二维码",
    "contact.token": "像是微信号的一串字母数字",
    "contact.office": "固定电话、400 电话",
    "contact.hotline": "政务、举报热线",
    "contact.seller": "卖家的联系方式（手机、微信、QQ、电报）",
    "contact.disguised": "经过伪装的联系方式",
}
_ALIKE = str.maketrans("oli", "011")
_FILL = "[电话微薇威溦徽维信芯号同步联系手机加v]{0,3}"
_PHONE = re.compile(rf"(?=(1[3-9]\d{_FILL}\d{{4}}{_FILL}\d{{4}}|1[3-9]\d{{2}}{_FILL}\d{{3}}{_FILL}\d{{4}}|1[3-9]{_FILL}\d{{9}}))")
_MAYBE_PHONE = re.compile(r"[1一壹幺li][3-9三四五六七八九叁肆伍陆柒捌玖]")
_LETTER_FIGURES = re.compile(r"(?P<figure>\d)(?P<letters>[oli]{1,8})(?![a-z])|[li](?=[3-9][\doli]{9}(?![a-z0-9]))")
_THREE = re.compile(r"\d\d\d")
# Neither looks behind itself: `_number_starts` does, so that the engine need not stop at every character.
_OFFICE = re.compile(r"(?:0\d{2,3}[-—－ )）]{0,3}\d{7,8}|[48]00[-—－ ]?\d{3}[-—－ ]?\d{4})(?!\d)")
_HOTLINE = re.compile(r"(?:12377|12345|12315|12350|12333|12321|12388|12389|12318|12329|12366|110|119|12380|96110|9[56]\d{3})(?!\d)")
_EMAIL = re.compile(r"[a-z0-9][a-z0-9._+-]{0,40}\s?[@＠]\s?[a-z0-9-]{1,40}(?:\s?[.．。]\s?[a-z0-9-]{2,20}){1,3}")
_TELEGRAM = re.compile(r"(?:t\.me/|telegram\.me/)\+?([a-z0-9_]{4,32})")
_SHORT_POST = 40  # letters of a reply that says little more than how to reach somebody
_COMPLAINT_REACH, _NEAR_REACH = 24, 3


@family("contact", MEANS)
def find(reading: Reading) -> Iterable[Hit]:
    """All contacts of the page; `value` is the normalised form."""
    found = [*_phones(reading), *_handles(reading), *_written(reading), *_pictures(reading)]
    seen: set[tuple[str, str, int]] = set()
    for hit in found:
        key = (hit.feature, hit.value, hit.unit)
        if key in seen:
            continue
        seen.add(key)
        yield hit
        if hit.feature in ("contact.phone", "contact.wechat", "contact.qq", "contact.telegram"):
            yield hit._replace(feature="contact.seller")
            if hit.unit and _short_post(reading, hit):
                yield reading.fact("contact.seller", reading.quote(hit), "html", hit.value)
            if hit.disguise:
                yield hit._replace(feature="contact.disguised")


def _short_post(reading: Reading, hit: Hit) -> bool:
    """A reply that only says how to reach somebody answers the other replies: it counts for the whole thread."""
    page = reading.page
    block = page.block_at(hit.start)
    return block.end - block.start <= _SHORT_POST + len(hit.value)


def _figures(text: str) -> str:
    """Squeezed text with written-out digits turned into digits, position by position."""
    points = _figure_table()[np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32) & 0xFFFF]
    return _LETTER_FIGURES.sub(_as_figures, points.tobytes().decode("utf-32-le", "replace"))


@cache
def _figure_table() -> Any:
    """Of each code point of the first plane the digit it stands for, else itself; what lies beyond is no digit."""
    table = np.arange(0x10000, dtype="<u4")
    table[0xD800:0xE000] = 0xFFFD
    for char, digit in FIGURES.items():
        table[char] = digit if isinstance(digit, int) else ord(str(digit))
    return table


def _as_figures(match: re.Match[str]) -> str:
    if match["letters"]:
        return match["figure"] + match["letters"].translate(_ALIKE)
    before = match.string[match.start() - 1 : match.start()]
    return match[0] if before.isascii() and before.isalnum() else match[0].translate(_ALIKE)


def _phones(reading: Reading) -> Iterator[Hit]:
    folded = reading.folded
    if not _MAYBE_PHONE.search(folded.text):
        return
    figures = _figures(folded.text)
    for match in _PHONE.finditer(figures):
        start, end = match.span(1)
        if not _stands_alone(figures, folded.gap, start, end):
            continue
        value = "".join(c for c in match[1] if c.isdigit())
        hit = reading.spot("contact.phone", start, end, value, "" if _plainly(reading, start, end) else "digits")
        if _complaint_before(reading, start):
            yield hit._replace(feature="contact.office")
        else:
            yield hit
            if _same_number(reading, start, end):
                yield hit._replace(feature="contact.wechat")


def _plainly(reading: Reading, start: int, end: int) -> bool:
    """Whether a number is written as people write it: digits in the usual groups, nothing odd between them."""
    folded = reading.folded
    first, last = folded.span(start, end)
    shown = reading.text[first:last]
    return all(c in "0123456789 -—–\u00a0" for c in shown) and _usual_groups(folded.gap, start)


def _usual_groups(gap: bytes, start: int) -> bool:
    """Digits grouped 3-4-4 or 4-3-4, or not at all."""
    breaks = tuple(i for i in range(1, 11) if gap[start + i])
    return breaks in ((), (3, 7), (4, 7), (3,), (7,))


def _stands_alone(figures: str, gap: bytes, start: int, end: int) -> bool:
    """The run of digits is a number of its own, not a part of a longer one, and does not run over a line end by chance."""
    if start and figures[start - 1].isdigit() and gap[start] == 0:
        return False
    if end < len(figures) and figures[end].isdigit() and gap[end] == 0:
        return False
    inner = gap[start + 1 : end]
    breaks = len(inner) - inner.count(0)
    before = start and figures[start - 1].isdigit() and gap[start] <= max(inner, default=0)
    after = end < len(figures) and figures[end].isdigit() and gap[end] <= max(inner, default=0)
    if breaks and (before or after):
        return False
    return not (max(inner, default=0) >= STOP and breaks < 9) and not (breaks in (1, 2) and max(inner) >= COMMA)


def _complaint_before(reading: Reading, start: int) -> bool:
    reaches = (("contact.complaint", _COMPLAINT_REACH), ("contact.complaint_near", _NEAR_REACH))
    return any(w.end <= start <= w.end + reach for name, reach in reaches for w in reading.words.get(name, []))


def _same_number(reading: Reading, start: int, end: int) -> bool:
    """"微信同号" beside a phone number."""
    around = reading.folded.text[max(0, start - 12) : end + 10]
    return "同号" in around or "同步" in around or "同微" in around or "微电" in around


def _handles(reading: Reading) -> Iterator[Hit]:
    """Identifiers of messengers that are nobody's complaints desk."""
    for kind, start, end, value, disguise in handles(reading):
        if not _complaint_before(reading, reading.folded.index(start)):
            yield reading.hit(f"contact.{kind}", start, end, value, disguise)


def _written(reading: Reading) -> Iterator[Hit]:
    """E-mail, Telegram links, offices and hotlines, read from the text as it is written."""
    soft = reading.folded.soft
    if "@" in soft or "＠" in soft:
        for match in _EMAIL.finditer(soft):
            value = re.sub(r"\s", "", match.group()).replace("＠", "@").replace("．", ".").replace("。", ".")
            yield reading.hit("contact.email", *match.span(), value=value)
    if "t.me/" in soft or "telegram.me/" in soft:
        for match in _TELEGRAM.finditer(soft):
            yield reading.hit("contact.telegram", match.start(), match.end(), value=match[1])
    if not _THREE.search(soft):
        return
    for feature, pattern in (("contact.office", _OFFICE), ("contact.hotline", _HOTLINE)):
        for match in pattern.finditer(soft):
            if match.start() and soft[match.start() - 1].isdigit():
                continue
            yield reading.hit(feature, *match.span(), value=re.sub(r"\D", "", match.group()))


def _pictures(reading: Reading) -> Iterator[Hit]:
    for picture in reading.page.readings:
        for text in picture.qr:
            yield reading.fact("contact.qr", text, f"image:{picture.name}", value=text)
