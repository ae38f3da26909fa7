"""A quarter in numbers: what a bulletin tells. Counts are of leads by the day they were found in China.

Everything is read from the store when asked; a coverage table stands beside the counts, because a quarter in
which a source was blind is not a quarter without offers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from evidence import followup
from evidence.figures import Figures, figures
from exports import dossier, wording
from exports.account import Account, Teller
from exports.anonymity import nameless
from exports.defang import line
from exports.order import Order, OrderError
from exports.vocabulary import Drift, drift

_QUARTER = re.compile(r"^(\d{4})[Qq]([1-4])$")
_NAMES = "一二三四"
MAX_CASES = 6


@dataclass(frozen=True, slots=True)
class Quarter:
    """A calendar quarter: its first and last day."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def last(self) -> date:
        """The last day."""
        after = date(self.year + (self.number == 4), self.number * 3 % 12 + 1, 1)
        return after - timedelta(days=1)

    @property
    def before(self) -> Quarter:
        """The quarter before."""
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)

    @property
    def label(self) -> str:
        """As it is written: 2026年第一季度."""
        return f"{self.year}年第{_NAMES[self.number - 1]}季度"


def quarter(text: str) -> Quarter:
    """The quarter written as 2026Q1; OrderError for anything else."""
    found = _QUARTER.match(text.strip())
    if found is None or not 2000 <= int(found[1]) <= 2999:
        raise OrderError(f"季度“{text}”看不懂；请写成 2026Q1 的形式")
    return Quarter(int(found[1]), int(found[2]))


def current() -> str:
    """The present quarter in China."""
    now = datetime.now(wording.CHINA)
    return f"{now.year}Q{(now.month + 2) // 3}"


@dataclass(frozen=True, slots=True)
class Count:
    """One number of the quarter beside that of the quarter before."""

    label: str
    now: int
    before: int

    @property
    def change(self) -> str:
        """The change in words."""
        if not self.before:
            return "上季度为 0" if self.now else "—"
        share = (self.now - self.before) / self.before
        return f"{'增长' if share > 0 else '下降'} {abs(share):.0%}" if share else "持平"


@dataclass(frozen=True, slots=True)
class Sight:
    """How often a source was read, partly read, or blind in the quarter, in runs."""

    source: str
    read: int
    partly: int
    blind: int


