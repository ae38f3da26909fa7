"""Features that are words: every entry of `lexicons/text/*.yml`, and who speaks them."""

from __future__ import annotations

from collections.abc import Iterable

from classifiers.features import family
from classifiers.features.framing import Frames
from classifiers.lexicon import lexicon
from classifiers.matching import Word, within
from classifiers.reading import OWN_REGIONS, PAPERS, Hit, Reading

# Families whose words accuse: they count only when the page itself says them.
SPOKEN = ("promise.", "offer.", "grey.", "jargon.", "result.", "price.", "contact.lead.", "odd.")
# Families that say what else a page is about: a word inside a seller's phrase ("不用培训") says nothing of the kind.
CONTEXT = ("ctx.", "exam.required")
# "联系我们" stands in every footer; a real contact there is found by its number.
_FOOTER_PHRASES = frozenset({"contact.lead", "offer.seek"})
_HEADLINES = frozenset({"title", "heading"})
_FRAMED = {f"framed.{name.partition('.')[0]}": "转述、否认或警示中的用语" for name in SPOKEN}


def _spoken(feature: str) -> str:
    """The spoken family of a feature, "" when its words accuse nobody."""
    return next((name for name in SPOKEN if (feature + ".").startswith(name)), "")


@family("speech", {name: means for name, means in lexicon().means.items() if _spoken(name)} | _FRAMED)
def find(reading: Reading) -> Iterable[Hit]:
    """All listed words that accuse, framed: those that somebody else is quoted with come as `framed.<family>`.

    On a page without a certificate, a paper or a promise nothing of it tells, and nothing is looked for.
    """
    if reading.words.keys().isdisjoint(PAPERS) and not any(name.startswith(("promise.", "grey.")) for name in reading.words):
        return
    frames: Frames | None = None
    for feature, words in reading.words.items():
        if family_name := _spoken(feature):
            frames = frames or Frames(reading)
            yield from _framed(reading, frames, family_name, _hits(reading, feature, words))


def _plain(feature: str) -> None:
    """Register a feature whose words accuse nobody as a family of its own, so that it is looked for only when asked for."""

    @family(f"words of {feature}", {feature: lexicon().means[feature]})
    def find_plain(reading: Reading) -> Iterable[Hit]:
        words = reading.words.get(feature, [])
        if words and feature.startswith(CONTEXT):
            words = [w for w in words if not within(w, reading.pitches)]
        return _hits(reading, feature, words)


for _name in lexicon().means:
    if not _spoken(_name):
        _plain(_name)


def _hits(reading: Reading, feature: str, words: list[Word]) -> list[Hit]:
    """Words in the page's own regions as hits; of a page that is next to nothing but lists, all."""
    hits = [reading.spot(feature, w.start, w.end, disguise=w.disguise) for w in words]
    footer = not (feature in _FOOTER_PHRASES or feature.startswith("ctx."))
    return [h for h in hits if (h.region in OWN_REGIONS or reading.listing) and (footer or h.region != "footer")]


def _framed(reading: Reading, frames: Frames, spoken: str, hits: list[Hit]) -> Iterable[Hit]:
    """Hits that somebody else is quoted with, as such; a headline is quoted when the text below only quotes its words."""
    told = [(hit, frames.frame(Word(hit.feature, hit.at, hit.until))) for hit in hits]
    below = [(reading.folded.text[h.at : h.until], frame) for h, frame in told if h.region not in _HEADLINES]
    said = {word for word, frame in below if not frame}
    quoted = {word: frame for word, frame in below if frame and word not in said}
    for hit, frame in told:
        word = reading.folded.text[hit.at : hit.until]
        if not frame and hit.region in _HEADLINES:
            frame = quoted.get(word, "")
        yield hit._replace(feature=f"framed.{spoken.partition('.')[0]}", value=word, frame=frame) if frame else hit

