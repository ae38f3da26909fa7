"""What waits for a person after a lead was confirmed: not filed, not answered, accepted and still up, back again, moved, changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evidence import followup, ids
from evidence.config import Recheck
from evidence.followup import ANSWERS, Letter
from evidence.store import Store
from evidence.takedown import Clock, days_between
from exports.withdrawal import PREFIX

ORDER = ("returned", "moved", "act", "answer", "file", "package", "look")
LABELS = {"returned": "又上线", "moved": "换地址", "act": "催办", "answer": "催复", "file": "待登记报送", "package": "待移送",
          "look": "待查看"}


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing to do. `kind` is a key of `LABELS`; `days` since it has been waiting; `agency` "" where it is about all."""

    lead: str
    kind: str
    agency: str
    days: float
    text: str


def reminders(store: Store, plan: Recheck, clocks: Mapping[str, Clock], now: str = "") -> list[Reminder]:
    """Everything that is due, most urgent kind first, longest waiting first."""
    now, letters, packages = now or ids.utc_now(), _letters(store), _packages(store)
    found: list[Reminder] = []
    for lead, clock in clocks.items():
        if clock.phase == "closed":
            continue
        found += _of_site(clock, now)
        found += _of_paper(clock, plan, letters.get(lead, []), packages.get(lead, {}), now)
    return sorted(found, key=lambda r: (ORDER.index(r.kind), -r.days, r.lead, r.agency))


def _of_site(clock: Clock, now: str) -> Iterator[Reminder]:
    if clock.phase == "returned" and clock.filed < clock.returned:
        yield Reminder(clock.lead, "returned", "", _days(clock.returned, now), "下线后又上线：可以此为新情况再次移送")
    if clock.phase == "moved":
        yield Reminder(clock.lead, "moved", "", _days(clock.moved, now), f"同一页面换到 {clock.moved_to}：请复核新地址的线索，可再次移送")
    if clock.phase == "changed":
        yield Reminder(clock.lead, "look", "", _days(clock.last_look, now), "页面内容与固证时不同：请人工查看是否已整改")


def _of_paper(clock: Clock, plan: Recheck, letters: list[Letter], packages: Mapping[str, str], now: str) -> Iterator[Reminder]:
    """What the files say, as long as the subject is not known to be down."""
    if clock.site == "down" or not clock.released:
        return
    filed = {x.agency: x.happened for x in letters if x.step == "filed"}
    answers = {x.agency: x for x in letters if x.step in ANSWERS}
    if not packages and not filed and (days := _days(clock.released, now)) >= plan.file_days:
        yield Reminder(clock.lead, "package", "", days, f"复核通过 {days:.0f} 天，还没有移送")
    for agency, at in packages.items():
        if at > filed.get(agency, "") and (days := _days(at, now)) >= plan.file_days:
            yield Reminder(clock.lead, "file", agency, days, f"证据包已生成 {days:.0f} 天，没有登记报送 {agency}")
    for agency, at in filed.items():
        answer = answers.get(agency)
        if (answer is None or answer.happened < at) and (days := _days(at, now)) >= plan.answer_days:
            yield Reminder(clock.lead, "answer", agency, days, f"报送 {agency} {days:.0f} 天，没有答复")
        elif answer and answer.step in {"accepted", "handled"} and (days := _days(answer.happened, now)) >= plan.act_days:
            yield Reminder(clock.lead, "act", agency, days, f"{agency} 受理 {days:.0f} 天，仍可访问")


def _days(since: str, now: str) -> float:
    return days_between(since, now) or 0.0


def _letters(store: Store) -> dict[str, list[Letter]]:
    found: dict[str, list[Letter]] = defaultdict(list)
    for row in store.rows("SELECT * FROM letters l WHERE step <> 'retract' AND NOT EXISTS "
                          "(SELECT 1 FROM letters x WHERE x.retracts = l.id) ORDER BY happened, at, id"):
        letter = followup.Letter(**dict(row))
        found[letter.lead].append(letter)
    return found


def _packages(store: Store) -> dict[str, dict[str, str]]:
    """Lead → agency → when its last package was made."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in store.rows("SELECT lead, agency, max(at) AS at FROM packages WHERE agency NOT LIKE ? GROUP BY lead, agency", f"{PREFIX}%"):
        found[row["lead"]][row["agency"]] = row["at"]
    return found
