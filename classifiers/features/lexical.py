"""Features that are words: every entry of `lexicons/text/*.yml`, and who speaks them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from classifiers.features import family
from classifiers.features.framing import Frames
from classifiers.lexicon import lexicon
from classifiers.matching import Word, within
from classifiers.reading import OWN_REGIONS, Hit, Reading

# Families whose words accuse: they count only when the page itself says them.
SPOKEN = ("promise.", "offer.", "grey.", "jargon.", "result.", "price.", "contact.lead.", "odd.")
# Families that say what else a page is about: a word inside a seller's phrase ("不用培训") says nothing of the kind.
CONTEXT = ("ctx.", "exam.required")
_PHRASES = ("promise.", "odd.", "offer.absent", "result.")
# "联系我们" stands in every footer; a real contact there is found by its number.
_FOOTER_PHRASES = frozenset({"contact.lead", "offer.seek"})
_HEADLINES = frozenset({"title", "heading"})
_FRAMED = {f"framed.{name.partition('.')[0]}": "转述、否认或警示中的用语" for name in SPOKEN}


@family("words", lexicon().means | _FRAMED)
def find(reading: Reading) -> Iterable[Hit]:
    """All listed words; spoken ones framed, and those in lists of other pages left out."""
    frames: Frames | None = None
    everywhere = _mostly_lists(reading)
    phrases = sorted((w.start, w.end) for name, found in reading.words.items() if name.startswith(_PHRASES) for w in found)
    for feature, words in reading.words.items():
        if feature.startswith(CONTEXT):
            words = [w for w in words if not within(w, phrases)]
        spoken = next((name for name in SPOKEN if (feature + ".").startswith(name)), "")
        hits = [reading.spot(feature, w.start, w.end, disguise=w.disguise) for w in words]
        footer = not (feature in _FOOTER_PHRASES or feature.startswith("ctx."))
        hits = [h for h in hits if (h.region in OWN_REGIONS or everywhere) and (footer or h.region != "footer")]
        if not spoken:
            yield from hits
            continue
        frames = frames or Frames(reading)
        yield from _framed(reading, frames, spoken, hits)


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
        yield replace(hit, feature=f"framed.{spoken.partition('.')[0]}", value=word, frame=frame) if frame else hit


def _mostly_lists(reading: Reading) -> bool:
    """Whether the page has next to no text of its own beside its lists; then the lists are its text."""
    own = sum(b.end - b.start for b in reading.page.blocks if b.region in OWN_REGIONS and b.region not in ("title", "meta", "footer"))
    return own < 30 and own * 3 < len(reading.page.text)
