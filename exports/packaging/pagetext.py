"""The readable text of a captured page, for people: markup gone, in the page's own charset, bounded."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from evidence.archive import ArchiveError, Vault
from evidence.nesting import shallow
from evidence.records import Artifact, Capture

MAX_SOURCE, MAX_TEXT = 4_000_000, 60_000
_META = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{2,30})""", re.I)
_HEADER = re.compile(r"charset\s*=\s*\"?([\w-]{2,30})", re.I)
_BLOCK = re.compile(r"(?i)<(?:br|/?(?:p|div|h[1-6]|li|tr|td|th|dt|dd|section|article|table|ul|ol|form|title))\b")
_CHINESE = frozenset({"gb2312", "gbk", "gb-2312", "x-gbk", "gb_2312-80"})


def source_of(capture: Capture) -> Artifact | None:
    """What is read of a capture: the rendered document, else the body as received."""
    return capture.artifact("dom") or capture.artifact("body")


def decoded(data: bytes, declared: str = "") -> str:
    """Page bytes as text by header, by meta, as UTF-8, as GB 18030, in this order; never raises."""
    meta = _META.search(data[:4096])
    for name in (declared, meta[1].decode("ascii", "replace") if meta else "", "utf-8", "gb18030"):
        if not name:
            continue
        try:
            return data.decode("gb18030" if name.lower() in _CHINESE else name)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("utf-8", "replace")


def page_text(vault: Vault, capture: Capture) -> str:
    """The visible words of a capture, a line a block; "" for what is no page. ArchiveError when unreadable."""
    source = source_of(capture)
    if source is None or not ("html" in source.media_type or source.name == "dom"):
        return ""
    header = next((v for k, v in capture.headers if k.lower() == "content-type"), "")
    found = _HEADER.search(header) if source.name == "body" else None
    return visible(decoded(vault.decoded(source, MAX_SOURCE), found[1] if found else "utf-8" if source.name == "dom" else ""))


def safe_text(vault: Vault, capture: Capture) -> str:
    """As `page_text`, with a remark in place of text that cannot be read back."""
    try:
        return page_text(vault, capture)
    except ArchiveError as problem:
        return f"（网页字节读不出来：{problem}）"


def visible(html: str) -> str:
    """The words of a page without scripts and styles, at most `MAX_TEXT` characters."""
    tree = LexborHTMLParser(shallow(_BLOCK.sub(lambda tag: "\n" + tag[0], html)))
    for node in tree.css("script, style, template, noscript"):
        node.decompose()
    root = tree.body or tree.root
    text = root.text() if root is not None else ""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)[:MAX_TEXT]
