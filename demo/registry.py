"""What the demo's registries answer: WHOIS on TCP, DNS on UDP, both from the site files."""

from __future__ import annotations

import socket
import socketserver
import struct
from typing import Any

from demo.sites import Site

_A, _AAAA = 1, 28


def whois(sites: dict[str, Site], name: str) -> str:
    """The reply for a domain: the .cn shape for .cn names, the generic one for others."""
    name = name.strip().rstrip(".").lower()
    site = next((s for h, s in sites.items() if h == name or h.endswith("." + name)), None)
    if site is None or not site.created:
        return "No matching record.\r\n"
    if name.endswith(".cn"):
        return (f"Domain Name: {name}\r\nROID: 20260101s10001s00000000-cn\r\nDomain Status: ok\r\n"
                f"Sponsoring Registrar: {site.registrar}\r\nName Server: ns1.demo-dns.example\r\n"
                f"Registration Time: {site.created} 10:00:00\r\nExpiration Time: 2027-12-31 10:00:00\r\nDNSSEC: unsigned\r\n")
    return (f"   Domain Name: {name.upper()}\r\n   Registrar: {site.registrar}\r\n"
            f"   Creation Date: {site.created}T02:00:00Z\r\n   Registry Expiry Date: 2027-12-31T02:00:00Z\r\n"
            f"   Registrant Country: {site.country}\r\n   Name Server: NS1.DEMO-DNS.EXAMPLE\r\n   DNSSEC: unsigned\r\n")


def dns(sites: dict[str, Site], packet: bytes) -> bytes:
    """The reply to one question: an address, an empty answer, or NXDOMAIN."""
    if len(packet) < 17:
        return b""
    labels, at = [], 12
    while at < len(packet) and packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("latin-1").lower())
        at += 1 + packet[at]
    if at + 5 > len(packet):
        return b""
    question = packet[12:at + 5]
    kind, = struct.unpack(">H", packet[at + 1:at + 3])
    site = sites.get(".".join(labels))
    answer = b""
    if site is not None and kind == _A:
        answer = b"\xc0\x0c" + struct.pack(">HHIH", _A, 1, 300, 4) + socket.inet_aton(site.ip)
    flags = 0x8180 if site is not None else 0x8183
    return packet[:2] + struct.pack(">HHHHH", flags, 1, 1 if answer else 0, 0, 0) + question + answer


class WhoisServer(socketserver.ThreadingTCPServer):
    """One question a connection, as RFC 3912 has it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, sites: dict[str, Site]) -> None:
        class Handler(socketserver.StreamRequestHandler):
            timeout = 10

            def handle(self) -> None:
                self.wfile.write(whois(sites, self.rfile.readline(512).decode("utf-8", "replace")).encode())

        super().__init__(("127.0.0.1", 0), Handler)


class DnsServer(socketserver.ThreadingUDPServer):
    """One packet a question."""

    daemon_threads = True

    def __init__(self, sites: dict[str, Site]) -> None:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                packet: Any = self.request
                if reply := dns(sites, packet[0]):
                    packet[1].sendto(reply, self.client_address)

        super().__init__(("127.0.0.1", 0), Handler)
