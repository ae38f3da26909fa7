"""report.html 日报：一个自足的网页文件，先说覆盖，再列线索、理由、原文、截图；无脚本，可打印，手机可读"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from exports import wording
from exports.account import Account
from exports.gallery import Gallery
from exports.order import Order

ABOUT, FILE, NEEDS = "day", "report.html", ("run",)
MAX_DETAILED, MAX_LISTED, MAX_BACKLOG = 300, 2000, 60
FOREMOST = 6  # reasons shown with their place in the page; the others follow in a line each
_SIZES = {"手机": (360, 780)}
_WIDE = (860, 720)
_TEMPLATES = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture in the page, or why it is not there."""

    label: str
    at: str
    uri: str = ""
    width: int = 0
    height: int = 0
    remark: str = ""


def write(order: Order, path: Path) -> None:
    """Write the day's report to `path`, lead by lead."""
    matter = order.briefing
    detailed = min(len(matter.new), MAX_DETAILED)
    templates = _environment()
    style = templates.get_template("report.css").render()
    stream = templates.get_template("report.html").generate(
        matter=matter, seen=matter.coverage, counts=matter.counts, day=wording.day_in_words(matter.day),
        unit=order.config.operator.unit, now=datetime.now(wording.CHINA).strftime("%Y-%m-%d %H:%M"),
        style_digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(), accounts=matter.accounts(matter.new[:detailed]),
        listed=islice(matter.listed(), MAX_LISTED), detailed=detailed, foremost=FOREMOST,
        backlog=list(islice(matter.pending(), MAX_BACKLOG)),
        show=_Pictures(order.gallery, order.config.exports.picture_megabytes).of, sights=wording.SIGHT_LABELS, bands=wording.BANDS,
        kinds=wording.KINDS, states=wording.LEAD_STATES, outcomes=wording.OUTCOMES, contacts_masked=matter.contacts == "mask")
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for piece in stream:
            out.write(piece)


class _Pictures:
    """Pictures as data URIs until the budget for them is spent."""

    def __init__(self, gallery: Gallery, megabytes: float) -> None:
        self._gallery, self._left, self._total = gallery, megabytes * 1024 * 1024, megabytes

    def of(self, found: Account) -> list[Shown]:
        """Up to two pictures of a lead, the desktop's first."""
        return list(self._shown(found)) or [Shown("截图", "", remark="没有截图：只做了普通抓取")]

    def _shown(self, found: Account) -> Iterator[Shown]:
        for picture in found.pictures[:2]:
            if self._left <= 0:
                yield Shown(picture.label, picture.at, remark=f"图片已满 {self._total:g} MB，此图见 daily.xlsx 或证据包")
                continue
            shot = self._gallery.shot(picture.artifact, *_SIZES.get(picture.label, _WIDE), coarse=found.personal)
            if shot.path is None:
                yield Shown(picture.label, picture.at, remark=shot.problem)
                continue
            coded = base64.b64encode(shot.path.read_bytes()).decode()
            self._left -= len(coded)
            yield Shown(picture.label, picture.at, f"data:image/jpeg;base64,{coded}", shot.width, shot.height,
                        "；页面含个人信息，图已缩小" if found.personal else "")


def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.filters |= {"moment": wording.local, "brief": wording.short_time}
    return made

