"""The TLS chain a host shows, valid or not: what is wrong with it is told, and never stops the look."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from OpenSSL import SSL, crypto

from crawlers.facts.door import Door, Line
from crawlers.facts.draft import Draft, Unanswered, unknown
from evidence.ids import sha256, to_ascii, utc_now

MAX_BYTES, MAX_CHAIN, MAX_NAMES = 1_000_000, 12, 100


async def look_up(door: Door, host: str, port: int = 443) -> Draft:
    """The "tls" fact: the chain as sent (PEM in `raw`), protocol, and whether it is trusted, current and for this name."""
    at = utc_now()
    try:
        async with door.line(host, port) as line, asyncio.timeout(door.seconds * 2):
            connection = await _handshake(line, host)
            via = line.via
    except TimeoutError:
        return unknown("tls", f"{host}:{port}: no TLS answer in time", f"{host}:{port}")
    except Unanswered as problem:
        return unknown("tls", problem, f"{host}:{port}")
    server = f"{host}:{port} ({via})"
    try:
        return _draft(connection, host, server, at)
    except ValueError as problem:  # a certificate that breaks the rules of its own format
        return unknown("tls", f"the certificate cannot be read: {problem}", server)


def _draft(connection: SSL.Connection, host: str, server: str, at: str) -> Draft:
    chain = (connection.get_peer_cert_chain(as_cryptography=True) or [])[:MAX_CHAIN]
    if not chain:
        return unknown("tls", "the server showed no certificate", server)
    trust = trusted(chain)
    value: dict[str, Any] = {
        "protocol": connection.get_protocol_version_name(), "cipher": connection.get_cipher_name() or "",
        "chain": [described(one) for one in chain], "trusted": trust == "", "trust_problem": trust,
        "names_host": names_host(chain[0], host), "current": _current(chain[0]),
        "self_signed": chain[0].issuer == chain[0].subject, "spki_sha256": _key_digest(chain[0]),
    }
    pem = "".join(one.public_bytes(serialization.Encoding.PEM).decode("ascii") for one in chain)
    return Draft("tls", value, pem, server, True, "; ".join(_wrong(value)), at)


async def _handshake(line: Line, host: str) -> SSL.Connection:
    """Shake hands over an open line, believing nothing and checking nothing yet."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_verify(SSL.VERIFY_NONE, lambda *_: True)
    context.set_cipher_list(b"ALL:@SECLEVEL=0")  # weak old servers are recorded, not turned away
    connection = SSL.Connection(context, None)
    if not host.rsplit(".", 1)[-1].isdigit() and ":" not in host:
        connection.set_tlsext_host_name(to_ascii(host).encode("ascii"))
    connection.set_connect_state()
    received = 0
    try:
        while True:
            try:
                connection.do_handshake()
                return connection
            except SSL.WantReadError:
                await _send(connection, line)
            data = await line.reader.read(65_536)
            received += len(data)
            if not data or received > MAX_BYTES:
                raise Unanswered("the connection ended in the middle of the TLS handshake")
            connection.bio_write(data)
    except (SSL.Error, OSError, ValueError) as problem:
        raise Unanswered(f"no TLS there: {_said(problem)}") from problem


async def _send(connection: SSL.Connection, line: Line) -> None:
    while True:
        try:
            data = connection.bio_read(65_536)
        except SSL.WantReadError:
            break
        line.writer.write(data)
    await line.writer.drain()


def _said(problem: BaseException) -> str:
    """OpenSSL's own words: the last entry of its error queue."""
    queue = problem.args[0] if problem.args else ""
    if isinstance(queue, list) and queue:
        return str(queue[-1][-1])
    return str(queue) or type(problem).__name__


def described(one: x509.Certificate) -> dict[str, Any]:
    """A certificate in plain words; times are UTC as the certificate states them."""
    return {
        "subject": _name(one.subject), "issuer": _name(one.issuer), "issuer_organisation": organisation(one.issuer),
        "serial": f"{one.serial_number:x}", "not_before": _time(one.not_valid_before_utc),
        "not_after": _time(one.not_valid_after_utc), "names": dns_names(one)[:MAX_NAMES],
        "sha256": one.fingerprint(hashes.SHA256()).hex(), "key": _key(one),
    }


def organisation(name: x509.Name) -> str:
    """Who a distinguished name belongs to: its organisation, else its common name."""
    for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        if found := name.get_attributes_for_oid(oid):
            return str(found[0].value)[:200]
    return ""


def dns_names(one: x509.Certificate) -> list[str]:
    """The host names a certificate is for; [] when it names none or they cannot be read."""
    try:
        extension = one.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return [str(name).lower() for name in extension.value.get_values_for_type(x509.DNSName)]
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return []


def names_host(one: x509.Certificate, host: str) -> bool:
    """Whether the certificate is for `host`, by its alternative names (RFC 9525: a wildcard stands for one label)."""
    name = to_ascii(host)
    return any(name == known or (known.startswith("*.") and name.partition(".")[2] == known[2:]) for known in dns_names(one))


def trusted(chain: Sequence[x509.Certificate]) -> str:
    """"" when the chain leads to an authority this machine trusts, else what OpenSSL says against it."""
    store = _authorities()
    if store is None:
        return "this machine has no list of authorities to compare with"
    try:
        crypto.X509StoreContext(store, crypto.X509.from_cryptography(chain[0]),
                                [crypto.X509.from_cryptography(one) for one in chain[1:]]).verify_certificate()
    except crypto.X509StoreContextError as problem:
        return str(problem)[:200]
    return ""


@lru_cache(maxsize=1)
def _authorities() -> crypto.X509Store | None:
    paths = ssl.get_default_verify_paths()
    if not (paths.cafile or paths.capath):
        return None
    store = crypto.X509Store()
    store.load_locations(paths.cafile, paths.capath)
    return store


def _current(one: x509.Certificate) -> bool:
    return one.not_valid_before_utc <= datetime.now(UTC) <= one.not_valid_after_utc


def _wrong(value: dict[str, Any]) -> list[str]:
    said = [] if value["trusted"] else [f"not trusted: {value['trust_problem']}"]
    said += [] if value["names_host"] else ["the certificate is for another name"]
    return said + ([] if value["current"] else ["outside its validity"])


def _name(name: x509.Name) -> str:
    return name.rfc4514_string()[:500]


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _key_digest(one: x509.Certificate) -> str:
    """SHA-256 of the public key: the same key on two hosts is the same hand."""
    try:
        key = one.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError, NotImplementedError, UnsupportedAlgorithm):
        return ""
    return sha256(key)


def _key(one: x509.Certificate) -> str:
    try:
        key = one.public_key()
    except (ValueError, TypeError, NotImplementedError, UnsupportedAlgorithm) as problem:  # SM2 and other curves the library does not know
        return f"unreadable key: {type(problem).__name__}"
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    return f"EC {key.curve.name}" if isinstance(key, ec.EllipticCurvePublicKey) else type(key).__name__.strip("_")
