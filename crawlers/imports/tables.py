"""Tables as people send them: CSV in whatever charset, XLSX with a title row on top, columns named as they please."""

from __future__ import annotations

import csv
import difflib
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from crawlers.imports import BadFile, Picture

FILE = Path(__file__).with_name("columns.yml")
LOOK_FOR_HEAD, MAX_ROWS, MAX_CELL = 12, 100_000, 20_000
_NOISE = re.compile(r"[\s\W_]+")
_DELIMITERS = ",\t;|，"


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its place in the file ("第 7 行"), texts by field (several columns of one field are joined), pictures."""

    place: str
    values: dict[str, str]
    pictures: tuple[Picture, ...] = ()

    def get(self, name: str) -> str:
        """The text of a field, "" where the row has none."""
        return self.values.get(name, "")


@dataclass(slots=True)
class Table:
    """The rows of one kind, and what could not be read, one sentence each."""

    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A grid of texts as the file has it. `title` is part of a row's place; pictures hang on row numbers from 1."""

    title: str
    lines: Sequence[Sequence[str]]
    pictures: dict[int, tuple[Picture, ...]] = field(default_factory=dict)


@lru_cache(maxsize=1)
def names() -> dict[str, dict[str, tuple[str, ...]]]:
    """Kind → field → known headings in comparable form."""
    table: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {kind: {name: tuple(plain(str(text)) for text in texts) for name, texts in fields.items()}
            for kind, fields in table.items() if isinstance(fields, dict)}


def plain(heading: str) -> str:
    """A heading in comparable form: full width undone, lower case, no blanks, no punctuation."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", heading).lower())


def field_of(heading: str, kind: str) -> str:
    """The field a heading means, "" when it is none we know; the longest known name in it wins, equality before all."""
    text, best, score = plain(heading), "", 0
    for name, known in names()[kind].items():
        for one in known:
            value = 1000 + len(one) if one == text else len(one) if len(one) > 1 and one in text and not one.isascii() else 0
            if value > score:
                best, score = name, value
    return best


def read_sheets(path: Path, data: bytes) -> list[Sheet]:
    """The grids of a CSV or XLSX file; BadFile for anything else."""
    if data.startswith(b"PK\x03\x04"):
        from crawlers.imports.workbook import sheets

        return sheets(path, data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadFile(f"{path.name}：是旧版 .xls（或加密的）表格；请用 WPS 或 Excel 另存为 .xlsx 再导入")
    text = decoded(path, data)
    return [Sheet("", _lines(text))]


def decoded(path: Path, data: bytes) -> str:
    """Text in UTF-8 (with or without mark), UTF-16 with mark, or GB18030; BadFile for other bytes."""
    charsets = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for charset in charsets:
        try:
            return data.decode(charset).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise BadFile(f"{path.name}：不是 UTF-8、UTF-16 或 GB18030 文本，读不出文字；请另存为“CSV UTF-8”或 .xlsx 再导入")


def _lines(text: str) -> list[list[str]]:
    csv.field_size_limit(10 * 1024 * 1024)
    head = "\n".join(text.splitlines()[:LOOK_FOR_HEAD])
    delimiter = max(_DELIMITERS, key=head.count) if any(d in head for d in _DELIMITERS) else ","
    lines: list[list[str]] = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            lines.append(line)
            if len(lines) > MAX_ROWS + LOOK_FOR_HEAD:
                break
    except csv.Error as problem:
        lines.append([f"\x00{problem}"])  # told by `table` with its row number; what came before it is kept
    return lines


def table(path: Path, data: bytes, kind: str) -> Table:
    """Every row of every sheet under the columns of `kind`; BadFile when no sheet has a heading we know."""
    made, headless = Table(), []
    for sheet in read_sheets(path, data):
        at, fields = _head(sheet, kind)
        where = f"{path.name}" + (f"，工作表“{sheet.title}”" if sheet.title else "")
        if not fields:
            headless.append(sheet)
            if any(any(c.strip() for c in line) for line in sheet.lines):
                made.problems.append(f"{where}：找不到表头，整张表没有读；{_advice(sheet, kind)}")
            continue
        made.ignored += [sheet.lines[at][n] for n, name in enumerate(fields) if not name and sheet.lines[at][n].strip()]
        made.rows += _rows(sheet, at, fields, where, made.problems)
    if not made.rows and headless and not any("工作表" not in p and "表头" not in p for p in made.problems):
        raise BadFile("；".join(made.problems) or f"{path.name}：空的表格，没有一行内容")
    return made


def _head(sheet: Sheet, kind: str) -> tuple[int, list[str]]:
    """Where the heading stands, and the field of each column; the line among the first with most known columns.

    One column alone must be headed by a known name exactly: a sentence that holds the word 说明 is no heading.
    """
    best: tuple[int, int, list[str]] = (0, 0, [])
    for number, line in enumerate(sheet.lines[:LOOK_FOR_HEAD]):
        fields = [field_of(cell, kind) if len(cell) <= 40 else "" for cell in line]
        known = len({name for name in fields if name})
        if known == 1 and not any(plain(cell) in one for cell in line for one in names()[kind].values()):
            continue
        if known > best[0]:
            best = (known, number, fields)
    return best[1], best[2]


def _rows(sheet: Sheet, at: int, fields: list[str], where: str, problems: list[str]) -> Iterator[Row]:
    for number, line in enumerate(sheet.lines[at + 1:], at + 2):
        place = (f"工作表“{sheet.title}”" if sheet.title else "") + f"第 {number} 行"
        if line and line[0].startswith("\x00"):
            problems.append(f"{where}，第 {number} 行起读不下去（{line[0][1:]}）；检查这一行的引号是否成对")
            return
        if number > MAX_ROWS + at + 1:
            problems.append(f"{where}：超过 {MAX_ROWS} 行，其余没有读；请拆成几个文件")
            return
        pictures = sheet.pictures.get(number, ())
        values: dict[str, list[str]] = {}
        for name, cell in zip(fields, line, strict=False):
            text = cell.strip()
            if len(text) > MAX_CELL:
                problems.append(f"{where}，第 {number} 行：一格有 {len(text)} 个字，只读了前 {MAX_CELL} 个")
                text = text[:MAX_CELL]
            if name and text and text not in values.get(name, ()):
                values.setdefault(name, []).append(text)
        if values or pictures:
            yield Row(place, {name: "\n".join(texts) for name, texts in values.items()}, pictures)


def _advice(sheet: Sheet, kind: str) -> str:
    """What headings we would know, with the nearest to one that is there."""
    known = [one for name, texts in names()[kind].items() if name != "reporter" for one in texts]
    shown = [cell for line in sheet.lines[:LOOK_FOR_HEAD] for cell in line if cell.strip()][:40]
    hits = ((cell, difflib.get_close_matches(plain(cell), known, 1, 0.5)) for cell in shown)
    near = next((f"“{cell[:20]}”是不是“{hit[0]}”？" for cell, hit in hits if hit), "")
    firsts = "、".join(texts[0] for name, texts in names()[kind].items() if name != "reporter")
    return f"{near}第一行应写列名，例如：{firsts}"
