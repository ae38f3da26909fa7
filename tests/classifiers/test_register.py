"""The register: official hosts are official in every spelling, nothing else is, and a broken file is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.hosts import HostError, normal_host, split, unicode_label
from classifiers.register import RegisterError, body_of_host, is_government_zone, is_official, load, register

_OFFICIAL = """cx.mem.gov.cn www.mem.gov.cn www.chinasafety.gov.cn zlaq.mohurd.gov.cn jzsc.mohurd.gov.cn www.coc.gov.cn
cnse.samr.gov.cn cnse.e-cqs.cn zscx.osta.org.cn osta.mohrss.gov.cn www.osta.org.cn old.osta.org.cn jigou.osta.org.cn
pjjg.osta.org.cn jndj.osta.org.cn www.cpta.com.cn cpta.mohrss.gov.cn xfhyjd.119.gov.cn www.chsi.com.cn gjzwfw.www.gov.cn
www.creditchina.gov.cn www.gsxt.gov.cn beian.miit.gov.cn beian.mps.gov.cn www.beian.gov.cn cyberpolice.mps.gov.cn
www.cyberpolice.cn www.12377.cn www.12321.cn jbzs.12321.cn www.12315.cn jubao.fjsen.com yjt.fujian.gov.cn yjt.fj.gov.cn
nxyjglt.nx.gov.cn www.xjbt.gov.cn fjca.miit.gov.cn"""
OFFICIAL = _OFFICIAL.split()


@pytest.mark.parametrize("host", OFFICIAL)
def test_an_official_host_is_official(host: str) -> None:
    assert is_official(host)


@pytest.mark.parametrize(
    "spelling", ["CX.MEM.GOV.CN.", "https://cx.mem.gov.cn:443/special?index=0", "cx.mem.gov.cn:80", "a@cx.mem.gov.cn"]
)
def test_spelling_does_not_hide_an_official_host(spelling: str) -> None:
    found = body_of_host(spelling)
    assert found is not None
    assert found.id == "mem"


@pytest.mark.parametrize(
    "host",
    [
        "cx.mem.gov.cn.zscx.example",
        "xmem.gov.cn.example",
        "fakeosta.org.cn",
        "news.fjsen.com",
        "https://cx.mem.gov.cn@evil.example/",
        "gov.cn.com",
        "",
        "..",
    ],
)
def test_likeness_is_not_membership(host: str) -> None:
    assert not is_official(host)


def test_the_government_zone_holds_both_suffixes() -> None:
    assert is_government_zone("anything.gov.cn")
    assert is_government_zone("某市.政务")
    assert not is_government_zone("osta.org.cn")


def test_every_system_lies_under_its_own_body() -> None:
    for system in register().systems:
        owner = body_of_host(system.host)
        assert owner is not None
        assert owner.id == system.body


def test_all_provinces_are_there() -> None:
    assert len(register().provinces) == 31
    assert all(is_government_zone(province.host) for province in register().provinces)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a: [", "无法读取", id="broken yaml"),
        pytest.param("[]", "顶层", id="a list"),
        pytest.param("zones: [gov.cn]", "bodies", id="no bodies"),
        pytest.param("bodies: [{id: a, name: 甲, hosts: [a.example], mark: X}]", "mark", id="unknown mark"),
        pytest.param("bodies: [{id: a, hosts: [a.example], mark: V}]", "name", id="no name"),
        pytest.param("bodies: [{id: a, name: 甲, hosts: ['a b'], mark: V}]", "hosts", id="bad host"),
        pytest.param(
            "bodies: [{id: a, name: 甲, hosts: [a.example], mark: V}]\nsystems: [{host: b.example, body: z, titles: [x], mark: V}]",
            "不在 bodies",
            id="unknown body",
        ),
    ],
)
def test_a_broken_register_names_file_and_field(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "register.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError, match=said) as caught:
        load(file)
    assert str(file) in str(caught.value)


@given(st.text(max_size=80))
def test_a_host_is_normalised_once_and_for_all_or_refused(text: str) -> None:
    try:
        name = normal_host(text)
    except HostError:
        return
    assert normal_host(name) == name
    assert split(name).labels


@given(st.text(alphabet="abcxyz-0123456789", max_size=40))
def test_broken_punycode_stays_as_it_is_instead_of_raising(tail: str) -> None:
    assert unicode_label("xn--" + tail)
