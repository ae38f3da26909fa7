"""The record types of dajia: frozen, slotted, without I/O.

Every record is a fact that never changes once stored; "current" is a query over records
(see `evidence.views`). Adding a field: give it a default, add it to the migration of its
table, and mention it in the README's view table if analysts should see it.

Times are UTC, ISO 8601 with microseconds and a trailing `Z`, made by `evidence.ids.utc_now`.
Digests are lower-case hexadecimal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["ad", "fake_site", "none"]
Band = Literal["high", "medium", "low", "none"]
Means = Literal["http", "browser", "import"]
Profile = Literal["desktop", "mobile", "from-search"]
Outcome = Literal["ok", "partial", "gone", "parked", "blocked", "login", "error", "refused"]
SourceState = Literal[
    "ok", "empty", "degraded", "blocked", "login", "layout", "robots", "unreachable", "disabled"
]
Move = Literal["confirm", "second", "dismiss", "doubt", "reopen", "revoke", "undo"]

BANDS: tuple[Band, ...] = ("none", "low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Query:
    """One search text. `theme` is "ad" or "site"; `origin` says who proposed it."""

    text: str
    theme: str = "ad"
    certificate: str = ""
    region: str = ""
    origin: str = "seed"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One hit on one result page, organic or paid, as the source printed it.

    `rank` counts from 1 within the page. `link` is the link as printed; `url` the real
    address when it is known without clicking, else "". `resolved_by` names how
    (attribute, parameter, redirect …). `ad_marker` is "link-host:…", "class:…" or "label:…".
    """

    id: str
    run: str
    source: str
    query: str
    page: int
    rank: int
    title: str
    snippet: str
    shown_site: str
    date_text: str
    paid: bool
    ad_marker: str
    link: str
    url: str
    resolved_by: str
    serp_capture: str
    at: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page worth fetching. `why` is a short code (sighting, qr, link, lookalike, tip, manual)
    and `origin` the id of the record that led here: together they are the entry path."""

    url: str
    why: str
    origin: str = ""
    priority: int = 0
    ephemeral: bool = False


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect on the way: the address asked, its status and where it pointed."""

    url: str
    status: int
    location: str


@dataclass(frozen=True, slots=True)
class Artifact:
    """Bytes that belong to a capture, lying in a WARC at `offset` (bytes) for `length` bytes.

    `name`: body · dom · screenshot-full · screenshot-first · mhtml · console · text.
    `size` and the digests are of the payload itself (bytes as received or produced), so a
    coded body's digest is that of the coded bytes; `coding` names the content coding.
    """

    name: str
    media_type: str
    size: int
    sha256: str
    sm3: str
    warc: str
    offset: int
    length: int
    coding: str = ""


