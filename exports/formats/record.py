"""电子数据提取笔录与提取固定清单（docx）：每一栏注明所据条文，留签名行"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from exports.extraction import LIST_HEAD, Entry
from exports.formats.letter import BODY, HEADING, TITLE, legal, page_of_paper, save, set_font

SIGN = ("提取人（两人）签名：　　　　　　　　　　　　　　　　年　　月　　日",
        "见证人签名（无见证人的注明原因）：　　　　　　　　　　年　　月　　日",
        "电子数据持有人（提供人）签名（公开网页无法取得的注明）：　　　　年　　月　　日")
WIDTHS = (10, 26, 16, 24, 18, 40, 40, 40, 32)  # mm


def write(entries: Sequence[Entry], rows: Sequence[tuple[str, ...]], list_rule: str, target: Path) -> None:
    """The record, then the list on landscape paper, at `target`."""
    document = page_of_paper()
    _text(document, "电子数据提取笔录", TITLE, Pt(22), WD_ALIGN_PARAGRAPH.CENTER)
    table = _table(document, ("项目", "内容", "所据规定"), (32, 86, 38))
    for entry in entries:
        _row(table, (entry.title, entry.text, entry.rule), Pt(10.5))
    for sign in SIGN:
        _text(document, sign, BODY, Pt(12))
    section = document.add_section()
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.top_margin = section.bottom_margin = Mm(25)
    section.left_margin = section.right_margin = Mm(20)
    _text(document, "电子数据提取固定清单", TITLE, Pt(22), WD_ALIGN_PARAGRAPH.CENTER)
    listed = _table(document, LIST_HEAD, WIDTHS)
    for row in rows:
        _row(listed, row, Pt(8))
    _text(document, f"所据规定：{list_rule}。校验值为各件数据字节的 SHA-256 与 SM3（GB/T 32905）。", BODY, Pt(10.5))
    save(document, target)


def _text(document: Any, text: str, font: str, size: Any, align: Any = None) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(6)
    if align is not None:
        paragraph.alignment = align
    set_font(paragraph.add_run(legal(text)), font, size)


def _table(document: Any, head: Sequence[str], widths: Sequence[int]) -> Any:
    table = document.add_table(rows=1, cols=len(head))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for cell, text in zip(table.rows[0].cells, head, strict=True):
        set_font(cell.paragraphs[0].add_run(text), HEADING, Pt(10.5))
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    return table


def _row(table: Any, texts: Sequence[str], size: Any) -> None:
    cells = table.add_row().cells
    for number, text in enumerate(texts):
        paragraph = cells[number].paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        set_font(paragraph.add_run(legal(text)), BODY if number != 0 else HEADING, size)
