"""What holds for every test: nothing but loopback is contacted, and nothing outside the test's folders is written."""

import ipaddress
import socket

import pytest

_connect, _connect_ex = socket.socket.connect, socket.socket.connect_ex


def _refuse_outside(sock, address):
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = address[0]
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise AssertionError(f"a test tried to reach {host!r}; tests know loopback only")


_LONG = ("acceptance/test_demo", "acceptance/", "test_hostile_corpus", "test_deepen", "test_browser.py", "test_desk_browser", "test_worker",
         "test_bulk", "test_verify_many", "test_capture", "test_discover", "test_daily_hostile", "review/desk", "test_formats_hostile", "test_recheck")


def pytest_collection_modifyitems(items):
    """The longest files first: they run beside the short ones, not after them. `make test` tells xdist to keep the order."""
    def turn(item):
        path = item.path.as_posix()
        return next((n for n, part in enumerate(_LONG) if part in path), len(_LONG))
    items.sort(key=turn)


@pytest.fixture(autouse=True, scope="session")
def only_loopback():
    """Refuse every connection that leaves the machine."""
    def connect(sock, address):
        _refuse_outside(sock, address)
        return _connect(sock, address)

    def connect_ex(sock, address):
        _refuse_outside(sock, address)
        return _connect_ex(sock, address)

    socket.socket.connect, socket.socket.connect_ex = connect, connect_ex
    yield
    socket.socket.connect, socket.socket.connect_ex = _connect, _connect_ex


@pytest.fixture(autouse=True)
def no_home_from_outside(monkeypatch, tmp_path):
    """No test reads or writes the person's own installation."""
    monkeypatch.setenv("DAJIA_HOME", str(tmp_path / "default-home"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


class NameServer:
    """A DNS server on loopback. `names`: name -> {type: [texts]}, or a word: SERVFAIL, REFUSED, silent, garbage.

    What is not there is NXDOMAIN; `wildcards` (suffix -> records) answer for every name below them.
    """

    def __init__(self):
        import socketserver

        self.names, self.wildcards, self.asked = {}, {}, []
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                reply = outer.answer(self.request[0])
                if reply:
                    self.request[1].sendto(reply, self.client_address)

        self.server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.address = f"127.0.0.1:{self.port}"

    def answer(self, packet):
        import dns.flags
        import dns.message
        import dns.rcode
        import dns.rdatatype
        import dns.rrset

        question = dns.message.from_wire(packet)
        name, kind = question.question[0].name.to_text().rstrip(".").lower(), question.question[0].rdtype
        self.asked.append((name, dns.rdatatype.to_text(kind)))
        known = self.names.get(name)
        if known is None:
            known = next((r for suffix, r in self.wildcards.items() if name.endswith("." + suffix)), None)
        if known == "silent":
            return b""
        if known == "garbage":
            return packet[:2] + b"\x81\x80" + b"\xff" * 20
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.RA
        if known is None or isinstance(known, str):
            reply.set_rcode(dns.rcode.from_text(known or "NXDOMAIN"))
            return reply.to_wire()
        for record, texts in known.items():
            if record == dns.rdatatype.to_text(kind) or (record == "CNAME" and dns.rdatatype.to_text(kind) in {"A", "AAAA"}):
                reply.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", record, *texts))
        return reply.to_wire()


@pytest.fixture
def name_server():
    """A DNS server of the test's own; fill its `names`."""
    import threading

    made = NameServer()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


class RedisServer:
    """A real redis-server on loopback with its append-only file on; `kill` is -9, `start` brings it back on the same port."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.url, self.process = folder, f"redis://127.0.0.1:{self.port}/0", None
        self.start()

    def start(self, *more):
        import subprocess
        import time

        import redis

        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--appendonly", "yes",
             "--appendfsync", "always", "--save", "", "--daemonize", "no", *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client, until = redis.Redis(port=self.port), time.monotonic() + 20
        while True:
            try:
                client.ping()
                break
            except redis.exceptions.ConnectionError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.01)
        client.close()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def flush(self):
        import redis

        client = redis.Redis(port=self.port)
        client.flushall()
        client.close()


@pytest.fixture(scope="session")
def redis_process(tmp_path_factory):
    """One redis-server for the session; skipped where the program is not installed."""
    import shutil

    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    made = RedisServer(tmp_path_factory.mktemp("redis"))
    yield made
    made.kill()


@pytest.fixture
def redis_server(redis_process):
    """The session's redis-server, running and empty."""
    if redis_process.process.poll() is not None:
        redis_process.start()
    redis_process.flush()
    return redis_process
