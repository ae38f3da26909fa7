"""WHOIS and RDAP: the raw reply is kept, and times are told as the registry states them."""

import asyncio
import itertools
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.facts import rdap, registration
from crawlers.facts.door import Door

CNNIC = """Domain Name: {name}
ROID: 20260101s10001s00000000-cn
Domain Status: ok
Domain Status: clientTransferProhibited
Registrant: 某某咨询工作室
Registrant Contact Email: nobody@mail.example
Sponsoring Registrar: 虚构网络科技有限公司
Name Server: NS1.invented-dns.example
Name Server: ns2.invented-dns.example
Registration Time: 2026-03-04 23:30:00
Expiration Time: 2027-03-04 23:30:00
DNSSEC: unsigned
"""
GTLD = """   Domain Name: A-QUERY.TOP
   Registrar WHOIS Server: whois.registrar.example
   Registrar: Invented Names Ltd.
   Updated Date: 2026-05-01T10:00:00Z
   Creation Date: 2026-04-30T23:59:59Z
   Registry Expiry Date: 2027-04-30T23:59:59Z
   Domain Status: ok https://icann.org/epp#ok
   Name Server: NS1.INVENTED-DNS.EXAMPLE
"""


def ask(config, whois_server, domain, **network):
    made = config(network={"whois": whois_server.address, **network})
    return asyncio.run(registration.look_up(Door(made), domain))


def test_a_cn_reply_keeps_the_day_and_the_words_it_states(config, whois_server):
    whois_server.replies["a-query.cn"] = CNNIC.format(name="a-query.cn")
    draft = ask(config, whois_server, "a-query.cn")
    assert draft.ok and draft.raw == whois_server.replies["a-query.cn"] and draft.server == whois_server.address
    value = draft.value
    assert (value["created"], value["created_day"]) == ("2026-03-04 23:30:00", "2026-03-04"), "no zone is added, no day shifted"
    assert (value["registrar"], value["registrant"]) == ("虚构网络科技有限公司", "某某咨询工作室")
    assert value["status"] == ["ok", "clientTransferProhibited"] and value["registrant_email"] == "nobody@mail.example"
    assert value["name_servers"] == ["ns1.invented-dns.example", "ns2.invented-dns.example"]


def test_a_chinese_ending_is_read_by_its_own_rules(config, whois_server):
    whois_server.replies["xn--fiq7jp8b.xn--fiqs8s"] = CNNIC.format(name="证查.中国")
    draft = ask(config, whois_server, "xn--fiq7jp8b.xn--fiqs8s")
    assert (draft.value["registrant"], draft.value["created_day"]) == ("某某咨询工作室", "2026-03-04")
    assert draft.value["domain"].endswith(".中国")


def test_an_old_chinese_registrar_answers_in_gbk(config, whois_server):
    whois_server.replies["a.cn"] = CNNIC.format(name="a.cn").encode("gb18030")
    assert ask(config, whois_server, "a.cn").value["registrar"] == "虚构网络科技有限公司"


def test_a_generic_reply_keeps_the_zone_it_states():
    value = registration.read("a-query.top", GTLD)
    assert (value["created"], value["created_day"], value["expires_day"]) == ("2026-04-30T23:59:59Z", "2026-04-30", "2027-04-30")
    assert value["registrar"] == "Invented Names Ltd." and value["found"] is True


@pytest.mark.parametrize("words", ["REDACTED FOR PRIVACY", "Privacy Protect, LLC", "Data Protected, not disclosed", "隐私保护"])
def test_words_in_the_place_of_a_holder_are_no_holder(words):
    reply = GTLD + f"Registrant Organization: {words}\nRegistrant Email: Please query the RDDS service\n"
    value = registration.read("a-query.top", reply)
    assert (value["registrant"], value["registrant_email"]) == ("", "") and value["found"] is True


ABSENT = {
    "CNNIC": "No matching record.\r\n",
    "Verisign": 'No match for "A-QUERY.COM".\r\n>>> Last update of whois database: 2026-11-24T01:00:00Z <<<\r\n',
    "PIR": "Domain not found.\r\n",
    "CentralNic": "The queried object does not exist: DOMAIN NOT FOUND\r\n",
    "ZDNS": "No match for domain a-query.top\r\n",
}


@pytest.mark.parametrize("words", ABSENT)
def test_nothing_registered_is_an_answer(config, whois_server, words):
    whois_server.replies["a-query.com"] = ABSENT[words]
    draft = ask(config, whois_server, "a-query.com")
    assert draft.ok and draft.value["found"] is False


