"""Workbooks of text: every crawled word is a text cell, no address can be clicked, rows go to the disk as they come.

Rows must be written in order (constant memory). Fonts are named, not shipped: a machine without them substitutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter

from exports.defang import cell
from exports.gallery import Shot

FONT = "微软雅黑"
MAX_ROWS = 1_048_000
LINE_HEIGHT, MAX_HEIGHT = 14.5, 300.0  # points
THUMB_HEIGHT = 150  # pixels on the sheet; the picture itself is finer, sharp on any screen
_INK, _RULE, _HEAD = "#1f2933", "#d5dbe1", "#1f3a5f"
TONES = {"alarm": ("#b42318", "#fdecea"), "warn": ("#8a5a00", "#fff4d6"), "good": ("#1e6b3a", "#e8f5ec"), "dim": ("#616e7c", "#f4f6f8")}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in characters, and whether long text wraps."""

    title: str
    width: float
    wrap: bool = False


def columns(specification: str) -> tuple[Column, ...]:
    """Columns written as `heading width | heading width+ | …`, the plus for text that wraps."""
    found = []
    for one in specification.split("|"):
        title, _, width = one.strip().rpartition(" ")
        found.append(Column(title, float(width.rstrip("+")), width.endswith("+")))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Toned:
    """A text in one of `TONES`, so that a gap is louder than a hit."""

    text: str
    tone: str


class Sheet:
    """One sheet, written row by row."""

    def __init__(self, book: Book, title: str, columns: Sequence[Column], tall: float, printed: int) -> None:
        self._book, self.columns, self._tall, self._printed = book, columns, tall, printed
        self.page = book.file.add_worksheet(title)
        self.at, self._first = 0, 0
        for n, column in enumerate(columns):
            self.page.set_column(n, n, column.width, book.form(wrap=column.wrap))
        self.page.set_landscape()
        self.page.set_paper(9)
        self.page.fit_to_pages(1, 0)
        self.page.set_margins(0.4, 0.4, 0.6, 0.6)
        self.page.set_footer("&L&A&R第 &P 页，共 &N 页")

    def banner(self, text: str, tone: str = "", size: int = 11, height: float = 22) -> None:
        """A line over the whole width, above the heading."""
        self.page.set_row(self.at, height)
        form = self._book.form(wrap=True, tone=tone, size=size, bold=True, plain=True)
        self.page.merge_range(self.at, 0, self.at, len(self.columns) - 1, "", form)
        self.page.write_string(self.at, 0, cell(text), form)
        self.at += 1

    def heading(self) -> None:
        """The column titles: frozen, repeated in print, with filters below `close`."""
        self.page.set_row(self.at, 26)
        for n, column in enumerate(self.columns):
            self.page.write_string(self.at, n, column.title, self._book.head)
        self.page.freeze_panes(self.at + 1, 0)
        self.page.repeat_rows(self.at)
        self._first = self.at
        self.at += 1

    def row(self, values: Sequence[str | int | float | Toned | Shot | None], height: float = 0) -> None:
        """One row, high enough for its wrapped texts; numbers stay numbers, all else is text. A Shot floats in its cell,
        or its problem is told there. `height` in points is the least."""
        self.page.set_row(self.at, min(MAX_HEIGHT, max(height or self._tall, self._needed(values))))
        for n, value in enumerate(values):
            self._put(n, value)
        self.at += 1

    def _needed(self, values: Sequence[object]) -> float:
        """Points that the longest wrapped text of a row needs: not every program fits rows by itself."""
        most = 1
        for column, value in list(zip(self.columns, values, strict=False))[:self._printed or None]:
            text = value.text if isinstance(value, Toned) else value
            if column.wrap and isinstance(text, str):
                room = max(4.0, column.width - 3)
                most = max(most, sum(1 + int(_width(part) / room) for part in text[:4000].split("\n")))
        return most * LINE_HEIGHT + 5

    def close(self) -> None:
        """Switch the filters on for what was written; only the first columns are printed where the sheet says so."""
        if self._first or self.at:
            self.page.autofilter(self._first, 0, max(self.at - 1, self._first), len(self.columns) - 1)
        if self._printed:
            self.page.print_area(0, 0, max(self.at - 1, self._first), self._printed - 1)

    def _put(self, n: int, value: str | int | float | Toned | Shot | None) -> None:
        wrap = self.columns[n].wrap
        if isinstance(value, Shot):
            if value.path is None:
                self.page.write_string(self.at, n, cell(value.problem), self._book.form(wrap=True, tone="warn"))
            else:
                self.page.write_blank(self.at, n, None, self._book.form())
                scale = min(THUMB_HEIGHT / value.height, self.columns[n].width * 7 / value.width)
                self.page.insert_image(self.at, n, str(value.path), {
                    "x_offset": 4, "y_offset": 4, "x_scale": scale, "y_scale": scale, "object_position": 1,
                    "description": "网页截图缩略图"})
        elif isinstance(value, int | float):
            self.page.write_number(self.at, n, value, self._book.form(number=True))
        elif isinstance(value, Toned):
            self.page.write_string(self.at, n, cell(value.text), self._book.form(wrap=wrap, tone=value.tone))
        elif value:
            self.page.write_string(self.at, n, cell(value), self._book.form(wrap=wrap))
        else:
            self.page.write_blank(self.at, n, None, self._book.form())


def _width(text: str) -> int:
    """Columns a text takes: two for each character that is not ASCII."""
    return len(text) + sum(not c.isascii() for c in text)


class Book:
    """A workbook being written to `path`; whole when the block ends well."""

    def __init__(self, path: Path, scratch: Path, title: str, author: str = "") -> None:
        self.file = xlsxwriter.Workbook(str(path), {
            "constant_memory": True, "tmpdir": str(scratch), "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False})
        self.file.set_properties({"title": cell(title, 200), "author": cell(author, 200), "comments": "网址已失活：hxxp 即 http，[.] 即 ."})
        self._forms: dict[tuple[Any, ...], Any] = {}
        self._sheets: list[Sheet] = []
        self.head = self.file.add_format({
            "font_name": FONT, "font_size": 10, "bold": True, "font_color": "#ffffff", "bg_color": _HEAD, "align": "center",
            "valign": "vcenter", "text_wrap": True, "border": 1, "border_color": _HEAD})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        for sheet in self._sheets:
            sheet.close()
        self.file.close()

    def sheet(self, title: str, columns: Sequence[Column], tall: float = 0, printed: int = 0) -> Sheet:
        """A new sheet; `tall` is the height of its rows in points (0: the usual), `printed` how many columns are printed (0: all)."""
        made = Sheet(self, title, columns, tall, printed)
        self._sheets.append(made)
        return made

    def form(self, wrap: bool = False, tone: str = "", size: int = 10, bold: bool = False, plain: bool = False,
             number: bool = False) -> Any:
        """A cell format; text cells stay text when edited (quote prefix)."""
        key = (wrap, tone, size, bold, plain, number)
        if key not in self._forms:
            ink, paper = TONES.get(tone, (_INK, ""))
            look: dict[str, Any] = {"font_name": FONT, "font_size": size, "bold": bold or tone == "alarm", "font_color": ink,
                                    "valign": "top" if wrap and not plain else "vcenter", "text_wrap": wrap,
                                    "quote_prefix": not (plain or number),
                                    "align": "center" if number else "left", "indent": 0 if number else 1}
            if not plain:
                look |= {"border": 1, "border_color": _RULE}
            if paper:
                look["bg_color"] = paper
            self._forms[key] = self.file.add_format(look)
        return self._forms[key]
