"""A small web behind a forward proxy on loopback: real HTTP and TLS, hosts by name, every request logged."""

import asyncio
import datetime
import http.server
import json
import os
import resource
import ssl
import subprocess
import sys
import threading
import types
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from evidence.config import Config
from evidence.home import Home
from evidence.store import Store

ROOT = Path(__file__).parents[2]


@dataclass
class Reply:
    body: bytes = b""
    status: int = 200
    headers: list = field(default_factory=list)
    kind: str = "text/html; charset=utf-8"


class SmallWeb:
    """`pages`: host -> function(path, headers) -> Reply. Unknown hosts get 502 as from a gateway."""

    def __init__(self, certificate):
        self.pages, self.log, self.reply = {}, [], Reply
        self.closing = threading.Event()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.proxy = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, host, path, headers):
        self.log.append((host, path))
        page = self.pages.get(host)
        if path == "/robots.txt" and page is not None:
            robots = self.pages.get("robots:" + host)
            return robots(path, headers) if robots else Reply(b"", 404)
        return page(path, headers) if page else Reply(b"unknown host", 502)

    def asked(self, host):
        return [path for h, path in self.log if h == host and path != "/robots.txt"]

    def close(self):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


def _handler(web):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        tunnel = ""

        def log_message(self, *args):
            pass

        def finish(self):
            super().finish()
            self.connection.close()

        def do_CONNECT(self):
            self.tunnel = self.path.rsplit(":", 1)[0]
            self.wfile.write(b"HTTP/1.1 200 ok\r\n\r\n")
            try:
                self.connection = web.context.wrap_socket(self.connection, server_side=True)
            except (OSError, ssl.SSLError):
                self.close_connection = True
                return
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
            self.close_connection = False

        def do_GET(self):
            host, path = self.tunnel, self.path
            if path.startswith("http://"):
                host, _, rest = path[7:].partition("/")
                path = "/" + rest
            reply = web.answer(host, path, self.headers)
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            drip = dict(reply.headers).get("X-Drip")
            try:
                for n in range(len(reply.body) if drip else 1):
                    self.wfile.write(reply.body[n:n + 1] if drip else reply.body)
                    if drip and web.closing.wait(0.2):
                        return
            except OSError:
                self.close_connection = True  # the crawler had enough

    return Handler


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A self-signed certificate for whatever host, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "small web")])
    now = datetime.datetime.now(datetime.UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(1).not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(9))
            .sign(key, hashes.SHA256()))
    path = tmp_path_factory.mktemp("tls") / "web.pem"
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                       serialization.NoEncryption()) + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def web(certificate):
    """The small web; add hosts to `web.pages`."""
    made = SmallWeb(certificate)
    yield made
    made.close()


@dataclass
class Ran:
    code: int
    events: list
    errors: str

    def of(self, kind):
        return [e for e in self.events if e.get("event") == kind]

    @property
    def states(self):
        return {e["source"]: e["state"] for e in self.of("source")}


class Crawl:
    """Starts crawl processes on a home of its own, as review does."""

    def __init__(self, folder, proxy):
        self.home, self.proxy = Home.at(folder / "home"), proxy
        self.home.prepare()
        self.run = ""
        self.configure()

    def configure(self, more="", crawl="", proxy=None):
        self.home.config.write_text(
            f'[network]\nproxy = "{self.proxy if proxy is None else proxy}"\ntimeout = 5.0\nconnect_timeout = 2.0\n'
            f'[crawl]\ndelay = 0.0\nmax_queries = 2\n{crawl}\n{more}\n', encoding="utf-8")

    def store(self):
        return Store.open(self.home)

    def begin(self):
        with self.store() as store:
            self.run = store.begin_run("test", "2026-11-24")
        return self.run

    def start(self, stage, *arguments, file_limit=0):
        def limit():
            if file_limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

        return subprocess.Popen(
            [sys.executable, "-m", "crawlers.run", stage, "--home", str(self.home.root), "--run", self.run or self.begin(),
             *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ), preexec_fn=limit)

    def go(self, stage, *arguments, **named):
        process = self.start(stage, *arguments, **named)
        out, errors = process.communicate(timeout=60)
        return Ran(process.returncode, [json.loads(line) for line in out.splitlines()], errors)

    def rows(self, sql, *params):
        with self.store() as store:
            return [dict(r) for r in store.rows(sql, *params)]


@pytest.fixture
def crawl(tmp_path, web):
    """A crawl on the small web."""
    return Crawl(tmp_path, web.proxy)


@pytest.fixture(scope="module")
def shared(tmp_path_factory, certificate):
    """(crawl, web) for a module whose tests look at one run."""
    made = SmallWeb(certificate)
    yield Crawl(tmp_path_factory.mktemp("shared"), made.proxy), made
    made.close()


class Looker:
    """One real Chromium for the whole test session, in a thread of its own; `visit` looks at a page through a web's proxy."""

    def __init__(self, folder):
        from crawlers.browsing.chromium import Chromium
        from evidence.config import Browser

        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.chromium = self.call(Chromium.open(Browser(), folder))

    def call(self, work, seconds=60):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def visit(self, url, profile="desktop", *, proxy="", referer="", seconds=4.0, limits=None, **network):
        from crawlers.browsing.dialing import Dialer
        from crawlers.browsing.profiles import player
        from crawlers.browsing.recording import Limits
        from crawlers.browsing.visiting import Visitor

        config = Config.model_validate({"network": {"connect_timeout": 2.0, "timeout": 5.0, "proxy": proxy} | network})
        session = types.SimpleNamespace(config=config, proxy_for=lambda address: proxy)
        visitor = Visitor(self.chromium, Dialer(session), limits or Limits(), seconds)
        return self.call(visitor.visit(url, player(profile, config.network), referer))

    def close(self):
        self.call(self.chromium.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()


@pytest.fixture(scope="session")
def looker(tmp_path_factory):
    """The session's Chromium."""
    made = Looker(tmp_path_factory.mktemp("browser"))
    yield made
    made.close()
