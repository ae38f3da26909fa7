"""What may not be asked is not asked, however it is spelled and whatever a name resolves to."""

import asyncio
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request

from crawlers import guard
from crawlers.addresses import forbidden
from evidence.config import Config

BAD = ["127.0.0.1", "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "0", "10.1.2.3", "172.16.0.1", "192.168.1.1",
       "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255", "::", "::1",
       "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
       "2002:7f00:1::", "fd00:ec2::254", "not-an-address", ""]
GOOD = ["1.1.1.1", "223.5.5.5", "240e:4c:4008::1", "2400:3200::1", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", BAD)
def test_a_forbidden_address_has_a_reason(address):
    assert forbidden(address)


@pytest.mark.parametrize("address", GOOD)
def test_a_public_address_has_none(address):
    assert forbidden(address) == ""


@given(st.integers(0, 2**32 - 1))
def test_every_spelling_of_an_ipv4_address_is_judged_alike(number):
    dotted = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    verdicts = {bool(forbidden(s)) for s in (dotted, hex(number), f"::ffff:{dotted}")}
    assert len(verdicts) == 1


URLS = {
    "a web page": ("https://www.example.com/a", True), "another port": ("http://example.com:8080/", True),
    "a file": ("file:///etc/passwd", False), "a data address": ("data:text/html,x", False),
    "this machine by name": ("http://localhost/", False), "a name ending in localhost": ("http://a.localhost/", False),
    "an internal name": ("http://vault.internal/", False), "a literal": ("http://10.0.0.1/", False),
    "octal": ("http://0177.0.0.1/", False), "one number": ("http://2130706433/", False), "hex": ("http://0x7f000001/", False),
    "IPv6": ("http://[::1]/", False), "mapped": ("http://[::ffff:10.0.0.1]/", False), "no host": ("http:///x", False),
    "user info does not hide it": ("http://example.com@127.0.0.1/", False), "trailing dot": ("http://127.0.0.1./", False),
    "a bad port": ("http://example.com:99999/", False), "endless": ("http://example.com/" + "a" * 9000, False),
}


@pytest.mark.parametrize(("url", "allowed"), URLS.values(), ids=URLS)
def test_an_address_is_judged_by_its_text(url, allowed):
    assert (guard.refusal(url, []) == "") is allowed


def test_an_exception_holds_for_its_port_only():
    assert guard.refusal("http://127.0.0.1:8080/", ["127.0.0.1:8080"]) == ""
    assert guard.refusal("http://127.0.0.1:8081/", ["127.0.0.1:8080"])


class Session:
    config = Config()

    def __init__(self, proxy=""):
        self._proxy = proxy

    def proxy_for(self, url):
        return self._proxy


def process(url, addresses, monkeypatch, proxy=""):
    async def resolve(host, seconds, servers=()):
        return addresses
    monkeypatch.setattr(guard, "resolve", resolve)
    monkeypatch.setattr(guard, "PINS", {})
    request = Request(url)
    asyncio.run(guard.GuardMiddleware(Session(proxy)).process_request(request))
    return request


def test_a_name_that_resolves_into_a_private_network_is_refused(monkeypatch):
    with pytest.raises(guard.Refused, match="resolves to"):
        process("http://rebind.example/", ("1.1.1.1", "10.0.0.9"), monkeypatch)


def test_the_connection_uses_the_address_that_was_checked(monkeypatch):
    process("http://ok.example/", ("1.1.1.1",), monkeypatch)
    assert guard.PINS == {"ok.example": ("1.1.1.1",)}


def test_behind_a_proxy_names_are_left_to_it_but_literals_are_not(monkeypatch):
    request = process("http://ok.example/", ("10.9.9.9",), monkeypatch, proxy="http://127.0.0.1:3128")
    assert request.meta["proxy"] == "http://127.0.0.1:3128" and "ok.example" not in guard.PINS
    with pytest.raises(guard.Refused):
        process("http://10.0.0.1/", (), monkeypatch, proxy="http://127.0.0.1:3128")


def test_without_a_proxy_only_the_allowed_port_of_this_machine_is_reached(crawl, web):
    from evidence.frontier import Frontier

    port = web.server.server_address[1]
    web.pages[""] = lambda path, headers: web.reply(b"", 302, [("Location", f"http://localhost:{port + 1}/")]) \
        if path == "/away" else web.reply(b"<title>direct</title>")
    crawl.configure(proxy="")
    crawl.home.config.write_text(crawl.home.config.read_text().replace("[crawl]", f'allow = ["localhost:{port}"]\n[crawl]'))
    crawl.begin()
    urls = [f"http://localhost:{port}/here", f"http://localhost:{port}/away", f"http://127.0.0.1:{port}/literal"]
    with crawl.store() as store:
        for url in urls:
            Frontier(store).add("plain", url, {"url": url, "why": "manual", "origin": ""}, run=crawl.run)
    crawl.go("capture")
    found = {r["asked_url"]: (r["outcome"], r["title"], r["ip"]) for r in crawl.rows("SELECT * FROM captures")}
    assert [found[url] for url in urls] == [("ok", "direct", "127.0.0.1"), ("refused", "", "127.0.0.1"), ("refused", "", "")]


@pytest.fixture
def names():
    """A name server on loopback that answers 127.0.0.1 for every A question; the names it was asked for are kept."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    asked = []

    def serve():
        while True:
            try:
                data, peer = sock.recvfrom(512)
            except OSError:
                return
            if data[:4] == b"stop":
                return
            end = data.index(b"\0", 12) + 5
            labels, place = [], 12
            while data[place]:
                labels.append(data[place + 1:place + 1 + data[place]].decode())
                place += 1 + data[place]
            asked.append(".".join(labels))
            is_a = data[end - 4:end - 2] == b"\0\1"
            answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1" if is_a else b""
            sock.sendto(data[:2] + b"\x81\x80\0\1" + (b"\0\1" if is_a else b"\0\0") + b"\0\0\0\0" + data[12:end] + answer, peer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"127.0.0.1:{sock.getsockname()[1]}", asked
    sock.sendto(b"stop", sock.getsockname())
    thread.join(5)
    sock.close()


def test_a_configured_name_server_is_asked_and_its_private_answers_are_refused(crawl, web, names):
    from evidence import ids
    from evidence.frontier import Frontier

    server, asked = names
    port = web.server.server_address[1]
    web.pages[""] = lambda path, headers: web.reply(f"<title>{headers['Host']}</title>".encode())
    crawl.configure(proxy="")
    crawl.home.config.write_text(crawl.home.config.read_text().replace(
        "[crawl]", f'allow = ["good.example:{port}"]\nresolvers = ["{server}"]\n[crawl]'))
    crawl.begin()
    urls = [f"http://good.example:{port}/", f"http://evil.example:{port}/"]
    with crawl.store() as store:
        for url in urls:
            Frontier(store).add("plain", ids.url_key(url), {"url": url, "why": "manual", "origin": ""}, run=crawl.run)
    ran = crawl.go("capture")
    found = {r["asked_url"]: r for r in crawl.rows("SELECT * FROM captures")}
    assert found[urls[0]]["outcome"] == "ok" and found[urls[0]]["title"] == f"good.example:{port}", ran.errors
    assert found[urls[1]]["outcome"] == "refused" and "evil.example resolves to 127.0.0.1" in found[urls[1]]["note"]
    assert set(asked) == {"good.example", "evil.example"}
