"""Web addresses in what people write: with and without scheme, glued to Chinese words, in full width, defanged."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

from evidence import ids
from evidence.domains import PUBLIC_SUFFIXES

MAX_ADDRESSES, MAX_TEXT = 200, 200_000
_DEFANG = ((re.compile(r"\bh(?:xx|\*\*|tt)p(s?)\s*[:：]\s*/\s*/", re.I), r"http\1://"),
           (re.compile(r"\s*[\[(（【{]\s*(?:\.|。|dot|点)\s*[\])）】}]\s*", re.I), "."),
           (re.compile(r"(?<=[A-Za-z0-9-])[。．｡](?=[A-Za-z]{2})"), "."))
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TAIL = r"(?::\d{1,5})?(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?"
_ENDING = r"[A-Za-z][A-Za-z0-9-]{1,30}"
_HAN_ENDING = "|".join(sorted((t for t in PUBLIC_SUFFIXES.tlds if not t.isascii() and "." not in t), key=len, reverse=True))
_NAME = (rf"(?:(?:{_LABEL}\.){{1,8}}{_ENDING}|(?:[\w-]{{1,63}}\.){{1,8}}(?:{_HAN_ENDING}|{_ENDING})"
         r"|(?:\d{1,3}\.){3}\d{1,3}|\[[0-9A-Fa-f:.]{2,45}\])")
_WITH_SCHEME = re.compile(rf"https?://(?:[^\s/@:]{{1,60}}(?::[^\s/@]{{0,60}})?@)?{_NAME}{_TAIL}", re.I)
_BARE = re.compile(rf"(?<![A-Za-z0-9@._/-])(?:{_LABEL}\.){{1,8}}{_ENDING}(?![A-Za-z0-9_-]|\.[A-Za-z0-9]){_TAIL}")
_TRAILING = ".,;:!?'\")]}>*"
# Endings that are file names far more often than sites in what officers write.
_FILES = frozenset({"zip", "mov", "md", "sh", "py", "rs", "ps", "pl", "so", "app"})


def addresses(text: str) -> list[str]:
    """The web addresses in a text in normal form, each once, in order; bare hosts get http://. Mail addresses are none."""
    plain = _undone(text[:MAX_TEXT])
    found: list[tuple[int, str]] = [(m.start(), m.group()) for m in _WITH_SCHEME.finditer(plain)]
    taken = [(m.start(), m.end()) for m in _WITH_SCHEME.finditer(plain)]
    for match in _BARE.finditer(plain):
        if not any(start <= match.start() < end for start, end in taken) and _is_site(match.group()):
            found.append((match.start(), "http://" + match.group()))
    normal = (address(url) for _, url in sorted(found))
    return list(dict.fromkeys(url for url in normal if url))[:MAX_ADDRESSES]


def cell_addresses(text: str) -> list[str]:
    """The addresses in a cell meant for them: a name without scheme, Han and all, is one too."""
    found = addresses(text)
    for part in re.split(r"[\s、，,；;|。]+", _undone(text[:MAX_TEXT])):
        if "@" in part and "://" not in part:
            continue  # a mail address
        if part and not any(part.lower() in url or ids.to_ascii(_host(part)) in url for url in found):
            one = address(part if "://" in part else f"http://{part}")
            if one and _is_site(part):
                found.append(one)
    return list(dict.fromkeys(found))[:MAX_ADDRESSES]


def address(url: str) -> str:
    """The normal form of one address, trailing punctuation of the sentence cut; "" for none."""
    while url and (url[-1] in _TRAILING or not url[-1].isprintable()):
        if url[-1] == ")" and url.count("(") >= url.count(")"):
            break
        url = url[:-1]
    try:
        normal = ids.normal_url(url)
    except ValueError:
        return ""
    host = ids.host_of(normal)
    return normal if "." in host or ":" in host else ""


def _undone(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    for pattern, put in _DEFANG:
        plain = pattern.sub(put, plain)
    return plain


def _host(part: str) -> str:
    return re.split(r"[/?#]", part.split("://")[-1])[0].rpartition("@")[2].partition(":")[0]


@lru_cache(maxsize=4096)
def _is_site(text: str) -> bool:
    """Whether a bare name ends in a public suffix with a name before it, or is an IPv4 address with a path or port."""
    host = _host(text)
    try:
        ending = PUBLIC_SUFFIXES(host)
        urlsplit("http://" + text)
    except ValueError:
        return False
    if not ending.suffix or not ending.domain:
        return bool(re.fullmatch(r"(?:\d{1,3}\.){3}\d{1,3}", host))
    return not (ending.suffix in _FILES and text == host)
