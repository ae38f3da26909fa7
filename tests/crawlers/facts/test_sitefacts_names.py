"""DNS as it is: yes, no and unknown are three answers, and silence is none of the first two."""

import asyncio

import pytest

from crawlers.facts import names

CASES = {
    "an address is yes": ({"A": ["203.0.113.7"]}, "yes", True, ("203.0.113.7",)),
    "an IPv6 address alone is yes": ({"AAAA": ["2001:db8::7"]}, "yes", True, ("2001:db8::7",)),
    "a name that does not exist is no": (None, "no", False, ()),
    "a name without addresses exists and is no": ({"MX": ["10 mail.a.example."]}, "no", True, ()),
    "a broken server is unknown": ("SERVFAIL", "unknown", None, ()),
    "a refusing server is unknown": ("REFUSED", "unknown", None, ()),
    "a silent server is unknown": ("silent", "unknown", None, ()),
    "a garbled reply is unknown": ("garbage", "unknown", None, ()),
}


def resolve(name, *servers, seconds=0.4):
    return asyncio.run(names.resolve(name, names.servers([s.address for s in servers]), seconds))


@pytest.mark.parametrize("words", CASES)
def test_a_name_is_yes_no_or_unknown(name_server, words):
    records, state, exists, addresses = CASES[words]
    if records is not None:
        name_server.names["a.example"] = records
    found = resolve("a.example", name_server)
    assert (found.state, found.exists, found.addresses) == (state, exists, addresses)
    assert name_server.address in found.detail


def test_the_second_server_is_asked_only_when_the_first_does_not_know(name_server):
    class Dead:
        address = "127.0.0.1:1"

    name_server.names["a.example"] = {"A": ["203.0.113.7"]}
    assert resolve("a.example", Dead, name_server).state == "yes"
    found = resolve("b.example", Dead, name_server)
    assert (found.state, found.exists) == ("no", False) and "127.0.0.1:1" in found.detail, "both answers are told"
    before = len(name_server.asked)
    resolve("a.example", name_server, Dead)
    assert len(name_server.asked) == before + 2, "one A, one AAAA, and nobody else"


def test_an_alias_whose_target_is_gone_exists_without_address(name_server):
    name_server.names["a.example"] = {"CNAME": ["gone.example."]}
    found = resolve("a.example", name_server)
    assert (found.state, found.exists, found.aliases) == ("no", True, ("gone.example",))


def test_a_chinese_name_is_asked_in_punycode(name_server):
    name_server.names["xn--fiq228c.example"] = {"A": ["203.0.113.7"]}
    assert resolve("中文.example", name_server).state == "yes"


def test_the_fact_holds_every_kind_with_its_server_and_raw_words(name_server):
    name_server.names |= {
        "www.a.example": {"CNAME": ["cdn.b.example."]},
        "a.example": {"NS": ["ns1.c.example.", "ns2.c.example."], "MX": ["10 mx.c.example."]}}
    (server,) = names.servers([name_server.address])
    draft = asyncio.run(names.look_up("www.a.example", "a.example", server, 0.5))
    assert draft.value["records"]["NS"] == ["ns1.c.example", "ns2.c.example"]
    assert draft.value["records"]["MX"] == ["10 mx.c.example"]
    assert draft.value["chain"] == ["cdn.b.example"]
    assert draft.server == name_server.address and "ns1.c.example" in draft.raw and draft.at.endswith("Z")


def test_what_one_kind_did_not_answer_is_told(name_server):
    name_server.names |= {"a.example": {"A": ["203.0.113.7"]}}
    (server,) = names.servers([name_server.address])
    name_server.names["b.example"] = "SERVFAIL"
    draft = asyncio.run(names.look_up("a.example", "b.example", server, 0.5))
    assert draft.ok and "NS SERVFAIL" in draft.note


BAD = {"a name": "dns.example", "a port that is none": "127.0.0.1:dns", "nothing": ""}


@pytest.mark.parametrize("words", BAD)
def test_a_resolver_that_is_no_address_is_told(words):
    with pytest.raises(ValueError, match="resolvers"):
        names.configured([BAD[words]])


@pytest.mark.parametrize(("text", "shown"), [("192.0.2.1", "192.0.2.1"), ("192.0.2.1:5353", "192.0.2.1:5353"),
                                             ("[2001:db8::1]:5353", "[2001:db8::1]:5353"), ("2001:db8::1", "[2001:db8::1]")],
                         ids=["plain", "with port", "IPv6 with port", "IPv6"])
def test_a_resolver_is_an_address_with_or_without_port(text, shown):
    assert [str(s) for s in names.configured([text])] == [shown]