UNKNOWN = {
    "a rate limit": ("Query rate limit exceeded. Please try again later.", "refuses"),
    "a limit in Chinese": ("您的查询过于频繁，请稍后再试", "refuses"),
    "something else": ("hello, this is a printer", "not understood"),
    "nothing": ("", "empty answer"),
}


@pytest.mark.parametrize("words", UNKNOWN)
def test_no_usable_answer_is_unknown_never_unregistered(config, whois_server, words):
    reply, said = UNKNOWN[words]
    whois_server.replies["a.cn"] = reply
    draft = ask(config, whois_server, "a.cn")
    assert not draft.ok and said in draft.note and draft.value.get("found") is None


def test_a_server_that_waits_is_given_up(config, whois_server, monkeypatch):
    monkeypatch.setattr(registration, "SECONDS", 0.2)
    whois_server.replies["a.cn"] = None
    began = time.monotonic()
    draft = ask(config, whois_server, "a.cn")
    assert not draft.ok and "no whole answer" in draft.note and time.monotonic() - began < 3


def test_an_endless_reply_is_cut(config, whois_server):
    whois_server.replies["a.cn"] = CNNIC.format(name="a.cn") + "x" * 5_000_000
    draft = ask(config, whois_server, "a.cn")
    assert draft.value["created_day"] == "2026-03-04" and len(draft.raw) <= registration.MAX_BYTES


def test_a_server_that_fails_three_times_is_left_alone(config):
    made = config(network={"whois": "127.0.0.1:1"})

    async def go():
        door = Door(made)
        return [(await registration.look_up(door, f"a{n}.cn")).note for n in range(5)]
    notes = asyncio.run(go())
    assert "left alone" in notes[3] and "left alone" not in notes[2]


def test_one_question_at_a_time_with_a_pause(config, whois_server):
    from crawlers.facts.pace import Pace

    async def go():
        pace, times = Pace(), []

        async def one():
            async with pace.turn("s", 0.05):
                times.append(asyncio.get_running_loop().time())
        await asyncio.gather(*(one() for _ in range(4)))
        return times
    times = asyncio.run(go())
    assert all(b - a >= 0.045 for a, b in itertools.pairwise(times))


def test_a_registry_s_server_is_asked_through_the_proxy_and_past_one_that_refuses(config, whois_server, name_server, monkeypatch):
    port = int(whois_server.address.rpartition(":")[2])
    table = {"iana": "whois.iana.example", "servers": {"top": {"host": "whois.registry.example", "port": port}}}
    monkeypatch.setattr(registration, "_table", lambda: table)
    name_server.names["whois.registry.example"] = {"A": ["127.0.0.1"]}
    whois_server.replies["a-query.top"] = GTLD
    made = config(network={"proxy": "http://127.0.0.1:1", "resolvers": [name_server.address], "allow": [f"whois.registry.example:{port}"]})
    draft = asyncio.run(registration.look_up(Door(made), "a-query.top"))
    assert draft.ok and draft.value["created_day"] == "2026-04-30" and draft.server.startswith("whois.registry.example")
    refused = config(network={"proxy": "http://127.0.0.1:1", "resolvers": [name_server.address]})
    draft = asyncio.run(registration.look_up(Door(refused), "a-query.top"))
    assert not draft.ok and "the proxy does not answer" in draft.note and "refused" in draft.note


@pytest.mark.parametrize("text", ["whois.example:x", "a b", "http://whois.example"], ids=["port", "blank", "URL"])
def test_a_setting_that_is_no_server_is_told(text):
    with pytest.raises(ValueError, match=r"network\.whois"):
        registration.configured(text)


_DAYS = st.dates(min_value=date(1995, 1, 1), max_value=date(2099, 12, 31))
_CLOCK = st.times().map(lambda t: t.strftime("%H:%M:%S"))


@given(_DAYS, _CLOCK, st.sampled_from(["{d} {t}", "{d}T{t}Z", "{d}T{t}+08:00", "{d}T{t}-0800", "{d}T{t}.0Z", "{d}"]))
@settings(max_examples=60, deadline=None)
def test_the_day_stated_is_the_day_told_whatever_the_zone(day, clock, shape):
    stated = shape.format(d=day.isoformat(), t=clock)
    for name, label in (("a.cn", "Registration Time"), ("a.com", "Creation Date"), ("a.top", "Creation Date")):
        value = registration.read(name, f"Domain Name: {name}\r\nRegistrar: Invented\r\n{label}: {stated}\r\n")
        assert (value["created"], value["created_day"]) == (stated, day.isoformat())


