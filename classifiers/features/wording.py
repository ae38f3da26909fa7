"""What the page resembles as a whole: its words, those around its contacts, and what was found on it. See `classifiers.wording`."""

from __future__ import annotations

from collections.abc import Iterable

from classifiers.features import family, names
from classifiers.marks import ACCOUNT, CHANNELS
from classifiers.reading import PAPERS, Hit, Reading
from classifiers.wording import MAX_NEAR, Likeness, Words, foreign, likeness

MEANS = {
    "wording.strong": "用语与要素同已知卖家极近",
    "wording.seller": "用语与要素同已知卖家相近",
    "wording.unlike": "用语与要素不像卖家",
}
# Scores of the model; see docs/weights.md for what each lets through on pages it was not fitted on. SELLER is enough beside a paper.
STRONG, SELLER, UNLIKE = 1.0, 0.7, 0.3
_BESIDE = (*PAPERS, "ctx.worksite", "jargon.*", "disguise.*")
_SHORT, _QUOTED, _AROUND, _LOOKED_AT, _FOREIGN = 8, 60, 100, 600, 0.5
# What sellers say; or a paper or a site beside a way to be reached: where neither stands, nobody offers a certificate.
_SAID = ("sign.*", "jargon.*", "disguise.*", "offer.*", "odd.*")
_NAMED = (*PAPERS, "ctx.worksite", "ctx.study", "exam.required")
_SMALL = ("frame.", "ctx.", "identity.foreign_host")  # weighed, but no reason a reader would accept


@family("wording", MEANS)
def find(reading: Reading) -> Iterable[Hit]:
    """At most one hit of each strength, at the clause that weighs most; or one that the page is unlike sellers'."""
    if not asked(reading):
        return
    found = likeness(words(reading))
    if found.score < UNLIKE:
        yield reading.fact("wording.unlike", f"{found.score:.1f}", "html")
    if found.score < SELLER or (found.score < STRONG and not any(map(reading.has, _BESIDE))):
        return
    place, value = telling(reading, found), told(found)
    for name, least in (("wording.strong", STRONG), ("wording.seller", SELLER)):
        if found.score >= least:
            yield reading.spot(name, *place, value=value)


def asked(reading: Reading) -> bool:
    """Whether the model is asked at all: not of what offers nothing, and not of another language than it was fitted on."""
    text = reading.own_text
    if len(text) < _SHORT or foreign(text[:_LOOKED_AT]) > _FOREIGN:
        return False
    return any(map(reading.has, _SAID)) or (any(map(reading.has, _NAMED)) and _reachable(reading))


def _reachable(reading: Reading) -> bool:
    return ACCOUNT.search(reading.folded.text) is not None or any(map(reading.has, CHANNELS))


def words(reading: Reading) -> Words:
    """What the model reads of a page."""
    return Words(reading.own_text, near(reading), reading.marks)


def near(reading: Reading) -> str:
    """The posts that leave a contact or an account; of a page that is one piece, what stands around each; else all its words."""
    text, own = reading.folded.text, reading.own
    contacts = [hit for name in CHANNELS for hit in reading.hits(name)]
    posts = {unit for _, _, unit in own if unit}
    if posts:
        named = {hit.unit for hit in contacts if hit.unit}
        leaving = [(a, b) for a, b, unit in own if unit and (unit in named or ACCOUNT.search(text, a, b))]
        if leaving:
            return _joined(text, leaving)
    spans = [(a + m.start(), a + m.end()) for a, b, _ in own for m in ACCOUNT.finditer(text[a:b])]
    return _joined(text, [(max(0, a - _AROUND), b + _AROUND) for a, b in spans]) if spans else reading.own_text[:MAX_NEAR]


def _joined(text: str, spans: list[tuple[int, int]]) -> str:
    """The text of spans, what two of them share once, at most MAX_NEAR letters."""
    parts, done, length = [], 0, 0
    for start, end in sorted(spans):
        part = text[max(start, done) : end]
        parts.append(part)
        done, length = max(done, end), length + len(part)
        if length >= MAX_NEAR:
            break
    return "".join(parts)[:MAX_NEAR]


def told(found: Likeness) -> str:
    """What weighed most, for a sentence: pieces of text, then what was found."""
    means = names()
    marked = (mark.rstrip("@^") for mark in found.marked if not mark.startswith(_SMALL))
    said = list(dict.fromkeys(means[name].partition("（")[0] for name in marked if name in means))
    return "、".join(found.telling) + ("；" if found.telling and said else "") + "，".join(said)


def telling(reading: Reading, found: Likeness) -> tuple[int, int]:
    """The clause with most of the telling pieces, as a squeezed span; where there are none, the page's first words."""
    text = reading.folded.text
    own = reading.own or [(0, len(text), 0)]
    start, end = own[0][0], own[-1][1]
    places = sorted({at for piece in found.telling if (at := text.find(piece, start, end)) >= 0}) or [start]
    clauses = [reading.sentence_of(at) for at in places]
    first, last = max(clauses, key=lambda span: sum(text.find(piece, *span) >= 0 for piece in found.telling))
    at = next(place for place, clause in zip(places, clauses, strict=True) if clause == (first, last))
    begin = max(first, start, at - _QUOTED // 2)
    return begin, max(begin + 1, min(last, end, begin + _QUOTED))
