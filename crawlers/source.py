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
    is edited: Scrapy finds the file, the tests find the folder and fail where it is missing. A place that shows
    nothing without a login is a `crawlers.walled.Walled` instead.

    Identity: `name`, `label` (Chinese), `kind` ("engine" or "market"), `hosts` (whole names; hits on an engine's
    own hosts are no candidates – its question, forum and article hosts are not among them: ads live there),
    `evidence` (date of the evidence behind the selectors), `experimental` (evidence too old or thin: off unless the
    configuration switches it on or it is asked by name).
    Asking: `search` with `{query}` (percent-encoded in `charset`; `answer_charset` where answers come in another),
    `{page}` from 1, `{page0}` from 0, `{offset}` ((page-1)*`per_page`), `{first}` (that plus 1), `{host}` for a
    source with configured hosts (`asked_hosts`); `warm_up` is a page fetched once before, for its cookie;
    `headers`; `cookies`; `agent` "desktop" or "mobile"; `numbered`: the next page exists whenever this one was
    full, because the source prints no reliable "next" link; `max_pages` per query and `budget` texts a day where
    the source bears less than the configuration asks (0: it does not); `patience` multiplies the delay;
    `site_search`: it understands `site:`. `entry` "site": it has no open search; it is asked for the pages on its
    hosts whose addresses match `page_patterns` and which `site:` queries on the engines showed, and each is read
    for its cards and judged as a page (`search` is then only where it is seen whether the site can be reached);
    `own_title`, `own_snippet`, `own_site`, `own_date` read such a page as a hit of its own.
    Reading: `card` is a chain of containers, the first that finds anything is used; `title`, `link`, `snippet`,
    `shown_site`, `date_text`, `real` (the address behind a redirect link) are chains of selectors, semantic
    attributes first, hashed classes by prefix last (syntax: `crawlers.answer.pick`); `skip` are containers that are
    no results, `skip_links` patterns of links that are none; `next_page`, `related`; `empty` are the source's own
    sentences for "nothing found" – zero hits without one of them is `layout`, unless one of `shells` (state,
    name, pattern) says what an answer without results is. `relevance`: below this share of hits that hold a
    word of the query the answer is `degraded`. `retries` asks once more where an answer without results comes now
    and then. `minimum` organic hits per page, below which a run is `degraded`.
    Paid hits: `ad_links` are patterns on the click link and come first; `ad_card`, `ad_inside`, `ad_label` are
    classes and labels. A paid link is never followed; `landing` names attributes that tell its target anyway.
    Redirects: `redirects` are patterns of the source's own jump links; `resolve` reads a target out of one where it
    can be read, else "" – what is left unresolved is fetched as it is by `capture`, never a paid one; with
    `dear_links` only where the printed text speaks of the query. `asks_jumps`: jump links live for minutes and want
    the cookie of their result page, so they are asked at once and `target_of` reads the answer. `billed_links` are
    links that cost somebody money whether they are an advertisement or not: never asked.

    Everything above is pure: `build`, `read` and `resolve` work on text and bytes, for live answers, fixtures and
    imported pages alike. A source that prints JSON is a `crawlers.json_cards.JsonSource`, whose `prepare` turns it
    into cards (see toutiao.py).
    """

    label: ClassVar[str] = ""
    kind: ClassVar[str] = "engine"
    hosts: ClassVar[tuple[str, ...]] = ()
    evidence: ClassVar[str] = ""
    experimental: ClassVar[bool] = False
    walled: ClassVar[bool] = False

    search: ClassVar[str] = ""
    entry: ClassVar[str] = "search"
    page_patterns: ClassVar[tuple[str, ...]] = ()
    own_title: ClassVar[tuple[str, ...]] = ()
    own_snippet: ClassVar[tuple[str, ...]] = ()
    own_site: ClassVar[tuple[str, ...]] = ()
    own_date: ClassVar[tuple[str, ...]] = ()
    warm_up: ClassVar[str] = ""
    charset: ClassVar[str] = "utf-8"
    answer_charset: ClassVar[str] = ""
    per_page: ClassVar[int] = 10
    headers: ClassVar[tuple[tuple[str, str], ...]] = ()
    cookies: ClassVar[bool] = True
    agent: ClassVar[str] = "desktop"
    numbered: ClassVar[bool] = False
    max_pages: ClassVar[int] = 0
    budget: ClassVar[int] = 0
    patience: ClassVar[float] = 1.0
    site_search: ClassVar[bool] = False

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
    shells: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    relevance: ClassVar[float] = 0.0
    retries: ClassVar[int] = 0
    minimum: ClassVar[float] = 0.0

    ad_links: ClassVar[tuple[str, ...]] = ()
    ad_card: ClassVar[tuple[str, ...]] = ()
    ad_inside: ClassVar[tuple[str, ...]] = ()
    ad_label: ClassVar[str] = ""
    landing: ClassVar[tuple[str, ...]] = ()
    redirects: ClassVar[tuple[str, ...]] = ()
    dear_links: ClassVar[bool] = False
    billed_links: ClassVar[tuple[str, ...]] = ()
    asks_jumps: ClassVar[bool] = False

    @classmethod
    def build(cls, query: str, page: int, host: str = "") -> str:
        """The address that asks for page `page` (from 1) of `query`; the query itself when that is a page to be read."""
        if cls.entry == "site" and query.startswith(("http://", "https://")):
            return query
        return cls.search.format(query=quote(query.encode(cls.charset, "replace"), safe=""), page=page, page0=page - 1,
                                 offset=(page - 1) * cls.per_page, first=(page - 1) * cls.per_page + 1, host=host)

    @classmethod
    def read(cls, answer: Answer, query: str = "") -> tuple[results.PageState, results.Parsed]:
        """State and hits of one answer to `query`."""
        answer = cls.prepare(answer)
        parsed = results.parse(cls, answer)
        return results.classify(cls, answer, parsed, query), parsed

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
    def target_of(cls, answer: Answer) -> str:
        """The address in the answer to a jump link (`asks_jumps`); "" when it holds none."""
        return ""

    @classmethod
    def skips(cls, card: LexborNode, link: str) -> bool:
        """Whether this card is no result after all."""
        return any(re.search(pattern, link) for pattern in cls.skip_links)

    @classmethod
    def owns(cls, url: str) -> bool:
        """Whether `url` is the engine's own page; a market's own pages are what it is asked for."""
        return cls.kind == "engine" and cls.on_hosts(url)

    @classmethod
    def on_hosts(cls, url: str) -> bool:
        """Whether `url` lies on one of `hosts`."""
        return (urlsplit(url).hostname or "").lower() in cls.hosts

    @classmethod
    def reads(cls, url: str) -> bool:
        """Whether `url` is a page that this source reads (`entry` "site")."""
        return cls.on_hosts(url) and any(re.search(pattern, url) for pattern in cls.page_patterns)

    @classmethod
    def asked_hosts(cls, settings: SourceSettings) -> tuple[str, ...]:
        """The values of `{host}` each query is asked with: ("",) for a source that has one fixed host."""
        return ("",)

    @classmethod
    def enabled(cls, settings: SourceSettings, named: bool = False) -> bool:
        """Whether it is asked: as configured; without a word there, unless experimental, or when asked by name."""
        return settings.enabled if settings.enabled is not None else named or not cls.experimental
