"""Reading a result page: pure functions from a declaration and bytes to hits and a state.

The order of judging a page: wall by address, status and title → cards, and whether they speak of the query → the
source's own "nothing found" sentence → its known shells. None of these is `layout`: an empty list never stands for a
failure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urljoin, urlsplit

from selectolax.lexbor import LexborNode

from crawlers.answer import Answer, folded, in_order, pick
from crawlers.walls import wall_of

if TYPE_CHECKING:
    from crawlers.source import Source

_SITE = re.compile(r"(?:^|\s)site:(\S+)", re.I)


@dataclass(frozen=True, slots=True)
class Hit:
    """One result as printed. `url` is the real address where it is known without a click."""

    rank: int
    title: str
    snippet: str
    shown_site: str
    date_text: str
    link: str
    url: str
    resolved_by: str
    paid: bool = False
    ad_marker: str = ""


@dataclass(frozen=True, slots=True)
class PageState:
    """What a result page is: ok · empty · degraded · blocked · login · layout · unreachable, and the rule that says so."""

    state: str
    rule: str = ""
    pauses: bool = False  # the host wants to be left alone for a while
    outcome: str = ""  # of the capture, where the state alone does not tell it


@dataclass(slots=True)
class Parsed:
    """The reading of one result page. `selectors`: field → the selector that gave most of its values; `counts`: how
    many values each selector gave."""

    hits: list[Hit] = field(default_factory=list)
    selectors: dict[str, str] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    more: bool = False
    related: tuple[str, ...] = ()

    @property
    def organic(self) -> int:
        """Hits nobody paid for."""
        return sum(not hit.paid for hit in self.hits)

    @property
    def ads(self) -> int:
        """Paid hits."""
        return len(self.hits) - self.organic


def classify(source: type[Source], answer: Answer, parsed: Parsed, query: str = "") -> PageState:
    """The one state of a result page."""
    if wall := wall_of(answer):
        if wall.state == "gone" and source.entry == "site":
            return PageState("empty", f"the page is gone: {wall.name}", outcome="gone")
        return PageState("blocked" if wall.state in {"parked", "gone"} else wall.state, wall.name, wall.pauses)
    if answer.status in {502, 504}:
        return PageState("unreachable", f"status {answer.status}")
    if answer.status >= 400:
        return PageState("degraded", f"status {answer.status}")
    if parsed.hits:
        share = relevant_share(parsed.hits, query) if source.relevance else 1.0
        if share < source.relevance:
            return PageState("degraded", f"results speak of something else: {share:.0%} of them hold a word of the query")
        return PageState("ok", parsed.selectors.get("card", ""))
    if any(sentence in source.empty_text(answer) for sentence in source.empty):
        return PageState("empty", "sentence")
    for state, name, pattern in source.shells:
        if re.search(pattern, answer.text):
            return PageState("empty" if state == "gone" else state, f"{source.name}-page: {name}",
                             outcome="gone" if state == "gone" else "")
    return PageState("layout", "no result and no 'nothing found' sentence")


def relevant_share(hits: list[Hit], query: str) -> float:
    """The share of hits that speak of the query; 1 where the query gives nothing to look for."""
    if not hits or not _tokens(query):
        return 1.0
    return sum(speaks_of(f"{hit.title} {hit.snippet} {hit.url or hit.link} {hit.shown_site}", query) for hit in hits) / len(hits)


def speaks_of(text: str, query: str) -> bool:
    """Whether `text` holds a word of the query, or at least half of a long one's pairs of characters.

    A `site:` part counts as a word of its own and must be there.
    """
    text = text.lower()
    words, site = _tokens(query), _SITE.search(query)
    if site and site.group(1).lower() not in text:
        return False
    return not words or any(_held(word, text) for word in words)


def _held(word: str, text: str) -> bool:
    if word in text:
        return True
    pairs = [word[n:n + 2] for n in range(len(word) - 1)]
    return len(pairs) > 2 and sum(pair in text for pair in pairs) * 2 >= len(pairs)


def _tokens(query: str) -> list[str]:
    return [word for word in _SITE.sub(" ", query).lower().split() if len(word) > 1]


def parse(source: type[Source], answer: Answer) -> Parsed:
    """Hits in document order, each link once; what the declaration skips is skipped."""
    used: dict[str, Counter[str]] = {}
    parsed, seen = Parsed(), set[str]()
    if own := _own_hit(source, answer, used):
        seen.add(own.link)
        parsed.hits.append(own)
    for card, paid_card in _cards(source, answer, used):
        hit = _hit(source, answer, card, paid_card, used, len(parsed.hits) + 1)
        if hit is not None and hit.link not in seen:
            seen.add(hit.link)
            parsed.hits.append(hit)
    parsed.selectors = {name: counts.most_common(1)[0][0] for name, counts in used.items()}
    parsed.counts = {name: dict(counts) for name, counts in used.items()}
    parsed.more = bool(source.next_page) and bool(answer.tree.css_first(", ".join(source.next_page)))
    parsed.related = tuple(dict.fromkeys(folded(n.text()) for n in in_order(answer.tree, source.related)))[:20]
    return parsed


def _own_hit(source: type[Source], answer: Answer, used: dict[str, Counter[str]]) -> Hit | None:
    """The page itself as a hit, for a source that reads pages others show."""
    root = answer.tree.root
    if not source.own_title or root is None:
        return None
    title, selector = pick(root, source.own_title)
    if not title:
        return None
    used["own_title"] = Counter([selector])
    return Hit(1, title, pick(root, source.own_snippet)[0][:500], pick(root, source.own_site)[0],
               pick(root, source.own_date)[0], answer.url, answer.url, "the page itself")


def _cards(source: type[Source], answer: Answer, used: dict[str, Counter[str]]) -> Iterator[tuple[LexborNode, str]]:
    """Organic and paid containers in document order; the chain's first selector that finds any is used."""
    chosen = next((s for s in source.card if answer.tree.css_first(s)), "")
    if chosen:
        used["card"] = Counter([chosen])
    paid = {n.mem_id: s for s in reversed(source.ad_card) for n in answer.tree.css(s)}
    skipped = {n.mem_id for n in answer.tree.css(", ".join(source.skip))} if source.skip else set()
    for node in in_order(answer.tree, ((chosen,) if chosen else ()) + source.ad_card):
        if node.mem_id not in skipped:
            yield node, paid.get(node.mem_id, "")


