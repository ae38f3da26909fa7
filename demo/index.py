"""Full text search of the demo engines: real matching of words against what the pages say.

Lenient as the real ones are: a page that holds a good part of the query is a hit, rare words weigh more
than common ones, punctuation inside words does not hide them. The same question gets the same answer.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable

from demo.sites import Entry

_HAN = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[a-z0-9]+")
_ENOUGH = 0.34  # of the query must be found, on the average of its words
_WANTED = 0.5  # advertisers buy closer matches
_SLOTS = 3
_KEPT = 5000  # answers
_TITLE = 0.6  # weight of the title beside the whole page


def grams(word: str) -> frozenset[str]:
    """Two-letter pieces of Han text, other words whole; a Han letter that stands alone is a piece."""
    text = word.lower()
    pieces: set[str] = set(_WORD.findall(text))
    for run in _HAN.findall(text):
        pieces |= {run[i:i + 2] for i in range(len(run) - 1)} or {run}
    return frozenset(pieces)


def _all_grams(text: str) -> frozenset[str]:
    """What a page is found by: its pieces, its single letters, and its pieces with punctuation taken out."""
    return grams(text) | frozenset(_HAN.sub(lambda m: " ".join(m[0]), text).split()) | grams("".join(_HAN.findall(text)))


class _Known:
    """One entry as an engine keeps it."""

    __slots__ = ("entry", "title", "words")

    def __init__(self, entry: Entry) -> None:
        self.entry, self.words, self.title = entry, _all_grams(entry.words), _all_grams(entry.title)


class Index:
    """All entries, searchable by engine, and the jump links that lead to them."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._known = [_Known(entry) for entry in entries]
        self._spread = Counter(gram for known in self._known for gram in known.words)
        self._found: dict[tuple[str, str, str], list[Entry]] = {}
        self._targets: dict[str, dict[str, str]] = {}
        self._also: dict[str, frozenset[str]] = {}

    def share(self, engine: str, others: Iterable[str]) -> None:
        """`engine` knows every page that `others` know, beside its own."""
        self._also[engine] = frozenset(others)

    def knows(self, engine: str, entry: Entry) -> bool:
        """Whether an engine or board shows a page."""
        return engine in entry.engines or bool(self._also.get(engine, frozenset()) & entry.engines)

    def hosts(self, engine: str) -> frozenset[str]:
        """The hosts an engine or board knows pages of."""
        return frozenset(k.entry.url.split("/")[2] for k in self._known if self.knows(engine, k.entry))

    def find(self, engine: str, query: str, host: str = "") -> list[Entry]:
        """Organic hits, best first; `site:` in the query and `host` limit them to one host and those below it."""
        asked = (engine, query, host)
        if asked not in self._found:
            if len(self._found) > _KEPT:
                self._found.clear()
            self._found[asked] = self._search(engine, query, host)
        return self._found[asked]

    def advertised(self, engine: str, query: str) -> list[Entry]:
        """Paid hits: whoever bought words like these, three at most."""
        parts = [grams(w) for w in query.split()]
        rated = [(-share, k.entry.url, k.entry) for k in self._known
                 if engine in k.entry.paid and (share := _share(parts, k.words)) >= _WANTED]
        return [entry for *_, entry in sorted(rated, key=lambda r: r[:2])][:_SLOTS]

    def token(self, kind: str, url: str) -> str:
        """The opaque name of an address in the jump links of `kind`."""
        return base64.urlsafe_b64encode(hashlib.sha384(f"{kind} {url}".encode()).digest()).decode()

    def target(self, kind: str, token: str) -> str:
        """The address behind a token, "" for one that was never given out."""
        if kind not in self._targets:
            self._targets[kind] = {self.token(kind, k.entry.url): k.entry.url for k in self._known
                                   if self.knows(kind, k.entry) or kind in k.entry.paid}
        return self._targets[kind].get(token, "")

    def _search(self, engine: str, query: str, host: str) -> list[Entry]:
        """A bare `site:` fits every page of the host; else a part of the query must be found."""
        words = [w for w in query.split() if not w.startswith("site:")]
        limits = [w[5:].lower() for w in query.split() if w.startswith("site:")] + [host] * bool(host)
        parts = [g for w in words if (g := grams(w))]
        if words and not parts:
            return []
        weights = {g: math.log(1 + len(self._known) / (1 + self._spread[g])) for part in parts for g in part}
        rated = []
        for known in self._known:
            url = known.entry.url
            if not self.knows(engine, known.entry) or not all(_under(url, limit) for limit in limits):
                continue
            if not parts or _share(parts, known.words) >= _ENOUGH:
                rank = sum(w * ((g in known.words) + _TITLE * (g in known.title)) for g, w in weights.items())
                rated.append((-rank, zlib.crc32(f"{engine} {query} {url}".encode()), known.entry))
        return [entry for *_, entry in sorted(rated, key=lambda r: r[:2])]


def _share(parts: list[frozenset[str]], words: frozenset[str]) -> float:
    """How much of the query is found, 0 to 1, each of its words counting alike."""
    rated = [len(part & words) / len(part) for part in parts if part]
    return sum(rated) / len(rated) if rated else 0.0


def _under(url: str, limit: str) -> bool:
    host, _, path = limit.partition("/")
    own = url.split("/")[2]
    return (own == host or own.endswith("." + host)) and (not path or path in url)
