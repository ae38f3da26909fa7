"""移送函（docx，GB/T 9704 版式）：可直接套红头、编号、签发"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.styles.style import StyleFactory

from exports.defang import visible
from exports.letters import Letter, numbered

# Fonts are named, never shipped: the office's machine has them.
TITLE, BODY, HEADING = "方正小标宋简体", "仿宋_GB2312", "黑体"
LINE, SIZE = 28.95, 16.0  # points: 22 lines on a page, size 3


def write(letter: Letter, target: Path) -> None:
    """The letter at `target`: A4, 37/35/28/26 mm margins, 22 lines of 28 characters."""
    document = page_of_paper()
    body, indented = style(document, BODY, SIZE), style(document, BODY, SIZE, indent=True)
    heading, title = style(document, HEADING, SIZE, indent=True), style(document, TITLE, 22.0, 36.0)
    put(document, letter.number, body, WD_ALIGN_PARAGRAPH.RIGHT)
    put(document, "", body)
    for line in letter.title.split("\n"):
        put(document, line, title, WD_ALIGN_PARAGRAPH.CENTER)
    put(document, "", body)
    put(document, f"{letter.addressee}：", body)
    told = [put(document, text, heading if level else indented) for level, text in numbered(letter)]
    ending = [*told[-1:], put(document, "", body)]
    for number, annex in enumerate(letter.annexes, 1):
        ending.append(put(document, f"{'附件：' if number == 1 else '　　　'}{number}. {annex}", indented))
    ending += [put(document, "", body), put(document, "", body)]
    for paragraph in ending:  # a signature never stands on a page of its own: some of the text goes with it
        paragraph.paragraph_format.keep_with_next = True
    for line in (letter.unit + "　　", letter.day + "　　　　"):
        put(document, line, body, WD_ALIGN_PARAGRAPH.RIGHT).paragraph_format.keep_with_next = True
    put(document, f"（联系人：{letter.contact}）", indented)
    save(document, target)


def page_of_paper() -> Any:
    """An empty document on GB/T 9704 paper with page numbers “— 1 —” outside, and the styles of letters and records."""
    return Document(BytesIO(_blank()))


@cache
def _blank() -> bytes:
    """Made once in a process: each new style makes the library search all others, for longer than the writing of a letter takes."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    document.settings.odd_and_even_pages_header_footer = True
    set_font(document.styles["Normal"], BODY, SIZE)
    for footer, align in ((section.footer, WD_ALIGN_PARAGRAPH.RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = align
        for part in ("　— ", None, " —　"):
            run = paragraph.add_run(part or "")
            set_font(run, "宋体", 14.0)
            if part is None:
                _page_field(run)
    for font, indent in ((BODY, False), (BODY, True), (HEADING, True)):
        style(document, font, SIZE, indent=indent)
    style(document, TITLE, 22.0, 36.0)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def style(document: Any, font: str, size: float, line: float = LINE, *, indent: bool = False) -> Any:
    """A paragraph style with this font, size and fixed line pitch in points; `indent`: two characters."""
    name = f"{font} {size:g} {line:g}{' indented' if indent else ''}"
    there = next((s for s in reversed(document.styles.element.style_lst) if s.name_val == name), None)  # ours are the last
    if there is not None:
        return StyleFactory(there)
    made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    set_font(made, font, size)
    layout = made.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    if indent:
        layout.first_line_indent = Pt(size * 2)
    return made


def put(document: Any, text: str, look: Any, align: Any = None) -> Any:
    """One paragraph of a style; returns it."""
    paragraph = document.add_paragraph(legal(text))
    dress(paragraph, look)
    if align is not None:
        paragraph.alignment = align
    return paragraph


def dress(paragraph: Any, look: Any) -> None:
    """Give a paragraph a style. The library would search all styles for the default one each time."""
    paragraph._p.style = look.style_id


def set_font(target: Any, name: str, size: float) -> None:
    """Name a font for Latin and Chinese text alike (`target`: a run or a style)."""
    target.font.name, target.font.size = name, Pt(size)
    fonts = target.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(attribute), name)


def save(document: Any, target: Path) -> None:
    """Write the document with fixed properties: no name of this machine, no clock."""
    core, fixed = document.core_properties, datetime(2000, 1, 1, tzinfo=UTC)
    core.author, core.comments, core.last_modified_by, core.revision = "", "", "", 1
    core.created = core.modified = fixed
    document.save(str(target))


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
