"""Expressions of rules, and where on a page they hold.

An expression is evaluated to spans: places where all of its parts stand close enough together, in one post. The work
is bounded: only the nearest partners of a part are looked at, and only so many places are kept.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal

from classifiers.reading import Hit, Reading

FAR = 1 << 30
KEEP = 60  # spans kept of one expression: enough for any rule, bounded for hostile pages
_ANCHORS = KEEP * 8
_LEEWAY = 40  # letters of the hits themselves do not count against the distance


@dataclass(frozen=True, slots=True)
class Node:
    """An expression: `op` is feature, all, any, not or count."""

    op: Literal["feature", "all", "any", "not", "count"]
    name: str = ""
    parts: tuple[Node, ...] = ()
    within: int = FAR
    least: int = 1


@dataclass(frozen=True, slots=True)
class Span:
    """A place where an expression holds: squeezed [at, until), the post, and the hits it rests on. at -1: everywhere."""

    at: int
    until: int
    unit: int
    hits: tuple[Hit, ...]


class _Row:
    """The spans of one part, by post and position."""

    def __init__(self, spans: list[Span]) -> None:
        self.everywhere = [s for s in spans if s.at < 0][:1]
        self.units: dict[int, tuple[list[int], list[Span]]] = {}
        for span in sorted((s for s in spans if s.at >= 0), key=lambda s: s.at):
            starts, kept = self.units.setdefault(span.unit, ([], []))
            starts.append(span.at)
            kept.append(span)

    def nearest(self, at: int, until: int, unit: int) -> Span | None:
        """The span that stretches [at, until) least; in any post when at is -1."""
        if self.everywhere:
            return self.everywhere[0]
        if at < 0:
            return next((kept[0] for _, kept in self.units.values()), None)
        starts, kept = self.units.get(unit, ([], []))
        middle = bisect_left(starts, at)
        near = kept[max(0, middle - 3) : middle + 4]
        return min(near, key=lambda s: max(s.until, until) - min(s.at, at), default=None)


def needs(node: Node) -> tuple[tuple[str, ...], ...]:
    """Groups of features of which each must have a hit for the expression to hold anywhere."""
    if node.op in ("feature", "count"):
        return ((node.name,),)
    if node.op == "all":
        return tuple(dict.fromkeys(group for part in node.parts for group in needs(part)))
    if node.op == "any":
        parts = [needs(part) for part in node.parts]
        return (tuple(dict.fromkeys(name for groups in parts for name in groups[0])),) if all(parts) else ()
    return ()


def evaluate(node: Node, reading: Reading) -> list[Span]:
    """The places where an expression holds, at most KEEP of them."""
    if node.op == "feature":
        hits = reading.hits(node.name)
        return [Span(h.at, h.until, h.unit, (h,)) for h in hits[:_ANCHORS]] if hits else []
    if node.op == "any":
        found = [span for part in node.parts for span in evaluate(part, reading)]
        return found if len(found) < 2 else sorted(found, key=lambda s: s.at)
    if node.op == "count":
        return _count(node, reading)
    if node.op == "not":
        return [] if evaluate(node.parts[0], reading) else [Span(-1, -1, 0, ())]
    return _all(node, reading)


def _count(node: Node, reading: Reading) -> list[Span]:
    """Per post, stretches of at most `within` letters that hold `least` different features (of a family) or words."""
    posts: dict[int, list[tuple[str, Hit]]] = {}
    for hit in reading.hits(node.name):
        name = hit.feature if node.name.endswith(".*") else (hit.value or reading.folded.text[hit.at : hit.until] or hit.quote)
        posts.setdefault(hit.unit, []).append((name, hit))
    spans: list[Span] = []
    for unit, named in posts.items():
        if node.within == FAR:
            first: dict[str, Hit] = {}
            for name, hit in named:
                first.setdefault(name, hit)
            if len(first) >= node.least:
                spans.append(_over(tuple(first.values())[:8], unit))
        else:
            spans += _windows(named, unit, node)
    return spans[:KEEP]


def _windows(named: list[tuple[str, Hit]], unit: int, node: Node) -> list[Span]:
    """The stretches of one post, each ending at the hit that completes it."""
    spans: list[Span] = []
    latest: dict[str, Hit] = {}
    for name, hit in named:
        latest.pop(name, None)
        latest[name] = hit  # kept in order of last sight
        near = [h for h in latest.values() if hit.at - h.until <= node.within]
        if len(near) >= node.least:
            spans.append(_over(tuple(near[-8:]), unit))
            latest.clear()
            if len(spans) >= KEEP:
                break
    return spans


def _over(hits: tuple[Hit, ...], unit: int) -> Span:
    return Span(min(h.at for h in hits), max(h.until for h in hits), unit, hits)


def _all(node: Node, reading: Reading) -> list[Span]:
    rows: list[list[Span]] = []
    for part in node.parts:
        if part.op == "not":
            continue
        row = evaluate(part, reading)
        if not row:
            return []
        rows.append(row)
    if not rows:
        return [Span(-1, -1, 0, ())]
    rows.sort(key=len)
    others = [_Row(row) for row in rows[1:]]
    spans = []
    for anchor in rows[0][:_ANCHORS]:
        span = _join(anchor, others, node.within)
        if span is not None:
            spans.append(span)
    for part in node.parts:
        if part.op == "not" and spans:
            against = evaluate(part.parts[0], reading)
            reach = part.within or (node.within if node.within < FAR else FAR)
            spans = [s for s in spans if not any(_near(s, other, reach) for other in against)]
    spans.sort(key=lambda s: s.until - s.at)
    return spans[:KEEP]


def _near(one: Span, other: Span, reach: int) -> bool:
    if one.at < 0 or other.at < 0:
        return True
    return one.unit == other.unit and max(one.at - other.until, other.at - one.until) <= reach


def _join(anchor: Span, rows: list[_Row], within: int) -> Span | None:
    """The anchor with the nearest span of every other row, when all lie within reach in one post."""
    at, until, unit, hits = anchor.at, anchor.until, anchor.unit, list(anchor.hits)
    for row in rows:
        other = row.nearest(at, until, unit)
        if other is None:
            return None
        if at < 0:
            at, until, unit = other.at, other.until, other.unit
        elif other.at >= 0:
            at, until = min(at, other.at), max(until, other.until)
        hits.extend(h for h in other.hits if h not in hits)
    letters = sum(h.until - h.at for h in hits)
    if within < FAR and until - at > within + min(letters, _LEEWAY):
        return None
    return Span(at, until, unit, tuple(hits))
