"""One stage of look-ups: hosts side by side, each kind bounded in time by its own module, everything stored."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from crawlers.facts import filings, hosting, known, names, places, rdap, registration, tls
from crawlers.facts.door import Door
from crawlers.facts.draft import Draft, Unanswered, unknown
from evidence import config as settings
from evidence.archive import Vault
from evidence.domains import domain_of
from evidence.store import Store

OK, NOTHING = 0, 4
ADDRESSES = 4  # of one host that are placed; a farm's fifth address tells nothing new


class Stage:
    """The facts of one run. Building it checks what the configuration names: ConfigError before anything is asked."""

    def __init__(self, store: Store, config: settings.Config, run: str, emit: Callable[[dict[str, Any]], None]) -> None:
        self.store, self.config, self.run, self.emit = store, config, run, emit
        self.door, self.xdb, self.vault = Door(config), places.Xdb(config.facts.ip2region), Vault(store.home)
        self._domains: dict[str, asyncio.Future[list[Draft]]] = {}
        self.answered = 0
        try:
            if config.network.whois:
                registration.configured(config.network.whois)
            names.configured(config.network.resolvers)
        except ValueError as problem:
            raise settings.ConfigError(f"{store.home.config}: field {problem}") from problem
        rdap.services(rdap.table_file(config))

    async def go(self, hosts: list[str]) -> int:
        """All hosts; 4 when there were some and no server said anything about any of them."""
        gate, done = asyncio.Semaphore(self.config.facts.at_once), 0

        async def one(host: str) -> None:
            nonlocal done
            async with gate:
                drafts = await self._host(host)
            with self.store.transaction():
                for draft in drafts:
                    self.store.add_site_fact(draft.fact(self.run, host))
            self.answered += sum(d.ok for d in drafts if d.kind in known.ASKED)
            done += 1
            self.emit({"event": "page", "url": host, "outcome": _outcome(drafts), "done": done, "waiting": len(hosts) - done})

        async with asyncio.TaskGroup() as group:
            for host in hosts:
                group.create_task(one(host))
        return OK if self.answered or not hosts else NOTHING

    async def _host(self, host: str) -> list[Draft]:
        """Every missing kind of one host, asked side by side."""
        kinds = known.missing(self.store, self.config, host)
        work: list[tuple[str, Awaitable[list[Draft]]]] = []
        if "dns" in kinds:
            work.append(("dns", self._names(host)))
        if "tls" in kinds:
            work.append(("tls", self._certificate(host)))
        if "ip" in kinds:
            work.append(("ip", self._places(host)))
        if {"whois", "rdap"} & kinds:
            work.append(("whois", self._registration(host, kinds)))
        found: list[Draft] = []
        for (kind, _), made in zip(work, await asyncio.gather(*(w for _, w in work), return_exceptions=True), strict=True):
            if isinstance(made, BaseException) and not isinstance(made, Exception):
                raise made
            found += [unknown(kind, made)] if isinstance(made, Exception) else made  # told as a gap; stops nobody else
        told = hosting.remembered(self.store, host, found)
        found.append(hosting.look_up(host, told, filings.page_texts(self.store, self.vault, host)))
        icp = filings.look_up(self.store, self.vault, host)
        return found if known.says_nothing_new(self.store, host, icp) else [*found, icp]

    async def _names(self, host: str) -> list[Draft]:
        domain = domain_of(host)
        return list(await asyncio.gather(*(names.look_up(host, domain, s, self.door.seconds) for s in self.door.servers)))

    async def _certificate(self, host: str) -> list[Draft]:
        return [await tls.look_up(self.door, host, known.tls_port(self.store, host))]

    async def _places(self, host: str) -> list[Draft]:
        if known.is_address(host):
            return [await places.look_up(self.door, self.xdb, host)]
        resolution = await self.door.resolution(host)
        if not resolution.addresses:
            raise Unanswered(f"{host} has no address: {resolution.detail}")
        return list(await asyncio.gather(*(places.look_up(self.door, self.xdb, ip) for ip in resolution.addresses[:ADDRESSES])))

    async def _registration(self, host: str, kinds: frozenset[str]) -> list[Draft]:
        """WHOIS and RDAP of the registrable domain, asked once however many of its hosts are suspect."""
        domain = domain_of(host)
        if domain not in self._domains:
            self._domains[domain] = asyncio.ensure_future(self._ask_registration(domain))
        return [draft for draft in await asyncio.shield(self._domains[domain]) if draft.kind in kinds]

    async def _ask_registration(self, domain: str) -> list[Draft]:
        told = list(known.registration_of(self.store, self.config, domain))
        if any(draft.kind == "whois" for draft in told):
            return told
        made = await asyncio.gather(registration.look_up(self.door, domain), rdap.look_up(self.door, domain))
        return [draft for draft in made if draft is not None]


def _outcome(drafts: list[Draft]) -> str:
    gaps = sorted({draft.kind for draft in drafts if not draft.ok})
    return f"unknown: {', '.join(gaps)}" if gaps else "ok"
