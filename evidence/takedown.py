"""The takedown clock (处置时钟), defined once: from the day a subject was seen to the day it stayed down. Pure.

Two tracks run beside each other. Both are tables below, and nothing else decides.

    paper   seen ─confirmed→ confirmed ─released→ released ─filed→ filed ─accepted→ accepted
            dismissed or revoked closes it, doubted or reopened brings it back to seen
    site    unwatched → up ⇄ changed;  any of them ─down→ down ─up→ returned ─down→ down …

`down` is a conclusion from at least two vantages (`evidence.looking`). `stayed_7` and `stayed_30` are the first looks that
found the subject down at least 7 or 30 days after the present spell of being down began; an unknown in between neither
breaks the spell nor counts for it, and neither does a page that shows something else. `returned` is the first look that
found it up after a spell. `moved` is the moment the same page was first recognised at another address; it is where the
subject stands as long as the old address is down, or leads there.

Times are the store's (UTC, ISO 8601), "" for what has not happened. The order in which facts arrive, and repetitions,
do not change the clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Literal

from evidence import ids

Kind = Literal[
    "seen", "doubted", "reopened", "confirmed", "released", "dismissed", "revoked",
    "filed", "accepted", "refused", "handled", "unknown", "changed", "down", "up", "moved",
]
Paper = Literal["seen", "confirmed", "released", "filed", "accepted", "closed"]
Site = Literal["unwatched", "up", "changed", "down", "returned"]
Phase = Literal[
    "closed", "seen", "confirmed", "released", "filed", "accepted", "changed", "down", "stayed_7", "stayed_30", "returned", "moved",
]

# What happens at the same moment is taken in this order; an up at the same moment unmakes a down.
_ORDER: tuple[Kind, ...] = (
    "seen", "doubted", "reopened", "confirmed", "released", "dismissed", "revoked", "filed", "accepted", "refused", "handled",
    "unknown", "changed", "down", "up", "moved",
)
_PLACE = {kind: place for place, kind in enumerate(_ORDER)}

PAPER: dict[tuple[Paper, Kind], Paper] = {
    ("seen", "confirmed"): "confirmed",
    ("confirmed", "released"): "released",
    ("released", "filed"): "filed",
    ("filed", "accepted"): "accepted",
    ("filed", "refused"): "released",
    ("accepted", "refused"): "released",
    **{(state, move): "closed" for state in ("seen", "confirmed", "released", "filed", "accepted")
       for move in ("dismissed", "revoked")},
    **{(state, move): "seen" for state in ("confirmed", "released", "filed", "accepted", "closed")
       for move in ("doubted", "reopened")},
}
SITE: dict[tuple[Site, Kind], Site] = {
    ("unwatched", "up"): "up", ("unwatched", "changed"): "changed", ("unwatched", "down"): "down",
    ("up", "changed"): "changed", ("up", "down"): "down",
    ("changed", "up"): "up", ("changed", "down"): "down",
    ("down", "up"): "returned",
    ("returned", "changed"): "changed", ("returned", "down"): "down",
}
PHASE_LABELS: dict[Phase, str] = {
    "closed": "不再跟踪", "seen": "已发现", "confirmed": "已确认", "released": "已复核，待报送", "filed": "已报送，待答复",
    "accepted": "已受理，仍可访问", "changed": "内容已变，待人工查看", "down": "已下线", "stayed_7": "下线满 7 天",
    "stayed_30": "下线满 30 天", "returned": "下线后又上线", "moved": "换地址再现",
}
SHORT, LONG = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Event:
    """One fact of a subject's story. `what` names the recipient of a filing, or the address it moved to."""

    at: str
    kind: Kind
    what: str = ""


@dataclass(slots=True)
class Clock:
    """Where a subject stands. `down` begins the present or last spell, `down_after_filing` the first one after the filing."""

    lead: str = ""
    paper: Paper = "seen"
    site: Site = "unwatched"
    seen: str = ""
    confirmed: str = ""
    released: str = ""
    filed: str = ""
    accepted: str = ""
    down: str = ""
    stayed_7: str = ""
    stayed_30: str = ""
    returned: str = ""
    moved: str = ""
    moved_to: str = ""
    last_moved: str = ""
    down_after_filing: str = ""
    last_up: str = ""
    last_look: str = ""
    last_state: str = ""
    spells: int = 0
    returns: int = 0
    phase: Phase = field(default="seen")

    def as_row(self) -> dict[str, Any]:
        """Every field by name."""
        return asdict(self)


def clock(events: Iterable[Event], lead: str = "") -> Clock:
    """The clock of one subject from its facts in any order."""
    made, told = Clock(lead), set(events)
    seen_up = {event.at for event in told if event.kind == "up"}
    told -= {event for event in told if event.kind == "down" and event.at in seen_up}
    for event in sorted(told, key=lambda e: (e.at, _PLACE[e.kind], e.what)):
        _paper(made, event)
        if event.kind in {"up", "down", "changed", "unknown"}:
            _look(made, event)
        elif event.kind == "moved":
            made.moved, made.moved_to, made.last_moved = made.moved or event.at, event.what, event.at
    made.phase = _phase(made)
    return made


def _paper(made: Clock, event: Event) -> None:
    if event.kind == "seen":
        made.seen = made.seen or event.at
    if event.kind in {"filed", "accepted"} and not getattr(made, event.kind):
        setattr(made, event.kind, event.at)
    if event.kind in {"confirmed", "released"} and (made.paper, event.kind) in PAPER:
        setattr(made, event.kind, event.at)
    after = PAPER.get((made.paper, event.kind))
    if after in {"closed", "seen"}:
        made.confirmed = made.released = ""
    if after is None and event.kind in {"filed", "accepted"} and made.paper in {"confirmed", "released"}:
        after = event.kind  # people also write down what was reported by other ways
    made.paper = after or made.paper


def _look(made: Clock, event: Event) -> None:
    made.last_look, made.last_state = event.at, event.kind
    before, made.site = made.site, SITE.get((made.site, event.kind), made.site)
    if event.kind == "up":
        made.last_up = event.at
        if before == "down":
            made.returned, made.returns = event.at, made.returns + 1
    if event.kind != "down":
        return
    if before != "down":
        made.down, made.stayed_7, made.stayed_30, made.spells = event.at, "", "", made.spells + 1
        if made.filed and not made.down_after_filing:
            made.down_after_filing = event.at
    age = ids.moment(event.at) - ids.moment(made.down)
    if age >= SHORT and not made.stayed_7:
        made.stayed_7 = event.at
    if age >= LONG and not made.stayed_30:
        made.stayed_30 = event.at


def _phase(made: Clock) -> Phase:
    """The one word for where it stands: what asks for the next act comes first."""
    if made.paper == "closed":
        return "closed"
    if made.moved and (made.site == "down" or made.last_moved >= made.last_up):
        return "moved"
    if made.site == "down":
        return "stayed_30" if made.stayed_30 else "stayed_7" if made.stayed_7 else "down"
    if made.site in {"returned", "changed"}:
        return made.site
    return made.paper


def days_between(first: str, second: str) -> float | None:
    """Days from one moment to a later one; None when either has not happened, or not in this order."""
    if not first or not second:
        return None
    days = (ids.moment(second) - ids.moment(first)).total_seconds() / 86400
    return days if days >= 0 else None
