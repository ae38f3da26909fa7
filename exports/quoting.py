"""A finding's words in their place: the page's own text just before and after a quote.

The stored source is decoded until the quote stands at the very offsets the verdict names; when no reading
puts it there, there is no context, rather than a wrong one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from evidence.records import Finding

CODINGS = ("utf-8", "gb18030", "big5", "utf-16")
AROUND = 36  # characters of text shown on each side, cut only after masking: half an ID number is not recognised as one
MASKED_REACH = 200
_REACH = 1200  # characters of source looked at on each side
_HIDDEN = re.compile(r"<(script|style|noscript|template)\b.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)", re.I | re.S)
_INLINE = frozenset({"a", "b", "big", "em", "font", "i", "mark", "small", "span", "strong", "u"})
_VALUE_BEFORE, _VALUE_AFTER = re.compile(r"^.*[\"'<=]", re.S), re.compile(r"[\"'>].*$", re.S)
_TAG = re.compile(r"<[^<>]{0,2000}>")


def decoded(data: bytes, declared: str = "") -> list[str]:
    """The readings of stored bytes worth trying, the declared coding first, each distinct."""
    found: list[str] = []
    for coding in dict.fromkeys((declared, *CODINGS) if declared else CODINGS):
        try:
            text = data.decode(coding, "replace")
        except (LookupError, UnicodeError):
            continue
        if text not in found:
            found.append(text)
    return found


def around(readings: Iterable[str], finding: Finding) -> tuple[str, str]:
    """Up to `MASKED_REACH` characters of text before and after a quote, ("", "") when it is not found at its place.

    Mask them together with the quote, then show `AROUND` of each.
    """
    if finding.start < 0 or not finding.quote or finding.where not in ("html", "text"):
        return "", ""
    for text in readings:
        if text[finding.start:finding.end] == finding.quote:
            ahead, behind = text[max(0, finding.start - _REACH):finding.start], text[finding.end:finding.end + _REACH]
            if ahead.rfind("<") > ahead.rfind(">"):  # inside a tag: the attribute's own value, nothing around it
                before, after = _read(_VALUE_BEFORE.sub("", ahead)), _read(_VALUE_AFTER.sub("", behind))
            else:
                before = _read(_whole_tags(ahead, at_start=finding.start <= _REACH))
                after = _read(behind[:behind.rfind("<")] if behind.rfind("<") > behind.rfind(">") else behind)
            return before[-MASKED_REACH:], after[:MASKED_REACH]
    return "", ""


def plain(quote: str) -> str:
    """A quote as a reader sees it: markup and entities resolved, one line."""
    return _read(quote)


def _whole_tags(text: str, at_start: bool) -> str:
    """A piece of source without the tag or script it may begin in the middle of."""
    if at_start:
        return text
    opening, closing = text.find("<"), text.find(">")
    if closing >= 0 and (opening < 0 or closing < opening):
        text = text[closing + 1:]
    end = re.search(r"</(?:script|style)\s*>", text, re.I)
    begin = re.search(r"<(?:script|style)\b", text, re.I)
    return text[end.end():] if end and (begin is None or end.start() < begin.start()) else text


def _read(source: str) -> str:
    text = _TAG.sub(lambda tag: "" if _is_inline(tag[0]) else " ", _HIDDEN.sub(" ", source))
    return " ".join(html.unescape(text).split())


def _is_inline(tag: str) -> bool:
    name = re.match(r"</?\s*([a-zA-Z0-9]+)", tag)
    return name is not None and name[1].lower() in _INLINE
