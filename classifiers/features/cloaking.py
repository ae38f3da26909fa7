"""Whether visitors are shown different pages: counts only for a page that has something to hide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from classifiers.features import family
from classifiers.reading import Hit, Reading

MEANS = {
    "cloaking.phone": "手机与电脑看到的不是同一页面",
    "cloaking.search": "从搜索结果进入与直接打开看到的不是同一页面",
    "cloaking.away": "不同访客被带到不同网站",
    "cloaking.gone": "有的访客被告知页面不存在",
}
_CLAIMS = ("claim.body", "claim.system", "claim.state", "claim.safety", "card.safety", "app.package")
_MAX = 4


@family("cloaking", MEANS)
def find(reading: Reading) -> Iterator[Hit]:
    """One hit for each other view that differs. `where` names the capture it was compared with."""
    rows = reading.facts.get("cloaking")
    if not isinstance(rows, list) or not _has_something_to_hide(reading):
        return
    for row in rows[:_MAX]:
        if isinstance(row, dict) and f"cloaking.{row.get('kind')}" in MEANS:
            yield _hit(reading, row)


def _hit(reading: Reading, row: dict[str, Any]) -> Hit:
    where = f"capture:{row['other']}" if row.get("other") else "facts"
    return reading.fact(f"cloaking.{row['kind']}", str(row.get("quote") or "")[:300], where)


def _has_something_to_hide(reading: Reading) -> bool:
    if reading.has("promise.*"):
        return True
    return reading.has("identity.foreign_host") and any(reading.has(name) for name in _CLAIMS)
