"""Where an address is: the administrator's file, then the registries, then nothing – and never a guess."""

import asyncio
import time

import pytest

from crawlers.facts import places
from crawlers.facts.door import Door
from evidence.config import ConfigError

LINES = {
    "the present shape": ("中国|福建省|福州市|电信|CN", ("中国", "CN", "福建省", "福州市", "电信")),
    "the present shape abroad": ("United States|Oregon|Boardman|0|US", ("United States", "US", "Oregon", "Boardman", "")),
    "four fields": ("中国|广东省|深圳市|移动", ("中国", "CN", "广东省", "深圳市", "移动")),
    "the old shape": ("中国|0|福建省|厦门市|联通", ("中国", "CN", "福建省", "厦门市", "联通")),
    "the old shape abroad": ("美国|0|0|0|0", ("美国", "", "", "", "")),
    "without an operator": ("中国|福建省|泉州市|0|CN", ("中国", "CN", "福建省", "泉州市", "")),
}


@pytest.mark.parametrize("words", LINES)
def test_a_line_of_the_file_is_read_in_all_three_shapes(words):
    said, expected = LINES[words]
    found = places.region(said)
    assert tuple(found[k] for k in ("country", "country_code", "province", "city", "operator")) == expected


@pytest.mark.parametrize("said", ["", "Reserved|Reserved|Reserved|0|0", "0|0|0|内网IP|内网IP", "something else"],
                         ids=["nothing", "reserved", "inner", "no line"])
def test_a_line_that_says_nothing_gives_nothing(said):
    assert places.region(said) == {}


def look(config, ip, *, xdb=(), allow=(), **facts):
    made = config(network={"allow": list(allow)}, facts={"ip2region": [str(p) for p in xdb], **facts})
    return asyncio.run(places.look_up(Door(made), places.Xdb(made.facts.ip2region), ip))


def test_the_administrators_file_answers_first(config, xdb):
    path = xdb({"1.2.3.0/24": "中国|福建省|福州市|电信|CN", "1.2.4.0/24": "中国|北京|北京市|联通|CN"})
    draft = look(config, "1.2.3.9", xdb=[path])
    assert draft.ok and draft.value["province"] == "福建省" and draft.value["operator"] == "电信"
    assert (draft.value["source"], draft.raw, draft.note) == ("own_v4.xdb", "中国|福建省|福州市|电信|CN", "")
    assert look(config, "1.2.4.1", xdb=[path]).value["city"] == "北京市"


def test_an_old_file_is_used_and_its_age_told(config, xdb):
    draft = look(config, "1.2.3.9", xdb=[xdb({"1.2.3.0/24": "中国|福建省|福州市|电信|CN"}, made=time.time() - 200 * 86400)])
    assert draft.ok and "200 days old" in draft.note and draft.value["data_date"]


@pytest.mark.parametrize("content", [b"", b"not an xdb", b"\x09\x00" * 200], ids=["empty", "text", "newer structure"])
def test_a_file_that_cannot_be_used_is_told_before_anything_is_asked(config, tmp_path, content):
    path = tmp_path / "bad.xdb"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"bad\.xdb: field facts\.ip2region"):
        places.Xdb([str(path)])
    with pytest.raises(ConfigError, match="none"):
        places.Xdb([str(tmp_path / "none.xdb")])


NETWORK = {"objectClassName": "ip network", "name": "INVENTED-NET", "country": "CN", "startAddress": "1.2.3.0", "endAddress": "1.2.3.255",
           "remarks": [{"description": ["Invented Data Centre"]}], "arin_originas0_originautnums": [64500],
           "entities": [{"roles": ["registrant"], "vcardArray": ["vcard", [["fn", {}, "text", "某某数据中心"]]]}]}


def test_the_registry_answers_where_no_file_does_and_no_province_is_guessed(config, rdap_server):
    rdap_server.pages["/ip/1.2.3.4"] = (200, NETWORK)
    draft = look(config, "1.2.3.4", allow=[rdap_server.place], rdap=True, rdap_ip=rdap_server.base + "ip/")
    assert draft.ok and draft.value["operator"] == "某某数据中心" and draft.value["asn"] == "AS64500"
    assert (draft.value["country_code"], draft.value["province"], draft.value["city"]) == ("CN", "", "")
    assert "Invented Data Centre" in draft.value["description"] and draft.server.startswith(rdap_server.base)


def test_nobody_who_knows_means_unknown(config, rdap_server):
    draft = look(config, "1.2.3.4", allow=[rdap_server.place], rdap=True, rdap_ip=rdap_server.base + "ip/")
    assert not draft.ok and "status 404" in draft.note and draft.value["ip"] == "1.2.3.4"
    assert "no provider" in look(config, "1.2.3.4").note


@pytest.mark.parametrize("ip", ["192.168.0.1", "10.1.2.3", "127.0.0.1", "169.254.169.254", "100.64.0.9", "::1", "fe80::1", "fd00::1",
                                "::ffff:10.0.0.1"])
def test_no_registry_hears_of_addresses_of_ones_own_network(config, rdap_server, ip):
    draft = look(config, ip, allow=[rdap_server.place], rdap=True, rdap_ip=rdap_server.base + "ip/")
    assert not draft.ok and "no public address" in draft.note and rdap_server.asked == []
