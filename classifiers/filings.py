"""Read what a footer declares: ICP filings, police filings, government site codes, 主办单位, copied paths."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PROVINCE = "京津沪渝冀豫云滇辽黑湘皖鲁新苏浙赣鄂桂晋蒙陕吉闽黔贵粤青藏琼宁蜀川陇甘"
ICP = re.compile(rf"[{_PROVINCE}]\s*ICP\s*[备证]\s*(?:\d{{4,10}})\s*号?(?:\s*[-－]\s*\d{{1,3}})?", re.IGNORECASE)
_POLICE = re.compile(rf"[{_PROVINCE}]公网安备\s*(\d{{13,14}})\s*号?")
_SITE_CODE = re.compile(r"(?:政府)?网站标识码\s*[:：]?\s*(?:bm)?\d{8,12}", re.IGNORECASE)
_HOST_UNIT = re.compile(
    r"(?:主办单位|主办|主管单位|承办单位|版权所有|网站主办)\s*[:：]?\s*(?:©|\(c\)|Copyright)?\s*([\u4e00-\u9fff()（）]{4,40})"
)
# Every declaration holds one of these.
DECLARING = ("icp", "ICP", "备", "标识码", "主办", "主管", "承办", "版权", "©", "copyright")
_PATH_TREE = re.compile(
    r"/zwgk/fdzdgknr/|/gdywdt/|/art/\d{4}/\d{1,2}/\d{1,2}/art_\d+|/prod-api/certsearch/|/fwmh/bjxcjgl/|/info-pub/pub"
)


@dataclass(frozen=True, slots=True)
class Filing:
    """One declaration: kind is icp, police, site_code, host_unit or path; `value` is normalised, offsets are the text's."""

    kind: str
    value: str
    start: int
    end: int


def filings(text: str) -> list[Filing]:
    """Every declaration in the text, grouped by kind in the order icp, police, site_code, host_unit."""
    found = [Filing("icp", icp_number(m.group()), m.start(), m.end()) for m in ICP.finditer(text)]
    found += [Filing("police", m[1], m.start(), m.end()) for m in _POLICE.finditer(text)]
    found += [Filing("site_code", m.group(), m.start(), m.end()) for m in _SITE_CODE.finditer(text)]
    found += [Filing("host_unit", m[1], m.start(1), m.end(1)) for m in _HOST_UNIT.finditer(text)]
    return found


def government_path(path: str) -> str:
    """The government path tree a URL path copies, "" when none."""
    match = _PATH_TREE.search(path)
    return match.group() if match else ""


def icp_number(text: str) -> str:
    """An ICP number in one spelling: no blanks, upper-case ICP, without the site's serial; "" when there is none."""
    match = ICP.search(text)
    if not match:
        return ""
    plain = re.sub(r"\s+", "", match.group()).upper().replace("－", "-")
    return re.sub(r"-\d{1,3}\Z", "", plain)
