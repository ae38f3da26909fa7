"""An answer as a parser sees it: address, status and plain bytes, read lazily; the same for a live
response, a fixture and an imported page."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode
from w3lib.encoding import html_to_unicode

from evidence.nesting import shallow

MAX_TEXT = 400_000
_TITLE_END = re.compile(r"</title", re.I)


class Answer:
    """One received page. `body` has its content coding undone; `charset` is a source's own knowledge."""

    def __init__(
        self, url: str, body: bytes, *, status: int = 200, content_type: str = "text/html", charset: str = "utf-8",
    ) -> None:
        self.url, self.body, self.status, self.content_type = url, body, status, content_type
        self._charset = charset

    @cached_property
    def host(self) -> str:
        """The host that answered, lower case."""
        return (urlsplit(self.url).hostname or "").lower()

    @cached_property
    def text(self) -> str:
        """The body as text: declared charset, else the source's, never an error."""
        return html_to_unicode(self.content_type, self.body, default_encoding=self._charset)[1].replace("\x00", "")

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """The parsed page; HTML5 rules, so anything parses."""
        return LexborHTMLParser(shallow(self.text))

    @cached_property
    def title(self) -> str:
        """The page's title, white space folded; only the part before its end is parsed, which is little of most pages."""
        end = _TITLE_END.search(self.text)
        node = LexborHTMLParser(shallow(self.text[: end.end() + 1])).css_first("title") if end else None
        if node is None and end:  # that end stood in a script or a comment
            node = self.tree.css_first("title")
        return folded(node.text()) if node is not None else ""

    @cached_property
    def visible(self) -> str:
        """The page's text without scripts, styles and hidden templates, for search and empty sentences."""
        tree = LexborHTMLParser(shallow(self.text))  # a tree of its own: stripping must not reach the parsers' one
        tree.strip_tags(["script", "style", "noscript", "template"])
        return folded(tree.body.text(separator=" "))[:MAX_TEXT] if tree.body is not None else ""

    @property
    def is_html(self) -> bool:
        """Whether this can be read as a page at all."""
        kind = self.content_type.split(";")[0].strip().lower()
        return kind in {"", "text/html", "application/xhtml+xml", "text/plain", "text/xml", "application/xml"}


def pick(node: LexborNode, chain: tuple[str, ...]) -> tuple[str, str]:
    """The first non-empty value of a chain of selectors, and the selector that gave it; ("", "") for none.

    A selector is CSS for an element's text, `CSS@name` for its attribute, `@name` for the card's own, and
    `@name/key` for a text in an attribute that holds a JSON object.
    """
    for selector in chain:
        css, _, attribute = selector.partition("@")
        attribute, _, key = attribute.partition("/")
        nodes = node.css(css.strip()) if css.strip() else [node]
        for found in nodes:
            value = found.attributes.get(attribute) if attribute else found.text(separator="")
            if value and key:
                value = _member(value, key)
            if value and (value := folded(value)):
                return value, selector
    return "", ""


def _member(text: str, key: str) -> str:
    """The text under `key` of a JSON object; "" when it is none, or has none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def folded(text: str) -> str:
    """White space runs as one space, ends trimmed."""
    return " ".join(text.split())


def in_order(tree: Any, chain: tuple[str, ...]) -> list[LexborNode]:
    """The elements matching any selector of `chain`, in document order, each once."""
    seen: set[int] = set()
    nodes = tree.css(", ".join(chain)) if chain else []
    return [n for n in nodes if not (n.mem_id in seen or seen.add(n.mem_id))]  # type: ignore[func-returns-value]
