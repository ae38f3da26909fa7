"""Certificate numbers that a page shows: which kind each is, whether its form and check digit hold, and the card around it.

Forms as they are issued: 特种作业操作证 T and an 18-place ID number (its check digit is the ID's, GB 11643); 安管人员 省 建安 A/B/C
（year）and seven figures; 建筑施工特种作业 省, city letter, trade, year and six figures. A number whose form holds may still never
have been issued: that only the issuing authority can say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from classifiers.cards import card
from evidence.filings import PROVINCES
from evidence.residents import check_place

CertificateKind = Literal["special_operation", "safety_manager", "construction", "other"]
Check = Literal["holds", "fails", "masked", "unknown"]
LABELS: dict[CertificateKind, str] = {
    "special_operation": "特种作业操作证", "safety_manager": "安管人员考核证（建安）", "construction": "建筑施工特种作业操作资格证",
    "other": "其他编号",
}
CHECK_LABELS: dict[Check, str] = {"holds": "格式、校验位相符", "fails": "格式或校验位不符", "masked": "页面只显示一部分",
                                  "unknown": "没有可核的格式"}
_PLAIN = {ord("０") + n: str(n) for n in range(10)} | {ord("Ａ") + n: chr(ord("A") + n) for n in range(26)} | {
    ord("＊"): "*", ord("×"): "*", ord("ｘ"): "x", ord("（"): "(", ord("）"): ")", ord("〔"): "(", ord("〕"): ")"}
_PROVINCE = "".join(sorted(PROVINCES))
_FORMS: tuple[tuple[CertificateKind, re.Pattern[str]], ...] = (
    ("special_operation", re.compile(r"(?<![0-9A-Za-z])[Tt] ?([1-9*][0-9*]{16}[0-9Xx*])(?![0-9A-Za-z*])")),
    ("safety_manager", re.compile(rf"[{_PROVINCE}]建安[ABCabc][123]? ?\(?((?:19|20)\d\d)\)? ?([0-9*]{{7}})(?![0-9*])")),
    ("construction", re.compile(rf"[{_PROVINCE}][A-Z](\d\d)((?:19|20)\d\d)([0-9*]{{6}})(?![0-9*])")),
)
_MAX_TEXT, _MAX_FOUND = 200_000, 500


@dataclass(frozen=True, slots=True)
class Certificate:
    """One number as the page shows it, without blanks. The card's fields are "" where no filled card surrounds the number."""

    kind: CertificateKind
    number: str
    check: Check
    holder: str = ""
    trade: str = ""
    issuer: str = ""
    valid: str = ""


def certificates(text: str) -> tuple[Certificate, ...]:
    """Every certificate number of a text, each once, in order; time linear in the text, which is cut at 200,000 characters."""
    plain = text[:_MAX_TEXT].translate(_PLAIN)
    surrounding = card(text[:_MAX_TEXT])
    found: dict[str, Certificate] = {}
    for at, kind, number, check in sorted(_numbers(plain)):
        if number in found or len(found) >= _MAX_FOUND:
            continue
        inside = surrounding is not None and surrounding.start <= at <= surrounding.end
        told = {name: surrounding.value(field) for name, field in (
            ("holder", "holder"), ("trade", "trade"), ("issuer", "issuer"), ("valid", "valid"))} if inside and surrounding else {}
        found[number] = Certificate(kind, number, check, **told)
    if surrounding is not None and surrounding.safety and (said := surrounding.value("number").translate(_PLAIN).replace(" ", "")) \
            and not any(said.upper() in number or number in said.upper() for number in found):
        found[said] = Certificate("other", said, "masked" if "*" in said else "unknown", surrounding.value("holder"),
                                  surrounding.value("trade"), surrounding.value("issuer"), surrounding.value("valid"))
    return tuple(found.values())


def _numbers(text: str) -> Iterator[tuple[int, CertificateKind, str, Check]]:
    for kind, form in _FORMS:
        for match in form.finditer(text):
            number = match[0].replace(" ", "").upper()
            yield match.start(), kind, number, "masked" if "*" in number else _check(kind, match)


def _check(kind: CertificateKind, match: re.Match[str]) -> Check:
    if kind == "special_operation":
        return "holds" if is_resident(match[1].upper()) else "fails"
    if kind == "construction":
        return "holds" if 1 <= int(match[1]) <= 20 and int(match[2]) >= 2008 else "fails"
    return "holds" if int(match[1]) >= 2004 else "fails"


def is_resident(number: str) -> bool:
    """Whether 18 places are a resident's ID number: region, real birthday, check digit."""
    if not re.fullmatch(r"[1-8]\d{16}[\dX]", number):
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return born.year >= 1900 and check_place(number) == number[-1]
