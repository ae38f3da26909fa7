"""Who speaks: the page itself, or someone denying, warning, reporting, retelling, asking, forbidding.

A word is framed by its own sentence, by its paragraph when that reports or warns and asks nobody to get in touch, and,
when it stands in quotation marks, by whoever is said to have spoken.
Sellers use the same words ("谨防骗子，我们先出证后付款"): a first-person marker or a way to reach them between the
frame and the word takes the frame away.
"""

from __future__ import annotations

from bisect import bisect_left

from classifiers.matching import Word, within
from classifiers.normalise import COMMA
from classifiers.reading import Reading

# The order in which a frame is named when several hold.
KINDS = ("deny", "forbid", "report", "warn", "claim", "ask")
_QUOTES = {"“": "”", "「": "」", "『": "』", "《": "》", '"': '"', "‘": "’", "【": "】"}
# Between "不" and the word it denies: "不请人代刷", "不能包过". A blank or a comma there starts a new promise instead.
_BRIDGES = frozenset("请找让要能会搞许准得敢可应再帮替做")
_SPEECH = 120  # letters around a quotation in which somebody is named who said it
_REPLY = 12  # letters of the sentence behind a question in which it is answered with no
# A question answered by "add me" is a sales pitch; a plain "is this true?" only when that follows at once.
_ASK_REACH, _WEAK_REACH = 60, 250
_PITCH_REACH = 150
_WARNING = 2  # different words of warning and report that make the whole page one


class Frames:
    """The frame words of a reading, ready to be asked about positions."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        words = reading.words
        offers = sorted((w.start, w.end) for f, found in words.items() if f.startswith("promise.") for w in found)
        kinds = (*KINDS, "ask_weak", "deny_short", "self")
        self.of = {
            kind: [w for w in words.get(f"frame.{kind}", []) if not within(w, offers) and not reading.aside(w.start)]
            for kind in kinds
        }
        self.starts = {kind: [w.start for w in found] for kind, found in self.of.items()}
        spoken = {reading.folded.text[w.start : w.end] for kind in ("warn", "report") for w in self.of[kind]}
        self.warns = len(spoken) >= _WARNING
        self.leads = sorted([w.start for w in words.get("contact.lead", []) if not reading.aside(w.start)]
                            + [h.at for h in reading.hits("contact.seller") if h.at >= 0])

    def frame(self, word: Word) -> str:
        """Who speaks at a word: "" for the page itself, else a kind of KINDS."""
        reading = self.reading
        left, right = reading.sentence_of(word.start)
        if self._denied(word, left):
            return "deny"
        for kind in ("forbid", "report", "warn", "claim"):
            near = self._outside(kind, left, right, word)
            if near and not self._spoken_by_seller(near, word):
                if kind == "forbid" and not any(w.start < word.start for w in near):
                    continue
                if kind == "claim" and self._pitched(word):
                    continue
                return kind
        if self._asked(word, left, right):
            return "ask"
        return self._retold(word, left, right)

    def _pitched(self, word: Word) -> bool:
        """A tale that ends in "add me" is a pitch, unless its paragraph reports or warns."""
        after = bisect_left(self.leads, word.end)
        if after >= len(self.leads) or self.leads[after] - word.end > _PITCH_REACH:
            return False
        block = self.reading.page.block_at(self.reading.folded.span(word.start, word.end)[0])
        first, last = self.reading.folded.index(block.start), self.reading.folded.index(block.end)
        return not (self._outside("report", first, last, word) or self._outside("warn", first, last, word)) and not self.warns

    def _inside(self, kind: str, left: int, right: int) -> list[Word]:
        starts = self.starts[kind]
        return self.of[kind][bisect_left(starts, left) : bisect_left(starts, right)]

    def _outside(self, kind: str, left: int, right: int, word: Word) -> list[Word]:
        """Frame words of the stretch that are no part of the word itself."""
        return [w for w in self._inside(kind, left, right) if w.start < word.start or w.end > word.end]

    def _denied(self, word: Word, left: int) -> bool:
        gap = self.reading.folded.gap
        for short in self._inside("deny_short", max(left, word.start - 4), word.start):
            between = self.reading.folded.text[short.end : word.start]
            if short.end <= word.start and not any(gap[short.end : word.start + 1]) and _bridges(between):
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
        if (plainly or self._question_mark(right)) and self._answered_no(right):
            return True
        if not plainly and not (self._outside("ask_weak", left, right, word) or self._question_mark(right)):
            return False
        reach = _ASK_REACH if plainly else _WEAK_REACH
        after = bisect_left(self.leads, word.start)
        return not (after < len(self.leads) and self.leads[after] - word.end <= reach)

    def _answered_no(self, right: int) -> bool:
        """The next sentence opens with a denial: "能包过吗？不能。"."""
        return any(w.start < right + _REPLY for w in self._inside("deny", right, right + _REPLY))

    def _question_mark(self, right: int) -> bool:
        folded = self.reading.folded
        end = folded.span(right - 1, right)[1] if 0 < right <= len(folded.text) else 0
        return any(c in "?？" for c in self.reading.text[end : end + 3])

    def _retold(self, word: Word, left: int, right: int) -> str:
        """Words in quotation marks near somebody who said them; words in a paragraph that reports or warns."""
        start = self.reading.folded.span(word.start, word.end)[0]
        if self._in_quotes(start):
            reach = max(0, word.start - _SPEECH), word.end + _SPEECH
            for kind in ("report", "claim", "warn"):
                if self._outside(kind, *reach, word) and not self._self_between(max(reach[0], left), word.start):
                    return kind
        block = self.reading.page.block_at(start)
        first, last = self.reading.folded.index(block.start), self.reading.folded.index(block.end)
        if self._self_between(first, last) or self._led(first, last) or self._pitched(word):
            return ""
        near = max(first, left - _SPEECH), min(last, right + _SPEECH)
        return next((kind for kind in ("report", "claim", "warn") if self._outside(kind, *near, word)), "")

    def _led(self, left: int, right: int) -> bool:
        """Whether the stretch asks to be contacted."""
        return bisect_left(self.leads, left) < bisect_left(self.leads, right)

    def _in_quotes(self, start: int) -> bool:
        opened = self.reading.text[max(0, start - _SPEECH) : start]
        return any(opened.rfind(mark) > opened.rfind(close) for mark, close in _QUOTES.items() if mark not in '"【')


def _bridges(between: str) -> bool:
    return not between or (len(between) <= 2 and between[0] in _BRIDGES)
