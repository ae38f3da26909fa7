"""Released sites and pages as indicators for feeds: what two people released, each with its evidence, and what was taken back.

A lead that was ever released and is not any more is an indicator *revoked*: it stays in the feed as
such, so that whoever loaded it takes it out. Nothing else enters a feed.
"""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from evidence import ids
from evidence.config import Config
from evidence.store import Store
from exports import wording
from exports.defang import line
from exports.masking import mask

NAMESPACE = uuid.UUID("6f1f4b52-6d0c-5c0e-9d5e-2d3a5e7b9c11")
_NAME = re.compile(r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
# Zones whose sites are never blocked as a whole: what is wrong there is one page, for its operator to remove.
_NEVER_WHOLE = (".gov.cn", ".mil.cn", ".edu.cn", ".ac.cn", ".xn--zfr164b")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One delivered package: to whom, the file's name, its SHA-256."""

    agency: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One released subject. `value` is a host, an address or a URL, by `type`: domain · ipv4 · ipv6 · url.

    `state` is active or revoked; times are UTC as stored. `score` is the verdict's, `unsafe` says why the
    subject must not be blocked as a whole host ("" when it may).
    """

    lead: str
    kind: str
    type: str
    value: str
    state: str
    title: str
    imitates: str
    score: float
    first_seen: str
    last_seen: str
    released: str
    changed: str
    reason: str
    reviewers: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    unsafe: str

    @property
    def active(self) -> bool:
        """Whether it still stands."""
        return self.state == "active"

    @property
    def uuid(self) -> str:
        """A UUID that stays the same from export to export."""
        return str(uuid.uuid5(NAMESPACE, self.lead))

    @property
    def link(self) -> str:
        """The evidence link: lead, and each package by name and digest."""
        packages = "；".join(f"证据包 {e.name} SHA-256 {e.sha256}" for e in self.evidence)
        return f"线索 {self.lead}；{packages or '证据在库中，尚未生成证据包'}"


def released(store: Store, config: Config) -> Iterator[Indicator]:
    """Every indicator, active ones first, then by time of release."""
    rows = store.db.execute(
        "SELECT l.id, l.kind, l.subject, l.scope, l.score, l.title, l.imitates, l.found, l.last_seen, l.state, l.verdict, "
        "(SELECT max(d.at) FROM decisions d WHERE d.lead = l.id AND d.move = 'second') AS released, l.decided "
        "FROM v_leads l WHERE EXISTS (SELECT 1 FROM decisions d WHERE d.lead = l.id AND d.move = 'second') "
        "ORDER BY l.state = 'released' DESC, released, l.id")
    for r in rows:
        values = [c["value"] for c in store.rows("SELECT value FROM contacts WHERE verdict = ?", r["verdict"])]
        said = [line(mask(f["sentence"], values, config.exports.contacts).text, 160) for f in store.rows(
            "SELECT sentence FROM findings WHERE verdict = ? AND weight > 0 ORDER BY weight DESC, n LIMIT 3", r["verdict"])]
        kind, value = _typed(r["subject"], r["scope"])
        yield Indicator(
            r["id"], r["kind"], kind, value, "active" if r["state"] == "released" else "revoked", line(mask(r["title"], values).text, 120),
            line(r["imitates"], 120), r["score"], r["found"], r["last_seen"] or r["found"], r["released"], r["decided"] or r["released"],
            "；".join(said), _reviewers(store, r["id"]), _evidence(store, r["id"]), _unsafe(kind, value))


def blockable(found: Indicator) -> bool:
    """Whether a released subject may be blocked as a whole host."""
    return found.active and found.type != "url" and not found.unsafe


def label(found: Indicator) -> str:
    """Its kind in Chinese."""
    return wording.KINDS.get(found.kind, found.kind)


def _typed(subject: str, scope: str) -> tuple[str, str]:
    if scope == "page" or "://" in subject:
        try:
            url = ids.normal_url(subject)
        except ValueError:
            url = line(subject, 2000)
        return "url", url.partition("?")[0] if mask(url).items else url  # a query with personal data stays with us
    host = ids.to_ascii(subject.strip().rstrip("."))
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "domain", host if _NAME.fullmatch(host) else line(host, 300)
    return f"ipv{address.version}", str(address)


def _unsafe(kind: str, value: str) -> str:
    if kind == "url":
        return "只涉及一个网页，不按整站处置"
    if kind == "domain" and not _NAME.fullmatch(value):
        return "不是合法的域名"
    if kind == "domain" and f".{value}".endswith(_NEVER_WHOLE):
        return "政府、教育等机构的域名，不按整站处置，请联系其运营者"
    if kind in {"ipv4", "ipv6"} and not _public(value):
        return "不是公网地址"
    return ""


def _public(value: str) -> bool:
    address = ipaddress.ip_address(value)
    documented = any(address in net for net in _DOCUMENTED if net.version == address.version)
    return address.is_global or documented


# Documentation ranges are not routed, hence harmless in a list, and what manuals and exercises use.
_DOCUMENTED = tuple(ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))


def _reviewers(store: Store, lead: str) -> tuple[str, ...]:
    rows = store.rows("SELECT DISTINCT reviewer FROM decisions WHERE lead = ? AND move IN ('confirm', 'second') ORDER BY at", lead)
    return tuple(line(r["reviewer"], 40) for r in rows)


def _evidence(store: Store, lead: str) -> tuple[Evidence, ...]:
    rows = store.rows("SELECT agency, path, zip_sha256 FROM packages WHERE lead = ? AND agency NOT LIKE 'withdrawal-%' ORDER BY at, id",
                      lead)
    return tuple(Evidence(r["agency"], line(PurePath(r["path"]).name, 160), r["zip_sha256"]) for r in rows)
