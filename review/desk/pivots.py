"""From one lead to others: what it shares with them, and which are most alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from evidence import ids
from evidence.store import Store
from exports.dossier import Dossier
from review.links import TYPE_LABELS

MOST, SHOWN, ALIKE = 60, 8, 8
_ROW = "b.lead, b.subject, b.kind, b.band, b.state"
_BY_CONTACT = (f"SELECT DISTINCT {_ROW} FROM contacts k JOIN lead_verdicts t ON t.verdict = k.verdict JOIN board b ON b.lead = t.lead "
               "WHERE k.type = ? AND k.value = ? AND b.lead <> ? LIMIT ?")
_BY_TRAIT = (f"SELECT DISTINCT {_ROW} FROM entities e JOIN verdicts v ON v.capture = e.capture JOIN lead_verdicts t ON t.verdict = v.id "
             "JOIN board b ON b.lead = t.lead WHERE e.type = ? AND e.value = ? AND b.lead <> ? LIMIT ?")
_BY_HOST = f"SELECT {_ROW} FROM board b WHERE b.host = ? AND b.lead <> ? LIMIT ?"
_LABELS = TYPE_LABELS | {"qr": "二维码", "url": "网址", "site": "同一主机", "certificate": "证书编号"}
_TRAITS = ("icp", "police", "analytics", "favicon", "template", "tls", "registrant")


@dataclass(frozen=True, slots=True)
class Pivot:
    """One thing a lead shows and the others that show it too; `common` when they are more than `MOST`: then it ties nobody."""

    label: str
    value: str
    others: list[Any] = field(default_factory=list)
    common: bool = False


@dataclass(frozen=True, slots=True)
class Alike:
    """Another lead with what it shares, most first."""

    row: Any
    shared: list[str]


def pivots(store: Store, told: Dossier) -> list[Pivot]:
    """What the lead shows, with the other leads that show it; those shared with somebody first."""
    found = [Pivot(_LABELS.get(kind, kind), value, rows[:SHOWN], len(rows) > MOST) for kind, value, rows in _shared(store, told)]
    return sorted(found, key=lambda p: not p.others)


def alike(found: list[Pivot]) -> list[Alike]:
    """The leads that share most, rare things weighing more than common ones; at most `ALIKE`."""
    weight: dict[str, float] = defaultdict(float)
    rows: dict[str, Any] = {}
    shared: dict[str, list[str]] = defaultdict(list)
    for pivot in found:
        for row in [] if pivot.common else pivot.others:
            rows[row["lead"]] = row
            weight[row["lead"]] += 1 / (1 + len(pivot.others))
            shared[row["lead"]].append(pivot.label)
    best = sorted(rows, key=lambda lead: (-len(set(shared[lead])), -weight[lead], lead))[:ALIKE]
    return [Alike(rows[lead], list(dict.fromkeys(shared[lead]))) for lead in best]


def _shared(store: Store, told: Dossier) -> Iterator[tuple[str, str, list[Any]]]:
    own, limit = told.lead.id, MOST + 1
    for contact in told.contacts[:40]:
        yield contact.type, contact.value, store.rows(_BY_CONTACT, contact.type, contact.value, own, limit)
    marks = ",".join("?" for _ in told.captures)
    types = ",".join(f"'{t}'" for t in _TRAITS)
    for row in store.rows(f"SELECT DISTINCT type, value FROM entities WHERE capture IN ({marks}) AND type IN ({types}) "
                          "ORDER BY type, value LIMIT 40", *(c.id for c in told.captures)):
        yield row["type"], row["value"], store.rows(_BY_TRAIT, row["type"], row["value"], own, limit)
    if host := ids.to_ascii(told.host):
        yield "site", host, store.rows(_BY_HOST, host, own, limit)
