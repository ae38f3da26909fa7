"""What people bring in: tips, filings, confirmed fakes and saved pages, each tied to its file, its row, and who brought it.

The file itself lies in the vault as a capture of its own (`why` "import-file"); the rows here are what was read from it.
Ids of rows are made from their content: the same row in next week's export is the same row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evidence import ids
from evidence.records import as_row
from evidence.store import Store

FILE = "import-file"  # `Capture.why` of a file that was brought in: evidence, but no page to judge
MAX_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class Import:
    """One file that was brought in. `person` and `how` (the way it came) are what the extraction record states;
    `rows` were new, `known` were in the store already; `problems` are the lines told to the person."""

    id: str
    kind: str
    name: str
    sha256: str
    size: int
    capture: str
    person: str
    how: str
    run: str
    rows: int
    known: int
    problems: tuple[str, ...]
    at: str


@dataclass(frozen=True, slots=True)
class Tip:
    """One report. `place` is where it stands in its file; contacts are (type, value); pictures are artifact names."""

    place: str
    number: str
    channel: str
    received: str
    text: str
    urls: tuple[str, ...] = ()
    contacts: tuple[tuple[str, str], ...] = ()
    pictures: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The same for the same report in another file; a report without words is its pictures' and addresses'."""
        return ids.key(["tip", self.number, self.received, self.text, *sorted(self.urls), *(self.pictures if not self.text else ())])


@dataclass(frozen=True, slots=True)
class FiledSite:
    """One row of a filing export. `number` in its normal form, `domain` in punycode ("" when the export has none)."""

    place: str
    number: str
    site: str
    domain: str
    owner: str
    owner_kind: str = ""
    name: str = ""
    province: str = ""
    stated: str = ""

    @property
    def id(self) -> str:
        """The same for the same statement in another file."""
        return ids.key(["filing", self.number, self.site, self.domain, self.owner, self.stated])


@dataclass(frozen=True, slots=True)
class AgencyFake:
    """One address an agency has confirmed as a fake, with the document that says so."""

    place: str
    url: str
    host: str
    name: str = ""
    imitates: str = ""
    agency: str = ""
    document: str = ""
    stated: str = ""
    note: str = ""

    @property
    def id(self) -> str:
        """The same for the same statement in another file."""
        return ids.key(["fake", self.url, self.agency, self.document])


Row = Tip | FiledSite | AgencyFake
_TABLES: dict[type, tuple[str, str]] = {Tip: ("tips", "tip"), FiledSite: ("filings", "filing"), AgencyFake: ("agency_fakes", "fake")}


def earlier(store: Store, kind: str, sha256: str) -> str:
    """When this very file was brought in before, "" when it was not."""
    row = store.one("SELECT at FROM imports WHERE kind = ? AND sha256 = ? ORDER BY at LIMIT 1", kind, sha256)
    return str(row["at"]) if row else ""


def unknown_rows(store: Store, rows: Sequence[Row]) -> list[Row]:
    """Those not in the store yet, each once, in order."""
    fresh: dict[str, Row] = {}
    for row in rows:
        table = _TABLES[type(row)][0]
        if row.id not in fresh and store.one(f"SELECT 1 FROM {table} WHERE id = ?", row.id) is None:
            fresh[row.id] = row
    return list(fresh.values())


def add(store: Store, record: Import, rows: Iterable[Row] = ()) -> None:
    """The import and its rows, each with its custody event; call inside the transaction that stores the file's capture."""
    with store.transaction():
        values = as_row(record) | {"problems": json.dumps(record.problems[:MAX_PROBLEMS], ensure_ascii=False)}
        store.add_row("imports", values, "imported", "import", record.id, record.person)
        for row in rows:
            table, noun = _TABLES[type(row)]
            values = {k: json.dumps(v, ensure_ascii=False) if isinstance(v, tuple) else v for k, v in as_row(row).items()}
            store.add_row(table, {"id": row.id, "import": record.id, **values, "at": record.at}, "imported", noun, row.id,
                          record.person)
