"""From a released lead to packages: who gets one, what leaves, and the record of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from evidence import config as settings
from evidence import ids
from evidence.archive import Vault
from evidence.config import Config
from evidence.records import Lead, Package
from evidence.store import Store
from exports import many, package, withdrawal
from exports.daily import export_daily
from exports.dossier import DossierError, load
from exports.many import Job
from exports.package import PackageBuilt
from exports.recipients import Addressee
from review import clock, duplicates, routing, stamping
from review.decisions import STATE_LABELS, MoveRefused, state_of


def agencies_for(lead: Lead, wanted: Sequence[str] = ()) -> list[str]:
    """Codes of the agencies every lead of this kind goes to, or the wanted ones after a check."""
    known = package.agencies()
    for code in wanted:
        if code not in known:
            raise MoveRefused(f"没有收件机关“{code}”；已有：{'、'.join(known)}")
    return list(wanted) or [code for code, agency in known.items() if agency.default and lead.kind in agency.takes]


def preview(store: Store, lead: Lead, wanted: Sequence[str], config: Config | None = None) -> list[str]:
    """What would leave, to whom and why, what is missing, and who else might want it; nothing is written."""
    config = config or settings.load(store.home)
    dossier = load(store, lead.id, config.exports.contacts)
    lines = [f"线索 {lead.id} {lead.subject}：{STATE_LABELS[state_of(store, lead.id)]}"]
    chosen = agencies_for(lead, wanted)
    for code in chosen:
        agency = package.agencies()[code]
        to = routing.addressee(dossier, agency)
        lines.append(f"{code} {to.name}：{to.reason}")
        if told := duplicates.told_before(store, lead, code):
            lines.append(f"  注意：{told.sentence}")
        lines += [f"  参考：{line}" for line in duplicates.related(store, lead, code)]
        lines += [f"  缺：{line}" for line in package.missing_fields(store, lead.id, agency, config)]
    others = [(code, why) for code, why in routing.suggested(dossier) if code not in chosen]
    return lines + [f"另可移送：{code} {package.agencies()[code].name}（{why}）" for code, why in others]


def build(
    store: Store, vault: Vault, lead: Lead, wanted: Sequence[str], folder: Path, config: Config, *, originals: bool = False,
    again: str = "",
) -> list[PackageBuilt]:
    """One package per agency, each recorded; MoveRefused unless two people stand behind the lead.

    Whoever was told already is not told again without news, or without a written reason in `again` (`review.duplicates`).
    """
    made = []
    try:
        for to in _addressees(store, lead, wanted, config, again):
            built = package.build(store, vault, lead.id, to.agency, folder, config, to=to, originals=originals)
            _record(store, config, lead, built)
            made.append(built)
    finally:
        package.forget()
    return made


def build_many(
    store: Store, leads: Sequence[Lead], wanted: Sequence[str], folder: Path, config: Config, *, originals: bool = False,
    workers: int = 0,
) -> Iterator[tuple[Lead, Sequence[PackageBuilt], str]]:
    """As `build` for many leads, by several processes: (lead, its packages, why there are none). One that fails stops no other."""
    jobs, by_id = [], {lead.id: lead for lead in leads}
    for lead in by_id.values():
        try:
            jobs.append(Job(lead.id, tuple(_addressees(store, lead, wanted, config, ""))))
        except (MoveRefused, DossierError) as problem:
            yield lead, (), str(problem)
    for done in many.build_many(store.home, jobs, folder, config, originals=originals, workers=workers):
        for built in done.built:
            _record(store, config, by_id[done.lead], built)
        yield by_id[done.lead], done.built, done.problem


def waiting(store: Store) -> list[Lead]:
    """The released leads that nobody was told of yet, oldest first."""
    rows = store.rows("SELECT l.id FROM leads l JOIN v_lead_state s ON s.lead = l.id WHERE s.state = 'released' AND NOT EXISTS "
                      "(SELECT 1 FROM packages p WHERE p.lead = l.id AND p.agency NOT LIKE 'withdrawal-%') ORDER BY l.at, l.id")
    return [store.lead(row["id"]) for row in rows]


def _addressees(store: Store, lead: Lead, wanted: Sequence[str], config: Config, again: str) -> list[Addressee]:
    """To whom a lead may go now; MoveRefused unless two people stand behind it and there is somebody to tell."""
    state = state_of(store, lead.id)
    if state != "released":
        step = "dajia decide 线索 second --reviewer 另一人" if state == "confirmed" else "dajia decide 线索 confirm --reviewer 姓名"
        raise MoveRefused(f"线索 {lead.id} 现为“{STATE_LABELS[state]}”，移送须经两人确认；下一步：{step}")
    chosen = duplicates.without_repeats(store, lead, agencies_for(lead, wanted), bool(wanted), again)
    dossier = load(store, lead.id, config.exports.contacts)
    return [routing.addressee(dossier, package.agencies()[code]) for code in chosen]


def withdraw(store: Store, lead: Lead, folder: Path, config: Config) -> list[PackageBuilt]:
    """The notices that take a revoked lead back, one per recipient, each recorded; nothing twice for the same revocation."""
    dossier = load(store, lead.id, config.exports.contacts)
    to = {code: routing.addressee(dossier, package.agencies()[code]) for code in withdrawal.recipients(dossier.packages)
          if code in package.agencies()}
    made = withdrawal.build(store, lead.id, folder, config, to)
    for built in made:
        _record(store, config, lead, built)
    return made


def withdrawal_due(store: Store, lead: Lead) -> bool:
    """Whether a lead stands revoked after it was delivered, and no notice was made since."""
    if state_of(store, lead.id) != "revoked":
        return False
    last = store.one("SELECT max(at) AS at FROM decisions WHERE lead = ? AND move = 'revoke'", lead.id)
    sent = store.one("SELECT count(*) AS n, max(CASE WHEN agency LIKE 'withdrawal-%' THEN at END) AS noticed FROM packages "
                     "WHERE lead = ?", lead.id)
    return bool(sent and last and sent["n"] and (not sent["noticed"] or sent["noticed"] < last["at"]))


def after_decision(store: Store, lead: Lead, config: Config) -> list[PackageBuilt]:
    """What a decision sets off: the withdrawal notices of a lead that was delivered and now stands revoked."""
    return withdraw(store, lead, store.home.exports / "packages", config) if withdrawal_due(store, lead) else []


def _record(store: Store, config: Config, lead: Lead, built: PackageBuilt) -> None:
    record = Package(ids.new_id(), lead.id, built.agency, str(built.zip), built.zip_sha256, built.manifest_sha256, ids.utc_now())
    with store.transaction():
        store.add_package(record)
        stamping.keep(store, config, record, built)


def run_named(store: Store, run: str) -> tuple[str, str]:
    """A run and its day; the newest run with coverage when none is named. MoveRefused when there is none."""
    row = store.one("SELECT r.id, r.day FROM v_runs r WHERE (? <> '' AND r.id = ?) OR (? = '' AND r.id = "
                    "(SELECT run FROM v_coverage ORDER BY at DESC LIMIT 1))", run, run, run)
    if row is None:
        raise MoveRefused(f"没有任务 {run}" if run else "还没有任何任务有覆盖记录；先运行 dajia daily")
    return row["id"], row["day"] or clock.today()


def daily_again(store: Store, config: Config, run: str, folder: Path | None) -> dict[str, Path]:
    """The daily files of a run, made anew; the newest run with coverage when none is named."""
    found, day = run_named(store, run)
    return dict(export_daily(store, Vault(store.home), found, day, folder or store.home.exports, config))
