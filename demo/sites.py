"""The hosts of the demo web, read from `sites/<host>/site.yml` and the page files beside it.

    charset: utf-8 | gbk        https: true | false
    created, registrar, country, ip: what WHOIS and DNS say
    pages: path → {file: a.html, mobile: b.html, searched: c.html} | {redirect: URL, status: 302} | {qr: text} |
           {picture: [lines]} | {bytes: n, type: …, attachment: name} | {text: …}
    index: [{url, title, snippet, engines, paid, date}]     what engines and boards know of this host

Page files are UTF-8 on disk and sent in the host's charset. `README.md` tells the rest.
"""

from __future__ import annotations

import codecs
import html
import ipaddress
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

STANDINS = {found.name: folder for folder in ("engines", "boards", "walls", "registries")
            for found in pkgutil.iter_modules([str(Path(__file__).with_name(folder))])}  # name → where its module lies
ENGINES = {name: folder for name, folder in STANDINS.items() if folder in {"engines", "boards"}}  # what site files may name
WALLS = tuple(name for name, folder in STANDINS.items() if folder == "walls")  # places that show nothing to strangers
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one where it is there: ten times as fast
_DEFAULT_ENGINES = ("so360", "baidu", "toutiao")
_KEYS = {"charset", "https", "created", "registrar", "country", "ip", "pages", "index"}
_KINDS = {"file": str, "redirect": str, "qr": str, "picture": list, "bytes": int, "text": str}
_PAGE_KEYS = {"mobile": str, "searched": str, "status": int, "type": str, "attachment": str} | _KINDS
_INDEX_KEYS = {"url", "title", "snippet", "engines", "paid", "date"}
_ZONE = re.compile(r"[^.]*|(com|net|org|gov|edu|ac)\.cn")
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
        """The page at a path with its query, else at the path alone, else None; `%E4%BD%9C` is the same as its letters."""
        for form in (target, unquote(target), target.partition("?")[0], unquote(target.partition("?")[0])):
            if form in self.pages:
                return self.pages[form]
        return None


def load(folder: Path) -> dict[str, Site]:
    """Every site by host; SiteError for the first that is broken."""
    sites = {}
    for path in sorted(folder.glob("*/site.yml")):
        site = _site(path)
        sites[site.host] = site
    if not sites:
        raise SiteError(f"{folder}: no */site.yml found")
    return sites


def registered(sites: dict[str, Site], name: str) -> Site | None:
    """The site that tells about a domain: its own host or one below it. Nothing for a zone that others register in."""
    if _ZONE.fullmatch(name):
        return None
    return next((s for host, s in sites.items() if s.created and (host == name or host.endswith("." + name))), None)


def visible(page: str) -> str:
    """The words of a page, tags and scripts gone."""
    return " ".join(html.unescape(_UNSEEN.sub(" ", page)).split())


def _site(path: Path) -> Site:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise SiteError(f"{path}: cannot be read: {problem}") from problem
    if not isinstance(raw, dict):
        raise SiteError(f"{path}: must be a mapping")
    if unknown := set(raw) - _KEYS:
        raise SiteError(f"{path}: unknown field {sorted(unknown)[0]!r}; known: {', '.join(sorted(_KEYS))}")
    site = Site(_host(path), path.parent, **_head(path, raw))
    for target, page in _typed(path, "pages", raw.get("pages"), dict).items():
        site.pages[str(target)] = _page(path, str(target), page)
    site.index = list(_entries(path, site, _typed(path, "index", raw.get("index"), list)))
    return site


def _host(path: Path) -> str:
    try:
        return path.parent.name.encode("idna").decode().lower()
    except UnicodeError as problem:
        raise SiteError(f"{path}: the folder {path.parent.name!r} is no host name: {problem}") from problem


def _head(path: Path, raw: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {name: str(raw[name]) for name in ("charset", "created", "registrar", "country", "ip")
                              if raw.get(name) is not None}
    values["https"] = raw.get("https", True)
    if not isinstance(values["https"], bool):
        raise SiteError(f"{path}: https: must be true or false, not {values['https']!r}")
    try:
        codecs.lookup(values.get("charset", "utf-8"))
        ipaddress.IPv4Address(values.get("ip", "203.0.113.1"))
    except LookupError as problem:
        raise SiteError(f"{path}: charset: {problem}") from problem
    except ValueError as problem:
        raise SiteError(f"{path}: ip: {problem}") from problem
    return values


def _typed(path: Path, name: str, value: Any, kind: type[Any]) -> Any:
    value = kind() if value is None else value
    if not isinstance(value, kind):
        raise SiteError(f"{path}: {name}: must be a {'mapping' if kind is dict else 'list'}")
    return value


def _page(path: Path, target: str, page: Any) -> dict[str, Any]:
    where = f"{path}: pages.{target}"
    if not target.startswith("/"):
        raise SiteError(f"{where}: a path starts with /")
    if not isinstance(page, dict) or sum(kind in page for kind in _KINDS) != 1:
        raise SiteError(f"{where}: needs exactly one of {', '.join(_KINDS)}")
    for name, value in page.items():
        if name not in _PAGE_KEYS:
            raise SiteError(f"{where}: unknown field {name!r}; known: {', '.join(sorted(_PAGE_KEYS))}")
        if not isinstance(value, _PAGE_KEYS[name]) or isinstance(value, bool):
            raise SiteError(f"{where}.{name}: must be {_PAGE_KEYS[name].__name__}, not {str(value)[:80]!r}")
    for name in ("file", "mobile", "searched"):
        if name in page and not (path.parent / page[name]).is_file():
            raise SiteError(f"{where}.{name}: no file {page[name][:80]!r} in {path.parent.name}")
    return page


def _entries(path: Path, site: Site, rows: list[Any]) -> Iterator[Entry]:
    for number, row in enumerate(rows):
        where = f"{path}: index[{number}]"
        if not isinstance(row, dict) or not str(row.get("url", "")).startswith("/"):
            raise SiteError(f"{where}: needs url: /path")
        if unknown := set(row) - _INDEX_KEYS:
            raise SiteError(f"{where}: unknown field {sorted(unknown)[0]!r}; known: {', '.join(sorted(_INDEX_KEYS))}")
        page = site.page(str(row["url"]))
        if page is None:
            raise SiteError(f"{where}.url: this host has no page {row['url']}")
        paid = _engines(f"{where}.paid", row.get("paid") or ())
        engines = _engines(f"{where}.engines", _DEFAULT_ENGINES if row.get("engines") is None else row["engines"])
        source = _source(site, page)
        found = _TITLE.search(source)
        title = str(row.get("title") or (visible(found[1]) if found else site.host))
        text = visible(_TITLE.sub("", source))
        snippet = str(row.get("snippet") or text[:110])
        scheme = "https" if site.https else "http"
        yield Entry(f"{scheme}://{site.host}{row['url']}", title, snippet, str(row.get("date", "2026-10-08")), engines,
                    paid, f"{title} {snippet} {text}".lower())


def _engines(where: str, names: Any) -> frozenset[str]:
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise SiteError(f"{where}: must be a list of names")
    if unknown := set(names) - set(ENGINES):
        raise SiteError(f"{where}: unknown {sorted(unknown)[0]!r}; known: {', '.join(sorted(ENGINES))}")
    return frozenset(names)


def _source(site: Site, page: dict[str, Any]) -> str:
    """The page's text as an engine would index it: what its visitors from the engine see."""
    path = site.folder / str(page.get("searched") or page.get("file") or "")
    return path.read_text(encoding="utf-8", errors="replace") if path.suffix in {".html", ".htm"} else ""
