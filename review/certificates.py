"""Certificate numbers that suspects' pages show, read again from stored evidence, for comparison with the issuing records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from classifiers import PageInput
from classifiers.certificates import CHECK_LABELS, LABELS, CertificateKind, certificates
from classifiers.page import decode_html
from classifiers.reader import read
from evidence.archive import ArchiveError, Vault
from evidence.records import Capture
from evidence.store import Store
from exports.certificates import Seen

# Who issues which certificate, and can compare: codes of `exports/agencies`.
ISSUERS: dict[str, tuple[CertificateKind, ...]] = {"yingji": ("special_operation",), "zhujian": ("safety_manager", "construction")}
MAX_CAPTURES = 40  # of one lead


@dataclass(slots=True)
class Found:
    """The numbers, each once a lead, and the evidence that could not be read."""

    rows: list[Seen] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def seen(store: Store, vault: Vault, states: Sequence[str], kinds: Sequence[CertificateKind] = tuple(LABELS)) -> Found:
    """Numbers of these kinds on pages of leads in these states, heaviest lead first, the earliest page that shows each."""
    found, marks = Found(), ",".join("?" for _ in states)
    for lead in store.rows(f"SELECT id, kind, subject FROM v_leads WHERE state IN ({marks}) AND band IN ('medium', 'high') "
                           "ORDER BY score DESC, id", *states):
        told: set[str] = set()
        for row in store.rows(
                "SELECT DISTINCT c.id FROM lead_verdicts lv JOIN verdicts v ON v.id = lv.verdict JOIN captures c ON c.id = v.capture "
                "WHERE lv.lead = ? AND v.kind <> 'none' ORDER BY c.started, c.id LIMIT ?", lead["id"], MAX_CAPTURES):
            capture = store.capture(row["id"])
            try:
                text, digest = _text(vault, capture)
            except ArchiveError as problem:
                found.problems.append(f"采集 {capture.id} 的证据读不出来：{problem}")
                continue
            for one in certificates(text):
                if one.kind in kinds and one.number not in told:
                    told.add(one.number)
                    found.rows.append(Seen(LABELS[one.kind], one.number, CHECK_LABELS[one.check], one.holder, one.trade, one.issuer,
                                           one.valid, lead["id"], lead["kind"], lead["subject"], capture.url, capture.started,
                                           capture.id, digest))
    return found


def _text(vault: Vault, capture: Capture) -> tuple[str, str]:
    """What a stored page says, and the digest of the bytes it was read from; ("", "") for what has no text."""
    source = capture.artifact("dom") or capture.artifact("body")
    if source is None or source.media_type.startswith(("image/", "application/octet")):
        return "", ""
    media = "text/html; charset=utf-8" if source.name == "dom" else \
        next((v for k, v in capture.headers if k.lower() == "content-type"), "")
    page = read(PageInput(url=capture.url, html=decode_html(vault.decoded(source), media), title=capture.title, content_type=media))
    return page.text, source.sha256
