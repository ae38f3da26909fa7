"""Result cards that arrive as JSON: found wherever they lie, and written as plain HTML for declared selectors."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from crawlers.answer import Answer
from crawlers.source import Source

_URL = ("article_url", "source_url", "item_source_url", "url", "share_url")
_TITLE, _SNIPPET = ("title",), ("abstract", "summary")
_SITE, _DATE = ("media_name", "source", "site_name"), ("datetime", "publish_time", "display_time")
_DEPTH = 8
_LONGEST = 1000  # of a snippet: an issue's text may be a book
_MARK = re.compile(r"</?em\b[^>]*>")


class JsonSource(Source):
    """The base of sources that answer JSON: their `prepare` makes cards with `as_page`, and these selectors read them."""

    card: ClassVar[tuple[str, ...]] = ("div.dajia-card",)
    snippet: ClassVar[tuple[str, ...]] = ("p",)
    shown_site: ClassVar[tuple[str, ...]] = ("cite",)
    date_text: ClassVar[tuple[str, ...]] = ("time",)
    empty: ClassVar[tuple[str, ...]] = ("dajia-count-0",)


def json_of(text: str) -> dict[str, Any] | None:
    """The JSON object in `text`, or None when there is none."""
    value = json_value(text)
    return value if isinstance(value, dict) else None


def json_value(text: str) -> Any:
    """Whatever JSON `text` is; None when it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def as_page(answer: Answer, cards: Sequence[dict[str, Any]], *, more: bool = False, nothing: bool = False) -> Answer:
    """An answer in JSON as a page of cards; `nothing` when it says itself that there are none; itself when it is neither."""
    parts = [as_html(card) for card in cards]
    if more:
        parts.append('<a class="dajia-more"></a>')
    if not parts and nothing:
        parts.append("dajia-count-0")
    return Answer(answer.url, "".join(parts).encode("utf-8", "replace"), status=answer.status) if parts else answer


def cards_in(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The cards in a JSON value: mappings with a title and an address, at any depth up to eight."""
    if depth > _DEPTH:
        return
    if isinstance(value, dict):
        if _first(value, _TITLE) and _first(value, _URL):
            yield value
            return
        for child in value.values():
            yield from cards_in(child, depth + 1)
    elif isinstance(value, list):
        for child in value:
            yield from cards_in(child, depth + 1)


def as_html(card: dict[str, Any]) -> str:
    """One card as `div.dajia-card` with `h3 a`, `p`, `cite` and `time`; `data-tag=ad` where it says it is paid."""
    paid = card.get("data-tag") == "ad" or card.get("is_ad") or card.get("ad_id")
    title = html.escape(_MARK.sub("", _first(card, _TITLE)))
    snippet = html.escape(_MARK.sub("", _first(card, _SNIPPET))[:_LONGEST])
    return (f'<div class="dajia-card"{" data-tag=ad" if paid else ""}>'
            f'<h3><a href="{html.escape(_first(card, _URL))}">{title}</a></h3><p>{snippet}</p>'
            f"<cite>{html.escape(_first(card, _SITE))}</cite><time>{html.escape(_first(card, _DATE))}</time></div>")


def _first(card: dict[str, Any], names: tuple[str, ...]) -> str:
    """The first of `names` with text: in the card, in its `display` or `info`, in `display.info`; `{"text": …}` too."""
    display = _mapping(card.get("display"))
    for place in (card, display, _mapping(card.get("info")), _mapping(display.get("info"))):
        for name in names:
            value = place.get(name)
            value = value.get("text") if isinstance(value, dict) else value
            if isinstance(value, str | int) and str(value).strip():
                return str(value)
    return ""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
