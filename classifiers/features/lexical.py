"""Features that are words: every entry of `lexicons/text/*.yml`, and who speaks them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from classifiers.features import family
from classifiers.features.framing import Frames
from classifiers.lexicon import lexicon
from classifiers.reading import OWN_REGIONS, Hit, Reading

# Families whose words accuse: they count only when the page itself says them.
SPOKEN = ("promise.", "offer.", "grey.", "jargon.", "result.", "price.", "contact.lead.")
_FRAMED = {f"framed.{name.partition('.')[0]}": "转述、否认或警示中的用语" for name in SPOKEN}


@family("words", lexicon().means | _FRAMED)
def find(reading: Reading) -> Iterable[Hit]:
    """All listed words; spoken ones framed, and those in lists of other pages left out."""
    frames: Frames | None = None
    everywhere = _mostly_lists(reading)
    for feature, words in reading.words.items():
        spoken = next((name for name in SPOKEN if (feature + ".").startswith(name)), "")
        for word in words:
            hit = reading.spot(feature, word.start, word.end, disguise=word.disguise)
            if hit.region not in OWN_REGIONS and not everywhere:
                continue
            if spoken:
                frames = frames or Frames(reading)
                frame = frames.frame(word)
                if frame:
                    said = reading.folded.text[word.start : word.end]
                    hit = replace(hit, feature=f"framed.{spoken.partition('.')[0]}", value=said, frame=frame)
            yield hit


def _mostly_lists(reading: Reading) -> bool:
    """Whether the page has next to no text of its own beside its lists; then the lists are its text."""
    own = sum(b.end - b.start for b in reading.page.blocks if b.region in OWN_REGIONS and b.region not in ("title", "meta", "footer"))
    return own < 80 and own * 3 < len(reading.page.text)
