"""What rules look at: a page, its folded text, and the hits of every feature, computed when first asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from classifiers.lexicon import lexicon
from classifiers.matching import Word, boundaries, stretches
from classifiers.naming import Spots, spots
from classifiers.normalise import BLANK, STOP, Folded, fold
from classifiers.page import Block, Page

# Where a page speaks for itself; lists of other pages' titles are not the page's own words.
OWN_REGIONS = frozenset({"title", "meta", "heading", "body", "header", "comment", "form", "alt", "hidden", "image", "footer"})


class Hit(NamedTuple):
    """One occurrence of a feature.

    `start`/`end`: place in `Page.text`; -1 when the hit is not in the text (a host name, a fact): then `quote` and
    `where` ("url", "facts") say what it is, and the hit counts as near everything. `at`/`until` are the same place in
    squeezed text, the measure of `within`. `unit`: 0 for the page, n for a post. `frame` says who speaks ("" = the
    page itself, else deny warn report claim ask forbid). `disguise` says how it was hidden.
    """

    feature: str
    start: int = -1
    end: int = -1
    at: int = -1
    until: int = -1
    unit: int = 0
    region: str = "body"
    quote: str = ""
    where: str = ""
    frame: str = ""
    disguise: str = ""
    value: str = ""


# Words that name a certificate or another paper.
PAPERS = (
    "certificate.safety", "certificate.skill", "certificate.generic", "certificate.trade", "certificate.initials", "certificate.document",
    "jargon.initials",
)  # fmt: skip
_NEXT_TO_NOTHING = 30
_PHRASES = ("promise.", "odd.", "offer.absent", "result.")
_NONE: list[Hit] = []  # never added to
Family = Callable[["Reading"], Iterable[Hit]]


class Reading:
    """A page being judged. `hits(feature)` gives the hits of one feature; facts are the caller's mapping."""

    def __init__(self, page: Page, facts: Mapping[str, Any] | None = None) -> None:
        self.page = page
        self.facts: Mapping[str, Any] = facts or {}
        self._hits: dict[str, list[Hit]] = {}
        from classifiers import features  # the registry imports this module's types

        self._features = features

    @property
    def text(self) -> str:
        """All visible text of the page; offsets of `hit` refer to it."""
        return self.page.text

    @cached_property
    def folded(self) -> Folded:
        """The text with disguise undone."""
        return fold(self.page.text)

    @cached_property
    def words(self) -> dict[str, list[Word]]:
        """Occurrences of every listed word."""
        return lexicon().find(self.folded, any(block.unit for block in self.page.blocks))

    @cached_property
    def spots(self) -> Spots:
        """Where official names, names of services and names of organisations may stand."""
        return spots(self.folded)

    @cached_property
    def sentences(self) -> list[int]:
        """Squeezed positions where sentences begin."""
        return boundaries(self.folded.gap, STOP)

    @cached_property
    def phrases(self) -> list[int]:
        """Squeezed positions where anything but a blank stands before: clauses."""
        return boundaries(self.folded.gap, BLANK + 2)

    @cached_property
    def pitches(self) -> list[tuple[int, int]]:
        """Squeezed spans of sellers' phrases, in order: what stands inside one ("不用培训") is not said of anything else."""
        return sorted((w.start, w.end) for name, found in self.words.items() if name.startswith(_PHRASES) for w in found)

    @cached_property
    def listing(self) -> bool:
        """Whether the page has next to no text of its own beside its lists; then the lists are its text."""
        own = 0
        for block in self.page.blocks:
            if block.region in OWN_REGIONS and block.region not in ("title", "meta", "footer"):
                own += block.end - block.start
                if own >= _NEXT_TO_NOTHING:
                    return False
        return own * 3 < len(self.page.text)

    @cached_property
    def own(self) -> list[tuple[int, int, int]]:
        """(squeezed start, squeezed end, post) of each block of the page's own words, head and foot of the site left out."""
        at = self.folded.index
        return [(at(b.start), at(b.end), b.unit) for b in self.page.blocks
                if (b.region in OWN_REGIONS or self.listing) and b.region not in ("footer", "header")]  # fmt: skip

    @cached_property
    def own_text(self) -> str:
        """The page's own words, squeezed."""
        return "".join(self.folded.text[start:end] for start, end, _ in self.own)

    @cached_property
    def marks(self) -> Mapping[str, int]:
        """What was found on the page, as the pieces of a model."""
        from classifiers.marks import marks  # it reads this module's types

        return marks(self)

    @cached_property
    def asides(self) -> tuple[list[int], list[int]]:
        """Squeezed begins and ends of what is not the page's own word: menus, lists of other pages, the footer."""
        blocks = [b for b in self.page.blocks if b.region not in OWN_REGIONS or b.region == "footer"]
        places = np.array([(b.start, b.end) for b in blocks], dtype=np.int32).reshape(-1, 2)
        begins, ends = (self.folded.at.searchsorted(places[:, side]).tolist() for side in (0, 1))
        return begins, ends

    def aside(self, position: int) -> bool:
        """Whether a squeezed position lies in a menu, a list of other pages or the footer."""
        begins, ends = self.asides
        number = bisect_right(begins, position) - 1
        return number >= 0 and position < ends[number]

    def sentence_of(self, position: int) -> tuple[int, int]:
        """The sentence around a squeezed position, as squeezed [start, end)."""
        return _stretch(self.sentences, position, len(self.folded.text))

    def clause_of(self, position: int) -> tuple[int, int]:
        """The clause around a squeezed position."""
        return _stretch(self.phrases, position, len(self.folded.text))

    def near(self, features: Iterable[str], reach: int) -> list[tuple[int, int]]:
        """The parts of `text` within reach (characters) of words of these features."""
        places = [w.start for feature in features for w in self.words.get(feature, ())]
        offsets = self.folded.at[places].tolist() if places else []
        return stretches(offsets, reach, len(self.text))

    def hit(self, feature: str, start: int, end: int, value: str = "", disguise: str = "") -> Hit:
        """A hit at `Page.text[start:end]`."""
        block: Block = self.page.block_at(start)
        at = self.folded.index(start)
        until = max(at, self.folded.index(end))
        return Hit(feature, start, end, at, until, block.unit, block.region, where=block.where, value=value, disguise=disguise)

    def spot(self, feature: str, at: int, until: int, value: str = "", disguise: str = "", frame: str = "") -> Hit:
        """A hit at squeezed [at, until)."""
        start, end = self.folded.span(at, until)
        block = self.page.block_at(start)
        return Hit(feature, start, end, at, until, block.unit, block.region, where=block.where, value=value, disguise=disguise, frame=frame)

    def fact(self, feature: str, quote: str, where: str = "facts", value: str = "") -> Hit:
        """A hit outside the text: about the host ("url"), a fetched fact ("facts"), the page as a whole ("html")."""
        return Hit(feature, quote=quote, where=where, value=value)

    def hits(self, feature: str) -> list[Hit]:
        """The hits of a feature, by position. A name ending in ".*" gives those of all features of that family."""
        found = self._hits.get(feature)
        return self._find(feature) if found is None else found

    def _find(self, feature: str) -> list[Hit]:
        """Run the family of a feature asked for the first time."""
        if feature.endswith(".*"):
            members = [hit for name in self._features.expand(feature) for hit in self.hits(name)]
            self._hits[feature] = sorted(members, key=lambda h: (h.at, h.feature))
            return self._hits[feature]
        family = self._features.family_of(feature)
        found: dict[str, list[Hit]] = dict.fromkeys(family.means, _NONE)
        self._hits.update(found)  # who asks for its own family gets nothing, not an endless loop
        for hit in family.find(self):
            if found[hit.feature] is _NONE:
                found[hit.feature] = []
            found[hit.feature].append(hit)
        self._hits.update(found)
        return self._hits[feature]

    def has(self, feature: str) -> bool:
        """Whether a feature has any hit."""
        return bool(self.hits(feature))

    def quote(self, hit: Hit) -> str:
        """The words of a hit as the page shows them."""
        return hit.quote if hit.start < 0 else " ".join(self.page.text[hit.start : hit.end].split())


def _stretch(starts: list[int], position: int, length: int) -> tuple[int, int]:
    number = bisect_right(starts, position) - 1
    return starts[number], starts[number + 1] if number + 1 < len(starts) else length


def between(hits: list[Hit], start: int, end: int) -> list[Hit]:
    """The hits (in order) that begin in squeezed [start, end)."""
    keys = [h.at for h in hits]
    return hits[bisect_left(keys, start) : bisect_left(keys, end)]
