"""XLSX files: texts as shown, hyperlinks, and pictures by the row they lie on (floating ones and those WPS keeps in cells)."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import warnings
import zipfile
import zlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from crawlers.imports import BadFile, Picture, picture
from crawlers.imports.tables import MAX_ROWS, Sheet

MAX_PARTS, MAX_UNPACKED, MAX_PICTURES, MAX_PICTURE = 5_000, 400 * 1024 * 1024, 2_000, 20 * 1024 * 1024
# What the standard library raises for damaged and hostile ZIP files.
BROKEN_ZIP = (zipfile.BadZipFile, KeyError, ValueError, IndexError, OverflowError, OSError, EOFError, RuntimeError, NotImplementedError,
              struct.error, zlib.error)
_IN_CELL = re.compile(r'DISPIMG\("(ID_[0-9A-Za-z]+)"')
_EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"


def sheets(path: Path, data: bytes) -> list[Sheet]:
    """The visible sheets of a workbook; BadFile for one that is damaged, locked, or unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            checked(packed, path)
            in_cells = _cell_pictures(packed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions it does not know; texts are read all the same
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except BadFile:
        raise
    except (*BROKEN_ZIP, TypeError, AttributeError, DefusedXmlException, ElementTree.ParseError) as problem:
        raise BadFile(f"{path.name}：不是能读的 .xlsx（{type(problem).__name__}: {str(problem)[:120]}）；"
                      "请用 WPS 或 Excel 打开后另存为 .xlsx 再导入") from problem
    return [_sheet(sheet, in_cells) for sheet in book.worksheets if sheet.sheet_state == "visible"]


def checked(packed: zipfile.ZipFile, path: Path) -> None:
    """Refuse a ZIP that unpacks to more than anyone would send, before anything is unpacked."""
    parts = packed.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise BadFile(f"{path.name}：解压后有 {len(parts)} 个文件、{sum(p.file_size for p in parts) >> 20} MiB，超过上限，没有打开")


def _sheet(sheet: Any, in_cells: dict[str, Picture]) -> Sheet:
    pictures: dict[int, list[Picture]] = {}
    for image in getattr(sheet, "_images", [])[:MAX_PICTURES]:
        found = _floating(image, sheet.title)
        if found is not None:
            pictures.setdefault(found[0], []).append(found[1])
    lines: list[list[str]] = []
    for number, cells in enumerate(sheet.iter_rows(max_row=min(sheet.max_row or 1, MAX_ROWS + 20)), 1):
        line = []
        for cell in cells:
            text = _text(cell.value)
            if reference := _IN_CELL.search(text):
                if reference[1] in in_cells:
                    pictures.setdefault(number, []).append(in_cells[reference[1]])
                text = ""
            target = str(getattr(cell.hyperlink, "target", "") or "")
            line.append(f"{text}\n{target}" if target.startswith(("http://", "https://")) and target not in text else text)
        lines.append(line)
    return Sheet(sheet.title, lines, {row: tuple(found) for row, found in pictures.items()})


def _floating(image: Any, title: str) -> tuple[int, Picture] | None:
    """A floating picture with the row its upper left corner lies on."""
    try:
        row, data = int(image.anchor._from.row) + 1, image._data()
    except (AttributeError, ValueError, OSError, TypeError):
        return None
    found = picture(f"{title}!{row}", data[:MAX_PICTURE]) if len(data) <= MAX_PICTURE else None
    return (row, found) if found else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S").removesuffix(" 00:00:00")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).replace("_x000D_", "").replace("\x00", "")


def _cell_pictures(packed: zipfile.ZipFile) -> dict[str, Picture]:
    """The pictures WPS keeps in cells, by the id its DISPIMG formula names."""
    if "xl/cellimages.xml" not in packed.namelist():
        return {}
    links = {}
    for link in ElementTree.fromstring(packed.read("xl/_rels/cellimages.xml.rels")):
        links[link.get("Id", "")] = posixpath.normpath(posixpath.join("xl", link.get("Target", "").lstrip("/")))
    found = {}
    for frame in list(ElementTree.fromstring(packed.read("xl/cellimages.xml")))[:MAX_PICTURES]:
        name = next((e.get("name", "") for e in frame.iter() if e.tag.endswith("}cNvPr")), "")
        part = links.get(next((e.get(_EMBED, "") for e in frame.iter() if e.tag.endswith("}blip")), ""), "")
        if name and part in packed.namelist() and packed.getinfo(part).file_size <= MAX_PICTURE:
            one = picture(part, packed.read(part))
            if one is not None:
                found[name] = one
    return found
