"""Batch forms: released leads as rows in a recipient's own column order, in files of at most its batch limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence.store import Store
from exports import dossier, fields, recipients
from exports.order import Order, OrderError
from exports.recipients import Agency


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One lead as the recipient's form asks for it; `missing` names required fields without a value and where to get them."""

    lead: str
    values: tuple[str, ...]
    package: str
    sha256: str
    missing: tuple[str, ...]


def agency(code: str) -> Agency:
    """The recipient; OrderError when there is none of that code, or it has no batch form."""
    known = recipients.agencies()
    if code not in known:
        raise OrderError(f"没有收件机关“{code}”；已有：{'、'.join(known)}")
    if known[code].batch is None:
        able = "、".join(c for c, a in known.items() if a.batch is not None)
        raise OrderError(f"收件机关“{code}”（{known[code].name}）没有批次表；有批次表的：{able}")
    return known[code]


def due(store: Store, code: str, since: str = "") -> list[str]:
    """Ids of the released leads that go to `code`: every lead of its kinds for a default recipient, else those for
    which a package was made for it; released on or after the day `since`."""
    to = agency(code)
    marks = ",".join("?" for _ in to.takes)
    rows = store.rows(
        f"SELECT l.id FROM v_leads l WHERE l.state = 'released' AND l.kind IN ({marks}) AND date(l.decided, '+8 hours') >= ? "
        "AND (? OR EXISTS (SELECT 1 FROM packages p WHERE p.lead = l.id AND p.agency = ?)) ORDER BY l.decided, l.id",
        *to.takes, since, to.default, code)
    return [r["id"] for r in rows]


def slices(leads: Sequence[str], limit: int) -> list[tuple[str, ...]]:
    """The leads in pieces of at most `limit`."""
    return [tuple(leads[at:at + limit]) for at in range(0, len(leads), limit)]


def rows(order: Order) -> Iterator[BatchRow]:
    """The rows of one file; OrderError for a lead that is not released: nothing else leaves."""
    to = agency(order.agency)
    for lead in order.leads:
        found = dossier.load(order.store, lead, order.config.exports.contacts)
        if found.state != "released":
            raise OrderError(f"线索 {lead} 未经两人复核，不能列入批次表")
        sent = [p for p in found.packages if p.agency == order.agency]
        name = sent[-1].path.rsplit("/", 1)[-1] if sent else ""
        missing = tuple(f"{asked.title}：{asked.where or '由经办人填写'}" for asked in to.fields
                        if asked.required and not fields.value(found, order.config, asked.field))
        yield BatchRow(lead, tuple(fields.value(found, order.config, c.field) for c in to.columns), name,
                       sent[-1].zip_sha256 if sent else "", missing)
