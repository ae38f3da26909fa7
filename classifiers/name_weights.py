"""What the signs of a host name weigh together: the rules of likeness, by kind and strength of tokens.

A name is telling when an agency meets a service (mem-cx), a certificate meets a service (tzzycx), an agency meets `gov`,
or the full name of an agency stands alone; weak signs need company. Scores: ≥ 70 high, ≥ 50 medium, ≥ 25 low.
"""

from __future__ import annotations

from itertools import pairwise

from classifiers.name_signs import Sign


class _Tally:
    """The signs of a name sorted by kind and strength."""

    def __init__(self, found: list[Sign]) -> None:
        self.all = found
        self.found = [sign for sign in found if sign.token.kind != "filler"]
        self.by: dict[tuple[str, str], list[Sign]] = {}
        for sign in found:
            self.by.setdefault((sign.token.kind, sign.token.strength), []).append(sign)

    def has(self, kind: str, *strengths: str) -> bool:
        return any(self.by.get((kind, strength)) for strength in strengths or ("sole", "strong", "weak"))

    def distinct(self, kind: str, *strengths: str) -> int:
        return len({s.token.text for strength in strengths for s in self.by.get((kind, strength), ())})

    def touching(self, kind: str, other: str) -> bool:
        """Whether a sign of one kind stands right beside one of the other (a hyphen or dot may lie between)."""
        return any(
            {a.token.kind, b.token.kind} == {kind, other} and abs(a.part - b.part) <= 1 for a, b in pairwise(self.all)
        )


def weigh(found: list[Sign]) -> float:
    """The score (0–100) of the signs of a name taken together; 0 when they say nothing."""
    tally = _Tally(found)
    return max(_state(tally), _body(tally), _cert(tally), _weak_body(tally))


def imitated(found: list[Sign]) -> str:
    """The official host that the most telling sign points at."""
    order = [
        ("body", "sole"),
        ("body", "strong"),
        ("cert", "sole"),
        ("cert", "strong"),
        ("body", "weak"),
        ("cert", "weak"),
    ]
    for kind, strength in order:
        for sign in found:
            if (sign.token.kind, sign.token.strength) == (kind, strength) and sign.token.host:
                return sign.token.host
    return next((s.token.host for s in found if s.token.host), "www.gov.cn")


def _state(tally: _Tally) -> float:
    if tally.has("state", "sole"):
        return 85 if tally.has("body") or tally.has("cert") or tally.has("place") else 60
    if not tally.has("state", "strong"):
        return 0
    if tally.has("body"):
        return 80
    if tally.has("cert", "sole", "strong") or tally.has("place", "strong") or tally.has("service", "strong"):
        return 60
    return 30 if tally.has("place", "weak") or any(s.alone for s in tally.by[("state", "strong")]) else 0


def _body(tally: _Tally) -> float:
    han = any(not s.token.text.isascii() for s in tally.found)
    backed = tally.has("service", "strong") or tally.has("cert", "sole", "strong") or tally.has("state")
    if tally.has("body", "sole"):
        return 80 if backed or han or tally.distinct("body", "sole", "strong") > 1 else 60
    if not tally.has("body", "strong"):
        return 0
    if tally.distinct("body", "strong") > 1:
        return 75
    if tally.has("body", "weak"):
        return 70
    if tally.touching("body", "service") and tally.has("service", "strong"):
        return 80 if han else 70 if tally.has("place") or tally.has("cert") else 65
    if tally.touching("body", "cert"):
        return 65
    if tally.touching("body", "state"):
        return 55
    if tally.touching("body", "service") and all(sign.alone for sign in tally.found):
        return 55  # mem-zs: two words set apart on purpose
    sturdy = any(len(s.token.text) >= 4 or han for s in tally.by[("body", "strong")])
    return 35 if sturdy and (tally.touching("body", "service") or all(s.alone for s in tally.found)) else 0


def _cert(tally: _Tally) -> float:
    han = 10 if any(not s.token.text.isascii() for s in tally.found) else 0
    if tally.has("cert", "sole"):
        return 65 if tally.has("service") else 55
    if not tally.has("cert", "strong"):
        return 0
    if tally.has("service", "strong"):
        more = tally.has("state") or tally.has("place", "strong") or tally.distinct("cert", "strong") > 1
        return 60 + (10 if more else 0) + han
    if tally.has("state") and (tally.has("service") or han):
        return 50 + han
    return (
        35 if tally.has("service") or tally.has("state") or any(s.alone for s in tally.by[("cert", "strong")]) else 0
    )


def _weak_body(tally: _Tally) -> float:
    if not tally.has("body", "weak"):
        return 0
    if tally.has("cert", "sole", "strong") and tally.touching("body", "cert"):
        return 60
    if tally.has("service", "strong") and tally.touching("body", "service"):
        if tally.has("place", "strong") or tally.distinct("body", "weak") > 1:
            return 60
        return 55 if any(len(sign.token.text) >= 4 for sign in tally.by[("body", "weak")]) else 30
    return 0
