"""From a released lead to packages: who gets one, what leaves, and the record of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evidence import ids
from evidence.archive import Vault
from evidence.config import Config
from evidence.records import Lead, Package
from evidence.store import Store
from exports import package
from exports.daily import export_daily
from exports.package import PackageBuilt
from review import clock
from review.decisions import STATE_LABELS, MoveRefused, state_of


def agencies_for(lead: Lead, wanted: Sequence[str] = ()) -> list[str]:
    """Codes of the agencies every lead of this kind goes to, or the wanted ones after a check."""
    known = package.agencies()
    for code in wanted:
        if code not in known:
            raise MoveRefused(f"没有收件机关“{code}”；已有：{'、'.join(known)}")
    return list(wanted) or [code for code, agency in known.items() if agency.default and lead.kind in agency.takes]


def preview(store: Store, lead: Lead, wanted: Sequence[str]) -> list[str]:
    """What would leave, to whom, and what is missing; nothing is written."""
    lines = [f"线索 {lead.id} {lead.subject}：{STATE_LABELS[state_of(store, lead.id)]}"]
    for code in agencies_for(lead, wanted):
        agency = package.agencies()[code]
        lines.append(f"{code} {agency.name}")
        lines += [f"  缺：{line}" for line in package.missing_fields(store, lead.id, agency)]
    return lines


def build(store: Store, vault: Vault, lead: Lead, wanted: Sequence[str], folder: Path, config: Config) -> list[PackageBuilt]:
    """One package per agency, each recorded; MoveRefused unless two people stand behind the lead."""
    state = state_of(store, lead.id)
    if state != "released":
        step = "dajia decide 线索 second --reviewer 另一人" if state == "confirmed" else "dajia decide 线索 confirm --reviewer 姓名"
        raise MoveRefused(f"线索 {lead.id} 现为“{STATE_LABELS[state]}”，移送须经两人确认；下一步：{step}")
    made = []
    for code in agencies_for(lead, wanted):
        built = package.build(store, vault, lead.id, code, folder, config)
        store.add_package(Package(ids.new_id(), lead.id, code, str(built.zip), built.zip_sha256, built.manifest_sha256,
                                  ids.utc_now()))
        made.append(built)
    return made


def daily_again(store: Store, config: Config, run: str, folder: Path | None) -> dict[str, Path]:
    """The daily files of a run, made anew; the newest run with coverage when none is named."""
    row = store.one("SELECT r.id, r.day FROM v_runs r WHERE (? <> '' AND r.id = ?) OR (? = '' AND r.id = "
                    "(SELECT run FROM v_coverage ORDER BY at DESC LIMIT 1))", run, run, run)
    if row is None:
        raise MoveRefused(f"没有任务 {run}" if run else "还没有任何任务有覆盖记录；先运行 dajia daily")
    return dict(export_daily(store, Vault(store.home), row["id"], row["day"] or clock.today(), folder or store.home.exports,
                             config))
