"""Nobody is told the same thing twice without a new reason: what counts as one, and what was told before.

A new reason is: the subject came back or moved since, the recipient refused, the lead was taken back and confirmed anew,
or it weighs more than it did. Anything else takes a person's written reason, which is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evidence import followup, ids
from evidence.followup import Letter
from evidence.records import BANDS, Lead
from evidence.store import Store
from exports.defang import defang
from exports.withdrawal import PREFIX
from review import clock
from review.decisions import MoveRefused

_STEPS = {"package": "生成过证据包", "filed": "登记过报送"}


@dataclass(frozen=True, slots=True)
class Told:
    """The last time an agency was told of a lead: when (UTC), how, and what has been new since ("" for nothing)."""

    agency: str
    at: str
    how: str
    news: str = ""

    @property
    def sentence(self) -> str:
        """As people read it."""
        since = f"；此后{self.news}" if self.news else "，此后没有新情况"
        return f"{self.agency}：{clock.local(self.at)[:16]} 已{_STEPS[self.how]}{since}"


def told_before(store: Store, lead: Lead, agency: str) -> Told | None:
    """When `agency` was last told of `lead`, and what is new since; None when it never was."""
    row = store.one(
        "SELECT at, how FROM (SELECT at, 'package' AS how FROM packages WHERE lead = ? AND agency = ? UNION ALL SELECT happened, 'filed' "
        "FROM letters l WHERE lead = ? AND agency = ? AND step = 'filed' AND NOT EXISTS (SELECT 1 FROM letters x WHERE x.retracts = l.id)) "
        "ORDER BY at DESC LIMIT 1", lead.id, agency, lead.id, agency)
    return Told(agency, row["at"], row["how"], news_since(store, lead, agency, row["at"])) if row else None


def related(store: Store, lead: Lead, agency: str) -> list[str]:
    """What the agency knows already of the same case: an earlier address of this page, other leads of the gang, one line each."""
    rows = store.rows(
        "SELECT p.lead, l.subject, max(p.at) AS at, min(p.why) AS why FROM ("
        "SELECT s.lead, k.at, '同一网页的旧地址' AS why FROM successors s JOIN packages k ON k.lead = s.lead AND k.agency = ?1 "
        "WHERE s.host = ?2 UNION ALL SELECT m.lead, k.at, '同一团伙' FROM gang_members o JOIN gang_members m ON m.gang = o.gang "
        "AND m.lead <> o.lead JOIN packages k ON k.lead = m.lead AND k.agency = ?1 WHERE o.lead = ?3) p "
        "JOIN leads l ON l.id = p.lead GROUP BY p.lead, l.subject ORDER BY at DESC LIMIT 5",
        agency, lead.subject, lead.id)
    return [f"{row['why']}：线索 {row['lead']} {defang(row['subject'])} 已于 {clock.local(row['at'])[:10]} 移送 {agency}，可并案说明"
            for row in rows]


def news_since(store: Store, lead: Lead, agency: str, since: str) -> str:
    """What happened after `since` that is a reason to tell again, in Chinese; "" for nothing."""
    now = followup.clocks(store, [lead.id]).get(lead.id)
    if now is not None and now.returned > since:
        return "下线后又上线"
    if now is not None and now.moved > since:
        return f"换到新地址 {now.moved_to}"
    if any(x.agency == agency and x.step == "refused" and x.at > since for x in followup.letters(store, lead.id)):
        return "对方答复不予受理"
    if store.one("SELECT 1 FROM packages WHERE lead = ? AND agency = ? AND at > ?", lead.id, PREFIX + agency, since):
        return "曾经撤回，又重新确认"
    before, after = _band(store, lead, since), _band(store, lead, "~")
    return "等级升高" if before != "none" and BANDS.index(after) > BANDS.index(before) else ""


def _band(store: Store, lead: Lead, until: str) -> str:
    rows = store.rows("SELECT DISTINCT v.band FROM lead_verdicts lv JOIN verdicts v ON v.id = lv.verdict WHERE lv.lead = ? AND v.at <= ?",
                      lead.id, until)
    return max((row["band"] for row in rows), key=BANDS.index, default="none")


def without_repeats(store: Store, lead: Lead, chosen: Sequence[str], named: bool, again: str, person: str = "") -> list[str]:
    """The recipients that may be told now. Those named by hand who know it already are refused; of the usual ones they are left
    out. MoveRefused when nobody remains. With a reason in `again` all are told, and the reason is kept as a letter."""
    known = {code: told for code in chosen if (told := told_before(store, lead, code)) is not None and not told.news}
    if not known:
        return list(chosen)
    if again.strip():
        now = ids.utc_now()
        for code in known:
            followup.add_letter(store, Letter(ids.new_id(), lead.id, code, "again", now, person or store.actor or "导出", now,
                                              note=again.strip()[:1000]))
        return list(chosen)
    left = [code for code in chosen if code not in known]
    if left and not named:
        return left
    raise MoveRefused(f"线索 {lead.id} 不能重复移送（{'；'.join(told.sentence for told in known.values())}）。"
                      "确需再次移送，请用 --again 写明新的理由")
