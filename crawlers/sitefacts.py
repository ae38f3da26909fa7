"""Facts about suspect hosts: DNS, TLS, WHOIS, RDAP, where the address is, filings – asked politely, kept as stated.

`run` asks and stores; `facts_for_judge` tells the judge what is known; `due` says which hosts need asking.
What is known is not asked again within `facts.days`, and what could not be learnt is asked again the next day.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from crawlers.facts import known
from evidence import config as settings
from evidence import ids
from evidence.archive import Vault
from evidence.domains import domain_of
from evidence.home import Home
from evidence.records import SiteFact
from evidence.store import Store


def run(home: Home, run: str, hosts: Iterable[str], emit: Callable[[dict[str, Any]], None] | None = None) -> int:
    """Ask about `hosts` and store every fact, unknowns included. 0, or 4 when nobody at all answered.

    Raises ConfigError (before anything is asked) and StoreError.
    """
    from crawlers.facts.stage import Stage  # whoever only reads facts needs none of the network's libraries

    config = settings.load(home)
    with Store.open(home, actor="crawl:facts") as store:
        return asyncio.run(Stage(store, config, run, emit or (lambda event: None)).go(due(store, config, hosts)))


def due(store: Store, config: settings.Config, hosts: Iterable[str]) -> list[str]:
    """The hosts (lower case, punycode, each once) about which at least one kind of fact is missing or too old."""
    named = dict.fromkeys(ids.to_ascii(h.strip().rstrip(".")) for h in hosts)
    return [host for host in named if host and known.missing(store, config, host)]


def refresh_filings(store: Store, run: str, numbers: Iterable[str], domains: Iterable[str] = ()) -> list[str]:
    """After an import of filings: tell anew what they say of hosts that show one of `numbers` or lie under `domains`.

    Returns the hosts with a changed fact; their captures are judged again (`review.judging.pending`).
    """
    from crawlers.facts import filings

    wanted, listed, changed = set(numbers), {domain_of(d) for d in domains}, []
    hosts = {r["host"]: r["value"] for r in store.rows("SELECT host, value, max(at) FROM site_facts WHERE kind = 'icp' GROUP BY host")}
    for host, value in hosts.items():
        if domain_of(host) in listed or any(number in value for number in wanted):
            draft = filings.look_up(store, Vault(store.home), host)
            if not known.says_nothing_new(store, host, draft):
                store.add_site_fact(draft.fact(run, host))
                changed.append(host)
    return changed


def facts_for_judge(store: Store, host: str) -> dict[str, Any]:
    """What is known of a host in the judge's terms; a key is absent where nothing is known.

    Keys: domain_created (YYYY-MM-DD as stated), registrar, ip_country, icp_in_footer, icp_real_owner, tls_issuer, and
    as_of, the day the registration was asked. `icp_real_owner` is given only where the imported filings list the
    number's domains and this host is not among them: a number without known domains accuses nobody.
    """
    facts = store.site_facts(ids.to_ascii(host)) if host else []
    found: dict[str, Any] = {}
    for fact in (f for kind in ("whois", "rdap") for f in facts if f.kind == kind and f.ok and f.value.get("found")):
        if "domain_created" not in found and fact.value.get("created_day"):
            found |= {"domain_created": fact.value["created_day"], "as_of": fact.at[:10]}
        if "registrar" not in found and fact.value.get("registrar"):
            found["registrar"] = fact.value["registrar"]
    found |= _tls(facts) | _country(facts) | _filing(store, facts, host)
    return found


def _newest(facts: list[SiteFact], kind: str) -> SiteFact | None:
    return next((f for f in facts if f.kind == kind and f.ok), None)


def _tls(facts: list[SiteFact]) -> dict[str, Any]:
    fact = _newest(facts, "tls")
    issuer = fact.value["chain"][0].get("issuer_organisation", "") if fact and fact.value.get("chain") else ""
    return {"tls_issuer": issuer} if issuer else {}


def _country(facts: list[SiteFact]) -> dict[str, Any]:
    """The country of the newest look-up's addresses; the home country when any of them is there."""
    newest = _newest(facts, "ip")
    codes = [f.value.get("country_code") or f.value.get("country") for f in facts
             if newest and f.kind == "ip" and f.ok and f.run == newest.run]
    known = [str(code) for code in codes if code]
    return {"ip_country": "CN" if "CN" in known else known[0]} if known else {}


def _filing(store: Store, facts: list[SiteFact], host: str) -> dict[str, Any]:
    from crawlers.facts.filings import owner_of

    fact = _newest(facts, "icp")
    numbers = [n for n in fact.value.get("numbers", ()) if n.get("kind") == "icp"] if fact else []
    if not numbers:
        return {}
    found = {"icp_in_footer": numbers[0]["number"]}
    said = owner_of(store, numbers[0]["number"], host)
    return found | ({"icp_real_owner": said["owner"]} if said["covers"] is False and said["owner"] else {})
