"""Where an address is: operator, province, country, by the first provider that knows. Nothing is guessed.

Providers in order: the administrator's ip2region file, RDAP of the address registries, "unknown". A province is only
taken from a provider that names one; a network's postal address is not where its servers stand.
"""

from __future__ import annotations

import importlib
import ipaddress
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawlers.addresses import forbidden
from crawlers.facts import rdap
from crawlers.facts.door import Door
from crawlers.facts.draft import Draft, Unanswered, unknown
from evidence.config import ConfigError
from evidence.ids import utc_now

OLD_DAYS = 90
_NOTHING = ("", "0", "Reserved")
_INNER = tuple(map(ipaddress.ip_network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3",
    "::/127", "::ffff:0:0/96", "fc00::/7", "fe80::/10", "ff00::/8")))
_ASN = re.compile(r"\d{1,10}\Z")


class Xdb:
    """The administrator's ip2region files, opened once a stage; ConfigError names the file that cannot be used."""

    def __init__(self, paths: list[str]) -> None:
        self._searchers: dict[int, tuple[Any, str, str]] = {}
        for text in paths:
            self._open(Path(text))

    def _open(self, path: Path) -> None:
        where = f"{path}: field facts.ip2region"
        try:
            util, xdb = importlib.import_module("ip2region.util"), importlib.import_module("ip2region.searcher")
        except ImportError as problem:
            raise ConfigError(f"{where}: reading it needs py-ip2region; install dajia[ip]") from problem
        try:
            with path.open("rb") as file:
                util.verify(file)
                header = util.load_header(file)
                version = util.version_from_header(header)
                searcher = xdb.new_with_buffer(version, util.load_content(file))
        except Exception as problem:  # the reader raises plain Exception; all of them mean "not usable"
            raise ConfigError(f"{where}: cannot be used: {problem}; take ip2region_v4.xdb / ip2region_v6.xdb") from problem
        made = datetime.fromtimestamp(header.createdAt, UTC).date().isoformat()
        self._searchers[version.byte_num] = (searcher, path.name, made)

    def look_up(self, ip: str) -> Draft | None:
        """The "ip" fact of the file; None where it does not know the address."""
        searcher, name, made = self._searchers.get(16 if ":" in ip else 4, (None, "", ""))
        said = str(searcher.search(ip)) if searcher is not None else ""
        value = region(said)
        if not value:
            return None
        age = (datetime.now(UTC).date() - datetime.fromisoformat(made).date()).days
        note = f"the file is {age} days old" if age > OLD_DAYS else ""
        return Draft("ip", {"ip": ip, "source": name, "data_date": made} | value, said, name, True, note)


def region(said: str) -> dict[str, str]:
    """A line of an ip2region file in fields; {} for one that says nothing.

    Three shapes are in use: 国家|省份|城市|ISP, the same with the two-letter country behind, and the old 国家|区域|省份|城市|ISP.
    """
    parts = ["" if part in _NOTHING else part for part in said.split("|")]
    if len(parts) == 5 and re.fullmatch(r"[A-Z]{2}|", parts[4]) and not (parts[1] == "" and parts[3]):
        country, province, city, operator, code = parts
    elif len(parts) == 5:
        country, _, province, city, operator = parts
        code = ""
    elif len(parts) == 4:
        country, province, city, operator = parts
        code = ""
    else:
        return {}
    if not country:
        return {}
    return {"country": country, "country_code": code or ("CN" if country == "中国" else ""), "province": province,
            "city": city, "operator": operator, "asn": ""}


async def look_up(door: Door, xdb: Xdb, ip: str) -> Draft:
    """The "ip" fact of an address, by the first provider that knows it."""
    if reason := _own(ip):
        return unknown("ip", f"no public address: {reason}", ip=ip, source="")
    try:
        if found := xdb.look_up(ip):
            return found
    except (ValueError, IndexError, UnicodeDecodeError) as problem:  # a damaged file must not stop the stage
        return unknown("ip", f"the ip2region file is damaged: {problem}", ip=ip, source="")
    if not door.config.facts.rdap:
        return unknown("ip", "no provider is configured", ip=ip, source="")
    at, url = utc_now(), f"{door.config.facts.rdap_ip.rstrip('/')}/{ip}"
    try:
        status, reply, told, server, note = await rdap.ask(door, url)
    except Unanswered as problem:
        return unknown("ip", problem, url, ip=ip, source="")
    if told is None:
        return unknown("ip", f"{server}: status {status}, no RDAP object", server, ip=ip, source="")
    return Draft("ip", {"ip": ip, "source": "rdap", "data_date": at[:10]} | network(told), reply, server, True, note, at)


def _own(ip: str) -> str:
    """Why a registry is not asked about an address: it belongs to this machine or its own network, and is nobody's business."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return forbidden(ip)
    return forbidden(ip) if any(address in network for network in _INNER if network.version == address.version) else ""


def network(told: dict[str, Any]) -> dict[str, str]:
    """An RDAP network object in the fields of the "ip" fact; province and city stay unknown: it does not state them."""
    numbers = told.get("arin_originas0_originautnums")
    origin = str(numbers[0]) if isinstance(numbers, list) and numbers else ""
    remarks = [line for remark in rdap.objects(told.get("remarks")) for line in rdap.strings(remark.get("description"))]
    holder = next((name for entity in rdap.objects(told.get("entities"))
                   if "registrant" in rdap.strings(entity.get("roles")) and (name := rdap.card_name(entity))), "")
    country = str(told.get("country") or "").upper()
    return {"country": "", "country_code": country if re.fullmatch("[A-Z]{2}", country) else "", "province": "", "city": "",
            "operator": holder or str(told.get("name") or "")[:200], "network": str(told.get("name") or "")[:200],
            "description": "; ".join(remarks)[:400], "range": f"{told.get('startAddress', '')}-{told.get('endAddress', '')}"[:100],
            "asn": f"AS{origin}" if _ASN.match(origin) else ""}
