"""Plain Word documents of text, tables and pictures: Chinese fonts named, crawled text made visible, nothing to click.

The fonts are named, not shipped; a machine without them substitutes. For the layout of official letters
see the formats that follow GB/T 9704.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from exports.defang import visible

_SERIF, _SANS = "仿宋", "黑体"
_INKS = {"alarm": "B42318", "good": "1E6B3A", "warn": "8A5A00", "dim": "616E7C"}
_PAPERS = {"alarm": "FDECEA", "good": "E8F5EC", "warn": "FFF4D6", "head": "E3EAF3", "mark": "FFF0B3"}
MAX_TEXT = 4000

Piece = tuple[str, str]  # text and tone: "" alarm good warn dim bold mark


class Document:
    """A document under construction; `save` writes it."""

    def __init__(self, title: str, author: str = "", landscape: bool = False) -> None:
        self._doc: Any = docx.Document()
        properties = self._doc.core_properties
        properties.title, properties.author, properties.comments = _legal(title)[:200], _legal(author)[:200], ""
        section = self._doc.sections[0]
        section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
        section.left_margin = section.right_margin = Mm(22)
        section.top_margin = section.bottom_margin = Mm(22)
        self.width = section.page_width.mm - 44
        style = self._doc.styles["Normal"]
        _font(style, _SERIF)
        style.font.size, style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(12), Pt(4), 1.25
        for level, size in ((1, 15), (2, 13), (3, 12)):
            made = self._doc.styles[f"Heading {level}"]
            _font(made, _SANS)
            made.font.size, made.font.bold, made.font.color.rgb = Pt(size), False, RGBColor(0x17, 0x36, 0x5D)
            made.paragraph_format.space_before, made.paragraph_format.space_after = Pt(12), Pt(4)
            made.paragraph_format.keep_with_next = True
        self._numbered(section)

    def title(self, text: str, under: str = "") -> None:
        """The centred title and a line below it."""
        self._centred(text, 22, _SANS)
        if under:
            self._centred(under, 12, _SERIF)

    def heading(self, text: str, level: int = 1) -> None:
        """A heading of level 1 to 3."""
        self._doc.add_heading(_legal(text), level)

    def paragraph(self, *pieces: str | Piece, indent: bool = False, tone: str = "") -> None:
        """A paragraph of pieces; `tone` shades the whole of it."""
        made = self._doc.add_paragraph()
        if indent:
            made.paragraph_format.first_line_indent = Pt(24)
        if tone:
            _shade(made._p.get_or_add_pPr(), tone)
        for piece in pieces:
            _run(made, *((piece, "") if isinstance(piece, str) else piece))

    def bullets(self, rows: Iterable[str | Sequence[str | Piece]]) -> None:
        """A list; a row is a text or pieces."""
        for row in rows:
            made = self._doc.add_paragraph(style="List Bullet")
            made.paragraph_format.space_after = Pt(1)
            for piece in [row] if isinstance(row, str) else row:
                _run(made, *((piece, "") if isinstance(piece, str) else piece))

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str | Piece]], widths: Sequence[float]) -> None:
        """A table with `widths` in millimetres; the head (may be empty) is repeated on every page."""
        made = self._doc.add_table(rows=0, cols=len(widths))
        made.style, made.alignment, made.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        for n, width in enumerate(widths):
            made.columns[n].width = Mm(width)
        if head:
            cells = made.add_row()
            _repeat(cells)
            for n, text in enumerate(head):
                self._cell(cells.cells[n], (text, "bold"), widths[n], "head")
        for row in rows:
            cells = made.add_row().cells
            for n, value in enumerate(row):
                piece = (value, "") if isinstance(value, str) else value
                self._cell(cells[n], piece, widths[n], piece[1] if piece[1] in {"alarm", "warn", "good"} else "")
        self._doc.add_paragraph().paragraph_format.space_after = Pt(2)

    def pictures(self, shown: Sequence[tuple[Path, float]], caption: str = "") -> None:
        """Pictures side by side, each with its width in millimetres, under one caption."""
        made = self._doc.add_paragraph()
        made.paragraph_format.keep_with_next = bool(caption)
        for path, width in shown:
            made.add_run().add_picture(str(path), width=Mm(width))
            made.add_run("  ")
        if caption:
            _run(self._doc.add_paragraph(), caption, "dim", size=10)

    def signed(self, *lines: str) -> None:
        """The unit and the day at the end, to the right."""
        for text in lines:
            made = self._doc.add_paragraph()
            made.alignment, made.paragraph_format.right_indent = WD_ALIGN_PARAGRAPH.RIGHT, Pt(48)
            _run(made, text, "")

    def save(self, path: Path) -> None:
        """Write the document to `path`, whatever its suffix."""
        with path.open("wb") as out:
            self._doc.save(out)

    def _cell(self, cell: Any, piece: Piece, width: float, paper: str) -> None:
        cell.width = Mm(width)
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
        paragraph.paragraph_format.line_spacing = 1.0
        _run(paragraph, *piece, size=10.5)
        if paper:
            _shade(cell._tc.get_or_add_tcPr(), paper)

    def _centred(self, text: str, size: float, font: str) -> None:
        made = self._doc.add_paragraph()
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = made.add_run(_legal(text))
        run.font.size = Pt(size)
        _font(run, font)

    def _numbered(self, section: Any) -> None:
        """A page number in the middle of the footer."""
        made = section.footer.paragraphs[0]
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = made.add_run()
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            part = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                part.set(qn("w:fldCharType"), kind)
            else:
                part.text = text
            run._r.append(part)


def _run(paragraph: Any, text: str, tone: str, size: float = 0) -> None:
    run = paragraph.add_run(_legal(text))
    run.bold = tone in {"bold", "alarm"} or None
    if tone in _INKS:
        run.font.color.rgb = RGBColor.from_string(_INKS[tone])
    if tone == "mark":
        _shade(run._r.get_or_add_rPr(), "mark")
    if size:
        run.font.size = Pt(size)


def _legal(text: str) -> str:
    text = visible(text)
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…（共 {len(text)} 字）"


def _font(of: Any, name: str) -> None:
    of.font.name = "Times New Roman"
    fonts = of.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), name)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    properties = of.element.get_or_add_rPr()
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(language)
    for theme in ("w:asciiTheme", "w:eastAsiaTheme", "w:hAnsiTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)


def _shade(properties: Any, tone: str) -> None:
    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", _PAPERS.get(tone, "F4F6F8"))):
        shade.set(qn(f"w:{key}"), value)
    properties.append(shade)


def _repeat(row: Any) -> None:
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
