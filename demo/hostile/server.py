"""Serves the cases on loopback: one port for HTTP and TLS, one DNS server, one trap that nothing must ever touch."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import struct
import threading
from pathlib import Path
from typing import Any

from demo.authority import Authority
from demo.hostile import bodies
from demo.hostile.cases import ZONE, Case, Said, cases

_TLS = 0x16
_A, _AAAA = 1, 28
_MAX_HEAD = 65_536


class HostileWeb:
    """All cases, served from construction until `close`. `asked` is every (host, target) that arrived."""

    def __init__(self, port: int = 0, trap_log: Path | None = None) -> None:
        self.cases: dict[str, Case] = {case.host: case for case in cases()}
        self.asked: list[tuple[str, str]] = []
        bodies.warm()
        self.closing = threading.Event()
        self.authority = Authority()
        self.trap = Trap(trap_log)
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._names = _Names(("127.0.0.1", 0), _namer(self))
        for server in (self._server, self._names):
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        """The port of every case."""
        return int(self._server.server_address[1])

    @property
    def resolver(self) -> str:
        """The DNS server as `[network] resolvers` wants it."""
        return f"127.0.0.1:{self._names.server_address[1]}"

    @property
    def places(self) -> list[str]:
        """host:port of each case that lives on loopback with the installation's leave (`[network] allow`)."""
        return [f"{case.host}:{self.port}" for case in self.cases.values() if case.addresses == ("127.0.0.1",)]

    def close(self) -> None:
        """Stop serving; behaviours that wait end soon."""
        self.closing.set()
        for server in (self._server, self._names):
            server.shutdown()
            server.server_close()
        self.trap.close()
        self.authority.close()


class Trap:
    """A service of this machine that no page may reach. Each connection is a line in `log`, when there is one."""

    def __init__(self, log: Path | None = None) -> None:
        self._socket, self._log = socket.create_server(("127.0.0.1", 0)), log
        self.port, self.hits = int(self._socket.getsockname()[1]), 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.hits += 1
            if self._log is not None:
                with self._log.open("a", encoding="utf-8") as log:
                    log.write("hit\n")
            connection.close()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 512


class _Names(socketserver.ThreadingUDPServer):
    daemon_threads = True
    block_on_close = False


def _handler(web: HostileWeb) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            connection: socket.socket = self.request
            connection.settimeout(30)
            try:
                if (connection.recv(1, socket.MSG_PEEK) or b"\0")[0] == _TLS:
                    connection = _context(web).wrap_socket(connection, server_side=True)
                said = _said(web, connection)
                if said is not None:
                    host = said.headers.get("host", "").partition(":")[0].lower()
                    web.asked.append((host, said.target))
                    case = web.cases.get(host)
                    case.behave(said) if case else said.page("nobody lives here", status="404 Not Found")
            except OSError:
                return  # the client had enough, which is what most of this is about
            finally:
                with contextlib.suppress(OSError):
                    connection.close()

    return Handler


def _context(web: HostileWeb) -> ssl.SSLContext:
    """A certificate for another name, by an authority nobody knows: none of the hosts has a better one."""
    return web.authority.context("somebody-else.example")


def _said(web: HostileWeb, connection: socket.socket) -> Said | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(4096)
        if not more or len(data) > _MAX_HEAD:
            return None
        data += more
    first, *rows = data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    method, target = [*first.split(" "), "", ""][:2]
    headers = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rows)}
    return Said(connection, method, target, headers, web.port, web.trap.port, web.closing.is_set)


def _namer(web: HostileWeb) -> type[socketserver.BaseRequestHandler]:
    class Namer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            packet: Any = self.request
            if reply := answer(web.cases, packet[0]):
                packet[1].sendto(reply, self.client_address)

    return Namer


def answer(known: dict[str, Case], packet: bytes) -> bytes:
    """The reply to one DNS question: the case's addresses, or NXDOMAIN outside the zone."""
    labels, at = [], 12
    while at < len(packet) and packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("latin-1").lower())
        at += 1 + packet[at]
    if at + 5 > len(packet):
        return b""
    question, name = packet[12:at + 5], ".".join(labels)
    kind, = struct.unpack(">H", packet[at + 1:at + 3])
    case = known.get(name)
    addresses = case.addresses if case else ("127.0.0.1",) if name.endswith(f".{ZONE}") else ()
    wanted = [a for a in addresses if (":" in a) == (kind == _AAAA) and kind in {_A, _AAAA}]
    records = b"".join(_record(kind, address) for address in wanted)
    flags = 0x8180 if addresses else 0x8183
    return packet[:2] + struct.pack(">HHHHH", flags, 1, len(wanted), 0, 0) + question + records


def _record(kind: int, address: str) -> bytes:
    data = socket.inet_pton(socket.AF_INET6 if kind == _AAAA else socket.AF_INET, address)
    return b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, len(data)) + data
