"""Stored captures → verdicts. Judging never fetches: a new rule set re-judges old evidence from the vault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from classifiers import ImageReading, Judgement, PageInput, judge, ruleset_digest
from classifiers.media import read_image
from classifiers.page import decode_html
from crawlers.answer import Answer
from crawlers.sitefacts import facts_for_judge
from evidence import ids
from evidence.archive import ArchiveError, Vault
from evidence.intake import FILE
from evidence.records import Artifact, Capture, Verdict
from evidence.store import Store
from review.cloaking import Sides

BATCH = 50
# Result pages are evidence of the way here, imported tables and letters are reports: no pages to accuse.
_NOT_PAGES = ("serp", "robots", "probe", FILE)
_PICTURES = ("screenshot-full", "image-")


@dataclass(slots=True)
class Judged:
    """What one pass judged: the verdicts with their captures, and captures that could not be read."""

    verdicts: list[tuple[Capture, Verdict]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def pending(store: Store, ruleset: str) -> list[str]:
    """Ids of captures without a verdict of `ruleset`, or whose site has a fact newer than their verdict."""
    marks = ",".join("?" for _ in _NOT_PAGES)
    rows = store.rows(
        f"""SELECT c.id FROM captures c
            LEFT JOIN (SELECT capture, max(at) AS at FROM verdicts WHERE ruleset = ? GROUP BY capture) v
              ON v.capture = c.id
            WHERE c.outcome IN ('ok', 'partial') AND c.why NOT IN ({marks})
              AND NOT EXISTS (SELECT 1 FROM artifacts a JOIN disposals d ON d.warc = a.warc WHERE a.capture = c.id)
              AND (v.at IS NULL OR v.at < (SELECT max(f.at) FROM site_facts f WHERE f.host = c.host))
            ORDER BY c.started, c.id""", ruleset, *_NOT_PAGES)
    return [r["id"] for r in rows]


def judge_pending(store: Store, run: str) -> Judged:
    """Judge everything that waits, committing in batches; unreadable evidence is reported, not hidden."""
    result, vault, ruleset = Judged(), Vault(store.home), ruleset_digest()
    sides = Sides(store, vault, page_of)
    waiting = pending(store, ruleset)
    for start in range(0, len(waiting), BATCH):
        batch: list[tuple[Capture, Verdict]] = []
        for capture_id in waiting[start:start + BATCH]:
            capture = store.capture(capture_id)
            try:
                batch.append((capture, judge_capture(store, vault, capture, run, ruleset, sides)))
            except ArchiveError as problem:
                result.problems.append(f"{capture.url}：证据读不出来，未研判：{problem}")
        with store.transaction():
            for capture, verdict in batch:
                _index(store, vault, capture)
                store.add_verdict(verdict)
        result.verdicts += batch
    return result


def _index(store: Store, vault: Vault, capture: Capture) -> None:
    """The words of a page into the full-text index when it is judged for the first time; browser captures bring theirs."""
    if capture.means == "browser" or store.one("SELECT 1 FROM verdicts WHERE capture = ? LIMIT 1", capture.id):
        return
    body = capture.artifact("body")
    kind = next((v for k, v in capture.headers if k.lower() == "content-type"), "text/html")
    page = Answer(capture.url, vault.decoded(body) if body else b"", content_type=kind)
    if page.is_html:
        store.add_text(capture.id, page.title, page.visible)


def judge_capture(store: Store, vault: Vault, capture: Capture, run: str, ruleset: str, sides: Sides | None = None) -> Verdict:
    """One capture's verdict, bound to the digest of the bytes that were read; ArchiveError when unreadable."""
    source = _source(capture)
    seen_by_others = (sides or Sides(store, vault, page_of)).facts(capture)
    judgement = judge(page_of(vault, capture), facts_of(store, capture) | seen_by_others)
    return _verdict(judgement, capture, run, ruleset, source.sha256 if source else "")


def facts_of(store: Store, capture: Capture) -> dict[str, Any]:
    """What is known of the capture's site, in the judge's terms."""
    return facts_for_judge(store, ids.host_of(capture.url))


def _source(capture: Capture) -> Artifact | None:
    return capture.artifact("dom") or capture.artifact("body")


def page_of(vault: Vault, capture: Capture) -> PageInput:
    """A stored capture as the judge reads it: the rendered DOM when there is one, and its pictures."""
    source = _source(capture)
    headers = {k.lower(): v for k, v in capture.headers}
    content_type = "text/html; charset=utf-8" if source and source.name == "dom" else headers.get("content-type", "")
    html = decode_html(vault.decoded(source), content_type) if source else ""
    return PageInput(url=capture.url, html=html, title=capture.title, content_type=content_type,
                     images=tuple(_images(vault, capture)))


def _images(vault: Vault, capture: Capture) -> Iterator[ImageReading]:
    for artifact in capture.artifacts:
        if artifact.name.startswith(_PICTURES) and artifact.media_type.startswith("image/"):
            yield read_image(vault.read(artifact), artifact.name)


def _verdict(found: Judgement, capture: Capture, run: str, ruleset: str, body: str) -> Verdict:
    return Verdict(
        id=ids.new_id(), capture=capture.id, run=run, ruleset=ruleset, kind=found.kind, band=found.band,
        score=found.score, body_sha256=body, at=ids.utc_now(), scope=found.scope, mirrored=found.mirrored,
        role=found.role, undecidable=found.undecidable, imitates=found.imitates, findings=tuple(found.findings),
        contacts=tuple(found.contacts), links=tuple(found.links))
