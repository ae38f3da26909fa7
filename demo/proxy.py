"""The forward proxy in front of the demo web: plain requests with whole addresses, CONNECT with TLS of our own.

It never opens a connection. What it does not know it answers as a gateway that found nobody.
"""

from __future__ import annotations

import gzip
import http.client
import re
import sys
from collections.abc import Iterable
from email.utils import formatdate
from functools import lru_cache
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any
from urllib.parse import urlsplit

from demo.authority import Authority
from demo.logbook import Logbook
from demo.messages import Reply, Request, failure
from demo.web import Web

_IDLE_SECONDS = 120
_MAX_BODY = 1_000_000
_PIECE = 8_192
_PORTS = {"http": 80, "https": 443}
_MALFORMED = "(malformed)"
_HELP = """<!DOCTYPE html><html lang="zh"><meta charset="utf-8"><title>演示网络</title>
<body style="font-family:sans-serif;max-width:44em;margin:3em auto;line-height:1.7"><h1>这是演示网络的代理</h1>
<p>这里没有真实网站。请把浏览器的 HTTP 代理设为本地址，再打开演示主机，例如 https://www.so.com/ 。</p></body></html>"""


class ProxyServer(ThreadingTCPServer):
    """Listens on loopback, one thread a connection. `web` answers, `logbook` remembers."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, port: int, web: Web, authority: Authority, logbook: Logbook) -> None:
        self.web, self.authority, self.logbook = web, authority, logbook
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def address(self) -> str:
        """The proxy as clients write it."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may break off at any moment; everything else is a fault of ours and is printed."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection: requests one after the other, a CONNECT turns it into a TLS connection to one host."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS
    wbufsize = 65_536
    server: ProxyServer
    tunnel = ""

    def do_CONNECT(self) -> None:
        """Become the host that is asked for; 502 when nobody listens there."""
        host, port = _split(self.path)
        if port != _PORTS["https"] or not self.server.web.knows(host, "https"):
            self._log(host, self.path, 502)
            self._send(failure(502, "Bad Gateway", "demo"))
            self.close_connection = True
            return
        self._log(host, self.path, 200)
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.wfile.flush()
        context = self.server.authority.context(host)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", self.wbufsize)
        self.tunnel, self.close_connection = host, False

    def do_GET(self) -> None:
        """Answer one request of the demo web; every other method is answered alike."""
        self._drain()
        scheme, host, port, target = self._asked()
        if not host:
            self._log(_MALFORMED, self.path[:200], 200)
            return self._send(Reply(_HELP.encode()))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, scheme, host, target, headers)
        reply = self.server.web.answer(request) if port == _PORTS[scheme] else failure(502, "Bad Gateway", "demo")
        self._log(host, target, reply.status, reply.note, scheme=scheme)
        return self._send(reply)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = do_GET  # noqa: N815 - the library's names

    def finish(self) -> None:
        """Close what the tunnel opened."""
        try:
            super().finish()
        finally:
            self.connection.close()

    def handle_expect_100(self) -> bool:
        """Let a client that asks first send its body, at once."""
        agreed = super().handle_expect_100()
        self.wfile.flush()
        return agreed

    def log_message(self, *arguments: Any) -> None:
        """The logbook is our log."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What could not be read as HTTP."""
        self._log(self.tunnel or _MALFORMED, str(getattr(self, "path", ""))[:200], code)
        self.command = getattr(self, "command", None) or "GET"
        self.request_version = "HTTP/1.1"
        self.close_connection = True
        self._send(failure(code, message or http.client.responses.get(code, "Error"), "demo"))

    def _asked(self) -> tuple[str, str, int, str]:
        """(scheme, host, port, target) of this request; host "" when it is meant for the proxy itself."""
        if self.tunnel:
            return "https", self.tunnel, 443, self.path if self.path.startswith("/") else "/"
        if self.path.startswith(("http://", "https://")):
            rest = self.path.partition("://")[2]
            authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
            host, port = _split(authority, _PORTS["http"])
            target = rest[len(authority):]
            return "http", host or _MALFORMED, port, target if target.startswith("/") else "/" + target
        host, _ = _split(self.headers.get("Host", ""))
        return "http", host if self.server.web.knows(host, "http") else "", 80, self.path

    def _drain(self) -> None:
        """Read the body that came along, so that the next request starts where it should."""
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdigit() or int(length) > _MAX_BODY:
            self.close_connection = True
        else:
            self.rfile.read(int(length))

    def _send(self, reply: Reply) -> None:
        if reply.raw:
            self.close_connection = True
            self._write(reply.body, chunked=False)
            return self.wfile.flush()
        body, coding = _coded(reply, self.headers.get("Accept-Encoding", "") if hasattr(self, "headers") else "")
        whole = isinstance(body, bytes)
        chunked = (reply.chunked and len(body) > _PIECE) if whole else reply.length is None
        lines = [("Server", reply.server), ("Date", formatdate(usegmt=True)), ("Content-Type", reply.kind), *reply.headers, *coding]
        if chunked and self.request_version != "HTTP/1.0":
            lines.append(("Transfer-Encoding", "chunked"))
        elif (length := len(body) if whole else reply.length) is not None:
            lines.append(("Content-Length", str(length)))
        else:
            self.close_connection = True
        lines.append(("Connection", "close" if self.close_connection else "keep-alive"))
        self.send_response_only(reply.status)
        for name, value in lines:
            self.send_header(name, value.replace("\r", "").replace("\n", ""))
        self.end_headers()
        if self.command != "HEAD" and reply.status not in {204, 304}:
            self._write(body, chunked and self.request_version != "HTTP/1.0")
        return self.wfile.flush()

    def _write(self, body: bytes | Iterable[bytes], chunked: bool) -> None:
        pieces = body if not isinstance(body, bytes) else (
            (body[n:n + _PIECE] for n in range(0, len(body), _PIECE)) if chunked else (body,))
        for piece in pieces:
            if chunked and piece:
                piece = f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
            self.wfile.write(piece)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _log(self, host: str, target: str, status: int, note: str = "", **more: str) -> None:
        self.server.logbook.write(host, getattr(self, "command", None) or "", target, status, note, **more)


def _coded(reply: Reply, accepted: str) -> tuple[Any, list[tuple[str, str]]]:
    """The body compressed where the server does that and the client takes it, and the header that says so."""
    if not isinstance(reply.body, bytes):
        return iter(reply.body), []
    if reply.gzip and "gzip" in accepted.lower() and len(reply.body) > 500:
        return _gzipped(reply.body), [("Content-Encoding", "gzip")]
    return reply.body, []


@lru_cache(maxsize=1024)
def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, 5, mtime=0)


def _split(authority: str, port: int = 443) -> tuple[str, int]:
    """(host in lower case, port) of `host:port`; port 0 for one that cannot be read."""
    try:
        parts = urlsplit("//" + authority)
        return (parts.hostname or "").rstrip("."), port if parts.port is None else parts.port
    except ValueError:
        return authority[:100], 0
