"""Personal data out of sight: ID numbers, bank cards, labelled names, phones that are nobody's offer.

The masked text is as long as the original, so offsets into it stay true. What was masked is listed by
kind, masked form and place, never with the original, which stays sealed in the archive. A seller's
contact is evidence: it is shown unless the installation says otherwise (`[exports] contacts = "mask"`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from evidence.residents import check_place

STAR = "*"
_SEPARATOR = r"[ \u00a0\u3000·.\-－—]?"
_DIGITS = {ord("０") + n: str(n) for n in range(10)} | {ord("Ｘ"): "X", ord("ｘ"): "x"}
_ID18 = re.compile(rf"(?<!\d)[1-9](?:{_SEPARATOR}\d){{16}}{_SEPARATOR}[\dXx](?!\d)")
_ID15 = re.compile(r"(?<!\d)[1-9]\d{14}(?!\d)")
_CARD = re.compile(rf"(?<!\d)[3-69](?:{_SEPARATOR}\d){{15,18}}(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:86)?1[3-9]\d(?:[ \u00a0\u3000·.\-－—]{0,2}\d){8}(?!\d)")
_HAN = r"[\u3400-\u9fff]"
_AFTER = (r"(?=[^\u3400-\u9fff·]|$|性别|民族|身份|证件|证书|证号|编号|出生|年龄|电话|手机|联系|单位|工种|类别|学历|准考|操作|作业|专业|"
          r"岗位|级别|等级|有效|发证|成绩|地址|住址|籍贯|国籍|女士|先生|同志)")
_SURE = r"(?:姓\s{0,4}名|持证人|持证者|Name|NAME)(?:姓名)?"
_LIKELY = (r"(?:持有人|学员|考生|申请人|被保险人|受害人|当事人|报名人|应聘人|注册人|注册者|注册联系人|域名所有者|域名持有者|"
           r"[Rr]egistrant(?:[ _][Nn]ame)?)")  # what follows may be a sentence, or a company
_MAIL = re.compile(r"(?:registrant|注册人?|持有人)[\w ]{0,24}(?:e-?mail|mailbox|邮箱|邮件)[:： ][ \t]{0,40}"
                   r"(?P<mail>(?P<own>[\w.+-]{1,64})@[\w.-]{1,190})", re.I | re.A)
_SPACE = r"[ \u3000]"
_WRITTEN = (rf"{_HAN}(?:{_SPACE}{{1,3}}{_HAN}){{1,3}}(?!{_HAN})|{_HAN}(?:{_SPACE}{{0,3}}{_HAN}){{1,3}}?"
            rf"|{_HAN}{{1,6}}·{_HAN}{{1,6}}")
_NAMED = re.compile(rf"(?:(?P<sure>{_SURE})|{_LIKELY})(?P<gap>\s{{0,3}}[:：]\s{{0,6}}|[\s|｜]{{1,6}})"
                    rf"(?P<name>{_WRITTEN}){_AFTER}")
_NO_NAME = re.compile(r"^(?:请|输入|填写|必填|选填|查询|验证|核验|身份|证件|证书|性别|电话|手机|联系|工种|单位|信息|不|无|未|"
                      r"为|和|及|或|与|必须|一致|号码|编号|姓名|某)")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方"
    "白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包"
    "宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁房屈饶解牟艾尤阳时穆农司古吉缪车项连芦麦褚娄窦戚岑景党宫费卜冷晏席"
    "卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing masked: its kind in Chinese, the form shown, and where it begins in the text."""

    kind: str
    shown: str
    start: int


@dataclass(frozen=True, slots=True)
class Masked:
    """Masked text and the list of what was masked, in order of place."""

    text: str
    items: tuple[Item, ...] = ()


def mask(text: str, keep: Iterable[str] = (), contacts: str = "show") -> Masked:
    """Mask personal data in `text`.

    `keep`: the seller's own contacts (as stored in a verdict); with `contacts` "show" they stay, with
    "mask" they are masked like anyone's. Phones that are not in `keep` are taken for bystanders'.
    """
    plain = text.translate(_DIGITS)  # character for character, so places stay true
    shown, items = list(text), []
    keep = list(keep)
    kept = {_digits(value) for value in keep} if contacts != "mask" else set()
    shown_mails = {value.lower() for value in keep if "@" in value} if contacts != "mask" else set()
    for start, end, kind, hidden in [*_found(plain, kept - {""}), *_mails(plain, shown_mails)]:
        if any(shown[at] == STAR for at in hidden):
            continue  # an earlier rule took it
        for at in hidden:
            shown[at] = STAR
        items.append(Item(kind, "".join(shown[start:end]), start))
    masked = "".join(shown)
    if contacts == "mask":
        for value in keep:
            masked, more = _without(masked, value)
            items += more
    return Masked(masked, tuple(sorted(items, key=lambda item: (item.start, item.kind))))


