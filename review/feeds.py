"""Exports asked for one by one: a format, what it is about, where it goes; each is entered in the custody chain."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from evidence import custody
from evidence.archive import Vault, file_digests
from evidence.config import Config
from evidence.records import Lead
from evidence.store import Store
from exports import batches, recipients
from exports.atomic import replacing
from exports.defang import file_name
from exports.dossier import load
from exports.formats import Format
from exports.order import Order
from review import clock, routing


@dataclass(frozen=True, slots=True)
class Exported:
    """One file that was made, its SHA-256, and what the person who asked must read."""

    path: Path
    sha256: str
    notes: tuple[str, ...] = field(default=())


def day(store: Store, config: Config, made: Format, run: str, when: str, out: Path | None) -> Exported:
    """One of a day's files again."""
    return _write(store, config, made, out or store.home.exports / when / made.file, run=run, when=when)


def released(store: Store, config: Config, made: Format, out: Path | None) -> Exported:
    """A feed of what two people released."""
    return _write(store, config, made, out or store.home.exports / "feeds" / made.file)


def period(store: Store, config: Config, made: Format, quarter: str, kind: str, out: Path | None) -> Exported:
    """A bulletin about a quarter (2026Q1), of one kind of lead or ("") of all."""
    name = f"{quarter}-{kind or 'all'}-{made.file}"
    return _write(store, config, made, out or store.home.exports / "bulletins" / name, period=quarter, kind=kind)


def about_lead(store: Store, config: Config, made: Format, lead: Lead, out: Path | None) -> Exported:
    """A file about one lead."""
    folder = store.home.exports / "reports" / f"{file_name(lead.subject, 40)}-{lead.id[-6:]}"
    return _write(store, config, made, out or folder / made.file, lead=lead.id)


def batch(store: Store, config: Config, made: Format, agency: str, since: str, out: Path | None) -> Iterator[Exported]:
    """The batch forms for one recipient: one file per desk it goes to, and more where its limit asks for that."""
    to = batches.agency(agency)
    folder = out or store.home.exports / "batches"
    assert to.batch is not None
    for desk, leads in _by_desk(store, config, agency, batches.due(store, agency, since)).items():
        for number, piece in enumerate(batches.slices(leads, to.batch.limit), 1):
            stem = f"{clock.today()}-{agency}-{file_name(desk, 40)}-{number}"
            yield _write(store, config, made, folder / f"{stem}{Path(made.file).suffix}", agency=agency, addressee=desk, leads=piece)


def _by_desk(store: Store, config: Config, agency: str, leads: Iterable[str]) -> dict[str, list[str]]:
    """Leads by the desk they go to, in the order they were released."""
    found: dict[str, list[str]] = {}
    for lead in leads:
        desk = routing.addressee(load(store, lead, config.exports.contacts), recipients.agencies()[agency])
        found.setdefault(desk.name, []).append(lead)
    return found


def _write(
    store: Store, config: Config, made: Format, path: Path, *, run: str = "", when: str = "", lead: str = "", agency: str = "",
    addressee: str = "", leads: tuple[str, ...] = (), kind: str = "", period: str = "",
) -> Exported:
    store.home.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="export-", dir=store.home.scratch) as scratch:
        order = Order(store, Vault(store.home), config, when or clock.today(), Path(scratch), run=run, lead=lead, agency=agency,
                      addressee=addressee, leads=leads, kind=kind, period=period)
        with replacing(path) as draft:
            made.write(order, draft)
    digest, _, size = file_digests(path)
    with store.transaction():
        custody.append(store.db, "exported", "export", path.name, digest, store.actor,
                       {"format": made.name, "size": size, "lead": lead, "agency": agency, "leads": list(leads), "period": period})
    return Exported(path, digest, tuple(order.notes))
