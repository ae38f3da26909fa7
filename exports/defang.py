"""Crawled text made harmless before it leaves: addresses nobody can click, text that stays text.

Nothing is dropped in silence. A control character becomes its visible picture, a direction mark its code
in brackets, a cut is told with the original length. Addresses are written `hxxp://host[.]cn/path`.
"""

from __future__ import annotations

import re
import unicodedata

EXCEL_UNITS = 32_000  # a cell holds 32,767 UTF-16 units; the room left is for the remark about a cut
_HEAD = re.compile(r"(?i)h(?:tt|xx)p(s?)(:\s*[/\\]{2})([^\s/\\?#]*)(\S*)")
_SCHEME = re.compile(r"(?i)http(s?)(?=:)")
_OTHER = re.compile(r"(?i)(?<![a-z0-9])(?![a-z0-9]*hxxps?:)([a-z][a-z0-9+\-]{1,15}):(?=[/\\]{2})")
_WWW = re.compile(r"(?i)(www)\.")
_HOST_DOT = re.compile(r"(?<=[^\W_])[.．。｡](?=[a-z]{2}|中国|公司|网络|政务|公益|网址|在线|中文网|集团)", re.I)
_DOTS = re.compile(r"(?<!\[)[.．。｡](?!\])")
_IPV4 = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_BACK = re.compile(r"\[([.．。｡:])\]")
_REFANG = re.compile(r"(?i)hxxp(s?)(?=:)")
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_STARTS_FORMULA = re.compile(r"^[\s\u200b\ufeff]*[=+\-@|%＝＋－﹣−＠｜％]|^[\t\r\n]")
_UNSAFE_IN_NAME = re.compile(r"[^\w.()（）\-]+")
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.I)


def defang(text: str) -> str:
    """Prose or an address in which nothing can be clicked: every web address and bare host is taken apart.

    Idempotent. Quotes without an address come back as they were; `refang` undoes it.
    """
    parts, at = [], 0
    for found in _HEAD.finditer(text):
        secure, slashes, place, rest = found.groups()
        parts += [_bare(text[at:found.start()]), f"hxxp{secure.lower()}{slashes}{_schemes(defang_host(place))}",
                  _WWW.sub(r"\1[.]", _schemes(rest))]
        at = found.end()
    return "".join([*parts, _bare(text[at:])])


def defang_host(host: str) -> str:
    """A host name with every dot in brackets, also names whose last label is Chinese."""
    return _DOTS.sub(lambda dot: f"[{dot[0]}]", host)


def refang(text: str) -> str:
    """The address as it was before `defang`."""
    return _BACK.sub(r"\1", _REFANG.sub(r"http\1", text))


def _schemes(text: str) -> str:
    return _OTHER.sub(r"\1[:]", _SCHEME.sub(r"hxxp\1", text))


def _bare(text: str) -> str:
    text = _HOST_DOT.sub(lambda dot: f"[{dot[0]}]", _WWW.sub(r"\1[.]", _schemes(text)))
    return _IPV4.sub(lambda ip: ip[0].replace(".", "[.]"), text)


def visible(text: str) -> str:
    """The text with nothing hidden in it and nothing XML forbids; line breaks and tabs stay.

    Control characters become their pictures (␀), direction marks their codes ([U+202E]); unpaired
    surrogates and non-characters become U+FFFD. One character in, at least one out.
    """
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if c.isprintable() or c in "\n\t" else _shown(c) for c in text)


def _shown(c: str) -> str:
    code = ord(c)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xD800 <= code <= 0xDFFF or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return "\ufffd"
    if code < 0xA0 or c in _DIRECTION or unicodedata.category(c) in {"Zl", "Zp"}:
        return f"[U+{code:04X}]"
    return c  # other separators, joiners of emoji, unassigned: harmless where text is text


def line(text: str, limit: int = 500) -> str:
    """One line of at most `limit` characters; a cut is marked with the length the text had."""
    return shortened(" ".join(visible(text).split()), limit)


def shortened(text: str, limit: int) -> str:
    """The text, or its beginning with a remark on how long it was; never longer than `limit` (at least 24)."""
    if len(text) <= limit:
        return text
    remark = f"…（共 {len(text)} 字）"
    return text[:max(0, limit - len(remark))] + remark


def cell(text: str, units: int = EXCEL_UNITS) -> str:
    """Text for a spreadsheet's text cell: visible, legal XML, at most `units` UTF-16 units, a cut told.

    Keeping a formula a text is the writer's part: write it as a string, with the quote-prefix format.
    """
    text = visible(text)
    if len(text) * 2 <= units:
        return text
    coded = text.encode("utf-16-le", "replace")
    if len(coded) <= units * 2:
        return text
    remark = f"…（共 {len(text)} 字，此处截断，全文见证据）"
    head = coded[:(units - len(remark)) * 2].decode("utf-16-le", "ignore")
    return head + remark


def csv_cell(text: str) -> str:
    """One value for a CSV file: as `cell`, on one line, and led by an apostrophe where a sheet would calculate.

    The full-width signs count too: a Chinese spreadsheet program calculates them.
    """
    text = cell(text).replace("\n", " ").replace("\t", " ")
    return "'" + text if _STARTS_FORMULA.match(text) else text


def file_name(text: str, limit: int = 60) -> str:
    """A name that is one path segment everywhere: no separator, no control, no device name, never empty or hidden."""
    text = unicodedata.normalize("NFC", visible(text))
    name = _UNSAFE_IN_NAME.sub("_", text).strip("._-") or "unnamed"
    name = name.encode("utf-8", "replace")[:limit * 3].decode("utf-8", "ignore")[:limit].strip("._-") or "unnamed"
    return f"_{name}" if _DEVICES.match(name.split(".")[0]) else name
