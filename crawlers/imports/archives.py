"""Web archives people bring in: the pages of a WARC or WACZ, with the status, headers and time their records state."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator

from crawlers.imports import BadFile, Picture, picture
from crawlers.imports.saved import MAX_BODY, MAX_PICTURE, MAX_PICTURES, Saved, SavedPage
from crawlers.imports.text import address
from crawlers.imports.workbook import BROKEN_ZIP, checked

MAX_PAGES, MAX_RECORDS = 500, 200_000
_PAGES = ("text/html", "application/xhtml+xml")


def warc(path: Path, data: bytes) -> Saved:
    """The HTML answers of a WARC file (plain or gzip); what follows a damaged record is told as lost."""
    made = Saved()
    _read(io.BytesIO(data), path.name, None, made)
    if not made.pages:
        raise BadFile("；".join(made.problems) or f"{path.name}：里面没有一个网页（状态 200 的 HTML）")
    return made


def wacz(path: Path, data: bytes) -> Saved:
    """The pages a WACZ lists, else every HTML answer of its archives."""
    made = Saved()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            checked(packed, path)
            names = packed.namelist()
            archives = [n for n in names if n.startswith("archive/") and n.endswith((".warc", ".warc.gz"))]
            if not archives:
                raise BadFile(f"{path.name}：不是 WACZ（没有 archive/*.warc）；表格请用 dajia import tips")
            listed = _listed(packed) if "pages/pages.jsonl" in names else None
            for name in archives:
                with packed.open(name) as source:
                    _read(io.BytesIO(source.read()), f"{path.name} 的 {name}", listed, made)
    except BROKEN_ZIP as problem:
        raise BadFile(f"{path.name}：不是完好的 WACZ（{problem}）；请重新导出") from problem
    if not made.pages:
        raise BadFile("；".join(made.problems) or f"{path.name}：里面没有一个网页（状态 200 的 HTML）")
    return made


def _listed(packed: zipfile.ZipFile) -> frozenset[str] | None:
    """The addresses of pages.jsonl; None when it names none (then every page counts)."""
    found = set()
    for line in packed.read("pages/pages.jsonl").decode("utf-8", "replace").splitlines()[:100_000]:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and isinstance(entry.get("url"), str):
            found.add(address(entry["url"]))
    return frozenset(found - {""}) or None


def _read(source: BinaryIO, where: str, listed: frozenset[str] | None, made: Saved) -> None:
    """Add the pages of one WARC; its pictures go to the page before them."""
    pages: list[dict[str, Any]] = []
    try:
        for number, record in enumerate(_records(source)):
            if number >= MAX_RECORDS or len(pages) + len(made.pages) >= MAX_PAGES:
                made.problems.append(f"{where}：超过 {MAX_PAGES} 个网页或 {MAX_RECORDS} 条记录，其余没有读；请分成几个文件")
                break
            _record(record, where, listed, pages, made.problems)
    except Exception as problem:  # noqa: BLE001 - warcio raises many kinds; what was read before it is kept
        made.problems.append(f"{where}：第 {len(pages)} 个网页之后读不下去（{type(problem).__name__}: {str(problem)[:100]}）")
    made.pages += [SavedPage(**page | {"pictures": tuple(page["pictures"])}) for page in pages]


def _records(source: BinaryIO) -> Iterator[Any]:
    yield from ArchiveIterator(source, arc2warc=True)


def _record(record: Any, where: str, listed: frozenset[str] | None, pages: list[dict[str, Any]], problems: list[str]) -> None:
    if record.rec_type not in ("response", "resource"):
        return
    headers = record.http_headers
    url = address(record.rec_headers.get_header("WARC-Target-URI") or "")
    kind = (headers.get_header("Content-Type") if headers else record.rec_headers.get_header("Content-Type")) or ""
    plain = kind.split(";")[0].strip().lower()
    if plain.startswith("image/") and pages and len(pages[-1]["pictures"]) < MAX_PICTURES:
        one = _picture(record, url)
        if one is not None:
            pages[-1]["pictures"].append(one)
        return
    if plain not in _PAGES or not url or (listed is not None and url not in listed):
        return
    status = int(headers.get_statuscode()) if headers and str(headers.get_statuscode()).isdigit() else 0
    if status >= 300:
        return
    body = record.content_stream().read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        problems.append(f"{where}：{url[:100]} 超过 {MAX_BODY >> 20} MiB，只收前一段")
    pages.append({
        "url": url, "body": body[:MAX_BODY], "content_type": kind[:200] or "text/html", "how": where, "status": status,
        "stated": record.rec_headers.get_header("WARC-Date") or "", "pictures": [],
        "headers": tuple((str(k)[:200], str(v)[:2000]) for k, v in headers.headers[:100]) if headers else ()})


def _picture(record: Any, url: str) -> Picture | None:
    data = record.content_stream().read(MAX_PICTURE + 1)
    return picture(url[:200], data) if len(data) <= MAX_PICTURE else None
