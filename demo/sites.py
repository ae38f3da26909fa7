"""The hosts of the demo web, read from `sites/<host>/site.yml` and the page files beside it.

    charset: utf-8 | gbk        https: true | false
    created, registrar, country, ip: what WHOIS and DNS say
    pages: path → {file: a.html, mobile: b.html} | {redirect: URL, status: 302} | {qr: text} |
           {picture: [lines]} | {bytes: n, type: …, attachment: name} | {text: …}
    index: [{url, title, snippet, engines, paid, date}]     what engines and boards know of this host
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ENGINES = ("so360", "baidu", "sogou", "toutiao", "hc360", "liebiao", "discuz")
_KEYS = {"charset", "https", "created", "registrar", "country", "ip", "pages", "index"}
_PAGE_KEYS = {"file", "mobile", "redirect", "status", "qr", "picture", "bytes", "type", "attachment", "text"}
_KINDS = ("file", "redirect", "qr", "picture", "bytes", "text")
_UNSEEN = re.compile(r"(?is)<(script|style|template|noscript)\b.*?</\1>|<!--.*?-->|<[^>]+>")
_TITLE = re.compile(r"(?is)<title[^>]*>(.*?)</title>")


class SiteError(Exception):
    """A site that cannot be served; the message names file and field."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One page as the engines know it. `words` is everything that is searched."""

    url: str
    title: str
    snippet: str
    date: str
    engines: frozenset[str]
    paid: frozenset[str]
    words: str


@dataclass(slots=True)
class Site:
    """One host and what it serves."""

    host: str
    folder: Path
    charset: str = "utf-8"
    https: bool = True
    created: str = ""
    registrar: str = ""
    country: str = ""
    ip: str = "203.0.113.1"
    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    index: list[Entry] = field(default_factory=list)

    def page(self, target: str) -> dict[str, Any] | None:
        """The page at a path with its query, else at the path alone, else None."""
        return self.pages.get(target) or self.pages.get(target.partition("?")[0])


def load(folder: Path) -> dict[str, Site]:
    """Every site by host; SiteError for the first that is broken."""
    sites = {}
    for path in sorted(folder.glob("*/site.yml")):
        site = _site(path)
        sites[site.host] = site
    if not sites:
        raise SiteError(f"{folder}: no site.yml found")
    return sites


def visible(page: str) -> str:
    """The words of a page, tags and scripts gone."""
    return " ".join(html.unescape(_UNSEEN.sub(" ", page)).split())


def _site(path: Path) -> Site:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise SiteError(f"{path}: cannot be read: {problem}") from problem
    if not isinstance(raw, dict):
        raise SiteError(f"{path}: must be a mapping")
    if unknown := set(raw) - _KEYS:
        raise SiteError(f"{path}: unknown field {sorted(unknown)[0]!r}; known: {', '.join(sorted(_KEYS))}")
    site = Site(path.parent.name, path.parent, str(raw.get("charset", "utf-8")), bool(raw.get("https", True)),
                str(raw.get("created", "")), str(raw.get("registrar", "")), str(raw.get("country", "")),
                str(raw.get("ip", "203.0.113.1")))
    for target, page in (raw.get("pages") or {}).items():
        site.pages[str(target)] = _page(path, str(target), page)
    site.index = list(_entries(path, site, raw.get("index") or []))
    return site


def _page(path: Path, target: str, page: Any) -> dict[str, Any]:
    where = f"{path}: pages.{target}"
    if not target.startswith("/"):
        raise SiteError(f"{where}: a path starts with /")
    if not isinstance(page, dict) or sum(kind in page for kind in _KINDS) != 1:
        raise SiteError(f"{where}: needs exactly one of {', '.join(_KINDS)}")
    if unknown := set(page) - _PAGE_KEYS:
        raise SiteError(f"{where}: unknown field {sorted(unknown)[0]!r}")
    for name in ("file", "mobile"):
        if name in page and not (path.parent / str(page[name])).is_file():
            raise SiteError(f"{where}.{name}: no file {page[name]}")
    return page


def _entries(path: Path, site: Site, rows: list[Any]) -> Iterator[Entry]:
    for number, row in enumerate(rows):
        where = f"{path}: index[{number}]"
        if not isinstance(row, dict) or not str(row.get("url", "")).startswith("/"):
            raise SiteError(f"{where}: needs url: /path")
        page = site.page(str(row["url"]))
        if page is None:
            raise SiteError(f"{where}.url: this host has no page {row['url']}")
        engines = frozenset(row.get("engines") or ("so360", "baidu", "toutiao"))
        if unknown := (engines | frozenset(row.get("paid") or ())) - set(ENGINES):
            raise SiteError(f"{where}.engines: unknown {sorted(unknown)[0]!r}; known: {', '.join(ENGINES)}")
        source = (site.folder / str(page["file"])).read_text(encoding="utf-8") if "file" in page else ""
        found = _TITLE.search(source)
        title = str(row.get("title") or (visible(found[1]) if found else site.host))
        text = visible(_TITLE.sub("", source))
        snippet = str(row.get("snippet") or text[:110])
        scheme = "https" if site.https else "http"
        yield Entry(f"{scheme}://{site.host}{row['url']}", title, snippet, str(row.get("date", "2026-10-08")), engines,
                    frozenset(row.get("paid") or ()), f"{title} {snippet} {text}".lower())
