"""Filing exports and lists of confirmed fakes: one row, one statement."""

from __future__ import annotations

import re
from pathlib import Path

from crawlers.imports import BadFile
from crawlers.imports.tables import Row, decoded, table
from crawlers.imports.text import addresses, cell_addresses
from evidence import ids
from evidence.filings import numbers
from evidence.intake import AgencyFake, FiledSite

_SEPARATORS = re.compile(r"[\s,，;；、|]+")


def read_filings(path: Path, data: bytes) -> tuple[list[FiledSite], list[str]]:
    """Every (number, domain) of an ICP or 公安备案 export, and what could not be read."""
    found = table(path, data, "icp")
    rows: list[FiledSite] = []
    problems = found.problems
    for row in found.rows:
        rows += _filed(path, row, problems)
    return rows, problems


def _filed(path: Path, row: Row, problems: list[str]) -> list[FiledSite]:
    where = f"{path.name}，{row.place}"
    known = numbers(row.get("number"))
    if not known:
        shown = row.get("number")[:40]
        problems.append(f"{where}，备案号栏：{shown!r} 不是备案号，跳过；应如 闽ICP备2020000000号-1 或 闽公网安备35010000000000号" if shown
                        else f"{where}，备案号栏：空，跳过；请补上备案号")
        return []
    if known[0].problem:
        problems.append(f"{where}，备案号栏：{known[0].number} 形式可疑（{known[0].problem}），照原样收下")
    if not row.get("owner"):
        problems.append(f"{where}，主办单位栏：空；收下号码，但无法判断备案号是不是别人的")
    domains = _domains(where, row.get("domain"), problems)
    return [FiledSite(row.place, one.number, one.site, domain, row.get("owner")[:300], row.get("owner_kind")[:60], row.get("name")[:200],
                      row.get("province")[:30] or one.province, row.get("stated")[:40])
            for one in known for domain in domains or [""]]


def _domains(where: str, cell: str, problems: list[str]) -> list[str]:
    found = []
    for part in filter(None, _SEPARATORS.split(cell)):
        hosts = [ids.host_of(url) for url in cell_addresses(part)]
        if hosts:
            found += [host.removeprefix("www.") for host in hosts]
        else:
            problems.append(f"{where}，域名栏：{part[:60]!r} 不是域名，没有收；应如 example.cn，多个用分号隔开")
    return list(dict.fromkeys(found))


def read_fakes(path: Path, data: bytes) -> tuple[list[AgencyFake], list[str]]:
    """Every address of a list of confirmed fakes: a table, or plain text with one address a line."""
    if not data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) and path.suffix.lower() not in (".csv", ".tsv"):
        return _listed(path, decoded(path, data))
    found = table(path, data, "agency-list")
    rows, problems = [], found.problems
    for row in found.rows:
        urls = cell_addresses(row.get("url"))
        if not urls:
            shown = f"{row.get('url')[:60]!r} 不是网址或域名" if row.get("url") else "空"
            problems.append(f"{path.name}，{row.place}，网址栏：{shown}，跳过；请写域名或完整网址")
        said = {name: row.get(name)[:200] for name in ("name", "imitates", "agency", "document", "stated")}
        rows += [AgencyFake(row.place, url, ids.host_of(url), note=row.get("note")[:500], **said) for url in urls]
    return rows, problems


def _listed(path: Path, text: str) -> tuple[list[AgencyFake], list[str]]:
    rows, problems = [], []
    for number, line in enumerate(text.splitlines()[:100_000], 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        urls = addresses(line) or cell_addresses(line)
        if not urls:
            problems.append(f"{path.name}，第 {number} 行：{line.strip()[:60]!r} 不是网址或域名，跳过；每行写一个域名或完整网址")
        rows += [AgencyFake(f"第 {number} 行", url, ids.host_of(url), note=line.strip()[:500]) for url in urls]
    if not rows and not problems:
        raise BadFile(f"{path.name}：文件里没有一行内容")
    return rows, problems