@given(st.text(max_size=400), st.sampled_from(["a.cn", "a.com", "证.中国", "a.top", "a.jp", "a.xn--fiqs8s"]))
@settings(max_examples=80, deadline=None)
def test_whatever_a_server_says_is_read_without_a_fault(reply, domain):
    value = registration.read(domain, reply)
    assert value["found"] in (True, False, None) and (value["found"] is not None or value["problem"])


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_bytes_become_text(reply):
    assert isinstance(registration.decoded(reply), str)


OBJECT = {
    "objectClassName": "domain", "ldhName": "a-query.top", "status": ["active", "client hold"],
    "events": [{"eventAction": "registration", "eventDate": "2026-04-30T23:59:59Z"},
               {"eventAction": "expiration", "eventDate": "2027-04-30T23:59:59Z"}],
    "nameservers": [{"ldhName": "NS1.INVENTED-DNS.EXAMPLE."}],
    "entities": [{"roles": ["registrar"], "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Invented Names"]]]},
                 {"roles": ["registrant"], "vcardArray": ["vcard", [["org", {}, "text", "某某咨询工作室"]]]}],
}


def with_rdap(config, rdap_server, tmp_path, domain, **network):
    table = tmp_path / "dns.json"
    table.write_text(f'{{"version": "1.0", "services": [[["top"], ["{rdap_server.base}"]]]}}', encoding="utf-8")
    made = config(network={"allow": [rdap_server.place], **network}, facts={"rdap": True, "rdap_bootstrap": str(table)})
    return asyncio.run(rdap.look_up(Door(made), domain))


def test_an_rdap_object_is_read_in_the_same_fields(config, rdap_server, tmp_path):
    rdap_server.pages["/domain/a-query.top"] = (200, OBJECT)
    draft = with_rdap(config, rdap_server, tmp_path, "a-query.top")
    assert draft.ok and draft.value["created"] == "2026-04-30T23:59:59Z" and draft.value["created_day"] == "2026-04-30"
    assert (draft.value["registrar"], draft.value["registrant"]) == ("Invented Names", "某某咨询工作室")
    assert draft.value["name_servers"] == ["ns1.invented-dns.example"] and "client hold" in draft.raw


def test_rdap_says_not_found_and_an_ending_without_a_service_says_nothing(config, rdap_server, tmp_path):
    assert with_rdap(config, rdap_server, tmp_path, "no.top").value["found"] is False
    assert with_rdap(config, rdap_server, tmp_path, "a.cn") is None


RDAP_TROUBLE = {
    "a server error": ((500, {}), "status 500"),
    "no JSON": ((200, b"<html>"), "no RDAP object"),
    "a list": ((200, []), "no RDAP object"),
    "a redirect into this machine": ((302, {"to": "http://127.0.0.1:22/"}), "refused"),
    "a redirect to metadata in disguise": ((302, {"to": "http://2852039166/x"}), "refused"),
    "a body without end": ((200, b" " * 5_000_000), "more than"),
}


@pytest.mark.parametrize("words", RDAP_TROUBLE)
def test_trouble_with_rdap_is_unknown_with_its_reason(config, rdap_server, tmp_path, words):
    rdap_server.pages["/domain/a.top"], said = RDAP_TROUBLE[words]
    draft = with_rdap(config, rdap_server, tmp_path, "a.top")
    assert not draft.ok and said in draft.note


def test_rdap_on_a_private_address_is_refused(config, rdap_server, tmp_path):
    draft = with_rdap(config, rdap_server, tmp_path, "a.top", allow=[])
    assert not draft.ok and "refused" in draft.note and rdap_server.asked == []


_KEYS = st.sampled_from([*OBJECT, "roles", "vcardArray", "ldhName"])
_JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(
    inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4))


@given(st.dictionaries(st.sampled_from([*OBJECT]), _JSON, max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_object_is_read_without_a_fault(told):
    assert set(rdap.read(told)) >= {"created", "registrar", "name_servers"}


def test_a_registry_behind_a_foreign_certificate_is_heard_and_that_is_told(config, tmp_path, web):
    import json

    table = tmp_path / "dns.json"
    table.write_text('{"services": [[["top"], ["https://rdap.registry.example/"]]]}', encoding="utf-8")
    web.pages["rdap.registry.example"] = lambda path, headers: web.reply(json.dumps(OBJECT).encode(), kind="application/rdap+json")
    made = config(network={"proxy": web.proxy}, facts={"rdap": True, "rdap_bootstrap": str(table)})
    draft = asyncio.run(rdap.look_up(Door(made), "a-query.top"))
    assert draft.ok and draft.value["registrar"] == "Invented Names" and "certificate not trusted" in draft.note
