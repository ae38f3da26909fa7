"""bulletin.html 通报（网页）：一类一通报、一季度一通报，含趋势图、用语变化、遮盖后的典型案例和覆盖情况"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from exports import bulletin, wording
from exports.charts import Drawing
from exports.order import Order
from exports.period import Review

ABOUT, FILE, NEEDS = "period", "bulletin.html", ("period",)
_TEMPLATES = Path(__file__).parent.parent / "templates"


def write(order: Order, path: Path) -> None:
    """Write the bulletin of `order.period` and `order.kind` to `path`: one file, no script."""
    review = Review(order)
    pages = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    style = "".join(pages.get_template(f"{name}.css").render() for name in ("report", "bulletin"))
    now = datetime.now(wording.CHINA)
    text = pages.get_template("bulletin.html").render(
        review=review, title=bulletin.title(review), unit=order.config.operator.unit, opening=bulletin.opening(review),
        caution=bulletin.caution(review), trend=_safe(bulletin.trend(review)), ways=_safe(bulletin.ways(review)),
        words=_safe(bulletin.words(review)), drifts=bulletin.drifts(review), cases=bulletin.cases(review),
        style_digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(), now=now.strftime("%Y-%m-%d %H:%M"),
        today=wording.day_in_words(now.strftime("%Y-%m-%d")))
    path.write_text(text, encoding="utf-8", newline="\n")


def _safe(drawing: Drawing) -> Markup:
    return Markup(drawing.svg())  # noqa: S704 - made by `charts`, which escapes every label
