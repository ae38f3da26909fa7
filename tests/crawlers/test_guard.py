"""What may not be asked is not asked, however it is spelled and whatever a name resolves to."""

import asyncio

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
    async def resolve(host, seconds):
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
