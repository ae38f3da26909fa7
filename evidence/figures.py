"""How well takedowns go, in figures: medians in days with how many they rest on, and how often people were wrong. Pure.

A median is taken over what has happened; what is still open has no number of days and is counted beside it, so that a short
median over three cases of ninety is seen for what it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from evidence.takedown import Clock, Phase, days_between


@dataclass(frozen=True, slots=True)
class Span:
    """The median number of days from one moment to another, over `count` leads; `open_` more have the first moment only."""

    label: str
    days: float | None
    count: int
    open_: int

    @property
    def told(self) -> str:
        """As people read it."""
        if self.days is None:
            return f"还没有（{self.open_} 条未到）" if self.open_ else "还没有"
        days = f"{self.days:.1f}".removesuffix(".0")
        return f"{days} 天（{self.count} 条" + (f"，另有 {self.open_} 条未到）" if self.open_ else "）")


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `whole`."""

    label: str
    part: int
    whole: int

    @property
    def told(self) -> str:
        """As people read it; no percentage of nothing."""
        return f"{self.part / self.whole:.1%}（{self.part}/{self.whole}）" if self.whole else "还没有"


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures over some leads."""

    phases: dict[Phase, int]
    spans: tuple[Span, ...]
    rates: tuple[Rate, ...]


_SPANS = (("发现到确认", "seen", "confirmed"), ("确认到报送", "confirmed", "filed"), ("报送到受理", "filed", "accepted"),
          ("报送到下线", "filed", "down_after_filing"))


def figures(clocks: Iterable[Clock], released: int, overturned: int) -> Figures:
    """The figures of some leads; `overturned` of `released` were taken back after two people had confirmed them."""
    every = list(clocks)
    known = [c for c in every if c.phase != "closed"]
    spans = tuple(_span(known, *names) for names in _SPANS)
    fallen = [c for c in known if c.spells]
    rates = (
        Rate("报送后下线", sum(bool(c.down_after_filing) for c in known), sum(bool(c.filed) for c in known)),
        _stayed("下线后满 7 天未恢复", fallen, "stayed_7"),
        _stayed("下线后满 30 天未恢复", fallen, "stayed_30"),
        Rate("下线后又上线", sum(bool(c.returns) for c in fallen), len(fallen)),
        Rate("换地址再现", sum(c.phase == "moved" for c in known), len(known)),
        Rate("复核后撤销（改判）", overturned, released),
    )
    return Figures(dict(Counter(c.phase for c in every)), spans, rates)


def _stayed(label: str, fallen: list[Clock], mark: str) -> Rate:
    """How many stayed down that long, of those for which it is decided: a spell that still runs may yet reach it."""
    decided = [c for c in fallen if getattr(c, mark) or c.site != "down"]
    return Rate(label, sum(bool(getattr(c, mark)) for c in decided), len(decided))


def _span(clocks: list[Clock], label: str, first: str, second: str) -> Span:
    days = [d for c in clocks if (d := days_between(getattr(c, first), getattr(c, second))) is not None]
    waiting = sum(bool(getattr(c, first)) and not getattr(c, second) for c in clocks)
    return Span(label, round(median(days), 2) if days else None, len(days), waiting)
