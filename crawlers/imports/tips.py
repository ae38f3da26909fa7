"""Reports (12345, 12350, 举报): tables, Word files and plain texts, with the addresses and pictures in them.

Who reported is recognised only to be left out: the sealed original holds it, the rows do not.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from crawlers.imports import BadFile, Picture, picture
from crawlers.imports.tables import MAX_CELL, Row, decoded, table
from crawlers.imports.text import addresses, cell_addresses

TABLES = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".et")
_RULE = re.compile(r"^\s*(?:[-=*—_]{3,}|第?\s*\d{1,4}\s*[条件]\s*[:：]?)\s*$", re.M)
MAX_PICTURE, MAX_PICTURES = 20 * 1024 * 1024, 30


@dataclass(frozen=True, slots=True)
class Report:
    """One report as read. `contact` is what a column for the accused's contacts says, kept apart from the text."""

    place: str
    number: str = ""
    channel: str = ""
    received: str = ""
    text: str = ""
    contact: str = ""
    urls: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(slots=True)
class Reports:
    """The reports of a file, what could not be read, and columns that mean nothing to us."""

    rows: list[Report] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def read(path: Path, data: bytes) -> Reports:
    """The reports in a file of any of the known kinds; BadFile for one that is none of them."""
    suffix = path.suffix.lower()
    if suffix == ".docx":
        return _document(path, data)
    if suffix in TABLES or data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _table(path, data)
    if suffix not in ("", ".txt", ".text", ".md", ".log"):
        raise BadFile(f"{path.name}：举报材料认得 .csv .xlsx .docx .txt，认不得 {suffix}；网页和截图请用 dajia import saved")
    return _plain(decoded(path, data))


def _table(path: Path, data: bytes) -> Reports:
    found = table(path, data, "tips")
    made = Reports(problems=found.problems, ignored=found.ignored)
    for row in found.rows:
        report = _report(path, row, made.problems)
        if report is not None:
            made.rows.append(report)
    return made


def _report(path: Path, row: Row, problems: list[str]) -> Report | None:
    text = "\n".join(t for t in (row.get("subject"), row.get("text")) if t)
    urls = cell_addresses(row.get("url"))
    if row.get("url") and not urls:
        problems.append(f"{path.name}，{row.place}，网址栏：{row.get('url')[:60]!r} 里没有网址，按文字收下；要抓取请补全域名或完整链接")
        text = f"{text}\n{row.get('url')}".strip()
    pictures = [*row.pictures, *_named(path, row, problems)]
    if not (text or urls or pictures or row.get("contact")):
        if any(row.get(name) for name in ("number", "channel", "received")):
            problems.append(f"{path.name}，{row.place}：没有内容、网址、联系方式或截图，跳过；请补上其中一项")
        return None
    found = tuple(dict.fromkeys([*urls, *addresses(f"{text}\n{row.get('contact')}")]))
    return Report(row.place, row.get("number")[:200], row.get("channel")[:200], row.get("received")[:60], text, row.get("contact"),
                  found, tuple(pictures[:MAX_PICTURES]))


def _named(path: Path, row: Row, problems: list[str]) -> list[Picture]:
    """Pictures a cell names, taken from the table's own folder and nowhere else."""
    found = []
    for name in re.split(r"[\n、，,；;|]+", row.get("picture")):
        name = name.strip().replace("\\", "/")
        if not name or not re.search(r"\.(png|jpe?g|gif|webp|bmp)\Z", name, re.I):
            continue
        base = path.parent.resolve()
        place = (base / name).resolve()
        where = f"{path.name}，{row.place}，截图栏：{name[:80]!r} "
        if not place.is_relative_to(base):
            problems.append(where + "不在表格所在的文件夹里，没有读；请把截图放到表格旁边")
        elif not place.is_file() or place.stat().st_size > MAX_PICTURE:
            problems.append(where + f"找不到，或大于 {MAX_PICTURE >> 20} MiB；请放到 {base} 里再导入一次")
        elif (one := picture(name, place.read_bytes())) is None:
            problems.append(where + "不是 PNG、JPEG、GIF、WebP 或 BMP 图片")
        else:
            found.append(one)
    return found


def _plain(text: str) -> Reports:
    """Plain text: one report, or several between lines of dashes or headed 第 n 条."""
    made = Reports()
    parts = [part.strip() for part in _RULE.split(text)]
    for number, part in enumerate((p for p in parts if p), 1):
        if len(part) > MAX_CELL * 5:
            made.problems.append(f"第 {number} 段有 {len(part)} 个字，只读了前 {MAX_CELL * 5} 个；请用 --- 把各件分开")
        made.rows.append(Report(f"第 {number} 段", text=part[:MAX_CELL * 5], urls=tuple(addresses(part))))
    if not made.rows:
        raise BadFile("文件里没有文字")
    return made


def _document(path: Path, data: bytes) -> Reports:
    """A Word file as one report: its paragraphs, the cells of its tables, its pictures."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    from crawlers.imports.workbook import BROKEN_ZIP, checked

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            checked(packed, path)
        document = docx.Document(io.BytesIO(data))
        lines = [p.text for p in document.paragraphs]
        lines += [cell.text for grid in document.tables for line in grid.rows for cell in line.cells]
        parts = [p for p in document.part.package.iter_parts() if str(p.partname).startswith("/word/media/")]
        links = [r.target_ref for r in document.part.rels.values() if r.is_external and r.target_ref.startswith("http")]
    except BadFile:
        raise
    except (PackageNotFoundError, *BROKEN_ZIP, AttributeError, SyntaxError) as problem:
        raise BadFile(f"{path.name}：不是能读的 .docx（{type(problem).__name__}）；"
                      "请用 WPS 或 Word 另存为 .docx，或另存为 .txt") from problem
    text = "\n".join(dict.fromkeys(line.strip() for line in lines if line.strip()))[:MAX_CELL * 5]
    pictures = tuple(one for p in parts[:MAX_PICTURES] if (one := picture(str(p.partname), p.blob[:MAX_PICTURE])))
    if not text and not pictures:
        raise BadFile(f"{path.name}：文件里没有文字，也没有图片")
    return Reports([Report("全文", text=text, urls=tuple(dict.fromkeys([*addresses(text), *addresses("\n".join(links))])),
                           pictures=pictures)])
