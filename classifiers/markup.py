"""Cut hostile HTML into tags and texts with their offsets, in time linear in its length.

A tree parser forgets where a text stood; evidence must quote the page's own characters, so this reads the
source once and never looks back. It follows the browser where it matters: raw text in script and style,
quotes only after `=`, comments, unclosed tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

MAX_TAGS = 400_000
RAW = frozenset({"script", "style", "textarea", "title", "xmp", "noembed"})
# Possessive quantifiers: a failed match has looked no further than the next angle bracket.
TAG = re.compile(r"""<(/?)([A-Za-z][^\s/>"'<=]*+)((?:[^<>"']++|"[^"<>]*+"|'[^'<>]*+')*+)>""")
_BARE = re.compile(r"<+(?=<)|<")  # up to the last of a run, which may open a tag
_NAME = re.compile(r"<(/?)([A-Za-z][^\s/>]{0,60})")
_QUOTE_OPENS = re.compile(r"=\s{0,20}([\"'])")
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]{1,60}+)(?:\s{0,20}+=\s{0,20}+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?+""")
_RAW_ENDS = {name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE) for name in RAW}
_ENTITY = re.compile(r"&(?:amp;(?=#[xX]?[0-9A-Fa-f]{2,8};))?(?:#[xX]?[0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});?")


def odd_tag(source: str, at: int) -> tuple[str, str, int, int] | int:
    """What stands at a "<" that opens no well-formed tag: (closing, name, offset of attributes, end) of a broken tag;
    the end of a comment or declaration; `at` itself for a bare bracket."""
    if source.startswith("<!--", at):
        close = source.find("-->", at + 4)
        return len(source) if close < 0 else close + 3
    if source[at + 1 : at + 2] in ("!", "?"):
        close = source.find(">", at)
        return len(source) if close < 0 else close + 1
    name = _NAME.match(source, at)
    if not name:
        return at
    return name[1], name[2], name.end(), _tag_end(source, name.end())


def bare(source: str, at: int) -> int:
    """The end of the run of bare brackets at `at`, up to the last, which may open a tag."""
    return _BARE.match(source, at).end()  # type: ignore[union-attr]  # it matches at every "<"


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


def raw_end(source: str, name: str, at: int) -> int:
    """Where the content of a raw element ends: before its closing tag, else with the source."""
    closing = _RAW_ENDS[name].search(source, at)
    return closing.start() if closing else len(source)


def attributes(source: str, start: int, end: int) -> dict[str, tuple[str, int]]:
    """Attribute values (entities undone) with the offset of each value; the first of a name counts."""
    found: dict[str, tuple[str, int]] = {}
    for match in _ATTRIBUTE.finditer(source, start, end):
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
            if plain.startswith("&#"):
                plain = unescape(plain)  # escaped twice: a reader of the page sees the code, a copier the character
            if plain == match.group():
                continue
            if match.start() > at:
                yield source[at : match.start()], at, match.start()
            yield plain, match.start(), match.end()
            at = match.end()
    if at < end:
        yield source[at:end], at, end
