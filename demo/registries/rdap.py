"""RDAP of the registries (RFC 9083): domains of every ending that has a service, addresses at APNIC."""

from __future__ import annotations

import json
from typing import Any

from demo.messages import Reply, Request
from demo.sites import Site, registered
from demo.standin import StandIn

_NOTICE = [{"title": "Terms of Use", "description": ["演示数据，不是真实登记信息"]}]


class Rdap(StandIn):
    """`…/domain/NAME` and `…/ip/ADDRESS` on the hosts of IANA's bootstrap table (as of 2026-11); .cn has no service."""

    name = "rdap"
    label = "RDAP"
    hosts = ("rdap.verisign.com", "tld-rdap.verisign.com", "rdap.publicinterestregistry.org", "rdap.identitydigital.services",
             "rdap.zdnsgtld.com", "rdap.centralnic.com", "rdap.nic.vip", "rdap.nic.club", "rdap.radix.host",
             "rdap.gmoregistry.net", "rdap.tucowsregistry.net", "pubapi.registry.google", "rdap.apnic.net")

    def answer(self, request: Request) -> Reply | None:
        """The object of a domain or an address; 404 with an error object for one that is not registered."""
        kind, _, name = request.path.lower().rpartition("/")
        if kind.endswith("/domain"):
            site = registered(self.sites, name) if not name.endswith(".cn") else None
            return _reply(_domain(name, site) if site else None)
        if kind.endswith("/ip"):
            site = next((s for s in self.sites.values() if s.ip == name), None)
            return _reply(_network(site) if site else None)
        return None


def _reply(told: dict[str, Any] | None) -> Reply:
    found = told or {"errorCode": 404, "title": "Not Found", "description": ["The object is not registered."]}
    body = json.dumps({"rdapConformance": ["rdap_level_0"], "notices": _NOTICE, **found}, ensure_ascii=False)
    return Reply(body.encode(), 200 if told else 404, "application/rdap+json")


def _domain(name: str, site: Site) -> dict[str, Any]:
    return {
        "objectClassName": "domain", "handle": "1000000001_DOMAIN-DEMO", "ldhName": name.upper(), "status": ["active"],
        "events": [{"eventAction": "registration", "eventDate": f"{site.created}T02:00:00Z"},
                   {"eventAction": "expiration", "eventDate": "2027-12-31T02:00:00Z"}],
        "entities": [_entity("registrar", "fn", site.registrar), _entity("registrant", "fn", "")],
        "nameservers": [{"objectClassName": "nameserver", "ldhName": f"NS{n}.DEMO-DNS.EXAMPLE"} for n in (1, 2)],
        "secureDNS": {"delegationSigned": False}}


def _network(site: Site) -> dict[str, Any]:
    start = site.ip.rsplit(".", 1)[0]
    return {"objectClassName": "ip network", "handle": f"{start}.0 - {start}.255", "startAddress": f"{start}.0",
            "endAddress": f"{start}.255", "ipVersion": "v4", "name": f"DEMO-{site.country or 'ZZ'}", "country": site.country,
            "type": "ALLOCATED NON-PORTABLE", "entities": [_entity("registrant", "fn", "演示机房")]}


def _entity(role: str, field: str, name: str) -> dict[str, Any]:
    return {"objectClassName": "entity", "roles": [role],
            "vcardArray": ["vcard", [["version", {}, "text", "4.0"], [field, {}, "text", name]]]}
