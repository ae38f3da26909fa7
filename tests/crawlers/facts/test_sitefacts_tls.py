"""The certificate a host shows is recorded whatever is wrong with it."""

import asyncio
import time

from crawlers.facts import tls
from crawlers.facts.door import Door


def look(config, name_server, server, host="a.example", **network):
    name_server.names.setdefault(host, {"A": ["127.0.0.1"]})
    made = config(network={"resolvers": [name_server.address], "allow": [f"{host}:{server.port}"], **network})

    async def go():
        return await tls.look_up(Door(made), host, server.port)
    return asyncio.run(go())


def test_a_chain_is_recorded_with_all_that_is_wrong_with_it(config, name_server, tls_server):
    authority = tls_server.issue("Invented CA")
    leaf, key = tls_server.issue("a.example", by=authority)
    server = tls_server([leaf, authority[0]], key)
    draft = look(config, name_server, server)
    assert draft.ok and [c["subject"] for c in draft.value["chain"]] == ["CN=a.example", "CN=Invented CA"]
    assert draft.value["chain"][0]["issuer_organisation"] == "Invented CA"
    assert (draft.value["trusted"], draft.value["names_host"], draft.value["current"]) == (False, True, True)
    assert "not trusted" in draft.note and draft.raw.count("BEGIN CERTIFICATE") == 2
    assert server.asked == ["a.example"], "the name was sent (SNI)"
    assert len(draft.value["spki_sha256"]) == 64
    assert draft.server == f"a.example:{server.port} (direct 127.0.0.1)"


CASES = {
    "an expired one": ({"days": (-90, -1)}, "current"),
    "one for another name": ({"names": ["b.example"]}, "names_host"),
    "a self-signed one": ({}, "trusted"),
}


def test_a_bad_certificate_is_a_fact_not_a_failure(config, name_server, tls_server):
    for words, (wrong, field) in CASES.items():
        certificate, key = tls_server.issue("a.example", **wrong)
        draft = look(config, name_server, tls_server([certificate], key))
        assert draft.ok and draft.value[field] is False and draft.note, words


def test_a_wildcard_stands_for_one_label(tls_server):
    certificate, _ = tls_server.issue("*.a.example")
    found = [tls.names_host(certificate, n) for n in ("www.a.example", "a.example", "x.www.a.example")]
    assert found == [True, False, False]


def test_the_proxy_is_asked_for_a_tunnel(config, web, monkeypatch):
    from urllib.parse import urlsplit

    monkeypatch.setenv("OUR_PROXY", f"http://user:pass@{urlsplit(web.proxy).netloc}")
    made = config(network={"proxy": "env:OUR_PROXY"})

    async def go():
        return await tls.look_up(Door(made), "some.example", 443)
    draft = asyncio.run(go())
    assert draft.ok and draft.server == "some.example:443 (proxy)" and draft.value["chain"][0]["subject"] == "CN=small web"


def test_a_private_address_is_not_contacted(config, name_server, tls_server):
    certificate, key = tls_server.issue("a.example")
    server = tls_server([certificate], key)
    draft = look(config, name_server, server, allow=[])
    assert not draft.ok and "refused" in draft.note and "loopback" in draft.note and server.asked == []


def test_a_host_that_says_nothing_is_given_up(config, name_server):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as quiet:
        class Server:
            port = quiet.getsockname()[1]
        began = time.monotonic()
        draft = look(config, name_server, Server, connect_timeout=0.2)
    assert not draft.ok and "no TLS answer in time" in draft.note and time.monotonic() - began < 3


def test_a_port_that_speaks_something_else_is_told(config, name_server, whois_server):
    class Server:
        port = int(whois_server.address.rpartition(":")[2])
    draft = look(config, name_server, Server)
    assert not draft.ok and "TLS" in draft.note
