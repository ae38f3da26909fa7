"""The notice that takes a lead back: to every recipient that had a package, naming the packages by their digests."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from evidence import ids
from evidence.config import Config
from evidence.records import Package
from evidence.store import Store
from exports import fields, letters, pdf
from exports.dossier import load
from exports.formats import letter as letter_docx
from exports.package import PackageBuilt, today
from exports.packaging import bag, stamps
from exports.packaging.recipe import recipe
from exports.recipients import Addressee, agencies, national

PREFIX = "withdrawal-"


class WithdrawalError(Exception):
    """A notice that cannot be made; the message says why."""


def recipients(sent: Sequence[Package]) -> dict[str, list[Package]]:
    """Code → the packages delivered there; notices themselves are left out."""
    found: dict[str, list[Package]] = {}
    for package in sent:
        if not package.agency.startswith(PREFIX):
            found.setdefault(package.agency, []).append(package)
    return found


def build(store: Store, lead_id: str, folder: Path, config: Config, to: dict[str, Addressee] | None = None) -> list[PackageBuilt]:
    """One notice for each recipient of the lead's packages, as a sealed bag and zip; WithdrawalError when none is due.

    The lead must stand revoked; `to` are the addressees of the packages by recipient, where they are known.
    """
    dossier = load(store, lead_id, config.exports.contacts)
    sent = recipients(dossier.packages)
    revoked = [d for d in dossier.decisions if d.move == "revoke"]
    if dossier.state != "revoked" or not revoked:
        raise WithdrawalError(f"线索 {lead_id} 没有被撤销，不能发撤回通知；先运行 dajia decide {lead_id} revoke --reason 理由")
    if not sent:
        raise WithdrawalError(f"线索 {lead_id} 没有移送过任何机关，无须撤回通知")
    made = []
    for code, packages in sent.items():
        agency = agencies().get(code)
        addressee = (to or {}).get(code) or (national(agency, "") if agency else Addressee(code, code, "", ""))
        listed = [(fields.beijing(p.at)[:10], p.manifest_sha256) for p in packages]
        told = letters.withdrawal(dossier, addressee, listed, revoked[-1].reason, config, today())
        data: dict[str, object] = {
            "lead": lead_id, "subject": dossier.lead.subject, "kind": dossier.lead.kind, "agency": code, "action": "withdraw",
            "reason": fields.shown(dossier, revoked[-1].reason), "decided": revoked[-1].at, "reviewer": revoked[-1].reviewer,
            "packages": [{"at": p.at, "manifest_sha256": p.manifest_sha256, "zip_sha256": p.zip_sha256} for p in packages]}
        made.append(_bagged(told, data, code, lead_id, folder, config))
    return made


def _bagged(told: letters.Letter, data: dict[str, object], code: str, lead: str, folder: Path, config: Config) -> PackageBuilt:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{PREFIX}{code}-{lead}-{ids.new_id()[-6:]}"
    partial, notes = folder / f".{name}.partial", []
    try:
        root = partial / name
        (root / "data").mkdir(parents=True)
        letter_docx.write(told, root / "data" / "letter.docx")
        try:
            (root / "data" / "letter.pdf").write_bytes(pdf.letter(told))
        except pdf.NoFont as problem:
            notes.append(str(problem))
        (root / "data" / "withdrawal.json").write_bytes(json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
        info = {"Source-Organization": config.operator.unit, "Bagging-Date": today().isoformat(),
                "External-Identifier": f"{lead} {PREFIX}{code}", "External-Description": "撤回通知", "Bag-Software-Agent": "dajia"}
        manifest = bag.close_bag(root, info, {"HOW-TO-VERIFY.txt": recipe(lead, bool(config.timestamps.authorities))})
        tokens, late = stamps.stamp_package(config, manifest)
        bag.put_seal(root, {f"{authority}.tsr": token for authority, (token, _) in tokens.items()})
        digest = bag.zip_bag(root, partial / f"{name}.zip")
        root.rename(folder / name)
        (partial / f"{name}.zip").rename(folder / f"{name}.zip")
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return PackageBuilt(f"{PREFIX}{code}", folder / name, folder / f"{name}.zip", digest, manifest, (), tuple(notes + late), tokens)
