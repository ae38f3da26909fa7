"""What stands in for a real search engine or board: one module in `engines/` or `boards/`, found by lying there."""

from __future__ import annotations

import importlib
import re
import zlib
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes

import jinja2
from markupsafe import Markup, escape

from demo.index import Index
from demo.messages import PAID_CLICK, Reply, Request, redirect
from demo.sites import STANDINS, Entry, Site


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of results. `first` is the rank of its first organic hit, from 1; `total` counts all pages."""

    query: str
    page: int
    entries: list[Entry]
    paid: list[Entry]
    first: int
    total: int
    more: bool

    @property
    def head(self) -> str:
        """The first word of the query, which related searches begin with."""
        return self.query.split(" ")[0]


class StandIn:
    """The base of all stand-ins.

    To add one, write one module in `demo/engines` or `demo/boards` with one subclass. Its `name` must be the module's
    name: site files use it in `engines:` and `paid:`. `hosts` are the hosts it answers on; `answer` returns None for
    what it does not serve (then the host's own pages are looked at, then 404). Pages are Jinja templates beside the
    class, in the real site's structure with its traps; `shown` finds what to print, `token`/`clicked` make and follow
    jump links, `billed` marks a paid click. `shares`: it knows every page that these others know. `walled`: this one shuts
    its door until it is opened by `--open NAME`.
    """

    name: ClassVar[str] = ""
    label: ClassVar[str] = ""
    hosts: tuple[str, ...] = ()
    size: ClassVar[int] = 10
    robots: ClassVar[str] = "User-agent: *\nAllow: /\n"
    server: ClassVar[str] = "nginx"
    shares: ClassVar[tuple[str, ...]] = ()
    walled: bool = False

    def __init__(self, index: Index, sites: dict[str, Site]) -> None:
        self.index, self.sites = index, sites
        index.share(self.name, self.shares)

    def answer(self, request: Request) -> Reply | None:
        """The reply to a request on one of `hosts`; None when this is no page of the stand-in."""
        raise NotImplementedError

    def shown(self, query: str, page: int, host: str = "") -> Shown:
        """The results of a page (from 1); `host` limits them to one host's pages."""
        query, page = " ".join(query.split())[:200], max(1, page)
        found = self.index.find(self.name, query, host)
        start = (page - 1) * self.size
        paid = self.index.advertised(self.name, query) if page == 1 else []
        return Shown(query, page, found[start:start + self.size], paid, start + 1, len(found), len(found) > start + self.size)

    def token(self, url: str) -> str:
        """The opaque part of a jump link to `url`."""
        return self.index.token(self.name, url)

    def clicked(self, token: str) -> str:
        """Where a jump link leads, "" when there is no such link."""
        return self.index.target(self.name, token)

    def billed(self, token: str) -> Reply:
        """A click on an advertisement: it leads on, and the log says that it was paid for."""
        return redirect(self.clicked(token) or f"https://{self.hosts[0]}/", note=PAID_CLICK, server=self.server)

    def page(self, template: jinja2.Template, **values: Any) -> Reply:
        """A template as a reply in UTF-8."""
        return Reply(template.render(me=self, **values).encode(), server=self.server, gzip=True)

    def gbk_page(self, template: jinja2.Template, **values: Any) -> Reply:
        """A template as a reply in GBK, of which only the page itself tells."""
        return Reply(template.render(me=self, **values).encode("gbk", "xmlcharrefreplace"), kind="text/html", server=self.server)


class OnePage(StandIn):
    """A stand-in that answers its one `path` with one page, whatever is asked: what strangers see of a place behind a wall."""

    path: ClassVar[str]
    shell: ClassVar[jinja2.Template]

    def answer(self, request: Request) -> Reply | None:
        """The page."""
        return self.page(self.shell) if request.path == self.path else None


def template(text: str) -> jinja2.Template:
    """A page template: values are escaped, `marked(query)` sets the searched words in <em>, `mix` gives steady numbers."""
    world = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    world.filters.update(marked=marked, mix=mix, site=site_of, day=day)
    return world.from_string(text)


def marked(text: str, query: str) -> Markup:
    """`text` escaped, the words of the query in <em> as engines print them."""
    words = sorted((w for w in query.split() if not w.startswith("site:")), key=len, reverse=True)
    if not words:
        return escape(text)
    parts = re.split("(" + "|".join(map(re.escape, words)) + ")", text, flags=re.I)
    return Markup("").join(Markup("<em>{}</em>").format(p) if n % 2 else p for n, p in enumerate(parts))


def mix(text: str, below: int) -> int:
    """A number under `below` that belongs to `text`: noise that is the same at every start."""
    return zlib.crc32(text.encode()) % below


def day(date: str) -> str:
    """An ISO date as engines print it, 2026年4月8日; anything else as it is."""
    parts = date.split("-")
    return f"{parts[0]}年{int(parts[1])}月{int(parts[2])}日" if len(parts) == 3 and all(map(str.isdigit, parts)) else date


def path_words(part: str, charset: str) -> str:
    """The words in one part of a path, percent-encoded in `charset`, or in UTF-8 as browsers send it by themselves."""
    raw = unquote_to_bytes(part)
    try:
        return raw.decode(charset)
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")


def site_of(url: str) -> str:
    """The host of a web address."""
    return url.split("/")[2]


def load(index: Index, sites: dict[str, Site]) -> list[StandIn]:
    """Every stand-in at work on `index` and `sites`; TypeError for a module that holds none, or one of another name."""
    made: list[StandIn] = []
    for name, folder in STANDINS.items():
        module = importlib.import_module(f"demo.{folder}.{name}")
        kinds = [k for k in vars(module).values() if isinstance(k, type) and issubclass(k, StandIn)
                 and k.__module__ == module.__name__]
        if len(kinds) != 1 or kinds[0].name != name:
            raise TypeError(f"demo/{folder}/{name}.py: needs exactly one subclass of StandIn, with name = {name!r}")
        made.append(kinds[0](index, sites))
    return made
