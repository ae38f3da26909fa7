"""Real servers on loopback for fact look-ups: WHOIS over TCP, TLS with any certificate, RDAP over HTTP, an ip2region file."""

import contextlib
import datetime
import http.server
import ipaddress
import json
import socketserver
import ssl
import struct
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from evidence.config import Config
from evidence.home import Home
from evidence.store import Store


def _serve(server):
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


class Whois:
    """`replies`: question -> text or bytes; None keeps the asker waiting."""

    def __init__(self):
        self.replies, self.asked, self.closing = {}, [], threading.Event()
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                question = self.rfile.readline(600).decode("utf-8", "replace").strip()
                outer.asked.append(question)
                reply = outer.replies.get(question, "No matching record.\r\n")
                if reply is None:
                    outer.closing.wait(30)
                    return
                with contextlib.suppress(OSError):  # the asker had enough
                    self.wfile.write(reply if isinstance(reply, bytes) else reply.encode())

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def whois_server():
    made = Whois()
    _serve(made.server)
    yield made
    made.closing.set()
    made.server.shutdown()
    made.server.server_close()


class Rdap:
    """`pages`: path -> (status, object)."""

    def __init__(self):
        self.pages, self.asked = {}, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                outer.asked.append(self.path)
                status, told = outer.pages.get(self.path, (404, {"errorCode": 404}))
                body = told if isinstance(told, bytes) else json.dumps(told).encode()
                self.send_response(status)
                if status in (301, 302):
                    self.send_header("Location", told["to"])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.place = f"127.0.0.1:{self.server.server_address[1]}"
        self.base = f"http://{self.place}/"


@pytest.fixture
def rdap_server():
    made = Rdap()
    _serve(made.server)
    yield made
    made.server.shutdown()
    made.server.server_close()


def issue(name, *, by=None, days=(-1, 90), names=None):
    """(certificate, key) for `name`, signed by `by` or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer, signer = (by[0].subject, by[1]) if by else (subject, key)
    now = datetime.datetime.now(datetime.UTC)
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now + datetime.timedelta(days[0]))
            .not_valid_after(now + datetime.timedelta(days[1]))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names or [name]]), critical=False)
            .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
            .sign(signer, hashes.SHA256()))
    return made, key


class TlsServer:
    def __init__(self, folder, chain, key):
        path = folder / f"{chain[0].serial_number}.pem"
        path.write_bytes(b"".join(c.public_bytes(serialization.Encoding.PEM) for c in chain) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        self.asked = []

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    context.wrap_socket(self.request, server_side=True).close()
                except OSError:
                    return  # the other side had seen enough

        context.sni_callback = lambda sock, name, _: self.asked.append(name)
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]


@pytest.fixture
def tls_server(tmp_path):
    """tls_server(chain, key) starts a server that shows this chain."""
    made = []

    def start(chain, key):
        made.append(TlsServer(tmp_path, chain, key))
        _serve(made[-1].server)
        return made[-1]

    start.issue = issue
    yield start
    for one in made:
        one.server.shutdown()
        one.server.server_close()


@pytest.fixture
def xdb(tmp_path):
    """xdb({"198.51.100.0/24": "中国|福建省|福州市|电信|CN"}, made=time) writes an ip2region file (structure 3, IPv4)."""
    def write(ranges, made=None):
        texts, where, at = b"", {}, 256 + 256 * 256 * 8
        for said in ranges.values():
            where.setdefault(said, (at + len(texts), len(said.encode())))
            texts += said.encode() if where[said][0] == at + len(texts) else b""
        index, segments = bytearray(256 * 256 * 8), b""
        start = at + len(texts)
        for net, said in sorted(ranges.items(), key=lambda item: ipaddress.ip_network(item[0])):
            network = ipaddress.ip_network(net)
            first, last = int(network.network_address), int(network.broadcast_address)
            place = start + len(segments)
            segments += struct.pack("<IIHI", first, last, where[said][1], where[said][0])
            slot = (first >> 16) * 8
            begun = struct.unpack_from("<I", index, slot)[0] or place
            struct.pack_into("<II", index, slot, begun, place)
        head = struct.pack("<HHIIIHH", 3, 1, int(made or time.time()), start, start + len(segments) - 14, 4, 4)
        path = tmp_path / "own_v4.xdb"
        path.write_bytes(head.ljust(256, b"\0") + bytes(index) + texts + segments)
        return path
    return write


@pytest.fixture
def home(tmp_path):
    return Home.at(tmp_path / "home").prepare()


@pytest.fixture
def store(home):
    with Store.open(home) as opened:
        yield opened


@pytest.fixture
def config():
    """config(network={…}, facts={…}) with short times; WHOIS without a pause."""
    def make(**sections):
        network = {"connect_timeout": 1.0, "timeout": 3.0} | sections.pop("network", {})
        facts = {"whois_interval": 0.0, "rdap": False} | sections.pop("facts", {})
        return Config.model_validate({"network": network, "facts": facts} | sections)
    return make
