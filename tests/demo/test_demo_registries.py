"""WHOIS, DNS and RDAP of the demo web, on real sockets and against hostile packets."""

import json
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.facts import rdap
from demo.registries.rdap import Rdap
from demo.registry import dns, whois
from demo.web import Web

A, AAAA, TXT = 1, 28, 16


@pytest.fixture
def small(sites, serve):
    sites("www.fake.cn", pages={"/": {"text": "x"}}, created="2026-08-30", registrar="某某注册商", country="HK", ip="203.0.113.77")
    sites("seller.top", pages={"/": {"text": "x"}}, created="2026-09-01", registrar="Demo Registrar", country="US", ip="203.0.113.78")
    return serve()


def question(name, kind=A, number=4242):
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".") if part)
    return struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", kind, 1)


def ask_dns(served, packet):
    host, port = served.places["dns"].split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        sock.sendto(packet, (host, int(port)))
        answer = sock.recv(4096)
    number, flags, _, answers, _, _ = struct.unpack(">HHHHHH", answer[:12])
    return number, flags & 15, answers, answer


def ask_whois(served, text):
    host, port = served.places["whois"].split(":")
    with socket.create_connection((host, int(port)), timeout=5) as sock:
        sock.sendall(text.encode() + b"\r\n")
        return sock.makefile("rb").read().decode()


@pytest.mark.parametrize(("name", "kind", "code", "address"), [
    ("www.fake.cn", A, 0, "203.0.113.77"), ("SELLER.top", A, 0, "203.0.113.78"), ("www.so.com", A, 0, "198.51.100.10"),
    ("www.fake.cn", AAAA, 0, ""), ("www.fake.cn", TXT, 0, ""), ("fake.cn", A, 0, ""), ("nobody.example", A, 3, ""), ("", A, 3, ""),
], ids=["site", "case", "engine", "no v6", "no text", "only below it", "unknown", "root"])
def test_names_are_answered(small, name, kind, code, address):
    number, said, answers, packet = ask_dns(small, question(name, kind))
    assert (number, said, answers) == (4242, code, bool(address))
    if address:
        assert socket.inet_ntoa(packet[-4:]) == address


@given(st.binary(max_size=80))
def test_any_packet_is_survived(packet):
    answer = dns({"a.example": "203.0.113.1"}, packet)
    assert answer == b"" or (answer[:2] == packet[:2] and answer[2] & 0x80)


def test_odd_packets_get_the_right_error():
    assert dns({}, question("a.example")[:-6])[3] & 15 == 1
    assert dns({}, struct.pack(">HHHHHH", 1, 0x2800, 1, 0, 0, 0))[3] & 15 == 4
    assert dns({}, b"\0\1\x81\x80" + bytes(20)) == b""


def test_registration_is_told_in_the_shape_of_the_zone(small):
    chinese = ask_whois(small, "fake.cn")
    assert "Registration Time: 2026-08-30 10:00:00" in chinese
    assert "Sponsoring Registrar: 某某注册商" in chinese
    other = ask_whois(small, "SELLER.TOP")
    assert "Creation Date: 2026-09-01T02:00:00Z" in other
    assert "Registrant Country: US" in other


@pytest.mark.parametrize("asked", ["nobody.cn", "nobody.com", "", "   ", "cn", "x" * 600, "so.com"])
def test_unknown_names_have_no_match(small, asked):
    assert "no match" in ask_whois(small, asked).lower()


def test_the_common_forms_of_a_question_are_understood():
    class Fake:
        created, registrar, country = "2026-01-02", "R", "CN"

    for asked in ("a.com", "domain a.com\r\n", "=A.com", "a.com."):
        assert "2026-01-02" in whois({"www.a.com": Fake}, asked)


def test_rdap_tells_what_whois_tells(small):
    base = rdap.services(rdap.FILE)["top"]
    got = small.ask(f"{base}domain/seller.top", Accept=rdap.ACCEPT)
    assert (got.status, got.headers["Content-Type"]) == (200, "application/rdap+json")
    told = rdap.read(json.loads(got.body))
    assert (told["created_day"], told["registrar"], told["expires_day"]) == ("2026-09-01", "Demo Registrar", "2027-12-31")
    network = json.loads(small.ask("https://rdap.apnic.net/ip/203.0.113.77").body)
    assert (network["country"], network["startAddress"]) == ("HK", "203.0.113.0")


@pytest.mark.parametrize("path", ["domain/nobody.top", "domain/www.fake.cn", "domain/", "ip/203.0.113.9", "ip/x"])
def test_what_is_not_registered_is_a_404_object(small, path):
    got = small.ask(f"https://rdap.verisign.com/com/v1/{path}")
    assert (got.status, json.loads(got.body)["errorCode"]) == (404, 404)


def test_every_registry_our_domains_would_be_asked_at_is_here():
    endings = {host.rsplit(".", 1)[-1] for host in Web().sites}
    asked = {base.split("/")[2] for ending, base in rdap.services(rdap.FILE).items() if ending in endings}
    assert asked <= set(Rdap.hosts)