def mask_contact(value: str) -> str:
    """A contact's beginning and end; what is too short to have both is all stars."""
    shown = 0 if len(value) < 4 else 1 if len(value) < 7 else 3 if len(value) > 9 else 2
    return value[:shown] + STAR * (len(value) - 2 * shown) + value[len(value) - shown:]


def summary(items: Iterable[Item]) -> dict[str, int]:
    """How many of each kind were masked."""
    counted: dict[str, int] = {}
    for item in items:
        counted[item.kind] = counted.get(item.kind, 0) + 1
    return counted


def is_id_number(digits: str) -> bool:
    """Whether 18 or 15 characters are a resident's ID number: by check digit, or by region and a real birthday.

    A wrong check digit does not unmask it: forged cards carry those, and a slip of the pen is still a person's number.
    """
    if len(digits) == 18:
        return check_place(digits) == digits[-1].upper() or (_region(digits) and _birthday(digits[6:14]))
    return len(digits) == 15 and _region(digits) and _birthday("19" + digits[6:12])


def _region(digits: str) -> bool:
    return 11 <= int(digits[:2]) <= 82


def _birthday(text: str) -> bool:
    try:
        return 1900 <= date(int(text[:4]), int(text[4:6]), int(text[6:])).year < 2100
    except ValueError:
        return False


def _luhn(digits: str) -> bool:
    doubled = [int(d) * 2 for d in digits[-2::-2]]
    return (sum(int(d) for d in digits[-1::-2]) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0


def _found(text: str, kept: set[str]) -> Iterator[tuple[int, int, str, list[int]]]:
    """(start, end, kind, places to hide) of each personal datum; a place may be told twice, the first one counts."""
    rules: tuple[tuple[str, re.Pattern[str], Callable[[str], bool], int, int], ...] = (
        ("身份证号", _ID18, is_id_number, 6, 2), ("身份证号", _ID15, is_id_number, 6, 2),
        ("银行卡号", _CARD, _luhn, 6, 4), ("电话", _MOBILE, lambda digits: not _same(digits, kept), -8, 4),
    )
    for kind, pattern, holds, head, tail in rules:
        at = 0
        while found := pattern.search(text, at):
            places = [i for i in range(found.start(), found.end()) if text[i].isdigit() or text[i] in "Xx"]
            if holds("".join(text[i] for i in places)):
                yield found.start(), found.end(), kind, places[head:-tail]
                at = found.end()
            else:
                at = found.start() + 1
    at = 0
    while named := _NAMED.search(text, at):
        if _is_name(named["name"], sure=bool(named["sure"]) and (":" in named["gap"] or "：" in named["gap"])):
            start, end = named.span("name")
            yield start, end, "姓名", [i for i in range(start + 1, end) if not text[i].isspace() and text[i] != "·"]
            at = end
        else:
            at = named.start() + 1  # what looked like the name may be the next label


def _mails(text: str, shown: set[str]) -> Iterator[tuple[int, int, str, list[int]]]:
    """As `_found`, for the mailboxes of registrants that are no seller's contact."""
    for found in _MAIL.finditer(text):
        if found["mail"].lower() not in shown:
            start, end = found.span("own")
            yield start, found.end("mail"), "邮箱", list(range(min(start + 1, end), end))


def _is_name(name: str, sure: bool) -> bool:
    return not _NO_NAME.match(name) and (sure or name[0] in _SURNAMES or "·" in name)


def _same(digits: str, kept: set[str]) -> bool:
    return digits in kept or digits[-11:] in kept


def _digits(value: str) -> str:
    return "".join(c for c in value.translate(_DIGITS) if c.isdigit())[-11:]


def _without(text: str, value: str) -> tuple[str, list[Item]]:
    """`value` masked wherever it stands in `text`."""
    items, shown, at = [], mask_contact(value), 0
    if len(value) < 4 or shown == value:
        return text, []
    while (at := text.find(value, at)) >= 0:
        items.append(Item("联系方式", shown, at))
        text = text[:at] + shown + text[at + len(value):]
        at += len(value)
    return text, items
