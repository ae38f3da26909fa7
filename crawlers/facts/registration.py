"""Who registered a domain, as WHOIS says it: the raw reply, the parsed fields, and times exactly as stated.

python-whois parses; it is given the Unicode name (with punycode it loses the .中国 registrant and dates), and the time
zones it adds are thrown away: CNNIC states none, and a time is not printed with a zone nobody stated.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml
from whois.exceptions import WhoisError
from whois.parser import WhoisEntry
from whois.whois import NICClient

from crawlers.facts.door import Door
from crawlers.facts.draft import Draft, Unanswered, unknown
from evidence.ids import to_ascii, to_unicode, utc_now

FILE = Path(__file__).with_name("whois_servers.yml")
PORT, MAX_BYTES, SECONDS = 43, 200_000, 10.0
MAX_LINE, MAX_LINES = 300, 2_000
_HOST = re.compile(r"[a-z0-9][a-z0-9.-]{2,250}\Z")
_STATED = {
    "created": ("registration time", "creation date", "created on", "created", "registered on", "registration date",
                "domain registration date", "domain name commencement date", "record created", "registered"),
    "expires": ("expiration time", "registry expiry date", "registrar registration expiration date", "expiration date",
                "expiry date", "record expires on", "expires on", "expires"),
    "updated": ("updated date", "last updated", "last modified", "last updated on", "changed", "record last updated"),
}
_ABSENT = re.compile(r"^\W*(no match(?:ing record)?\b|not found\b|no data found|no object found|domain not found"
                     r"|the queried object does not exist|no entries found|object does not exist)", re.I | re.M)
_REFUSED = re.compile(r"(quer(y|ies)|request|connection|rate).{0,40}(limit|exceed|too (many|fast|frequent))|access denied"
                      r"|blacklist|try again later|查询.{0,6}(频繁|超限)", re.I | re.S)
_WITHHELD = re.compile(r"redacted|privacy|proxy|protect|withheld|not disclosed|data masked|whoisguard|隐私|保护", re.I)
_LINE = re.compile(r"^[ \t]*([A-Za-z][A-Za-z /.'-]{1,48}?)[ \t.]*:[ \t]*(\S.*?)[ \t]*$", re.M)
_DAY = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Server:
    """Where a top-level domain is asked. `query` holds {name}; a `thin` reply names the registrar's server."""

    host: str
    port: int = PORT
    query: str = "{name}"
    thin: bool = False
    configured: bool = False

    def __str__(self) -> str:
        return self.host if self.port == PORT else f"{self.host}:{self.port}"


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return table


def configured(text: str) -> Server:
    """The server of `network.whois` ("host" or "host:port"); ValueError for anything else."""
    host, _, port = text.partition(":")
    if not _HOST.match(host.lower()) or (port and not port.isdigit()):
        raise ValueError(f"network.whois: {text!r} is not host or host:port")
    return Server(host, int(port or PORT), configured=True)


async def look_up(door: Door, domain: str) -> Draft:
    """The "whois" fact of a registrable domain; "nothing registered" is an answer, no answer is not."""
    at = utc_now()
    try:
        server = await _server(door, domain)
        reply = await _ask(door, server, server.query.format(name=to_ascii(domain)))
        asked = str(server)
        if server.thin and (better := _referral(reply, server, domain)):
            try:
                reply += f"\n\n# {better}\n\n" + await _ask(door, better, to_ascii(domain))
                asked = f"{asked}, {better}"
            except Unanswered as problem:  # the registry's own answer stands
                reply += f"\n\n# {better}: {problem}\n"
    except Unanswered as problem:
        return unknown("whois", problem, door.config.network.whois, domain=domain)
    value = read(domain, reply)
    note = str(value.pop("problem", ""))
    return Draft("whois", value, reply, asked, not note, note, at)


async def _server(door: Door, domain: str) -> Server:
    if door.config.network.whois:
        return configured(door.config.network.whois)
    ending = to_ascii(domain).rsplit(".", 1)[-1]
    table = _table()
    if entry := table["servers"].get(ending):
        return Server(entry["host"], int(entry.get("port", PORT)), query=entry.get("query", "{name}"), thin=bool(entry.get("thin")))
    said = await _ask(door, Server(table["iana"]), ending)
    found = re.search(r"^whois:[ \t]+(\S+)", said, re.M)
    if not found or not _HOST.match(found[1].lower()):
        raise Unanswered(f"IANA names no WHOIS server for .{ending}")
    return Server(found[1].lower())


def _referral(reply: str, server: Server, domain: str) -> Server | None:
    named = NICClient.findwhois_server(reply, server.host, re.escape(to_ascii(domain))) or ""
    named = named.strip().lower().rstrip(".")
    return Server(named) if _HOST.match(named) and named != server.host else None


async def _ask(door: Door, server: Server, question: str) -> str:
    """One question (RFC 3912): a line out, everything back until the server closes; bounded in bytes and time."""
    interval = 0.0 if server.configured else door.config.facts.whois_interval
    async with door.pace.turn(f"whois {server}", interval):
        opened = door.plain_line(server.host, server.port) if server.configured else door.line(server.host, server.port, direct_too=True)
        async with opened as line:
            try:
                async with asyncio.timeout(SECONDS):
                    line.writer.write(question.encode("idna" if not question.isascii() else "ascii") + b"\r\n")
                    await line.writer.drain()
                    received = await _all(line.reader)
            except TimeoutError as problem:
                raise Unanswered(f"{server}: no whole answer within {SECONDS:g} s") from problem
            except (OSError, UnicodeError) as problem:
                raise Unanswered(f"{server}: {type(problem).__name__}: {problem}") from problem
    if not received.strip():
        raise Unanswered(f"{server}: an empty answer")
    return decoded(received)


