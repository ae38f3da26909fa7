"""Who registered a domain, as RDAP says it, for the endings that have a service; .cn has none, and that is said."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from crawlers.facts.door import Door
from crawlers.facts.draft import Draft, Unanswered, unknown
from crawlers.facts.fetching import get
from evidence.config import Config, ConfigError
from evidence.ids import to_ascii, to_unicode, utc_now

FILE = Path(__file__).with_name("rdap_servers.yml")
ACCEPT = "application/rdap+json, application/json;q=0.8"
_EVENTS = {"registration": "created", "expiration": "expires", "last changed": "updated"}


@lru_cache(maxsize=4)
def services(path: Path) -> dict[str, str]:
    """Ending (punycode) → base address, from a bootstrap file; ConfigError names file and fix."""
    try:
        table = yaml.safe_load(path.read_text(encoding="utf-8"))  # JSON is YAML too
        return {str(ending).lower(): str(addresses[0]).rstrip("/") + "/"
                for endings, addresses in table["services"] for ending in endings}
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError, IndexError) as problem:
        raise ConfigError(f"{path}: field facts.rdap_bootstrap: not an RDAP bootstrap file ({problem}); "
                          "take https://data.iana.org/rdap/dns.json") from problem


def service(door: Door, domain: str) -> str:
    """The base address for a domain's ending, "" where there is no service."""
    return services(table_file(door.config)).get(to_ascii(domain).rsplit(".", 1)[-1], "")


def table_file(config: Config) -> Path:
    """The bootstrap file in use."""
    return Path(config.facts.rdap_bootstrap) if config.facts.rdap_bootstrap else FILE


async def look_up(door: Door, domain: str) -> Draft | None:
    """The "rdap" fact of a registrable domain; None where its ending has no service."""
    base = service(door, domain) if door.config.facts.rdap else ""
    if not base:
        return None
    at = utc_now()
    try:
        status, reply, told, server, note = await ask(door, f"{base}domain/{quote(to_ascii(domain))}")
    except Unanswered as problem:
        return unknown("rdap", problem, base, domain=domain)
    if status == 404:
        return Draft("rdap", {"domain": to_unicode(domain), "found": False}, reply, server, True, note, at)
    if told is None:
        return unknown("rdap", f"{server}: status {status}, no RDAP object", server, domain=domain)
    return Draft("rdap", {"domain": to_unicode(domain), "found": True} | read(told), reply, server, True, note, at)


async def ask(door: Door, url: str) -> tuple[int, str, dict[str, Any] | None, str, str]:
    """Status, reply text, its object (None when it is none), the address that answered, and what speaks against the answer.

    A bad certificate does not stop it: WHOIS, the alternative, has none at all.
    """
    async with door.pace.turn(url.split("/")[2], door.config.facts.whois_interval):
        answer = await get(door, url, ACCEPT, believe=True)
    text = answer.body.decode("utf-8", "replace")
    try:
        told = json.loads(text) if answer.status == 200 else None
    except (ValueError, RecursionError):
        told = None
    return answer.status, text, told if isinstance(told, dict) else None, answer.url, answer.distrust


def read(told: dict[str, Any]) -> dict[str, Any]:
    """An RDAP domain object in the fields of the "whois" fact; times are the strings it states."""
    value: dict[str, Any] = {"created": "", "expires": "", "updated": "", "registrar": "", "registrant": ""}
    for event in objects(told.get("events")):
        if name := _EVENTS.get(str(event.get("eventAction", "")).lower()):
            value[name] = str(event.get("eventDate", ""))[:60]
    for entity in objects(told.get("entities")):
        for role in ("registrar", "registrant"):
            if role in strings(entity.get("roles")) and not value[role]:
                value[role] = card_name(entity)
    value["status"] = strings(told.get("status"))
    value["name_servers"] = [str(n.get("ldhName", "")).lower().rstrip(".")[:200] for n in objects(told.get("nameservers"))]
    value["created_day"], value["expires_day"] = value["created"][:10], value["expires"][:10]
    return value


def card_name(entity: dict[str, Any]) -> str:
    """The name on an entity's vCard: its organisation, else its full name; "" where it is withheld."""
    card = entity.get("vcardArray")
    rows = card[1] if isinstance(card, list) and len(card) > 1 and isinstance(card[1], list) else []
    for wanted in ("org", "fn"):
        for row in rows:
            if isinstance(row, list) and len(row) > 3 and row[0] == wanted and isinstance(row[3], str) and row[3].strip():
                return str(row[3]).strip()[:200]
    return ""


def objects(value: Any, limit: int = 50) -> list[dict[str, Any]]:
    """The objects of a list that a stranger sent."""
    return [item for item in value[:limit] if isinstance(item, dict)] if isinstance(value, list) else []


def strings(value: Any, limit: int = 30) -> list[str]:
    """The strings of a list that a stranger sent."""
    return [item[:200] for item in value[:limit] if isinstance(item, str)] if isinstance(value, list) else []
