"""What the whole wording resembles, where a page or one post on it asks to be contacted. See `classifiers.wording`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from classifiers.features import family
from classifiers.reading import Hit, Reading
from classifiers.wording import Likeness, likeness

MEANS = {
    "wording.strong": "通篇用语与已知卖家极近",
    "wording.seller": "通篇用语与已知卖家相近",
}
UNLIKE = {"wording.unlike": "通篇与联系方式前后都不像卖家的话"}
# Scores of the model; see docs/weights.md for what each lets through on pages it was not fitted on.
STRONG, SELLER = 1.1, 0.6
# Below the first as a whole, and below the second around every contact and every promise: not a seller's wording.
FAR_WHOLE, FAR_NEAR = -0.9, 0.0
_SHORT, _QUOTED, _AROUND, _LOOKED_AT = 8, 60, 120, 8
_CHANNELS = ("contact.seller", "contact.qr", "contact.lead", "contact.token", "contact.office", "contact.platform")
_ACCOUNT = re.compile(r"(?=[a-z0-9_-]*\d)[a-z][a-z0-9_-]{4,19}|[0-9]{8,11}")  # may be anybody's; the wording decides


@family("wording", MEANS)
def find(reading: Reading) -> Iterable[Hit]:
    """At most one hit of each strength, at the sentence that weighs most."""
    if not any(map(reading.hits, _CHANNELS)) and not _ACCOUNT.search(reading.folded.soft):
        return
    start, end, best = max(_texts(reading), key=lambda found: found[2].score, default=(0, 0, None))
    if best is None or best.score < SELLER or not best.telling:
        return
    place = _telling(reading, start, end, best)
    for name, least in (("wording.strong", STRONG), ("wording.seller", SELLER)):
        if best.score >= least:
            yield reading.spot(name, *place, value="、".join(best.telling))


def _texts(reading: Reading) -> Iterator[tuple[int, int, Likeness]]:
    """(squeezed start, end, likeness) of the page's own words as a whole, and of every post that leaves a contact."""
    folded, spans, whole = reading.folded, reading.own, reading.own_text
    if len(whole) >= _SHORT:
        yield spans[0][0], spans[-1][1], likeness(whole)
    posts = {hit.unit for name in _CHANNELS for hit in reading.hits(name) if hit.unit}
    for unit, members in groupby((s for s in spans if s[2] in posts), key=lambda span: span[2]):
        own = list(members)
        text = "".join(folded.text[a:b] for a, b, _ in own)
        if unit and len(text) >= _SHORT:
            yield own[0][0], own[-1][1], likeness(text)


def _telling(reading: Reading, start: int, end: int, best: Likeness) -> tuple[int, int]:
    """The clause with most of the telling pieces, as a squeezed span."""
    text = reading.folded.text
    places = sorted({at for piece in best.telling if (at := text.find(piece, start, end)) >= 0}) or [start]
    clauses = [reading.sentence_of(at) for at in places]
    first, last = max(clauses, key=lambda span: sum(text.find(piece, *span) >= 0 for piece in best.telling))
    at = next(place for place, clause in zip(places, clauses, strict=True) if clause == (first, last))
    begin = max(first, start, at - _QUOTED // 2)
    return begin, max(begin + 1, min(last, end, begin + _QUOTED))


@family("wording.unlike", UNLIKE)
def find_unlike(reading: Reading) -> Iterable[Hit]:
    """Whether neither the page as a whole nor what stands around its contacts and promises sounds like a seller."""
    whole = next(_texts(reading), None)
    if whole is None or whole[2].score >= FAR_WHOLE:
        return
    text = reading.folded.text
    for name in (*_CHANNELS, "grave.said"):
        for hit in reading.hits(name)[:_LOOKED_AT]:
            if hit.at >= 0 and likeness(text[max(0, hit.at - _AROUND) : hit.until + _AROUND]).score >= FAR_NEAR:
                return
    yield reading.fact("wording.unlike", f"{whole[2].score:.1f}", "html")
