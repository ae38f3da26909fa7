"""What the store knows of a host already, and how long that is trusted: nobody is asked twice for the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from crawlers.facts.draft import Draft
from evidence import config as settings
from evidence import ids
from evidence.store import Store

RETRY_DAYS = 1.0
ASKED = frozenset({"dns", "tls", "whois", "rdap", "ip"})


def is_address(host: str) -> bool:
    """Whether the host is a literal address: it has no registration and no records of its own."""
    return ":" in host or host.rsplit(".", 1)[-1].isdigit()


def missing(store: Store, config: settings.Config, host: str) -> frozenset[str]:
    """Kinds of fact to ask. What could not be learnt is asked again after a day, what was learnt after `facts.days`.

    An ending without an RDAP service leaves no "rdap" fact, so that kind alone never makes a host worth asking.
    """
    fresh = set()
    for row in store.rows("SELECT kind, ok, max(at) AS at FROM site_facts WHERE host = ? GROUP BY kind, ok", host):
        if row["at"] >= ids.days_ago(config.facts.days if row["ok"] else min(RETRY_DAYS, config.facts.days)):
            fresh.add(row["kind"])
    kinds = (frozenset({"tls", "ip"}) if is_address(host) else ASKED) - fresh
    return kinds if kinds - {"rdap"} else frozenset()


def registration_of(store: Store, config: settings.Config, domain: str) -> Iterator[Draft]:
    """What was learnt lately of this domain for another of its hosts: server, words and time unchanged."""
    rows = store.rows(
        "SELECT host, id FROM site_facts WHERE kind IN ('whois', 'rdap') AND ok = 1 AND at >= ? AND "
        "json_extract(value, '$.domain') = ? ORDER BY at DESC", ids.days_ago(config.facts.days), ids.to_unicode(domain))
    wanted = {row["id"] for row in rows if row["host"] == rows[0]["host"]}
    for fact in store.site_facts(rows[0]["host"]) if rows else ():
        if fact.id in wanted:
            yield Draft(fact.kind, fact.value, fact.raw, fact.server, fact.ok, fact.note, fact.at)


def tls_port(store: Store, host: str) -> int:
    """The port the host was captured on by https; 443 when it was not."""
    row = store.one("SELECT url FROM captures WHERE host = ? AND url LIKE 'https:%' ORDER BY started DESC LIMIT 1", host)
    try:
        return (urlsplit(row["url"]).port if row else None) or 443
    except ValueError:
        return 443


def says_nothing_new(store: Store, host: str, draft: Draft) -> bool:
    """Whether the newest fact of this kind about the host says the same as a fresh "icp" draft."""
    last = next((fact for fact in store.site_facts(host) if fact.kind == draft.kind), None)
    return last is not None and last.ok == draft.ok and _essence(last.value) == _essence(draft.value)


def _essence(value: dict[str, Any]) -> str:
    """What an "icp" fact says, whichever pages were read for it."""
    return ids.digest({"numbers": [{k: v for k, v in n.items() if k != "capture"} for n in value.get("numbers", ())],
                       "filed": value.get("filed", [])})
