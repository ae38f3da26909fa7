"""The base of all sources: a spider that is declared, not programmed."""

from __future__ import annotations

import re
from typing import ClassVar
from urllib.parse import quote, urlsplit

from selectolax.lexbor import LexborNode

from crawlers import results
from crawlers.answer import Answer
from crawlers.searching import SearchSpider
from evidence.config import SourceSettings


class Source(SearchSpider):
    """One place that is asked: an engine, a board, a marketplace.

    To add one, write one file in `crawlers/spiders/engines` or `crawlers/spiders/markets` with a subclass that
    sets the attributes below, and one folder `tests/crawlers/fixtures/<name>` with a page of your own writing per
    state (`ok.html`, `ok_ads.html`, `empty.html`, `wall.html`, `layout.html` …) and an `expected.yml`. Nothing else
    is edited: Scrapy finds the file, the tests find the folder and fail where it is missing.

    Identity: `name`, `label` (Chinese), `kind` ("engine" or "market"), `hosts` (whole names; hits on an engine's own
    hosts are no candidates – its question, forum and article hosts are not among them: ads live there), `evidence`
    (date of the evidence behind the selectors), `experimental`.
    Asking: `search` with `{query}` (percent-encoded in `charset`), `{page}` from 1, `{page0}` from 0, `{offset}`
    ((page-1)*`per_page`), `{host}` for a source with configured hosts (`asked_hosts`); `warm_up` is a page fetched
    once before, for its cookie; `headers`; `cookies`; `agent` "desktop" or "mobile"; `numbered`: the next page exists
    whenever this one was full, because the source prints no reliable "next" link.
    Reading: `card` is a chain of containers, the first that finds anything is used; `title`, `link`, `snippet`,
    `shown_site`, `date_text`, `real` (the address behind a redirect link) are chains of selectors, semantic
    attributes first, hashed classes by prefix last (syntax: `crawlers.answer.pick`); `skip` are containers that are
    no results, `skip_links` patterns of links that are none; `next_page`, `related`; `empty` are the source's own
    sentences for "nothing found" – zero hits without one of them is `layout`.
    Paid hits: `ad_links` are patterns on the click link and come first; `ad_card`, `ad_inside`, `ad_label` are
    classes and labels. A paid link is never followed; `landing` names attributes that tell its target anyway.
    Redirects: `redirects` are patterns of the source's own jump links; `resolve` reads a target out of one where it
    can be read, else "" – what is left unresolved is fetched as it is by `capture`, never a paid one.

    Everything above is pure: `build`, `read` and `resolve` work on text and bytes, for live answers, fixtures and
    imported pages alike. A source that prints JSON overrides `prepare` to turn it into cards (see toutiao.py).
    """

    label: ClassVar[str] = ""
    kind: ClassVar[str] = "engine"
    hosts: ClassVar[tuple[str, ...]] = ()
    evidence: ClassVar[str] = ""
    experimental: ClassVar[bool] = False

    search: ClassVar[str] = ""
    warm_up: ClassVar[str] = ""
    charset: ClassVar[str] = "utf-8"
    per_page: ClassVar[int] = 10
    headers: ClassVar[tuple[tuple[str, str], ...]] = ()
    cookies: ClassVar[bool] = True
    agent: ClassVar[str] = "desktop"
    numbered: ClassVar[bool] = False

    card: ClassVar[tuple[str, ...]] = ()
    title: ClassVar[tuple[str, ...]] = ("h3 a",)
    link: ClassVar[tuple[str, ...]] = ("h3 a@href",)
    snippet: ClassVar[tuple[str, ...]] = ()
    shown_site: ClassVar[tuple[str, ...]] = ()
    date_text: ClassVar[tuple[str, ...]] = ()
    real: ClassVar[tuple[str, ...]] = ()
    skip: ClassVar[tuple[str, ...]] = ()
    skip_links: ClassVar[tuple[str, ...]] = ()
    next_page: ClassVar[tuple[str, ...]] = ()
    related: ClassVar[tuple[str, ...]] = ()
    empty: ClassVar[tuple[str, ...]] = ()

    ad_links: ClassVar[tuple[str, ...]] = ()
    ad_card: ClassVar[tuple[str, ...]] = ()
    ad_inside: ClassVar[tuple[str, ...]] = ()
    ad_label: ClassVar[str] = ""
    landing: ClassVar[tuple[str, ...]] = ()
    redirects: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def build(cls, query: str, page: int, host: str = "") -> str:
        """The address that asks for page `page` (from 1) of `query`."""
        return cls.search.format(query=quote(query.encode(cls.charset, "replace"), safe=""), page=page, page0=page - 1,
                                 offset=(page - 1) * cls.per_page, host=host)

    @classmethod
    def read(cls, answer: Answer) -> tuple[results.PageState, results.Parsed]:
        """State and hits of one answer."""
        answer = cls.prepare(answer)
        parsed = results.parse(cls, answer)
        return results.classify(cls, answer, parsed), parsed

    @classmethod
    def prepare(cls, answer: Answer) -> Answer:
        """The answer as cards in HTML; the same object where it is that already."""
        return answer

    @classmethod
    def empty_text(cls, answer: Answer) -> str:
        """The text in which the empty sentence is looked for."""
        return answer.visible

    @classmethod
    def resolve(cls, link: str) -> tuple[str, str]:
        """(address, how) of a printed link: itself when it is no jump link of the source; ("", "") when unknown."""
        if not link.startswith(("http://", "https://")) or any(re.search(p, link) for p in cls.redirects):
            return "", ""
        return link, "direct"

    @classmethod
    def skips(cls, card: LexborNode, link: str) -> bool:
        """Whether this card is no result after all."""
        return any(re.search(pattern, link) for pattern in cls.skip_links)

    @classmethod
    def owns(cls, url: str) -> bool:
        """Whether `url` is the engine's own page; a market's own pages are what it is asked for."""
        return cls.kind == "engine" and (urlsplit(url).hostname or "").lower() in cls.hosts

    @classmethod
    def asked_hosts(cls, settings: SourceSettings) -> tuple[str, ...]:
        """The values of `{host}` each query is asked with: ("",) for a source that has one fixed host."""
        return ("",)
