"""Is a subject still there? What one look found, and what the looks of one round come to. Pure: no I/O, no clock.

A look is one request from one vantage configuration (a line, a resolver, a kind of device). A round is every look at one
subject in one run. Only an answer that says "nothing here", or no answer where our own line is proven to work, speaks for
down, and only from two vantages; a wall, a login, an error or a refusal of ours never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Finding = Literal[
    "served", "forwarded", "changed", "gone", "parked", "unreachable", "walled", "login", "geo", "error", "refused", "ours"
]
State = Literal["up", "down", "changed", "unknown"]

THERE: frozenset[Finding] = frozenset({"served", "forwarded"})
MISSING: frozenset[Finding] = frozenset({"gone", "parked", "unreachable"})
STANDING: frozenset[Finding] = frozenset({"walled", "login", "geo", "error"})  # something answers there: not gone
VANTAGES_FOR_DOWN = 2
LABELS: dict[Finding, str] = {
    "served": "仍可访问", "forwarded": "转到新地址", "changed": "内容已变", "gone": "页面或网站已撤下", "parked": "域名停放、出售页",
    "unreachable": "无法连接", "walled": "被验证页拦截", "login": "要求登录", "geo": "限制地区", "error": "对方服务器出错",
    "refused": "按规定未访问", "ours": "本方线路不通",
}
STATE_LABELS: dict[State, str] = {"up": "仍可访问", "down": "已不可访问", "changed": "内容已变", "unknown": "无法判断"}
# A relay that says so answers for a server behind it that does not: nobody is there.
_ORIGIN_AWAY = frozenset({521, 522, 523, 530})
_NO_ANSWER = ("unreachable:", "timeout:")
GEO_MARK = "geo-"  # walls of `crawlers/walls.yml` that turn away by region are named so


@dataclass(frozen=True, slots=True)
class Seen:
    """What a recheck request brought: outcome, status and note of its capture. `same`: the page is one we know of the
    subject; `elsewhere`: the answer came from another site than the one that was asked."""

    outcome: str
    status: int = 0
    note: str = ""
    same: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """One look from one vantage: what it found; `place` names the vantage."""

    place: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a round comes to, and why in one Chinese sentence."""

    state: State
    why: str


def finding_of(seen: Seen) -> Finding:
    """What one request says of the subject, taken alone."""
    if seen.outcome in {"ok", "partial"}:
        if seen.elsewhere:
            return "forwarded" if seen.same else "changed"
        return "served" if seen.same else "changed"
    if seen.outcome in {"gone", "parked", "login", "refused"}:
        return seen.outcome  # type: ignore[return-value]
    if seen.outcome == "blocked":
        return "geo" if seen.note.startswith(GEO_MARK) else "walled"
    if seen.status in _ORIGIN_AWAY or seen.note.startswith(_NO_ANSWER):
        return "unreachable"
    return "error"


def answered(seen: Seen) -> bool:
    """Whether the request proves that our line works: somebody out there answered, and not our own gateway."""
    return 200 <= seen.status < 500 and seen.status != 407


def without_our_faults(looks: Sequence[Look], working: Iterable[str]) -> list[Look]:
    """The looks, those that failed from a vantage where nothing at all answered in this run marked as our own outage."""
    alive = frozenset(working)
    return [Look(look.place, "ours") if look.finding == "unreachable" and look.place not in alive else look for look in looks]


def conclude(looks: Iterable[Look]) -> Conclusion:
    """The state of a subject after one round; the order and repetition of looks do not matter."""
    found = frozenset(looks)
    said = _told(found)
    there = {look.place for look in found if look.finding in THERE}
    missing = {look.place for look in found if look.finding in MISSING} - there
    if there:
        partly = f"；部分地点看不到，可能按地区或访客区别对待：{said}" if {look.place for look in found} - there else ""
        moved = any(look.finding == "forwarded" for look in found)
        return Conclusion("up", ("访问后转到新地址，内容相同" if moved else "仍可访问") + partly)
    if any(look.finding == "changed" for look in found):
        return Conclusion("changed", f"可以访问，但内容与固证时不同，须人工查看：{said}")
    if any(look.finding in STANDING for look in found):
        return Conclusion("unknown", f"对方仍有应答，不能算下线：{said}")
    if len(missing) >= VANTAGES_FOR_DOWN:
        return Conclusion("down", said)
    if missing:
        return Conclusion("unknown", f"只有一处确认看不到，不足以认定下线：{said}")
    return Conclusion("unknown", said or "没有访问结果")


def _told(looks: frozenset[Look]) -> str:
    """Place by place, in a fixed order."""
    return "、".join(f"{look.place} {LABELS[look.finding]}" for look in sorted(looks, key=lambda k: (k.place, k.finding)))
