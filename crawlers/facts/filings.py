"""Filing numbers shown on a host's captured pages, checked for form and against what was imported.

Nothing is asked of anyone: the pages lie in the vault, the filings came as exports (`dajia import icp`).
A number proves nothing by being there: fakes copy the real site's. What counts is whom it belongs to.
"""

from __future__ import annotations

import json
from typing import Any

from crawlers.answer import Answer
from crawlers.facts.draft import Draft, unknown
from evidence.archive import ArchiveError, Vault
from evidence.domains import domain_of
from evidence.filings import numbers
from evidence.records import Capture
from evidence.store import Store

PAGES, MAX_BYTES = 6, 2_000_000


def look_up(store: Store, vault: Vault, host: str) -> Draft:
    """The "icp" fact: numbers on the newest captured pages of `host`, their form, and their owners as imported."""
    shown: dict[str, dict[str, Any]] = {}
    read = 0
    for capture in _pages(store, host):
        text = _text(vault, capture)
        read += text != ""
        for one in numbers(text):
            shown.setdefault(one.number, {"kind": one.kind, "number": one.number, "site": one.site, "province": one.province,
                                          "problem": one.problem, "capture": capture.id})
    if not read:
        return unknown("icp", "no page of this host was captured", "captured pages", numbers=[])
    listed = [entry | owner_of(store, entry["number"], host) for entry in shown.values()]
    value = {"numbers": listed, "filed": filed(store, host), "pages": read}
    return Draft("icp", value, json.dumps(listed, ensure_ascii=False), "captured pages, imported filings", True,
                 "" if listed else "no filing number on the captured pages")


def owner_of(store: Store, number: str, host: str) -> dict[str, Any]:
    """Whom the newest imported filings give `number` to. `covers` is True when they list this host's domain, False when
    they list others only, None when that cannot be told (no such number, or filings without a domain)."""
    rows = store.rows("SELECT owner, owner_kind, domain, import, stated FROM filings WHERE number = ? ORDER BY at DESC, id", number)
    newest = [row for row in rows if row["import"] == rows[0]["import"]]
    domains = sorted({row["domain"] for row in newest if row["domain"]})
    covers = (domain_of(host) in {domain_of(d) for d in domains}) if domains else None
    return {"owner": newest[0]["owner"] if newest else "", "owner_kind": newest[0]["owner_kind"] if newest else "",
            "domains": domains[:50], "covers": covers, "import": newest[0]["import"] if newest else "",
            "stated": newest[0]["stated"] if newest else ""}


def filed(store: Store, host: str) -> list[dict[str, str]]:
    """What the imported filings say of this host's registrable domain."""
    rows = store.rows("SELECT number, site, owner, owner_kind, province, import, stated FROM filings WHERE domain IN (?, ?) "
                      "ORDER BY at DESC, id LIMIT 10", domain_of(host), host)
    return [dict(row) for row in rows]


def page_texts(store: Store, vault: Vault, host: str) -> list[str]:
    """The visible texts of the newest captured pages of `host`."""
    return [text for capture in _pages(store, host) if (text := _text(vault, capture))]


def _pages(store: Store, host: str) -> list[Capture]:
    rows = store.rows("SELECT id FROM captures WHERE host = ? AND outcome IN ('ok', 'partial') AND why NOT IN "
                      "('serp', 'robots', 'probe') ORDER BY started DESC LIMIT ?", host, PAGES)
    return [store.capture(row["id"]) for row in rows]


def _text(vault: Vault, capture: Capture) -> str:
    """The visible text of a captured page, "" for what is no page or cannot be read (verification tells the latter)."""
    source = capture.artifact("dom") or capture.artifact("body")
    if source is None:
        return ""
    kind = next((v for k, v in capture.headers if k.lower() == "content-type"), "") if source.name == "body" else "text/html; charset=utf-8"
    answer_kind = kind or source.media_type or "text/html"
    try:
        answer = Answer(capture.url, vault.decoded(source, MAX_BYTES), content_type=answer_kind)
    except ArchiveError:
        return ""
    return answer.visible if answer.is_html else ""
