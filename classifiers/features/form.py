"""Query forms: fields that ask for a person's name, ID and certificate number, with a query button or a captcha.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice

from classifiers.features import family
from classifiers.hosts import HostError, normal_host
from classifiers.page import Form
from classifiers.reading import Hit, Reading
from classifiers.register import is_official

MEANS = {
    "form.query": "查询表单：要姓名、证件号或证书编号",
    "form.lookup": "凭一个证件号或编号就查的表单，或叫人回复姓名、证号来查",
    "form.captcha": "查询表单带验证码",
    "form.official_action": "表单提交到官方网站",
    "form.official_frame": "页面里嵌着官方网站",
}
_BUTTON = re.compile(
    r"查\s*[询验看证]|查成绩|查特种|查电工|辨\s*别|下载(?:电子)?证|绑\s*定|鉴\s*别|核\s*[对实验查]|比\s*对|一键查|确\s*定|验\s*证|搜\s*索|立即查|提\s*交|query|search|verify",
    re.IGNORECASE,
)
_CAPTCHA = re.compile(r"验证码|校验码|图形码|captcha|yzm|vcode|verifycode|checkcode", re.IGNORECASE)
_HOLDER = re.compile(r"姓\s*名|持证人|(?:\b|_)xm\b|xingming|(?:real|true|user|full|stu)_?name|\bname\b|names?\b", re.IGNORECASE)
_ID = re.compile(r"身份证|证件编?号|证件类型|\bsfz|id_?card|card_?no|cert_?id|zjhm|id_?num|\bidno\b|\bzjh\b", re.IGNORECASE)
_NUMBER = re.compile(
    r"证书?编?号|证书号码|证件编号|持证编号|卡面编号|操作证|档案编?号|二维码编[号码]|查询码|防伪编号|电子证照[号编]|"
    r"cert_?(?:no|num|code)|zsbh|bianhao|zheng_?(?:shu|hao)|\bzsh?\b",
    re.IGNORECASE,
)
_OTHER = re.compile(r"防伪码|订单|快递|产品|型号|车牌|学号|考籍|学籍|成绩|准考证|运单|物流|设备编号|报告编号|手机号|电话|报名|留言|咨询")
_ORDERS = re.compile(r"订单|快递|产品|型号|车牌|学号|学籍|运单|物流|设备编号|报告编号|报名|留言|咨询|注册|预约")
_SPACED = re.compile(r"(?<=[\u4e00-\u9fff])[ \u3000]+(?=[\u4e00-\u9fff])")
# 回复姓名+身份证号即可查询: the query is a chat, the form is its sentence.
_CHAT = re.compile(
    r"(?:回复|发送|输入|提供|填写|提交|绑定)[^。\n]{0,6}(?:姓名|身份证|证件号|证书?编?号|持证编号)[^。\n]{0,14}(?:查询|核验|验证|查看|可查)")
_MAX_FORMS = 30  # forms of a page worth reading; hostile pages have thousands
_LINE, _CHATTY = 24, 1_500
_ASK = r"(?:[*＊\s]*(?:请输入|请填写|输入|填写|您的|持证人|查询)*\s*)"
_END = r"\s*[*＊:：]?\s*(?:[(（].{0,8}[)）])?\s*(?:请输入.{0,8}|必填)?\Z"
_HOLDER_LINE = re.compile(_ASK + r"姓\s*名" + _END)
_ID_LINE = re.compile(_ASK + r"(?:身份证件?|证件)(?:类型|号码?|编号|后.位)" + _END)
_NUMBER_LINE = re.compile(_ASK + r"(?:证书编?号码?|操作证号码?|证号|档案编号|编号)" + _END)
_CAPTCHA_LINE = re.compile(_ASK + r"(?:图形)?(?:验证码|校验码)" + _END)
_BUTTON_LINE = re.compile(
    r"[\[【(（\s]*(?:立即|点击|开始|证书|一键)?\s*(?:查\s*询|查\s*验|核\s*验|验\s*证|核\s*查|查\s*证|核\s*对|核\s*实|鉴\s*别|绑\s*定|提\s*交)(?:证书|一下)?[\]】)）\s]*\Z"
)
_TYPED = ("text", "tel", "number", "search", "select", "textarea", "")


@family("form", MEANS)
def find(reading: Reading) -> Iterator[Hit]:
    """Every form hit of the page."""
    page = reading.page
    for form in page.forms[:_MAX_FORMS]:
        yield from _query(reading, form)
        if _leads_to_official(form.action, reading):
            yield reading.fact("form.official_action", form.action, "html", form.action)
    if not any(field.kind in _TYPED for form in page.forms for field in form.fields):
        yield from _spoken(reading)
        if len(reading.text) <= _CHATTY and (match := _CHAT.search(reading.folded.soft)):
            yield reading.hit("form.lookup", match.start(), match.end(), match.group())
    for frame in page.frames:
        if _leads_to_official(frame, reading):
            yield reading.fact("form.official_frame", frame, "html", frame)


def _query(reading: Reading, form: Form) -> Iterator[Hit]:
    typed = [field for field in form.fields if field.kind in _TYPED]
    if not typed:
        return
    spoken = reading.folded.soft[form.start : min(form.end, form.start + 3000)]
    asked = " ".join(f"{field.name} {_SPACED.sub('', field.label)}" for field in form.fields) + " " + _SPACED.sub("", spoken)
    holder, number = _HOLDER.search(asked), _NUMBER.search(asked)
    identity = _ID.search(asked)
    kinds = sum(bool(kind) for kind in (holder, number, identity))
    captcha, button = _CAPTCHA.search(asked), _BUTTON.search(asked)
    login = any(field.kind == "password" for field in form.fields)
    if (number or identity) and (button or captcha) and not login and not _ORDERS.search(asked):
        yield _placed(reading, "form.lookup", form, (number or identity).group())  # type: ignore[union-attr]
    if (login or _OTHER.search(asked)) and not (number and (holder or identity)):
        return
    if (kinds >= 2 or (kinds == 1 and (number or identity) and captcha)) and (button or captcha):
        value = "、".join(m.group() for m in (holder, identity, number) if m)
        yield _placed(reading, "form.query", form, value)
        if captcha:
            yield _placed(reading, "form.captcha", form, captcha.group())


def _spoken(reading: Reading) -> Iterator[Hit]:
    """A form of which only the words are at hand (plain text, or fields drawn by a script): short lines of labels."""
    labels = {"holder": _HOLDER_LINE, "id": _ID_LINE, "number": _NUMBER_LINE, "captcha": _CAPTCHA_LINE, "button": _BUTTON_LINE}
    found: dict[str, tuple[int, int]] = {}
    soft = reading.folded.soft
    for block in reading.page.blocks[:400]:
        if block.end - block.start <= _LINE and block.region not in ("nav", "aside", "footer", "title"):
            line = soft[block.start : block.end].strip()
            for kind, pattern in labels.items():
                if pattern.match(line):
                    found.setdefault(kind, (block.start, block.end))
    asked = found.keys() & {"holder", "id", "number"}
    if "button" in found and (len(asked) >= 2 or (asked & {"id", "number"} and "captcha" in found)):
        start, end = found[sorted(asked & {"id", "number"} or asked)[0]]
        value = "、".join(soft[s:e].strip(" ：:*") for s, e in found.values())
        yield reading.hit("form.query", start, end, value)
        if "captcha" in found:
            yield reading.hit("form.captcha", *found["captcha"])


def _placed(reading: Reading, feature: str, form: Form, value: str) -> Hit:
    """A hit at the first line of the form that asks for a number or an ID, else of the page as a whole."""
    blocks = reading.page.blocks
    first = bisect_left(blocks, form.start, key=lambda block: block.start)
    for block in islice(blocks, first, first + 300):
        if block.end <= form.end and any(pattern.search(reading.text, block.start, block.end) for pattern in (_NUMBER, _ID)):
            return reading.hit(feature, block.start, min(block.end, block.start + 60), value)
    for pattern in (_NUMBER, _ID):
        if match := pattern.search(reading.text):
            return reading.hit(feature, match.start(), match.end(), value)
    return reading.fact(feature, value, "html", value)


def _leads_to_official(address: str, reading: Reading) -> bool:
    target = reading.page.absolute(address) if address else ""
    try:
        return bool(target) and is_official(normal_host(target)) and normal_host(target) != normal_host(reading.page.url)
    except HostError:
        return False
