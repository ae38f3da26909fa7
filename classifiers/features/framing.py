"""Who speaks: the page itself, or someone denying, warning, reporting, retelling, asking, forbidding.

A word is framed by its own sentence, and by the sentence before when that opens a warning or a report.
Sellers use the same words ("谨防骗子，我们先出证后付款"): a first-person marker or a way to reach them between the
frame and the word takes the frame away.
"""

from __future__ import annotations

from bisect import bisect_left

from classifiers.lexicon import Word
from classifiers.normalise import COMMA, STOP
from classifiers.reading import Reading

# The order in which a frame is named when several hold.
KINDS = ("deny", "forbid", "report", "warn", "claim", "ask")
_QUOTES = {"“": "”", "「": "」", "『": "』", "《": "》", '"': '"', "‘": "’", "【": "】"}
# A question answered by "add me" is a sales pitch; a plain "is this true?" only when that follows at once.
_ASK_REACH, _WEAK_REACH = 60, 250


class Frames:
    """The frame words of a reading, ready to be asked about positions."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        words = reading.words
        offers = sorted((w.start, w.end) for f, found in words.items() if f.startswith("promise.") for w in found)
        self.of = {
            kind: [w for w in words.get(f"frame.{kind}", []) if not _within(w, offers)] for kind in (*KINDS, "ask_weak", "deny_short", "self")
        }
        self.starts = {kind: [w.start for w in found] for kind, found in self.of.items()}
        self.leads = sorted([w.start for w in words.get("contact.lead", [])] + [h.at for h in reading.hits("contact.seller") if h.at >= 0])

    def frame(self, word: Word) -> str:
        """Who speaks at a word: "" for the page itself, else a kind of KINDS."""
        reading = self.reading
        left, right = reading.sentence_of(word.start)
        if self._denied(word, left):
            return "deny"
        for kind in ("forbid", "report", "warn", "claim"):
            near = self._outside(kind, left, right, word)
            if near and not self._spoken_by_seller(near, word):
                if kind == "forbid" and not any(w.end <= word.start for w in near):
                    continue
                return kind
        if self._asked(word, left, right):
            return "ask"
        return self._quoted_before(word, left)

    def _inside(self, kind: str, left: int, right: int) -> list[Word]:
        starts = self.starts[kind]
        return self.of[kind][bisect_left(starts, left) : bisect_left(starts, right)]

    def _outside(self, kind: str, left: int, right: int, word: Word) -> list[Word]:
        """Frame words of the stretch that are no part of the word itself."""
        return [w for w in self._inside(kind, left, right) if w.end <= word.start or w.start >= word.end]

    def _denied(self, word: Word, left: int) -> bool:
        gap = self.reading.folded.gap
        if gap[word.start] == 0 and any(w.end == word.start for w in self._inside("deny_short", word.start - 2, word.start)):
            return True
        for denial in self._inside("deny", max(left, word.start - 14), word.start):
            if denial.end <= word.start and max(gap[denial.end : word.start + 1], default=0) < COMMA:
                return True
        return False

    def _spoken_by_seller(self, near: list[Word], word: Word) -> bool:
        """A seller's own "we" after the last frame word before the word, or right after the word and before the next frame."""
        last = max((w.end for w in near if w.end <= word.start), default=-1)
        first = min((w.start for w in near if w.start >= word.end), default=1 << 30)
        if last < 0:
            return self._self_between(max(0, word.start - 20), word.start) and first - word.end > 12
        return self._self_between(last, word.start)

    def _self_between(self, left: int, right: int) -> bool:
        return any(w.end <= right for w in self._inside("self", left, right))

    def _asked(self, word: Word, left: int, right: int) -> bool:
        plainly = bool(self._outside("ask", left, right, word))
        if not plainly and not (self._outside("ask_weak", left, right, word) or self._question_mark(right)):
            return False
        reach = _ASK_REACH if plainly else _WEAK_REACH
        after = bisect_left(self.leads, word.start)
        return not (after < len(self.leads) and self.leads[after] - word.end <= reach)

    def _question_mark(self, right: int) -> bool:
        folded = self.reading.folded
        end = folded.span(right - 1, right)[1] if 0 < right <= len(folded.text) else 0
        return any(c in "?？" for c in self.reading.text[end : end + 3])

    def _quoted_before(self, word: Word, left: int) -> str:
        """A word in quotation marks whose sentence before reports or warns."""
        start, _ = self.reading.folded.span(word.start, word.end)
        opened = self.reading.text[max(0, start - 30) : start]
        inside = any(opened.rfind(mark) > opened.rfind(close) for mark, close in _QUOTES.items() if mark not in '"【')
        if not left:
            return ""
        before, _ = self.reading.sentence_of(left - 1)
        gap = self.reading.folded.gap
        if not inside and (gap[left] if left < len(gap) else 0) > STOP:
            return ""
        for kind in ("report", "warn", "claim"):
            if self._inside(kind, before, left) and not self._self_between(before, word.start):
                return kind if inside else ""
        return ""


def _within(word: Word, spans: list[tuple[int, int]]) -> bool:
    """Whether a word is part of one of the ordered spans: "假证" in "办假证" warns of nothing."""
    near = bisect_left(spans, (word.start + 1, 0))
    return any(start <= word.start and word.end <= end for start, end in spans[max(0, near - 6) : near])
