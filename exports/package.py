"""One lead for one recipient: a sealed BagIt folder and a zip, from one evidence set with a cover of its own.

The evidence set (pages, pictures, records, list) is laid down once and copied for each further recipient; a
delivered package is never overwritten. Everything in it was stored before: nothing is fetched, nothing is scored.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from evidence import ids
from evidence.archive import Vault
from evidence.config import Config
from evidence.store import Store
from exports import extraction, fields, letters, pdf
from exports.defang import csv_cell
from exports.dossier import Dossier, load
from exports.formats import letter as letter_docx
from exports.formats import record as record_docx
from exports.packaging import bag, page, stamps
from exports.packaging.originals import Originals, lay_down
from exports.packaging.recipe import recipe
from exports.packaging.records import write_records, write_replies
from exports.recipients import Addressee, Agency, agencies, national

__all__ = ["Agency", "PackageBuilt", "PackageError", "agencies", "build", "missing_fields"]


class PackageError(Exception):
    """A package that cannot be built; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class PackageBuilt:
    """A package on disk: its recipient's code, folder, zip and digests; `missing` are required fields nobody knows."""

    agency: str
    path: Path
    zip: Path
    zip_sha256: str
    manifest_sha256: str
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    tokens: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)  # authority → (token, its time)


@dataclass(slots=True)
class EvidenceSet:
    """What every recipient of a lead gets, laid down under `root`/data."""

    root: Path
    key: str
    dossier: Dossier
    originals: Originals
    notes: list[str] = field(default_factory=list)


def missing_fields(store: Store, lead_id: str, agency: Agency, config: Config | None = None) -> list[str]:
    """The required fields of `agency` that nobody knows, one line each, with where to get them."""
    return _missing(load(store, lead_id), agency, config or _config(store))


def _missing(dossier: Dossier, agency: Agency, config: Config) -> list[str]:
    return [f"{asked.title}：{asked.where or '由经办人填写'}" for asked in agency.fields
            if asked.required and not fields.value(dossier, config, asked.field)]


def _config(store: Store) -> Config:
    from evidence.config import load as load_config

    return load_config(store.home)


def build(
    store: Store, vault: Vault, lead_id: str, code: str, folder: Path, config: Config, *, to: Addressee | None = None,
    originals: bool = False,
) -> PackageBuilt:
    """Build the package of one lead for the recipient `code` under `folder`.

    `to` is the addressee with the reason (the national desk without one); `originals` attaches files that hold personal
    data too. PackageError, DossierError, ArchiveError say what is wrong; nothing half-built stays.
    """
    agency = agencies().get(code)
    if agency is None:
        raise PackageError(f"没有收件机关“{code}”；已有：{'、'.join(agencies())}")
    dossier = load(store, lead_id, config.exports.contacts)
    if dossier.lead.kind not in agency.takes:
        raise PackageError(f"{agency.name}不受理“{fields.KINDS.get(dossier.lead.kind, dossier.lead.kind)}”类线索")
    folder.mkdir(parents=True, exist_ok=True)
    shared = _evidence(dossier, vault, config, store.home.scratch, originals)
    name = _free_name(folder, f"{code}-{lead_id}")
    partial = folder / f".{name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    try:
        root = partial / name
        shutil.copytree(shared.root, root)
        notes = [*shared.notes, *_cover(root, dossier, agency, to or national(agency), config)]
        told = {"HOW-TO-VERIFY.txt": recipe(lead_id, bool(config.timestamps.authorities))}
        manifest = bag.close_bag(root, _info(dossier, agency, config), told)
        tokens, late = stamps.stamp_package(config, manifest)
        bag.put_seal(root, {f"{name}.tsr": token for name, (token, _) in tokens.items()})
        digest = bag.zip_bag(root, partial / f"{name}.zip")
        root.rename(folder / name)
        (partial / f"{name}.zip").rename(folder / f"{name}.zip")
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return PackageBuilt(code, folder / name, folder / f"{name}.zip", digest, manifest, tuple(_missing(dossier, agency, config)),
                        tuple(notes + late), tokens)


_LAST: list[EvidenceSet] = []  # the set of the lead that was packaged last: its next recipient gets a copy


def _evidence(dossier: Dossier, vault: Vault, config: Config, scratch: Path, everything: bool) -> EvidenceSet:
    key = ids.key([repr(dossier), repr(config), str(everything), str(scratch)])
    if _LAST and _LAST[0].key == key and _LAST[0].root.is_dir():
        return _LAST[0]
    forget()
    root = scratch / f"evidence-{ids.new_id()}"
    try:
        made = EvidenceSet(root, key, dossier, lay_down(dossier, vault, root, everything))
        _write_evidence(made, config)
    except BaseException:
        shutil.rmtree(root, ignore_errors=True)
        raise
    _LAST.append(made)
    return made


def forget() -> None:
    """Remove the evidence set that was kept for a next recipient; to be called when a lead's last package is made."""
    for old in _LAST:
        shutil.rmtree(old.root, ignore_errors=True)
    _LAST.clear()


def _write_evidence(made: EvidenceSet, config: Config) -> None:
    dossier, originals, data = made.dossier, made.originals, made.root / "data"
    originals.masked += write_records(dossier, made.root, originals.exhibits)
    originals.masked += write_replies(dossier, made.root)
    stamps.write_tokens(dossier.tokens, made.root)
    entries, rows = extraction.entries(dossier, originals, config), extraction.listing(dossier, originals.exhibits)
    record_docx.write(entries, rows, extraction.list_rule(), data / "record.docx")
    try:
        (data / "record.pdf").write_bytes(pdf.record(entries, rows, extraction.list_rule()))
    except pdf.NoFont as problem:
        made.notes.append(str(problem))
    _csv(data / "list.csv", [extraction.LIST_HEAD, *rows])
    _csv(data / "masked.csv", [("位置", "种类", "显示为", "处数"), *page.masked_rows(originals.masked)])
    text = page.render(dossier, originals, config, recipe(dossier.lead.id, bool(config.timestamps.authorities)))
    (data / "index.html").write_bytes(text.encode("utf-8", "replace"))
    made.notes += originals.notes


def _cover(root: Path, dossier: Dossier, agency: Agency, to: Addressee, config: Config) -> list[str]:
    """The letter in both forms; returns what could not be made."""
    seen = datetime.fromisoformat(dossier.capture.started.replace("Z", "+00:00")).date()
    told = letters.transfer(dossier, agency, to, config, today(), seen)
    letter_docx.write(told, root / "data" / "letter.docx")
    try:
        (root / "data" / "letter.pdf").write_bytes(pdf.letter(told))
    except pdf.NoFont as problem:
        return [str(problem)]
    return []


def _info(dossier: Dossier, agency: Agency, config: Config) -> Mapping[str, str]:
    return {"Source-Organization": config.operator.unit, "Bagging-Date": today().isoformat(),
            "External-Identifier": f"{dossier.lead.id} {agency.code}", "External-Description": fields.HARM.get(dossier.lead.kind, ""),
            "Bag-Software-Agent": "dajia"}


def today() -> date:
    """The calendar day in China."""
    return date.fromisoformat(fields.beijing(ids.utc_now())[:10])


def _free_name(folder: Path, name: str) -> str:
    number, free = 1, name
    while (folder / free).exists() or (folder / f"{free}.zip").exists():
        number += 1
        free = f"{name}-{number}"
    return free


def _csv(path: Path, rows: Sequence[Sequence[object]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([csv_cell(str(cell)) for cell in row])
    path.write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace"))
