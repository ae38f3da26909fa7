"""What block lists of every syntax share: a head that says what it is, rows with their evidence, what was left out and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from exports.indicators import Indicator, blockable, label
from exports.order import Order
from exports.wording import local


def lines(order: Order, found: Iterable[Indicator], sign: str, row: Callable[[Indicator], str | None]) -> Iterator[str]:
    """The list, line by line; `sign` begins a remark, `row` writes an indicator or says None where its syntax cannot."""
    unit = order.config.operator.unit or "未填写单位"
    yield f"{sign} 打假：经两人复核的造假网站名单。出件：{unit}；生成：{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    yield f"{sign} 每条注明线索与证据包；只列整站，单个网页不列。已撤销的列在末尾，请一并移除。"
    count, apart = 0, []
    for one in found:
        text = row(one) if blockable(one) else None
        if text is not None:
            count += 1
            yield f"{sign} {label(one)}；{one.link}；复核 {local(one.released)}"
            yield text
        else:
            apart.append(one)
    for one in apart:
        if one.active:
            why = one.unsafe or "此格式无法表示"
            order.notes.append(f"未列入：{one.value}（{why}）")
            yield f"{sign} 未列入：{_shown(one)}（{why}）；{one.link}"
    for one in apart:
        if not one.active:
            yield f"{sign} 已撤销，请移除：{_shown(one)}；线索 {one.lead}；撤销 {local(one.changed)}"
    yield f"{sign} 共 {count} 条"


def _shown(one: Indicator) -> str:
    return "".join(c if c.isprintable() else " " for c in one.value)[:300]
