"""Host names: plausible lookalikes are seen and explained, ordinary and official names are left in peace."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.lookalikes import candidates, watchlist
from classifiers.names import judge_name
from classifiers.register import is_official, register

ORDINARY = Path(__file__).parents[3] / "shared" / "data" / "domains-cn.txt.gz"

# Invented strings; nobody's names are meant, and nothing resolves them.
_LOOKALIKES = """cx-mem-gov.cn cx-mem.gov-cn.com cxmemgov.cn cx-mem-gov-cn.com cx.mem-gov.cn cx.mem.gov.cn.com
mem-gov.com.cn cx.memgov.cn zscx-mem.com yjglb-cx.cn www.cxmem.cn cx.mem.gov.cn.zscx.top cx.rnem.cn aqscyjcx.com
cx-mem.org.cn tzzycx.cn cx.mern-gov.cn china-cx-mem.com cx-mem-gov.com mem-gov.cn.xx.com memgov.top gov-mem.cn
mem.g0v.cn mem.gvo.cn cx.mem.goc.cn yjglbcx.com tzzy-cx.com tezhongzuoyechaxun.com tezhongzouyecx.com aqscxkz-cx.com
zlaq-mohurd.com osta-zscx.cn ostacx.com cnse-samr.com mohurd.top mohrud.com m0hurd.cn wwwcxmem.cn cptacomcn.com
应急管理部证书查询.com 应急管理部.网址 特种作业证查询.网址 特种作业操作证查询.com 国家安全生产考试网.com 安全员证书查询.在线
сx-mem-gov.com mem-gоv.cn ｍｅｍ-gov.com fujianyjtcx.com fj-yjt-gov.com zhejiang-gov.com yingjiguanlibu.com mem-zs.cn
www-12321-cn.abc.cn jbzs.12321.cn.abc.cn www.gov.cn.abc.top abc-gov-cn.example.com memcx2024.vip anquanshengchanchaxun.com"""
LOOKALIKES = _LOOKALIKES.split()

_PEACEFUL = """memory.com member.cn zgrlosta.org.cn governor.com govisit.cn mem.gov.sg www.gov.uk costa.com
mosta.cn modem.cn ostrich.com tencent.com anquan.com xn--zzzz.com 192.168.1.1 yingjian.com cxm.com ccx.cn
remember-cx.com memcached.org query.com xzgg-gov-cn.cname.saaswaf.com"""
PEACEFUL = _PEACEFUL.split()

LOW = ["tezhongzuoye.cn", "aqsc.org", "osta.top", "cnse.cn", "www.mem.gov.cn.cname.example.com"]


@pytest.mark.parametrize("name", LOOKALIKES)
def test_a_plausible_lookalike_is_queued_with_a_target_and_reasons(name: str) -> None:
    found = judge_name(name)
    assert found is not None
    assert found.band in ("high", "medium")
    assert is_official(found.imitates)
    assert found.reasons
    assert all("\u4e00" <= reason[0] <= "\u9fff" or reason[0].isascii() for reason in found.reasons)


@pytest.mark.parametrize("name", PEACEFUL)
def test_an_ordinary_name_is_left_in_peace(name: str) -> None:
    assert judge_name(name) is None


@pytest.mark.parametrize("name", LOW)
def test_a_name_that_could_be_anybodys_is_kept_but_not_queued(name: str) -> None:
    found = judge_name(name)
    assert found is not None
    assert found.band == "low"


@pytest.mark.parametrize("host", [*register().hosts(), "cnse.e-cqs.cn", "gjzwfw.www.gov.cn", "某市.政务"])
def test_an_official_name_is_never_a_lookalike(host: str) -> None:
    assert judge_name(host) is None


def test_names_of_ordinary_chinese_sites_raise_no_alarm() -> None:
    if not ORDINARY.exists():
        pytest.skip(
            f"{ORDINARY} is not at hand: the list of ordinary names is measured where it lies beside the clone"
        )
    with gzip.open(ORDINARY, "rt", encoding="utf-8") as lines:
        alarms = [found.name for line in lines if (found := judge_name(line)) and found.band in ("high", "medium")]
    assert alarms == []


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_gets_an_answer_and_the_same_one_twice(text: str) -> None:
    found = judge_name(text)
    assert found == judge_name(text)
    if found is not None:
        assert 25 <= found.score <= 100


@pytest.mark.parametrize("system", register().systems, ids=lambda system: system.host)
def test_candidates_can_be_registered_and_are_not_official(system) -> None:
    made = candidates(system.host)
    assert len(made) > 150
    assert not [one.name for one in made if is_official(one.name)]
    assert len({one.name for one in made}) == len(made)
    assert [one.weight for one in made] == sorted((one.weight for one in made), reverse=True)


def test_the_judge_recognises_nearly_all_that_the_generator_makes() -> None:
    made = watchlist(suffixes=("com", "cn", "top"))
    seen = [one for one in made if (found := judge_name(one.name)) and found.band in ("high", "medium")]
    assert len(seen) >= 0.9 * len(made)
