"""`dajia import`: what officers bring in becomes evidence, candidates, filings – with who brought it, when and how.

The file goes into the vault as it is; what is read from it goes into rows that name file and place. Addresses
are queued for the next daily run. Everything of one file is committed together or not at all, and a second import of
the same file or row adds nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from mimetypes import guess_type
from pathlib import Path

from classifiers import PageInput, judge
from crawlers import sitefacts
from crawlers.imports import MAX_FILE, BadFile, Picture, listings, saved, tips
from evidence import ids, intake, sealing
from evidence.archive import WarcWriter
from evidence.config import Config
from evidence.home import Home
from evidence.records import Artifact, Capture
from evidence.store import Store
from review import clock, environment, following

KINDS = {"tips": "举报线索（12345、12350 等）", "saved": "保存的网页或截图", "agency-list": "机关认定的仿冒名单", "icp": "备案导出"}
TOOL = "dajia import"
TIP, SAVED, LISTED = 60, 50, 70  # how urgent an address is, by what brought it
_LABEL = re.compile(r"(?:qq|微信|微|vx|wx|v信|电话|手机|联系方式)号?码?\s*[:：]?", re.IGNORECASE)
_GROUPS = re.compile(r"(?<!\d)(1[3-9]\d)[ -](\d{4})[ -](\d{4})(?!\d)")
_CONTACT = re.compile(r"(?<![\w-])(?:(1[3-9]\d{9})|([1-9]\d{4,10})|([A-Za-z][-_A-Za-z0-9]{5,19}))(?![\w-])")


@dataclass(frozen=True, slots=True)
class Origin:
    """Who brings it, and how it came: both are stated in the extraction record."""

    person: str
    how: str


@dataclass(slots=True)
class Imported:
    """What one file came to. `rows` are new, `known` were in the store; `addresses` counts what became of those named
    (queued · official · waiting · fetched · no address); `before` is when this very file was brought in already."""

    name: str
    kind: str
    rows: int = 0
    known: int = 0
    addresses: Counter[str] = field(default_factory=Counter)
    pictures: int = 0
    problems: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    before: str = ""
    changed: list[str] = field(default_factory=list)


class Desk:
    """One `dajia import` command: one run, one WARC, any number of files. Use as a context manager."""

    def __init__(self, home: Home, config: Config, origin: Origin) -> None:
        self.store = Store.open(home, actor=f"import:{origin.person}")
        self.home, self.config, self.origin = home, config, origin
        self.run = self.store.begin_run("import", clock.today(), environment.describe(config))
        self._writer: WarcWriter | None = None
        self._bad = 0

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if self._writer is not None:
                self.store.add_warc(self._writer.close())
            if kind is None:
                self.store.end_run(self.run, "partial" if self._bad else "ok", {"bad": self._bad})
        finally:
            self.store.close()

    def bring(self, kind: str, path: Path, url: str = "", fetch: bool = True) -> Imported:
        """Read, store and queue one file of `kind`; BadFile for one that cannot be used at all, and then nothing is stored."""
        data = _read(path)
        before = intake.earlier(self.store, kind, ids.sha256(data))
        if before and not url:  # the same page with its address told is news
            return Imported(path.name, kind, before=before)
        made = Imported(path.name, kind)
        steps: dict[str, Callable[[Path, bytes, Imported, str], _Batch]] = {
            "tips": self._tips, "icp": self._filings, "agency-list": self._fakes,
            "saved": lambda p, d, m, i: self._saved(p, d, m, i, url)}
        record = ids.new_id()
        batch = steps[kind](path, data, made, record)
        holders = self.config.seal.certificates
        sealed = self._capture(record, sealing.closed(data, holders) if holders else data, f"urn:dajia:file:{ids.sha256(data)}",
                               intake.FILE, "import-file", path.name,
                               sealing.MEDIA_TYPE if holders else guess_type(path.name)[0] or "application/octet-stream")
        self._commit(batch, made, sealed, record, data, fetch)
        self._bad += len(made.problems)
        return made

    # -- what a file becomes --------------------------------------------------------------------
    def _tips(self, path: Path, data: bytes, made: Imported, record: str) -> _Batch:
        found = tips.read(path, data)
        made.problems, made.ignored = found.problems, found.ignored
        batch = _Batch()
        for report in found.rows:
            contacts = contacts_in(report.text, report.contact)
            shots = tuple(ids.sha256(p.data) for p in report.pictures)
            tip = intake.Tip(report.place, report.number, report.channel, report.received,
                             "\n".join(t for t in (report.text, report.contact) if t), report.urls, contacts, shots)
            if not intake.unknown_rows(self.store, [tip]):
                made.known += 1
                continue
            batch.rows.append(tip)
            batch.addresses += [(url, "tip", tip.id, TIP) for url in report.urls]
            if report.pictures:
                batch.captures.append(self._pictures(record, report.pictures, f"{path.name}，{report.place}"))
                made.pictures += len(report.pictures)
        return batch

    def _filings(self, path: Path, data: bytes, made: Imported, record: str) -> _Batch:
        rows, made.problems = listings.read_filings(path, data)
        return _Batch(rows=list(rows))

    def _fakes(self, path: Path, data: bytes, made: Imported, record: str) -> _Batch:
        rows, made.problems = listings.read_fakes(path, data)
        return _Batch(rows=list(rows), addresses=[(row.url, "agency-list", row.id, LISTED) for row in rows])

    def _saved(self, path: Path, data: bytes, made: Imported, record: str, url: str) -> _Batch:
        found = saved.read(path, data, url)
        made.problems = found.problems
        batch = _Batch()
        for page in found.pages:
            source = page.body or b"".join(p.data for p in page.pictures)
            address = page.url or f"urn:dajia:page:{ids.sha256(source)}"
            if self._held(address, source if page.body else page.pictures[0].data):
                made.known += 1
                continue
            batch.captures.append(self._page(record, page, address, said=bool(url)))
            made.pictures += len(page.pictures)
            if page.url:
                batch.addresses.append((page.url, "import", record, SAVED))
            elif page.body:
                made.problems.append(f"{path.name}：文件没有说明原网址，已入库研判，但无法复查原站；请用 --url 注明网址再导入一次")
        return batch

    # -- how it is stored -----------------------------------------------------------------------
    def _commit(self, batch: _Batch, made: Imported, sealed: Capture, record: str, data: bytes, fetch: bool) -> None:
        rows = intake.unknown_rows(self.store, batch.rows)
        made.known += len(batch.rows) - len(rows)
        made.rows = len(rows) or (len(batch.captures) if made.kind == "saved" else 0)
        now = ids.utc_now()
        entry = intake.Import(record, made.kind, made.name, ids.sha256(data), len(data), sealed.id, self.origin.person, self.origin.how,
                              self.run, made.rows, made.known, tuple(made.problems), now)
        self._out().sync()
        with self.store.transaction():
            self.store.add_capture(sealed)
            for capture in batch.captures:
                self.store.add_capture(capture)
            intake.add(self.store, entry, rows)
            fresh = {row.id for row in rows}
            for url, why, origin, priority in batch.addresses if fetch else ():
                if origin in fresh or origin == record:
                    made.addresses[following.queue_address(self.store, self.config, self.run, url, why, origin, priority)] += 1
            if made.kind == "icp":
                filed = [row for row in rows if isinstance(row, intake.FiledSite)]
                made.changed = sitefacts.refresh_filings(self.store, self.run, {r.number for r in filed}, {r.domain for r in filed} - {""})

    def _page(self, record: str, page: saved.SavedPage, address: str, said: bool) -> Capture:
        now, capture = ids.utc_now(), ids.new_id()
        kind = page.content_type.partition(";")[0].strip() or "text/html"
        artifacts = [self._put(capture, "body", address, kind, page.body)] if page.body else []
        whole = not page.body
        artifacts += [self._put(capture, "screenshot-full" if whole and n == 1 else f"image-{n}", address, p.media_type, p.data)
                      for n, p in enumerate(page.pictures, 1)]
        told = "导入人注明" if said else "文件自述" if page.url else "不详"
        return Capture(
            id=capture, run=self.run, asked_url=address, url=address, started=saved.moment(page.stated, now), ended=now,
            means="import", profile="desktop", outcome="ok", status=page.status, title=page.title[:300] or _title(page),
            note=f"{page.how}；网址：{told}；原件自述时间：{page.stated or '无'}；导入：{self.origin.person}，{self.origin.how}"[:500],
            headers=page.headers or ((("Content-Type", page.content_type),) if page.body else ()), why="import", origin=record,
            tool=TOOL, artifacts=tuple(artifacts))

    def _pictures(self, record: str, pictures: Sequence[Picture], where: str) -> Capture:
        now, capture = ids.utc_now(), ids.new_id()
        address = f"urn:dajia:page:{ids.sha256(b''.join(p.data for p in pictures))}"
        return Capture(
            id=capture, run=self.run, asked_url=address, url=address, started=now, ended=now, means="import", profile="desktop",
            outcome="ok", note=f"举报附图，{where}；导入：{self.origin.person}，{self.origin.how}"[:500], why="import", origin=record,
            tool=TOOL, artifacts=tuple(self._put(capture, f"image-{n}", address, p.media_type, p.data) for n, p in enumerate(pictures, 1)))

    def _capture(self, record: str, data: bytes, url: str, why: str, name: str, note: str, kind: str) -> Capture:
        now, capture = ids.utc_now(), ids.new_id()
        return Capture(id=capture, run=self.run, asked_url=url, url=url, started=now, ended=now, means="import", profile="desktop",
                       outcome="ok", note=f"{note}；导入：{self.origin.person}，{self.origin.how}"[:500], why=why, origin=record,
                       tool=TOOL, artifacts=(self._put(capture, name, url, kind, data),))

    def _put(self, capture: str, name: str, url: str, kind: str, data: bytes) -> Artifact:
        return self._out().resource(capture_id=capture, name=name, url=url, media_type=kind, data=data)

    def _out(self) -> WarcWriter:
        if self._writer is None:
            self._writer = WarcWriter.create(self.home, self.run, "import")
        return self._writer

    def _held(self, address: str, data: bytes) -> bool:
        """Whether an import brought these very bytes for this address before."""
        return self.store.one("SELECT 1 FROM artifacts a JOIN captures c ON c.id = a.capture WHERE a.sha256 = ? AND c.asked_url = ? "
                              "AND c.means = 'import' AND c.why = 'import'", ids.sha256(data), address) is not None


@dataclass(slots=True)
class _Batch:
    """What of a file waits to be committed: rows, captures, and addresses with why, origin and urgency."""

    rows: list[intake.Row] = field(default_factory=list)
    captures: list[Capture] = field(default_factory=list)
    addresses: list[tuple[str, str, str, int]] = field(default_factory=list)


def contacts_in(text: str, column: str = "") -> tuple[tuple[str, str], ...]:
    """Contacts in a report's words, as the judge reads them, and those a column for the accused's contacts names."""
    found = [(c.type, c.value) for c in judge(PageInput(url="", text=text)).contacts] if text else []
    for phone, figures, name in _CONTACT.findall(_GROUPS.sub(r"\1\2\3", _LABEL.sub(" ", column))):
        found.append(("phone", phone) if phone else ("qq", figures) if figures else ("wechat", name.lower()))
    return tuple(dict.fromkeys(found))


def _title(page: saved.SavedPage) -> str:
    from crawlers.answer import Answer

    return Answer("http://saved.invalid/", page.body, content_type=page.content_type).title[:300] if page.body else ""


def _read(path: Path) -> bytes:
    """The file's bytes; BadFile for a folder, an empty file, or one larger than anything a person would send."""
    if path.is_dir():
        raise BadFile(f"{path} 是文件夹；请给出文件（可以一次给多个）")
    size = path.stat().st_size
    if not size:
        raise BadFile(f"{path.name}：空文件，没有导入；请检查是否下载或复制完整")
    if size > MAX_FILE:
        raise BadFile(f"{path.name}：{size >> 20} MiB，超过上限 {MAX_FILE >> 20} MiB；请拆成几个文件")
    return path.read_bytes()
