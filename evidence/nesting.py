"""Keeps hostile nesting away from the parser, whose time grows with the square of the depth."""

from __future__ import annotations

import re

MAX_DEPTH = 1_500  # browsers themselves stop at 512
_FEW_TAGS = 20_000  # fewer cannot be nested deep enough to matter
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]{0,2000}>")
_MARKUP = re.compile(r"<[^>]{0,2000}>")
# Elements without an end, and those whose end may be left out: they do not pile up.
_FLAT = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "rt", "rp",
))


def shallow(text: str) -> str:
    """`text`, from where it is nested deeper than `MAX_DEPTH` on without its tags: the words stay."""
    if text.count("<") < _FEW_TAGS:
        return text
    depth = 0
    for tag in _TAG.finditer(text):
        if tag[2].lower() in _FLAT:
            continue
        if tag[1]:
            depth = max(0, depth - 1)
        else:
            depth += 1
            if depth > MAX_DEPTH:
                return text[:tag.start()] + _MARKUP.sub(" ", text[tag.start():])
    return text