def plain(reply: str) -> str:
    """What is parsed of a reply: short lines, not too many. The parser's expressions are quadratic in the length of a line."""
    return "\n".join(line[:MAX_LINE] for line in reply.splitlines()[:MAX_LINES])


async def _all(reader: asyncio.StreamReader) -> bytes:
    received = b""
    while len(received) < MAX_BYTES and (block := await reader.read(16_384)):
        received += block
    return received[:MAX_BYTES]


def decoded(reply: bytes) -> str:
    """A reply as text: UTF-8, else GB18030 (old Chinese registrars), else Latin-1, which loses nothing."""
    for charset in ("utf-8", "gb18030"):
        try:
            return reply.decode(charset)
        except UnicodeDecodeError:
            continue
    return reply.decode("latin-1")


def read(domain: str, reply: str) -> dict[str, Any]:
    """The reply in fields. `found` is True, False or None (not understood, with `problem`); never raises.

    `created`, `expires`, `updated` are the words of the reply; `created_day` is the calendar day they state (YYYY-MM-DD).
    """
    reply = plain(reply)
    parser = f"python-whois {metadata.version('python-whois')}"
    value: dict[str, Any] = {"domain": to_unicode(domain), "found": None, "parser": parser}
    if _ABSENT.search(reply[:4000]) and not _stated(reply)["created"]:
        return value | {"found": False}
    try:
        entry = WhoisEntry.load(to_unicode(domain), reply)
    except (WhoisError, ValueError, TypeError, AttributeError, OverflowError, KeyError, IndexError, re.error) as problem:
        entry = None  # the lines are read without it; what it says is kept
        value["parser_problem"] = f"{type(problem).__name__}: {str(problem)[:120]}"
    stated = _stated(reply)
    holder = _first(entry, "org") or _first(entry, "name")
    hosts = _many(entry, "name_servers") or _lines(reply, ("name server",))
    value |= stated | {"registrar": _first(entry, "registrar") or _line(reply, ("sponsoring registrar", "registrar")),
                       "registrant": _disclosed(holder or _line(reply, ("registrant organization", "registrant"))),
                       "registrant_email": _mail(_line(reply, ("registrant contact email", "registrant email"))),
                       "country": _first(entry, "country"),
                       "status": _many(entry, "status") or _lines(reply, ("domain status", "status")),
                       "name_servers": [name.lower().rstrip(".") for name in hosts]}
    value["created_day"] = _day(stated["created"], _first_date(entry, "creation_date"))
    value["expires_day"] = _day(stated["expires"], _first_date(entry, "expiration_date"))
    if value["created_day"] or value["registrar"] or value["name_servers"]:
        return value | {"found": True}
    refused = _REFUSED.search(reply)
    return value | {"problem": f"the server refuses: {refused[0][:80]!r}" if refused else "the reply is not understood; see the raw text"}


def _stated(reply: str) -> dict[str, str]:
    """The times as the reply writes them, "" where it states none."""
    return {name: _line(reply, keys)[:60] for name, keys in _STATED.items()}


def _lines(reply: str, keys: Iterable[str]) -> list[str]:
    wanted = set(keys)
    found = (m[2][:200] for m in _LINE.finditer(reply) if " ".join(m[1].lower().split()) in wanted)
    return list(dict.fromkeys(found))[:20]


def _line(reply: str, keys: tuple[str, ...]) -> str:
    """The value of the first of `keys` the reply has; earlier keys are better ones."""
    return next((found[0] for key in keys if (found := _lines(reply, (key,)))), "")


def _disclosed(name: str) -> str:
    """A holder's name, "" for the words that stand in its place: they are nobody's, and would tie strangers together."""
    return "" if _WITHHELD.search(name) else name


def _mail(text: str) -> str:
    """An address, "" for a form's URL or a proxy's words."""
    return text.lower() if re.fullmatch(r"[^@\s]{1,64}@[^@\s]{3,190}", text) and not _WITHHELD.search(text) else ""


def _many(entry: WhoisEntry | None, name: str) -> list[str]:
    said = entry.get(name) if entry is not None else None
    values = said if isinstance(said, list) else [said] if said else []
    return [str(v).strip()[:200] for v in values if isinstance(v, str) and v.strip()][:20]


def _first(entry: WhoisEntry | None, name: str) -> str:
    return next(iter(_many(entry, name)), "")


def _first_date(entry: WhoisEntry | None, name: str) -> datetime | None:
    said = entry.get(name) if entry is not None else None
    values = said if isinstance(said, list) else [said]
    return next((v for v in values if isinstance(v, datetime)), None)


def _day(stated: str, parsed: datetime | None) -> str:
    """The calendar day as stated: from the words where they are plain, else what the parser read, its added zone ignored."""
    if found := _DAY.search(stated):
        try:
            return datetime(int(found[1]), int(found[2]), int(found[3])).date().isoformat()  # noqa: DTZ001 - a day, no moment
        except ValueError:
            return ""
    return parsed.date().isoformat() if parsed is not None else ""
