"""What was filed with an agency and what it answered, written down by people; receipts and reply letters are sealed as evidence.

A letter that came as a file goes into the vault as it is, its digests into the store and the custody chain, before the record
that names it is committed. What was written down wrongly is taken back by another record.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import datetime, time
from mimetypes import guess_type
from pathlib import Path

from evidence import followup, ids, intake, sealing
from evidence.archive import WarcWriter
from evidence.config import Config
from evidence.followup import ANSWERS, STEP_LABELS, Letter, Step
from evidence.records import Artifact, Capture, Lead
from evidence.store import Store
from exports.package import agencies
from review import clock, environment
from review.decisions import STATE_LABELS, MoveRefused, state_of

MAX_FILE = 50 * 1024 * 1024
TOOL = "dajia followup"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person writes down. `day` is the day it happened in China, YYYY-MM-DD, "" for today."""

    agency: str
    step: Step
    person: str
    day: str = ""
    number: str = ""
    note: str = ""
    file: Path | None = None


def record(store: Store, config: Config, lead: Lead, entry: Entry) -> Letter:
    """Write down one letter, sealing its file; MoveRefused says what is wrong, and then nothing is stored."""
    if not entry.person.strip():
        raise MoveRefused("没有写明经办人：请用 --reviewer 姓名")
    agency, happened = known_agency(entry.agency), moment_of(entry.day)
    _allowed(store, lead, agency, entry)
    data = _read(entry.file) if entry.file is not None else b""
    for other in followup.letters(store, lead.id):
        same = (other.agency, other.step, other.happened[:10], other.number, other.sha256) == (
            agency, entry.step, happened[:10], entry.number.strip(), ids.sha256(data) if data else "")
        if same and entry.step != "reply":
            raise MoveRefused(f"这条已经登记过：{other.person} 于 {clock.local(other.at)} 登记“{STEP_LABELS[entry.step]}”")
    letter = ids.new_id()
    capture, digest = _seal(store, config, lead, entry, letter, data) if entry.file is not None else ("", "")
    made = Letter(letter, lead.id, agency, entry.step, happened, entry.person.strip(), ids.utc_now(), entry.number.strip()[:80],
                  entry.note.strip()[:1000], entry.file.name if entry.file else "", capture, digest)
    followup.add_letter(store, made)
    return made


def retract(store: Store, letter: str, person: str, reason: str) -> Letter:
    """Take a letter back that was written down wrongly; it stays in the chain, and no longer counts."""
    row = store.one("SELECT * FROM letters l WHERE id = ? AND step <> 'retract' AND NOT EXISTS "
                    "(SELECT 1 FROM letters x WHERE x.retracts = l.id)", letter)
    if row is None:
        raise MoveRefused(f"没有可以收回的登记“{letter}”；用 dajia followup show 线索 查看编号")
    if not person.strip() or not reason.strip():
        raise MoveRefused("收回登记必须写明经办人和理由：--reviewer 姓名 --note 理由")
    now = ids.utc_now()
    made = Letter(ids.new_id(), row["lead"], row["agency"], "retract", now, person.strip(), now, note=reason.strip()[:1000],
                  retracts=letter)
    followup.add_letter(store, made)
    return made


def known_agency(code: str) -> str:
    """The code of a recipient; MoveRefused with the nearest known one."""
    known = agencies()
    if code not in known:
        near = difflib.get_close_matches(code, known, n=1)
        raise MoveRefused(f"没有收件机关“{code}”" + (f"；是不是 {near[0]}？" if near else "") + f"  已有：{'、'.join(known)}")
    return code


def moment_of(day: str) -> str:
    """A day in China as a stored time: now for today, noon for an earlier day."""
    if not day or day == clock.today():
        return ids.utc_now()
    try:
        found = datetime.strptime(day, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar day
    except ValueError as problem:
        raise MoveRefused(f"日期“{day}”看不懂；请写成 2026-03-09 的形式") from problem
    if day > clock.today() or found.year < 2000:
        raise MoveRefused(f"日期 {day} 不对：不能晚于今天")
    return clock.stored(datetime.combine(found, time(12), clock.CHINA))


def _allowed(store: Store, lead: Lead, agency: str, entry: Entry) -> None:
    state = state_of(store, lead.id)
    if entry.step == "filed" and state in {"new", "dismissed", "doubtful"}:
        raise MoveRefused(f"线索 {lead.id} 现为“{STATE_LABELS[state]}”，还没有确认，不能登记报送")
    if entry.step in ANSWERS and not any(x.agency == agency and x.step == "filed" for x in followup.letters(store, lead.id)):
        raise MoveRefused(f"还没有登记向 {agency} 报送线索 {lead.id}；先运行 "
                          f"dajia followup filed {lead.id} --agency {agency} --reviewer 姓名")


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise MoveRefused(f"{path} 不是文件")
    if path.stat().st_size > MAX_FILE:
        raise MoveRefused(f"{path.name}：{path.stat().st_size >> 20} MiB，超过上限 {MAX_FILE >> 20} MiB")
    data = path.read_bytes()
    if not data:
        raise MoveRefused(f"{path.name}：空文件，没有登记；请检查是否下载或扫描完整")
    return data


def _seal(store: Store, config: Config, lead: Lead, entry: Entry, letter: str, data: bytes) -> tuple[str, str]:
    """The file into the vault as a capture of its own; returns its id and the file's SHA-256."""
    assert entry.file is not None
    run, now, capture = store.begin_run("letter", clock.today(), environment.describe(config)), ids.utc_now(), ids.new_id()
    url, kind = f"urn:dajia:file:{ids.sha256(data)}", guess_type(entry.file.name)[0] or "application/octet-stream"
    digest, holders = ids.sha256(data), config.seal.certificates
    if holders:
        data, kind = sealing.closed(data, holders), sealing.MEDIA_TYPE
    writer = WarcWriter.create(store.home, run, "letter")
    sealed: Artifact = writer.resource(capture_id=capture, name="letter-file", url=url, media_type=kind, data=data)
    writer.sync()
    note = f"{entry.file.name}；{STEP_LABELS[entry.step]}，{entry.agency}；登记：{entry.person}"[:500]
    with store.transaction():
        store.add_capture(Capture(id=capture, run=run, asked_url=url, url=url, started=now, ended=now, means="import", profile="desktop",
                                  outcome="ok", note=note, why=intake.FILE, origin=letter, tool=TOOL, artifacts=(sealed,)))
        store.add_warc(writer.close())
        store.end_run(run, "ok", {"lead": lead.id, "letter": letter})
    return capture, digest
