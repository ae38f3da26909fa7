"""移送函（docx，GB/T 9704 版式）：可直接套红头、编号、签发"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from exports.defang import visible
from exports.letters import Letter, numbered

# Fonts are named, never shipped: the office's machine has them.
TITLE, BODY, HEADING, KAI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
LINE, SIZE = Pt(28.95), Pt(16)  # 22 lines on a page, size 3


def write(letter: Letter, target: Path) -> None:
    """The letter at `target`: A4, 37/35/28/26 mm margins, 22 lines of 28 characters."""
    document = page_of_paper()
    _line(document, letter.number, BODY, align=WD_ALIGN_PARAGRAPH.RIGHT)
    _line(document, "", BODY)
    _line(document, letter.title, TITLE, Pt(22), WD_ALIGN_PARAGRAPH.CENTER)
    _line(document, "", BODY)
    _line(document, f"{letter.addressee}：", BODY)
    for level, text in numbered(letter):
        _line(document, text, HEADING if level else BODY, indent=True)
    _line(document, "", BODY)
    for number, annex in enumerate(letter.annexes, 1):
        _line(document, f"{'附件：' if number == 1 else '　　　'}{number}. {annex}", BODY, indent=True)
    _line(document, "", BODY)
    _line(document, "", BODY)
    _line(document, letter.unit + "　　", BODY, align=WD_ALIGN_PARAGRAPH.RIGHT, keep=True)
    _line(document, letter.day + "　　　　", BODY, align=WD_ALIGN_PARAGRAPH.RIGHT, keep=True)
    _line(document, f"（联系人：{letter.contact}）", BODY, indent=True)
    save(document, target)


def page_of_paper() -> Any:
    """An empty document on GB/T 9704 paper with page numbers “— 1 —” outside."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    document.settings.odd_and_even_pages_header_footer = True
    style = document.styles["Normal"]
    set_font(style, BODY, SIZE)
    for footer, align in ((section.footer, WD_ALIGN_PARAGRAPH.RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = align
        for part in ("　— ", None, " —　"):
            run = paragraph.add_run(part or "")
            set_font(run, "宋体", Pt(14))
            if part is None:
                _page_field(run)
    return document


def set_font(target: Any, name: str, size: Any) -> None:
    """Name a font for Latin and Chinese text alike (`target`: a run or a style)."""
    target.font.name, target.font.size = name, size
    fonts = target.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(attribute), name)


def save(document: Any, target: Path) -> None:
    """Write the document with fixed properties: no name of this machine, no clock."""
    core, fixed = document.core_properties, datetime(2000, 1, 1, tzinfo=UTC)
    core.author, core.comments, core.last_modified_by, core.revision = "", "", "", 1
    core.created = core.modified = fixed
    document.save(str(target))


def _line(
    document: Any, text: str, font: str, size: Any = SIZE, align: Any = None, *, indent: bool = False, keep: bool = False,
) -> None:
    paragraph = document.add_paragraph()
    layout = paragraph.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, LINE if size == SIZE else Pt(36)
    if indent:
        layout.first_line_indent = size * 2
    if align is not None:
        paragraph.alignment = align
    layout.keep_with_next = keep
    set_font(paragraph.add_run(legal(text)), font, size)


def legal(text: str) -> str:
    """Text that XML allows."""
    return visible(text).replace("\n", " ")


def _page_field(run: Any) -> None:
    for kind, text in (("begin", ""), (None, "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.set(qn("xml:space"), "preserve")
            element.text = text
        run._r.append(element)
