"""What the demo's registries answer: WHOIS on TCP, DNS on UDP, both from the site files."""

from __future__ import annotations

import socket
import socketserver
import struct
import sys
from typing import Any

from demo.sites import Site, registered
from demo.web import Web

_A = 1
_RESPONSE, _NAME_ERROR, _NOT_IMPLEMENTED, _FORMAT_ERROR = 0x8180, 3, 4, 1


def whois(sites: dict[str, Site], asked: str) -> str:
    """The reply for a domain: the .cn shape for .cn names, the generic one for others; "no match" for unknown ones."""
    words = asked.strip().lower().split()
    name = words[-1].strip("=.") if words else ""
    site = registered(sites, name)
    if site is None:
        return "No matching record.\r\n" if name.endswith(".cn") else f'No match for "{name.upper()}".\r\n'
    if name.endswith(".cn"):
        return (f"Domain Name: {name}\r\nROID: 20260101s10001s00000000-cn\r\nDomain Status: ok\r\nRegistrant: 演示注册人\r\n"
                f"Sponsoring Registrar: {site.registrar}\r\nName Server: ns1.demo-dns.example\r\nName Server: ns2.demo-dns.example\r\n"
                f"Registration Time: {site.created} 10:00:00\r\nExpiration Time: 2027-12-31 10:00:00\r\nDNSSEC: unsigned\r\n")
    return (f"   Domain Name: {name.upper()}\r\n   Registry Domain ID: 1000000001_DOMAIN-DEMO\r\n   Registrar: {site.registrar}\r\n"
            f"   Updated Date: {site.created}T02:00:00Z\r\n   Creation Date: {site.created}T02:00:00Z\r\n"
            f"   Registry Expiry Date: 2027-12-31T02:00:00Z\r\n   Registrant Country: {site.country}\r\n"
            "   Name Server: NS1.DEMO-DNS.EXAMPLE\r\n   Name Server: NS2.DEMO-DNS.EXAMPLE\r\n   DNSSEC: unsigned\r\n")


def dns(hosts: dict[str, str], packet: bytes) -> bytes:
    """The reply to one question: an address, an empty answer, or NXDOMAIN; b"" for what is no query."""
    if len(packet) < 12 or packet[2] & 0x80:
        return b""
    number, flags, questions = struct.unpack(">HHH", packet[:6])
    if flags & 0x7800:
        return _answered(number, flags, _NOT_IMPLEMENTED)
    name, end = _name(packet, 12)
    if questions != 1 or end + 4 > len(packet):
        return _answered(number, flags, _FORMAT_ERROR)
    kind, = struct.unpack(">H", packet[end:end + 2])
    question = packet[12:end + 4]
    if name not in hosts:
        below = any(host.endswith("." + name) for host in hosts)
        return _answered(number, flags, 0 if below else _NAME_ERROR, question)
    address = b"\xc0\x0c" + struct.pack(">HHIH", _A, 1, 300, 4) + socket.inet_aton(hosts[name]) if kind == _A else b""
    return _answered(number, flags, 0, question, address)


def _answered(number: int, flags: int, code: int, question: bytes = b"", answer: bytes = b"") -> bytes:
    head = _RESPONSE | (flags & 0x0100) | code
    return struct.pack(">HHHHHH", number, head, bool(question), bool(answer), 0, 0) + question + answer


def _name(packet: bytes, at: int) -> tuple[str, int]:
    """(name, offset behind it); an offset beyond the packet for what cannot be read."""
    labels = []
    while at < len(packet) and packet[at]:
        if packet[at] > 63:
            return "", len(packet) + 1
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("latin-1").lower())
        at += 1 + packet[at]
    return ".".join(labels), at + 1


class _Loopback(socketserver.ThreadingMixIn):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may break off; everything else is a fault of ours and is printed."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[misc]


class WhoisServer(_Loopback, socketserver.TCPServer):
    """One question a connection, as RFC 3912 has it."""

    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, web: Web) -> None:
        class Handler(socketserver.StreamRequestHandler):
            timeout = 10

            def handle(self) -> None:
                self.wfile.write(whois(web.sites, self.rfile.readline(512).decode("utf-8", "replace")).encode())

        super().__init__(("127.0.0.1", 0), Handler)


class DnsServer(_Loopback, socketserver.UDPServer):
    """One packet a question."""

    max_packet_size = 4096

    def __init__(self, web: Web) -> None:
        hosts = web.hosts()

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                packet: Any = self.request
                if reply := dns(hosts, packet[0]):
                    packet[1].sendto(reply, self.client_address)

        super().__init__(("127.0.0.1", 0), Handler)
