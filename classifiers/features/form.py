"""Query forms: fields that ask for a person's name, ID and certificate number, with a query button or a captcha.

form.query · form.captcha · form.official_action (the form is sent to an official host) · form.official_frame (an
official page in a frame) · form.sellers_query (a login or order form instead: name plus phone, no certificate).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from classifiers.features.marks import Mark
from classifiers.hosts import HostError, normal_host
from classifiers.page import Form, Page
from classifiers.register import is_official

_BUTTON = re.compile(r"查\s*询|查\s*验|验\s*证|核\s*验|核\s*查|查\s*看|搜\s*索|立即查|提\s*交|query|search|verify", re.IGNORECASE)
_CAPTCHA = re.compile(r"验证码|校验码|图形码|captcha|yzm|vcode|verifycode|checkcode", re.IGNORECASE)
_HOLDER = re.compile(r"姓\s*名|持证人|(?:\b|_)xm\b|xingming|(?:real|true|user|full|stu)_?name|\bname\b|names?\b", re.IGNORECASE)
_ID = re.compile(r"身份证|证件号|证件类型|\bsfz|id_?card|card_?no|cert_?id|zjhm|id_?num|\bidno\b|\bzjh\b", re.IGNORECASE)
_NUMBER = re.compile(r"证书?编?号|操作证|档案编号|cert_?(?:no|num|code)|zsbh|bianhao|zheng_?(?:shu|hao)|\bzsh?\b", re.IGNORECASE)
_OTHER = re.compile(r"防伪码|订单|快递|产品|型号|车牌|学号|考籍|学籍|成绩|准考证|运单|物流|设备编号|报告编号|手机号|电话|报名|留言|咨询")
_LINE = 24
_ASK = r"(?:[*＊\s]*(?:请输入|请填写|输入|填写|您的|持证人|查询)*\s*)"
_END = r"\s*[*＊:：]?\s*(?:[(（].{0,8}[)）])?\s*(?:请输入.{0,8}|必填)?\Z"
_HOLDER_LINE = re.compile(_ASK + r"姓\s*名" + _END)
_ID_LINE = re.compile(_ASK + r"(?:身份证件?|证件)(?:类型|号码?|编号)" + _END)
_NUMBER_LINE = re.compile(_ASK + r"(?:证书编?号码?|操作证号码?|证号|档案编号|编号)" + _END)
_CAPTCHA_LINE = re.compile(_ASK + r"(?:图形)?(?:验证码|校验码)" + _END)
_BUTTON_LINE = re.compile(
    r"[\[【(（\s]*(?:立即|点击|开始|证书|一键)?\s*(?:查\s*询|查\s*验|核\s*验|验\s*证|核\s*查|提\s*交)(?:证书|一下)?[\]】)）\s]*\Z"
)
_TYPED = ("text", "tel", "number", "search", "select", "textarea", "")


def find(page: Page, facts: Mapping[str, Any]) -> Iterator[Mark]:
    """Every form mark of the page."""
    for form in page.forms:
        yield from _query(page, form)
        if _leads_to_official(form.action, page):
            yield Mark("form.official_action", said=form.action)
    if not any(field.kind in _TYPED for form in page.forms for field in form.fields):
        yield from _spoken(page)
    for frame in page.frames:
        if _leads_to_official(frame, page):
            yield Mark("form.official_frame", said=frame)


def _query(page: Page, form: Form) -> Iterator[Mark]:
    typed = [field for field in form.fields if field.kind in _TYPED]
    if not typed:
        return
    spoken = page.text[form.start : min(form.end, form.start + 3000)]
    asked = " ".join(f"{field.name} {field.label}" for field in form.fields) + " " + spoken
    holder, number = _HOLDER.search(asked), _NUMBER.search(asked)
    identity = _ID.search(asked)
    kinds = sum(bool(kind) for kind in (holder, number, identity))
    captcha, button = _CAPTCHA.search(asked), _BUTTON.search(asked)
    if _OTHER.search(asked) and not (number and (holder or identity)):
        return
    if (kinds >= 2 or (kinds == 1 and (number or identity) and captcha)) and (button or captcha):
        start, end = _place(page, form)
        yield Mark("form.query", start, end, note="、".join(m.group() for m in (holder, identity, number) if m))
        if captcha:
            yield Mark("form.captcha", start, end)


def _spoken(page: Page) -> Iterator[Mark]:
    """A form of which only the words are at hand (plain text, or fields drawn by a script): short lines of labels."""
    labels = {"holder": _HOLDER_LINE, "id": _ID_LINE, "number": _NUMBER_LINE, "captcha": _CAPTCHA_LINE, "button": _BUTTON_LINE}
    found: dict[str, tuple[int, int]] = {}
    for block in page.blocks[:400]:
        if block.end - block.start <= _LINE and block.region not in ("nav", "aside", "footer", "title"):
            line = page.text[block.start : block.end].strip()
            for kind, pattern in labels.items():
                if pattern.match(line):
                    found.setdefault(kind, (block.start, block.end))
    asked = found.keys() & {"holder", "id", "number"}
    if "button" in found and (len(asked) >= 2 or (asked & {"id", "number"} and "captcha" in found)):
        start, end = found[sorted(asked & {"id", "number"} or asked)[0]]
        yield Mark("form.query", start, end, note="、".join(page.text[s:e].strip(" ：:*") for s, e in found.values()))
        if "captcha" in found:
            yield Mark("form.captcha", *found["captcha"])


def _place(page: Page, form: Form) -> tuple[int, int]:
    """The first short line of the form's own text, else nowhere."""
    for block in page.blocks:
        inside = block.start >= form.start and block.end <= form.end
        if inside and any(pattern.search(page.text, block.start, block.end) for pattern in (_NUMBER, _ID)):
            return block.start, min(block.end, block.start + 60)
    for pattern in (_NUMBER, _ID):
        if match := pattern.search(page.text):
            return match.start(), match.end()
    return -1, -1


def _leads_to_official(address: str, page: Page) -> bool:
    target = page.absolute(address) if address else ""
    try:
        return bool(target) and is_official(normal_host(target)) and normal_host(target) != normal_host(page.url)
    except HostError:
        return False
