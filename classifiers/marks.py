"""What a page was found to say, as the pieces of a model: each feature, whether it stands beside a contact or in the title,
and who speaks. "promise.no_exam" is the page's own word, "promise.no_exam|deny" one it denies, "promise.no_exam@" one beside
a contact, "promise.no_exam^" one in the title.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter

from classifiers import features
from classifiers.reading import Hit, Reading

CHANNELS = ("contact.seller", "contact.qr", "contact.lead", "contact.token", "contact.office", "contact.platform")
# Letters and figures together, or a long figure: may be anybody's account; what stands around decides.
ACCOUNT = re.compile(r"(?=[a-z0-9_-]*\d)[a-z][a-z0-9_-]{4,19}|[0-9]{8,11}")
MODELS = ("wording.", "posing.")  # what the models themselves give is none of their marks
BESIDE, _COUNTED, _DOUBLINGS = 120, 12, range(3, 16)


def marks(reading: Reading) -> Counter[str]:
    """The marks of a page and how often each stands there, at most twelve times each; how long the page is is one too."""
    found: Counter[str] = Counter()
    beside = _Beside([hit for name in CHANNELS for hit in reading.hits(name)[:_COUNTED]])
    for name in features.names():
        if name.startswith(MODELS):
            continue
        for hit in reading.hits(name)[:_COUNTED]:
            said = f"{name}|{hit.frame}" if hit.frame else name
            found[said] += 1
            if beside.is_near(hit):
                found[f"{said}@"] += 1
            if hit.region in ("title", "heading"):
                found[f"{name}^"] += 1
    length = len(reading.folded.text)
    found[f"letters.{min(max(length.bit_length() - 1, _DOUBLINGS[0]), _DOUBLINGS[-1])}"] = 1
    return found


class _Beside:
    """Whether a hit stands within BESIDE letters of a contact in the same post."""

    def __init__(self, contacts: list[Hit]) -> None:
        self._ends: dict[int, list[int]] = {}
        for hit in contacts:
            self._ends.setdefault(hit.unit, []).extend((hit.at, hit.until))
        for places in self._ends.values():
            places.sort()

    def is_near(self, hit: Hit) -> bool:
        places = self._ends.get(hit.unit)
        if hit.at < 0 or not places:
            return False
        number = bisect_left(places, hit.at - BESIDE)
        return number < len(places) and places[number] <= hit.until + BESIDE