def _hit(
    source: type[Source], answer: Answer, card: LexborNode, paid_card: str, used: dict[str, Counter[str]], rank: int,
) -> Hit | None:
    values: dict[str, str] = {}
    for name in ("title", "link", "snippet", "shown_site", "date_text"):
        values[name], selector = pick(card, getattr(source, name))
        if selector:
            used.setdefault(name, Counter())[selector] += 1
    if not values["title"] or not values["link"]:
        return None
    link = urljoin(answer.url, values["link"])
    if source.skips(card, link):
        return None
    marker = _marker(source, link, card, paid_card)
    if marker:
        landing, by = pick(card, source.landing)
        url, by = (landing, by.partition("@")[2]) if _web(landing) else ("", "")
    else:
        url, by = _real(source, answer, card, link, used)
    return Hit(rank, values["title"], values["snippet"], values["shown_site"], values["date_text"], link, url, by,
               bool(marker), marker)


def _marker(source: type[Source], link: str, card: LexborNode, paid_card: str) -> str:
    """Why a hit is paid: its link's host first (stable for years), its class or label second; "" if it is not."""
    for pattern in source.ad_links:
        if re.search(pattern, link):
            return f"link-host:{urlsplit(link).hostname or ''}{urlsplit(link).path}"
    if paid_card:
        return f"class:{paid_card}"
    for selector in source.ad_inside:
        if card.css_first(selector):
            return f"class:{selector}"
    if source.ad_label and any(folded(n.text()) == source.ad_label for n in card.css("a, span, em, i")):
        return f"label:{source.ad_label}"
    return ""


def _real(
    source: type[Source], answer: Answer, card: LexborNode, link: str, used: dict[str, Counter[str]],
) -> tuple[str, str]:
    """The real address and how it is known: an attribute, the link itself, a parameter; ("", "") else."""
    value, selector = pick(card, source.real)
    if value and _web(urljoin(answer.url, value)) and not value.startswith("?"):
        used.setdefault("real", Counter())[selector] += 1
        return urljoin(answer.url, value), selector.partition("@")[2] or selector
    return source.resolve(link)


def parameter(link: str, name: str) -> str:
    """The web address in a query parameter of `link`, or ""."""
    value = parse_qs(urlsplit(link).query).get(name, [""])[0]
    return value if _web(value) else ""


def _web(url: str) -> bool:
    return url.startswith(("http://", "https://"))
