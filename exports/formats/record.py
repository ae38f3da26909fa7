"""电子数据提取笔录与提取固定清单（docx）：每一栏注明所据条文，留签名行"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from exports.extraction import LIST_HEAD, Entry
from exports.formats.letter import BODY, HEADING, TITLE, dress, legal, page_of_paper, put, save, style

SIGN = ("提取人（两人）签名：　　　　　　　　　　　　　　　　年　　月　　日",
        "见证人签名（无见证人的注明原因）：　　　　　　　　　　年　　月　　日",
        "电子数据持有人（提供人）签名（公开网页无法取得的注明）：　　年　月　日")
WIDTHS = (10, 26, 16, 24, 18, 42, 42, 44, 35)  # mm


def write(entries: Sequence[Entry], rows: Sequence[tuple[str, ...]], list_rule: str, target: Path) -> None:
    """The record, then the list on landscape paper, at `target`."""
    document = page_of_paper()
    title, sign = style(document, TITLE, 22.0, 36.0), style(document, BODY, 12.0, 30.0)
    put(document, "电子数据提取笔录", title, WD_ALIGN_PARAGRAPH.CENTER)
    _table(document, ("项目", "内容", "所据规定"), (30, 88, 38), 10.5, [(e.title, e.text, e.rule) for e in entries])
    for line in SIGN:
        put(document, line, sign)
    section = document.add_section()
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.top_margin = section.bottom_margin = Mm(25)
    section.left_margin = section.right_margin = Mm(20)
    put(document, "电子数据提取固定清单", title, WD_ALIGN_PARAGRAPH.CENTER)
    _table(document, LIST_HEAD, WIDTHS, 8.0, rows)
    put(document, f"所据规定：{list_rule}。校验值为各件数据字节的 SHA-256 与 SM3（GB/T 32905）。", style(document, BODY, 10.5, 18.0))
    save(document, target)


def _table(document: Any, head: Sequence[str], widths: Sequence[int], size: float, rows: Sequence[Sequence[str]]) -> None:
    """A ruled table with a head repeated on every page; the first column in the heading font."""
    table = document.add_table(rows=2, cols=len(head))
    table.style, table.autofit = "Table Grid", False
    bold, plain = style(document, HEADING, size, size * 1.5), style(document, BODY, size, size * 1.5)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for cell, text in zip(table.rows[0].cells, head, strict=True):
        cell.paragraphs[0].text = text
        dress(cell.paragraphs[0], bold)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for number, cell in enumerate(table.rows[1].cells):
        dress(cell.paragraphs[0], plain if number else bold)
    pattern = table.rows[1]._tr
    whole = OxmlElement("w:cantSplit")
    whole.set(qn("w:val"), "true")
    pattern.get_or_add_trPr().append(whole)
    for texts in rows:  # copied as a whole: the library's add_row takes time with every row there is
        row = deepcopy(pattern)
        for cell, text in zip(row.tc_lst, texts, strict=True):
            cell.p_lst[0].add_r().text = legal(text)
        pattern.addprevious(row)
    pattern.getparent().remove(pattern)