def _utc(day: date) -> str:
    """The beginning of a day in China, as the store writes times."""
    return datetime.combine(day, time(), wording.CHINA).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Review:
    """One quarter of one kind of lead ("" for all)."""

    def __init__(self, order: Order) -> None:
        if order.kind and order.kind not in {"ad", "fake_site"}:
            raise OrderError(f"没有类别“{order.kind}”；可用：ad（造假广告）、fake_site（仿冒网站）")
        self._order, self._store = order, order.store
        self.kind, self.quarter = order.kind, quarter(order.period or current())

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds this review is about."""
        return (self.kind,) if self.kind else ("ad", "fake_site")

    @property
    def subject(self) -> str:
        """What it is about, in Chinese."""
        return wording.KINDS[self.kind] if self.kind else "造假广告和仿冒网站"

    @cached_property
    def counts(self) -> list[Count]:
        """The quarter's numbers beside those of the quarter before."""
        now, before = self._numbers(self.quarter), self._numbers(self.quarter.before)
        return [Count(label, now[label], before[label]) for label in now]

    @cached_property
    def weeks(self) -> list[tuple[str, dict[str, int]]]:
        """New leads by week: (the week's first day as 1-05, count by kind)."""
        first, last = self.quarter.first, self.quarter.last
        rows = self._store.rows(
            f"SELECT date(l.at, '+8 hours') AS day, l.kind, count(*) AS n FROM leads l WHERE {self._where} GROUP BY day, l.kind",
            *self._span(self.quarter))
        weeks = [(first + timedelta(days=at), dict.fromkeys(self.kinds, 0)) for at in range(0, (last - first).days + 1, 7)]
        for r in rows:
            weeks[(date.fromisoformat(r["day"]) - first).days // 7][1][r["kind"]] += r["n"]
        return [(f"{day.month}-{day.day:02}", found) for day, found in weeks]

    @cached_property
    def sights(self) -> list[Sight]:
        """Every source of the quarter with how often it was really read."""
        found: dict[str, dict[str, int]] = {}
        for r in self._store.rows("SELECT source, state, count(*) AS n FROM v_coverage WHERE day BETWEEN ? AND ? GROUP BY source, state",
                                  str(self.quarter.first), str(self.quarter.last)):
            tally = found.setdefault(line(r["source"], 60), {"read": 0, "partly": 0, "blind": 0, "off": 0})
            tally[wording.sight(r["state"])] += r["n"]
        return [Sight(name, t["read"], t["partly"], t["blind"]) for name, t in sorted(found.items()) if sum(t.values()) > t["off"]]

    @cached_property
    def ways(self) -> list[tuple[str, int]]:
        """Through which sources the leads were found, most first."""
        return self._tally(
            f"""SELECT g.source AS name, count(DISTINCT l.id) AS n FROM leads l JOIN lead_verdicts lv ON lv.lead = l.id
                JOIN verdicts v ON v.id = lv.verdict JOIN captures c ON c.id = v.capture JOIN sightings g ON g.id = c.origin
                WHERE {self._where} GROUP BY g.source ORDER BY n DESC, name LIMIT 12""")

    @cached_property
    def imitated(self) -> list[tuple[str, int]]:
        """Whom the fake sites imitate, most first."""
        return self._tally(
            f"""SELECT v.imitates AS name, count(DISTINCT l.id) AS n FROM leads l JOIN v_lead_best b ON b.lead = l.id
                JOIN verdicts v ON v.id = b.verdict WHERE {self._where} AND v.imitates <> '' GROUP BY v.imitates
                ORDER BY n DESC, name LIMIT 12""")

    @cached_property
    def takedowns(self) -> Figures:
        """How takedowns went of the leads that two people confirmed in the quarter, as of now."""
        first, last = (_utc(day) for day in (self.quarter.first, self.quarter.last + timedelta(days=1)))
        leads = [r["lead"] for r in self._store.rows(
            f"SELECT DISTINCT d.lead FROM decisions d JOIN leads l ON l.id = d.lead WHERE l.kind IN ({','.join('?' for _ in self.kinds)}) "
            "AND d.move = 'second' AND d.at >= ? AND d.at < ?", *self.kinds, first, last)]
        clocks = [clock for at in range(0, len(leads), 500) for clock in followup.clocks(self._store, leads[at:at + 500]).values()]
        return figures(clocks, *followup.overturned(self._store, first, last, self.kinds))

    @property
    def takedown_rows(self) -> list[tuple[str, str]]:
        """The figures as they are printed: what, and how much over how many."""
        spans = [(f"{span.label}（中位天数）", span.told) for span in self.takedowns.spans]
        return spans + [(rate.label, rate.told) for rate in self.takedowns.rates]

    @cached_property
    def vocabulary(self) -> Drift:
        """Which words came, grew, shrank and went."""
        return drift(self._store, self._where, self._span(self.quarter), self._span(self.quarter.before))

    def cases(self) -> Iterator[Account]:
        """Typical cases: released leads of the quarter, heaviest first, that name nobody and no site."""
        masked = self._order.config.model_copy(update={"exports": self._order.config.exports.model_copy(update={"contacts": "mask"})})
        teller = Teller(self._order.vault, masked)
        for r in self._store.rows(
                f"SELECT l.id FROM leads l JOIN v_leads b ON b.id = l.id WHERE {self._where} AND b.state = 'released' "
                f"ORDER BY b.score DESC, l.id LIMIT {MAX_CASES}", *self._span(self.quarter)):
            found = dossier.load(self._store, r["id"], "mask")
            yield nameless(teller.account(found), found, self._order.vault)

    @property
    def _where(self) -> str:
        kinds = ", ".join(f"'{kind}'" for kind in self.kinds)
        return f"l.kind IN ({kinds}) AND date(l.at, '+8 hours') BETWEEN ? AND ?"

    @staticmethod
    def _span(of: Quarter) -> tuple[str, str]:
        return str(of.first), str(of.last)

    def _tally(self, sql: str) -> list[tuple[str, int]]:
        return [(line(r["name"], 60), r["n"]) for r in self._store.rows(sql, *self._span(self.quarter))]

    def _numbers(self, of: Quarter) -> dict[str, int]:
        span = self._span(of)
        found = {"新增线索": self._one(f"SELECT count(*) AS n FROM leads l WHERE {self._where}", span)}
        if not self.kind:
            for kind in self.kinds:
                found[f"其中：{wording.KINDS[kind]}"] = self._one(
                    f"SELECT count(*) AS n FROM leads l WHERE {self._where} AND l.kind = '{kind}'", span)
        found["其中：高等级"] = self._one(
            f"SELECT count(*) AS n FROM leads l JOIN v_lead_best b ON b.lead = l.id WHERE {self._where} AND b.band = 'high'", span)
        kinds = ", ".join(f"'{kind}'" for kind in self.kinds)
        for label, move in (("复核确认", "second"), ("排除", "dismiss"), ("撤销", "revoke")):
            found[label] = self._one(
                f"SELECT count(DISTINCT d.lead) AS n FROM decisions d JOIN leads l ON l.id = d.lead WHERE l.kind IN ({kinds}) "
                f"AND d.move = '{move}' AND date(d.at, '+8 hours') BETWEEN ? AND ?", span)
        found["移送（证据包）"] = self._one(
            f"SELECT count(*) AS n FROM packages p JOIN leads l ON l.id = p.lead WHERE l.kind IN ({kinds}) "
            "AND p.agency NOT LIKE 'withdrawal-%' AND date(p.at, '+8 hours') BETWEEN ? AND ?", span)
        found["已下线"] = self._one(
            f"SELECT count(DISTINCT k.lead) AS n FROM checks k JOIN leads l ON l.id = k.lead WHERE l.kind IN ({kinds}) "
            "AND k.state = 'down' AND date(k.at, '+8 hours') BETWEEN ? AND ?", span)
        return found

    def _one(self, sql: str, span: tuple[str, str]) -> int:
        row = self._store.one(sql, *span)
        return int(row["n"]) if row else 0
