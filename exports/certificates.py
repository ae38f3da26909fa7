"""Certificate numbers seen on fake checkers and in ads, as a sheet: covered for reading, in full for the authority that issues them.

In full means personal data: only the numbers of one kind of certificate go to the one authority that can compare them with its
records, never a mixed list, and the act is entered in the custody chain by whoever asked for it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exports.atomic import replacing
from exports.defang import csv_cell, defang
from exports.masking import mask
from exports.sheets import Book, columns
from exports.wording import KINDS, local

_COLUMNS = columns("序号 6 | 证书种类 24 | 证书编号 30 | 格式核对 20 | 持证人 12 | 作业类别 20+ | 所写发证机关 28+ | 有效期 16 | "
                   "线索类别 11 | 对象（已失活） 34+ | 网址（已失活） 44+ | 看到的时间 20 | 采集编号 27 | 原件 SHA-256 68 | 线索编号 27")
_SERIAL = re.compile(r"[\u4e00-\u9fff](?:建安.*(?=.{7}\Z)|[A-Z]\d{6}(?=.{6}\Z))(.+)")
HEAD = tuple(column.title for column in _COLUMNS)
NOTE = "证书编号来自仿冒查询网站和造假广告的页面，未经发证机关核实：可能是伪造的，也可能是冒用了真证。请与发证数据库比对。"


@dataclass(frozen=True, slots=True)
class Seen:
    """One number on one page of one lead."""

    kind: str
    number: str
    check: str
    holder: str
    trade: str
    issuer: str
    valid: str
    lead: str
    lead_kind: str
    subject: str
    url: str
    at: str
    capture: str
    sha256: str


def covered(number: str) -> str:
    """A certificate number with its middle hidden: of an ID number six and two places remain, of a serial its last two."""
    if re.fullmatch(r"T.{18}", number):
        shown = 7
    elif serial := _SERIAL.fullmatch(number):
        shown = len(number) - len(serial[1])
    else:
        shown = 3 if len(number) >= 9 else 0
    last = number[-2:] if len(number) >= 9 else ""
    return number[:shown] + "*" * (len(number) - shown - len(last)) + last


def write(rows: Sequence[Seen], path: Path, scratch: Path, full: bool, unit: str = "") -> None:
    """The sheet as XLSX, or as CSV by its name's ending; numbers and holders covered unless `full`."""
    lines = [_line(n, row, full) for n, row in enumerate(rows, 1)]
    with replacing(path) as draft:
        if path.suffix.lower() == ".csv":
            with draft.open("w", encoding="utf-8-sig", errors="replace", newline="") as out:
                writer = csv.writer(out)
                writer.writerow(HEAD)
                writer.writerows([csv_cell(str(value)) for value in line] for line in lines)
            return
        with Book(draft, scratch, "页面所见证书编号", unit) as book:
            sheet = book.sheet("证书编号", _COLUMNS)
            sheet.banner(NOTE, "warn", height=34)
            sheet.banner("含完整证书编号和姓名，仅供发证机关比对，不得扩散。" if full else "编号和姓名已遮盖。", "alarm" if full else "dim")
            sheet.heading()
            for line in lines:
                sheet.row(line)


def _line(n: int, row: Seen, full: bool) -> tuple[str | int, ...]:
    number = row.number if full else covered(row.number)
    holder = row.holder if full or not row.holder else row.holder[0] + "*" * (len(row.holder) - 1)
    told = [text if full else mask(text).text for text in (row.trade, row.issuer, row.valid)]
    return (n, row.kind, number, row.check, holder, *told, KINDS.get(row.lead_kind, row.lead_kind), defang(row.subject),
            defang(mask(row.url).text), local(row.at), row.capture, row.sha256, row.lead)
