"""What a page has in common with its siblings: its template, its counters, its filing. Pure, like all judging.

A kit sold to many resellers keeps its tag skeleton, its visitor counter and often its filing number wherever it is
put up. None of these accuses anyone: they only tell which suspects belong together (see `review.links`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from classifiers.filings import filings
from evidence.nesting import shallow

MAX_SOURCE = 2_000_000  # characters of source that are looked at
_MAX_NODES, _MAX_DEPTH = 4_000, 60
_ENOUGH_SHAPES = 14  # a page of fewer different elements looks like thousands of others
_ENOUGH_TEXT = 60  # characters; "404 Not Found" and the like say nothing of who stands behind them
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_UNSEEN = frozenset({"script", "style", "noscript", "template", "title"})
_SKIP = frozenset({"script", "style", "noscript", "br", "b", "i", "em", "strong", "font", "-text", "-comment"})
_VARIABLE = re.compile(r"\d+|[0-9a-f]{6,}")
# Visitor counters: the account number in them belongs to whoever reads the statistics.
_COUNTERS = (
    ("baidu", re.compile(r"hm\.baidu\.com/h(?:m)?\.js\?([0-9a-f]{32})", re.I)),
    ("cnzz", re.compile(r"(?:cnzz\.com|cnzz\.mmstat\.com)/[\w/.]*?\?(?:[\w=&;]*?\b)?(?:web_)?id=(\d{6,12})", re.I)),
    ("51la", re.compile(r"(?:js\.users\.51\.la/|LA\.init\(\{\s*id\s*:\s*[\"'])(\w{6,24})", re.I)),
    ("google", re.compile(r"\b(UA-\d{4,10}-\d{1,3}|G-[A-Z0-9]{8,12}|GTM-[A-Z0-9]{5,9})\b")),
    ("umeng", re.compile(r"umeng\.com/[\w/.]*\?(?:[\w=&;]*?\b)?(?:app)?key=([0-9a-f]{24})", re.I)),
)


class Fingerprint(NamedTuple):
    """One trait: `type` is template · analytics · icp · police · content; `value` is normalised."""

    type: str
    value: str


def fingerprints(url: str, html: str) -> tuple[Fingerprint, ...]:
    """Every trait of a page, each once, in a fixed order; time linear in the page, never raises for bad pages."""
    html = html[:MAX_SOURCE]
    found = [*_template(html), *_counters(html)]
    found += [Fingerprint(f.kind, f.value) for f in filings(_footer_text(html)) if f.kind in {"icp", "police"}]
    host = _host(url)
    if words := content(url, html):
        found.append(Fingerprint("content", words))
    return tuple(f for f in dict.fromkeys(found) if f.value != host)


def content(url: str, html: str) -> str:
    """A digest of what a page says, its own host's name left out: equal when the same page stands at another address.

    "" for a page that says too little to be told from others.
    """
    text = unescape(" ".join(_words(html[:MAX_SOURCE]))).lower()
    if host := _host(url).removeprefix("www."):
        text = text.replace(f"www.{host}", "").replace(host, "")
    text = "".join(text.split())
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24] if len(text) >= _ENOUGH_TEXT else ""


def _words(html: str) -> Iterator[str]:
    """The text between tags, scripts, styles and comments left out; without a tree, so that no nesting is too deep."""
    html, at, hidden = _without_comments(html), 0, ""
    for tag in _TAG.finditer(html):
        if not hidden:
            yield html[at:tag.start()]
        name = tag[2].lower()
        if name in _UNSEEN and name == (hidden or name):
            hidden = "" if tag[1] else name
        at = tag.end()
    if not hidden:
        yield html[at:]


def _without_comments(html: str) -> str:
    parts, at = [], 0
    while (start := html.find("<!--", at)) >= 0:
        parts.append(html[at:start])
        at = html.find("-->", start + 4) + 3
        if at < 3:  # it is never closed: all that follows is comment
            return "".join(parts)
    return "".join([*parts, html[at:]])


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower() if "://" in url else ""
    except ValueError:
        return ""


def _counters(html: str) -> Iterator[Fingerprint]:
    for name, pattern in _COUNTERS:
        for match in list(pattern.finditer(html))[:20]:
            yield Fingerprint("analytics", f"{name}:{match[1].lower() if name != 'google' else match[1]}")


def _footer_text(html: str) -> str:
    """The end of the page without tags: filings stand there."""
    return re.sub(r"<[^>]{0,2000}>", " ", html[-20_000:])


def _template(html: str) -> list[Fingerprint]:
    """Digest of the page's skeleton: elements with their class names, digits gone, repeated siblings once."""
    body = LexborHTMLParser(shallow(html)).body
    if body is None:
        return []
    shapes: list[str] = []
    budget = [_MAX_NODES]
    shape = _shape(body, 0, budget, shapes)
    if len(set(shapes)) < _ENOUGH_SHAPES:
        return []
    return [Fingerprint("template", hashlib.sha256(shape.encode()).hexdigest()[:24])]


def _shape(node: LexborNode, depth: int, budget: list[int], seen: list[str]) -> str:
    """A node's element with its classes, and its children's shapes, runs of equal ones folded."""
    budget[0] -= 1
    classes = sorted({_VARIABLE.sub("#", c) for c in (node.attributes.get("class") or "").lower().split()})[:6]
    own = f"{node.tag}.{'.'.join(classes)}" if classes else str(node.tag)
    seen.append(own)
    parts: list[str] = []
    child = node.child if depth < _MAX_DEPTH else None
    while child is not None and budget[0] > 0:
        if child.tag not in _SKIP:
            inner = _shape(child, depth + 1, budget, seen)
            if not parts or parts[-1] != inner:
                parts.append(inner)
        child = child.next
    return f"{own}({','.join(parts)})" if parts else own
