"""Cut hostile HTML into tags and texts with their offsets, in time linear in its length.

A tree parser forgets where a text stood; evidence must quote the page's own characters, so this reads the
source once and never looks back. It follows the browser where it matters: raw text in script and style,
quotes only after `=`, comments, unclosed tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

MAX_TAGS = 400_000
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "noembed"})
# Possessive quantifiers: a failed match has looked no further than the next angle bracket.
_TAG = re.compile(r"""<(/?)([A-Za-z][^\s/>"'<=]*+)((?:[^<>"']++|"[^"<>]*+"|'[^'<>]*+')*+)>""")
_BARE = re.compile(r"<+(?=<)|<")  # up to the last of a run, which may open a tag
_NAME = re.compile(r"<(/?)([A-Za-z][^\s/>]{0,60})")
_QUOTE_OPENS = re.compile(r"=\s{0,20}([\"'])")
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]{1,60}+)(?:\s{0,20}+=\s{0,20}+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?+""")
_ENTITY = re.compile(r"&(?:#[xX]?[0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});?")


class Tag(NamedTuple):
    """A tag: lower-case name, whether it closes, and where its attributes lie in the source."""

    name: str
    closing: bool
    start: int
    attributes_at: int
    end: int


class Text(NamedTuple):
    """A run of text between tags; `raw` names the element whose content is not markup (script, title …)."""

    start: int
    end: int
    raw: str = ""


def tokens(source: str) -> Iterator[Tag | Text]:
    """The tags and texts of `source` in order; what follows the tag limit is given as one text."""
    at, length, seen = 0, len(source), 0
    while at < length:
        opening = source.find("<", at)
        if opening < 0 or seen >= MAX_TAGS:
            yield Text(at, length)
            return
        if opening > at:
            yield Text(at, opening)
        tag = _tag(source, opening)
        if isinstance(tag, int):
            if tag == opening:  # a bare "<" is text
                tag = _BARE.match(source, opening).end()  # type: ignore[union-attr]  # it matches at every "<"
                yield Text(opening, tag)
            at = tag
            continue
        seen += 1
        yield tag
        at = tag.end
        if tag.name in _RAW and not tag.closing:
            stop = _raw_end(source, tag.name, at)
            if stop > at:
                yield Text(at, stop, tag.name)
            at = stop


def _tag(source: str, at: int) -> Tag | int:
    match = _TAG.match(source, at)
    if match:
        return Tag(match[2].lower(), bool(match[1]), at, match.start(3), match.end())
    if source.startswith("<!--", at):
        close = source.find("-->", at + 4)
        return len(source) if close < 0 else close + 3
    if source[at + 1 : at + 2] in ("!", "?"):
        close = source.find(">", at)
        return len(source) if close < 0 else close + 1
    name = _NAME.match(source, at)
    if not name:
        return at
    end = _tag_end(source, name.end())
    return Tag(name[2].lower(), bool(name[1]), at, name.end(), end)


def _tag_end(source: str, at: int) -> int:
    end = source.find(">", at)
    if end < 0:
        return len(source)
    opened = _QUOTE_OPENS.search(source, at, end)
    while opened:
        close = source.find(opened[1], opened.end())
        if close < 0:
            return end + 1
        if close > end:
            end = source.find(">", close)
            if end < 0:
                return len(source)
        opened = _QUOTE_OPENS.search(source, close + 1, end)
    return end + 1


def _raw_end(source: str, name: str, at: int) -> int:
    closing = re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE).search(source, at)
    return closing.start() if closing else len(source)


def attributes(source: str, tag: Tag) -> dict[str, tuple[str, int]]:
    """Attribute values (entities undone) with the offset of each value; the first of a name counts."""
    found: dict[str, tuple[str, int]] = {}
    for match in _ATTRIBUTE.finditer(source, tag.attributes_at, tag.end - 1):
        name = match[1].lower()
        if name in found:
            continue
        group = match.lastindex or 0
        value = match[group] if group > 1 else ""
        found[name] = (unescape(value) if "&" in value else value, match.start(group) if group > 1 else -1)
        if len(found) >= 60:
            break
    return found


def pieces(source: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """A text as (characters, source start, source end): literal runs, and each entity as what it stands for."""
    at = start
    if source.find("&", start, end) >= 0:
        for match in _ENTITY.finditer(source, start, end):
            plain = unescape(match.group())
            if plain == match.group():
                continue
            if match.start() > at:
                yield source[at : match.start()], at, match.start()
            yield plain, match.start(), match.end()
            at = match.end()
    if at < end:
        yield source[at:end], at, end
