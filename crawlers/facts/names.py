"""What name servers say: A, AAAA, CNAME, NS and MX, each with who said it and how sure that is.

An answer is yes, no or unknown. Only NXDOMAIN and an empty NOERROR are a "no"; SERVFAIL, REFUSED,
a timeout and a malformed reply are "unknown", whatever else was hoped for.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver

from crawlers.facts.draft import Draft, Unanswered
from evidence.ids import to_ascii, utc_now

State = Literal["yes", "no", "unknown"]
HOST_TYPES, DOMAIN_TYPES = ("A", "AAAA", "CNAME"), ("NS", "MX")
MAX_RECORDS = 40
TRIES = 2


@dataclass(frozen=True, slots=True)
class Server:
    """A name server: literal address and port."""

    ip: str
    port: int = 53

    def __str__(self) -> str:
        shown = f"[{self.ip}]" if ":" in self.ip else self.ip
        return shown if self.port == 53 else f"{shown}:{self.port}"


@dataclass(frozen=True, slots=True)
class Reply:
    """One server's answer to one question. `values` are record texts; `aliases` the CNAME chain on the way."""

    state: State
    rcode: str
    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    ttl: int = 0
    raw: str = ""


def configured(texts: Sequence[str]) -> tuple[Server, ...]:
    """Up to two name servers as the configuration writes them: "ip", "ip:port", "[v6]:port"; ValueError for anything else."""
    return tuple(_server(text) for text in texts[:2])


def servers(texts: Sequence[str]) -> tuple[Server, ...]:
    """The configured name servers, else the system's first two; Unanswered when there is none."""
    if texts:
        return configured(texts)
    try:
        found = dns.resolver.Resolver().nameservers
    except (dns.exception.DNSException, OSError) as problem:
        raise Unanswered(f"this machine names no name server ({problem}); set network.resolvers") from problem
    return tuple(Server(str(ip)) for ip in found[:2])


def _server(text: str) -> Server:
    has_port = text.count(":") == 1 or "]:" in text
    ip, _, port = text.rpartition(":") if has_port else (text, "", "")
    try:
        return Server(str(ipaddress.ip_address(ip.strip("[]"))), int(port or 53))
    except ValueError as problem:
        raise ValueError(f"network.resolvers: {text!r} is not an address, or address:port") from problem


async def ask(name: str, kind: str, server: Server, seconds: float) -> Reply:
    """One question, asked again once when no answer came; every failure is state "unknown" with its reason."""
    reason = ""
    for _ in range(TRIES):
        try:
            question = dns.message.make_query(to_ascii(name), kind)
            answer, _ = await dns.asyncquery.udp_with_fallback(
                question, server.ip, timeout=seconds / TRIES, port=server.port, ignore_unexpected=True)
            return _read(answer, kind)
        except (dns.exception.DNSException, OSError, EOFError, ValueError) as problem:
            reason = type(problem).__name__ if isinstance(problem, dns.exception.Timeout) else f"{type(problem).__name__}: {problem}"
    return Reply("unknown", reason[:200])


def _read(answer: dns.message.Message, kind: str) -> Reply:
    rcode = dns.rcode.to_text(answer.rcode())
    raw = answer.to_text()
    if rcode == "NXDOMAIN":
        return Reply("no", rcode, raw=raw)
    if rcode != "NOERROR":
        return Reply("unknown", rcode, raw=raw)
    wanted = dns.rdatatype.from_text(kind)
    values, aliases, ttl = [], [], 0
    for group in answer.answer:
        texts = [item.to_text().lower() if kind != "TXT" else item.to_text() for item in group]
        if group.rdtype == wanted:
            values += texts
            ttl = int(group.ttl)
        elif group.rdtype == dns.rdatatype.CNAME:
            aliases += texts
    state: State = "yes" if values else "no"
    return Reply(state, rcode, tuple(sorted(values)[:MAX_RECORDS]), tuple(_plain(a) for a in aliases[:MAX_RECORDS]), ttl, raw)


def _plain(name: str) -> str:
    return name.rstrip(".")


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whether a name has an address. `exists` tells NXDOMAIN (False) from a name without addresses (True)."""

    name: str
    state: State
    exists: bool | None
    addresses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    detail: str = ""


async def resolve(name: str, asked: Sequence[Server], seconds: float) -> Resolution:
    """The addresses of a name, IPv4 first. The second server is asked only where the first one does not know."""
    found = Resolution(name, "unknown", None, detail="no name server")
    details: list[str] = []
    for server in asked:
        replies = await asyncio.gather(*(ask(name, kind, server, seconds) for kind in ("A", "AAAA")))
        found = _resolution(name, list(replies))
        details.append(f"{server}: {found.detail}")
        if found.state != "unknown":
            break
    return Resolution(name, found.state, found.exists, found.addresses, found.aliases, "; ".join(details))


def _resolution(name: str, replies: list[Reply]) -> Resolution:
    addresses = tuple(v for reply in replies for v in reply.values)
    aliases = tuple(dict.fromkeys(a for reply in replies for a in reply.aliases))
    codes = "/".join(reply.rcode for reply in replies)
    if addresses:
        return Resolution(name, "yes", True, addresses, aliases, codes)
    if any(reply.state == "no" and reply.rcode == "NXDOMAIN" for reply in replies):
        return Resolution(name, "no", bool(aliases), (), aliases, "NXDOMAIN")  # of the alias' target, where there is one
    if all(reply.state == "no" for reply in replies):
        return Resolution(name, "no", True, (), aliases, "no address")
    return Resolution(name, "unknown", None, (), aliases, codes)


async def look_up(host: str, domain: str, server: Server, seconds: float) -> Draft:
    """The "dns" fact of a host as one server tells it; NS and MX are those of the registrable `domain`."""
    questions = [(host, kind) for kind in HOST_TYPES] + [(domain, kind) for kind in DOMAIN_TYPES]
    at = utc_now()
    replies = await asyncio.gather(*(ask(name, kind, server, seconds) for name, kind in questions))
    told = {kind: reply for (_, kind), reply in zip(questions, replies, strict=True)}
    resolution = _resolution(host, [told["A"], told["AAAA"]])
    value = {"host": host, "domain": domain, "state": resolution.state, "exists": resolution.exists,
             "chain": list(resolution.aliases),
             "records": {kind: [_plain(v) for v in reply.values] for kind, reply in told.items()},
             "rcodes": {kind: reply.rcode for kind, reply in told.items()},
             "ttl": {kind: reply.ttl for kind, reply in told.items() if reply.values}}
    failed = sorted(f"{kind} {reply.rcode}" for kind, reply in told.items() if reply.state == "unknown")
    return Draft("dns", value, "\n\n".join(r.raw for r in replies if r.raw), str(server), resolution.state != "unknown",
                 f"not answered: {', '.join(failed)}" if failed else "", at)
