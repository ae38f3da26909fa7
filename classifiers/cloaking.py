"""One address seen by several visitors: does it show each of them the same page?

A site made for phones shows the same matter in other clothes, and less of it; a cloaked one shows another matter.
So texts are compared by what the shorter one shares with the longer, and a view that was walled or did not load is
compared with nothing: it is unknown, not different. Pure; the views come from the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from classifiers.media import distance

# Of 3-character pieces: copies, phone versions and personal greetings share more than half, other pages of one trade
# under a tenth. Between lies doubt, and doubt is not a finding.
SAME_TEXT = 0.35
LEAST = 40  # characters without blanks that a view needs before its words can be told apart from others
OTHER_PICTURE = 24  # of 64 bits; recompressed or cropped copies differ by at most 8
_SHOWN, _GONE = frozenset({"ok", "partial"}), frozenset({"gone", "parked"})
_GRAM, _MAX_TEXT = 3, 60_000


@dataclass(frozen=True, slots=True)
class View:
    """What one visitor was shown: profile, id of the capture, final address, outcome, title, visible text, and the
    perceptual hash of the first screen ("" when there is no picture)."""

    profile: str
    capture: str
    url: str
    outcome: str
    title: str
    text: str
    phash: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two visitors were shown different things. `kind`: phone (desk against phone) · search (direct against arriving
    from a result page) · away (they end at different sites) · gone (one is told there is nothing). `likeness` of the texts 0–1,
    `bits` between the pictures, -1 when they cannot be compared; `other` is the capture compared with."""

    kind: str
    likeness: float
    bits: int
    sentence: str
    other: str


def compare(own: View, others: Sequence[View]) -> tuple[Difference, ...]:
    """How `own` differs from each of `others`; nothing for views that show the same or cannot be compared."""
    found = [_difference(own, other) for other in others if other.capture != own.capture]
    return tuple(difference for difference in found if difference is not None)


def facts(differences: Sequence[Difference]) -> list[dict[str, Any]]:
    """Differences as the judge takes them (facts key `cloaking`)."""
    return [{"kind": d.kind, "quote": d.sentence, "other": d.other} for d in differences]


def likeness(one: str, other: str) -> float:
    """Share of the shorter text's pieces that the longer one has too, 0 to 1; 1 when either is too short to tell."""
    a, b = _pieces(one), _pieces(other)
    if min(len(a), len(b)) < LEAST - _GRAM:
        return 1.0
    return len(a & b) / min(len(a), len(b))


def _difference(own: View, other: View) -> Difference | None:
    if own.outcome not in _SHOWN or other.outcome not in _SHOWN | _GONE:
        return None
    bits = distance(own.phash, other.phash) if own.phash and other.phash and _same_screen(own, other) else -1
    if other.outcome in _GONE:
        said = f"{_NAMES[own.profile]}看到《{_title(own)}》，{_NAMES[other.profile]}却被告知页面不存在"
        return Difference("gone", 0.0, bits, said, other.capture) if _long(own.text) else None
    alike = likeness(own.text, other.text)
    emptied = _long(own.text) and not _long(other.text) and bits >= OTHER_PICTURE
    if alike >= SAME_TEXT and not emptied:
        return None
    if _site(own.url) != _site(other.url):
        said = f"{_NAMES[own.profile]}到了 {_host(own.url)}，{_NAMES[other.profile]}到了 {_host(other.url)}，内容不同"
        return Difference("away", alike, bits, said, other.capture)
    kind = "search" if "from-search" in (own.profile, other.profile) and "mobile" not in (own.profile, other.profile) else "phone"
    share = "几乎没有文字" if emptied else f"两者文字只有 {alike:.0%} 相同"
    said = f"{_NAMES[own.profile]}看到《{_title(own)}》，{_NAMES[other.profile]}看到《{_title(other)}》，{share}"
    return Difference(kind, alike, bits, said, other.capture)


_NAMES = {"desktop": "用电脑打开", "mobile": "用手机打开", "from-search": "从搜索结果进入"}


def _pieces(text: str) -> frozenset[str]:
    folded = "".join(text[:_MAX_TEXT].split())
    return frozenset(folded[i:i + _GRAM] for i in range(len(folded) - _GRAM + 1))


def _long(text: str) -> bool:
    return len("".join(text[:_MAX_TEXT].split())) >= LEAST


def _same_screen(one: View, other: View) -> bool:
    """Whether pictures of the two come from the same screen; a desk's and a phone's cannot be laid over each other."""
    return (one.profile == "mobile") == (other.profile == "mobile")


def _title(view: View) -> str:
    return " ".join(view.title.split())[:40] or "无标题"


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _site(url: str) -> str:
    """The last labels of a host that tell two sites apart well enough: m.a.com and www.a.com are one."""
    labels = _host(url).split(".")
    known = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in {"com", "net", "org", "gov", "edu", "ac"} else 2
    return ".".join(labels[-known:])
