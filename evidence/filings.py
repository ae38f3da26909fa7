"""Filing numbers as they are written and as they compare: ICP (工信部) and 公安备案, one normal form for both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

# GB/T 2260 codes of the provinces by the characters their filings carry (蜀 and 陇 beside 川 and 甘).
PROVINCES = {
    "京": "11", "津": "12", "冀": "13", "晋": "14", "蒙": "15", "辽": "21", "吉": "22", "黑": "23", "沪": "31", "苏": "32",
    "浙": "33", "皖": "34", "闽": "35", "赣": "36", "鲁": "37", "豫": "41", "鄂": "42", "湘": "43", "粤": "44", "桂": "45",
    "琼": "46", "渝": "50", "川": "51", "蜀": "51", "贵": "52", "黔": "52", "云": "53", "滇": "53", "藏": "54", "陕": "61",
    "甘": "62", "陇": "62", "青": "63", "宁": "64", "新": "65",
}
_P = "".join(PROVINCES)
_DASH = "[-－—–]"
_ICP = re.compile(rf"([{_P}])\s*ICP\s*([备证])\s*(\d{{2,14}})\s*号?(?:\s*{_DASH}\s*(\d{{1,3}}))?(?!\d)", re.IGNORECASE)
_LICENCE = re.compile(rf"([{_P}])\s*([AB])([12])\s*{_DASH}\s*(\d{{4,12}})(?:\s*{_DASH}\s*(\d{{1,3}}))?(?!\d)", re.IGNORECASE)
_POLICE = re.compile(rf"([{_P}])\s*公网安备\s*(\d{{6,18}})\s*号?(?!\d)")


@dataclass(frozen=True, slots=True)
class FilingNumber:
    """One number: `kind`, its normal form without the site's serial (`site`), and what is wrong with its form ("" for nothing)."""

    kind: Literal["icp", "licence", "police"]
    number: str
    province: str
    site: str = ""
    problem: str = ""


def numbers(text: str) -> list[FilingNumber]:
    """Every filing number in a text, each once, in the order of its appearance."""
    found = [(m.start(), _icp(m)) for m in _ICP.finditer(text)]
    found += [(m.start(), FilingNumber("licence", f"{m[1]}{m[2].upper()}{m[3]}-{m[4]}", m[1], m[5] or "",
                                       "" if len(m[4]) == 8 else f"{len(m[4])} 位数字，应为 8 位"))
              for m in _LICENCE.finditer(text)]
    found += [(m.start(), _police(m)) for m in _POLICE.finditer(text)]
    return list(dict.fromkeys(number for _, number in sorted(found, key=lambda pair: pair[0])))


def filing_key(text: str) -> str:
    """The normal form of the first filing number in `text`, "" when there is none: what imports and pages are compared by."""
    found = numbers(text)
    return found[0].number if found else ""


def _icp(match: re.Match[str]) -> FilingNumber:
    province, kind, digits, site = match[1], match[2], match[3], match[4] or ""
    problem = ""
    if kind == "证":
        problem = "" if len(digits) in (6, 8) else f"{len(digits)} 位数字，ICP 证应为 6 位"
    elif len(digits) == 10:
        problem = "" if digits.startswith("20") else "10 位数字应以四位年份开头"
    elif len(digits) != 8:
        problem = f"{len(digits)} 位数字，ICP 备案应为 8 位或 10 位"
    return FilingNumber("icp", f"{province}ICP{kind}{digits}号", province, site, problem)


def _police(match: re.Match[str]) -> FilingNumber:
    province, digits = match[1], match[2]
    problem = "" if len(digits) == 14 else f"{len(digits)} 位数字，公安备案应为 14 位"
    if not problem and not digits.startswith(PROVINCES[province]):
        problem = f"前两位 {digits[:2]} 不是“{province}”的行政区划代码 {PROVINCES[province]}"
    return FilingNumber("police", f"{province}公网安备{digits}号", province, "", problem)