@dataclass(frozen=True, slots=True)
class Capture:
    """One fetch of one address by one means and profile, and what came of it."""

    id: str
    run: str
    asked_url: str
    url: str
    started: str
    ended: str
    means: Means
    profile: Profile
    outcome: Outcome
    status: int = 0
    note: str = ""
    hops: tuple[Hop, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    ip: str = ""
    protocol: str = ""
    title: str = ""
    why: str = ""
    origin: str = ""
    tool: str = ""
    truncated: bool = False
    artifacts: tuple[Artifact, ...] = ()

    def artifact(self, name: str) -> Artifact | None:
        """The artifact called `name`, or None."""
        return next((a for a in self.artifacts if a.name == name), None)


@dataclass(frozen=True, slots=True)
class SiteFact:
    """A fetched fact about a host: `kind` is dns · tls · whois · rdap · ip · icp · hosting.

    `value` is the parsed form, `raw` the reply as received, `server` who said it.
    An unknown is stored too, with `ok` False and the reason in `note`: absence is not "clean".
    """

    id: str
    run: str
    host: str
    kind: str
    value: dict[str, Any]
    raw: str
    server: str
    at: str
    ok: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that fired. `start`/`end` are character offsets of `quote` in the page source
    the rule read (`where`: html · text · url · image:<name>); -1 when the quote has no place."""

    rule: str
    weight: float
    quote: str
    start: int
    end: int
    sentence: str
    where: str = "html"


@dataclass(frozen=True, slots=True)
class Contact:
    """A normalised way to reach someone. `type`: phone wechat qq email telegram url qr …"""

    type: str
    value: str
    quote: str = ""
    start: int = -1
    end: int = -1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule set says of one capture. `body_sha256` binds it to the bytes that were scored.

    `scope` says what is accused: "host" (the site itself) or "page" (one page on somebody
    else's host: a forum reply, a listing, an injected page).
    """

    id: str
    capture: str
    run: str
    ruleset: str
    kind: Kind
    band: Band
    score: float
    body_sha256: str
    at: str
    scope: str = "host"
    mirrored: bool = False
    role: str = ""
    undecidable: str = ""
    imitates: str = ""
    findings: tuple[Finding, ...] = ()
    contacts: tuple[Contact, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """A trait or contact that one capture shows and others may share: what gangs are made of.

    `type`: phone wechat qq email telegram (persons) · host (a QR's or link's target, or the page's own) · analytics
    icp police template favicon tls ip registrant (sites) · certificate. `value` is normalised.
    """

    capture: str
    type: str
    value: str


@dataclass(frozen=True, slots=True)
class GangEdit:
    """What people know of gangs: `move` merge (leads `a` and `b` belong together) · split (they do not) · ignore (the
    entity `a`:`b` links nobody). A later edit of the same pair outweighs an earlier one; `undo` takes it back."""

    id: str
    move: str
    a: str
    b: str
    reviewer: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class Lead:
    """A subject worth a person's look: (kind, subject) is unique. State comes from decisions."""

    id: str
    kind: Kind
    subject: str
    scope: str
    first_verdict: str
    at: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's move on one lead, bound to the verdict that was on the screen.

    `undoes` is the id of the decision that an `undo` takes back, "" for every other move.
    """

    id: str
    lead: str
    move: Move
    reviewer: str
    reason: str
    verdict: str
    at: str
    undoes: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What someone wrote about a lead (会商). `assigned` names whom the lead is handed to, "" for a plain note."""

    id: str
    lead: str
    author: str
    text: str
    assigned: str
    at: str


@dataclass(frozen=True, slots=True)
class Package:
    """One delivered evidence package. `manifest_sha256` is the digest of its tag manifest."""

    id: str
    lead: str
    agency: str
    path: str
    zip_sha256: str
    manifest_sha256: str
    at: str


@dataclass(frozen=True, slots=True)
class Check:
    """One look at whether a subject is still up. `state`: up down changed unknown."""

    id: str
    lead: str
    state: str
    detail: str
    capture: str
    at: str


@dataclass(frozen=True, slots=True)
class SourceRun:
    """How one source fared in one run: its one state, counted results, and proof of a wall."""

    run: str
    source: str
    state: SourceState
    pages: int
    results: int
    ads: int
    detail: str
    proof_capture: str
    at: str
    selectors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CustodyEvent:
    """One link of the custody chain; `hash` covers every other field, `prev` the link before."""

    seq: int
    at: str
    event: str
    subject_kind: str
    subject_id: str
    digest: str
    actor: str
    detail: dict[str, Any]
    prev: str
    hash: str


def as_row(record: Any) -> dict[str, Any]:
    """A record as plain dicts, tuples and scalars, ready for canonical JSON; shares what cannot change with the record."""
    return {name: _plain(getattr(record, name)) for name in record.__dataclass_fields__}


def _plain(value: Any) -> Any:
    """As `dataclasses.asdict`, without its copies: a capture has a hundred strings, and they are many."""
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, tuple | list):
        return type(value)(_plain(item) for item in value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return as_row(value) if hasattr(value, "__dataclass_fields__") else value
