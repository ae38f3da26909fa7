"""What counts as a different page, and what is only the same page in other clothes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.cloaking import View, compare, likeness

SELLS = "特种作业操作证信息查询平台，请输入证书编号与姓名进行查询，查询结果仅供核对。咨询电话 139 0000 0002，服务时间周一至周五。" * 3
GARDEN = "园艺资讯：春天是修剪月季的好时节，剪口要斜，伤口涂上愈合剂，浇水宁干勿湿，薄肥勤施，花开得才多才大。" * 3
PHONE_VERSION = SELLS[:120] + "首页 返回顶部 电脑版"


def view(profile, text, *, outcome="ok", url="https://a.example/", title="某页", phash=""):
    return View(profile, f"id-{profile}", url, outcome, title, text, phash)


CASES = {
    "the same words": (view("mobile", SELLS), view("desktop", SELLS), None),
    "a phone version with fewer words": (view("mobile", PHONE_VERSION), view("desktop", SELLS), None),
    "another matter on phones": (view("mobile", SELLS), view("desktop", GARDEN), "phone"),
    "another matter for those who searched": (view("from-search", SELLS), view("desktop", GARDEN), "search"),
    "sent elsewhere": (view("mobile", SELLS, url="https://b.example/x"), view("desktop", GARDEN), "away"),
    "a phone host of the same site": (
        view("mobile", SELLS, url="https://m.a.com.cn/"), view("desktop", GARDEN, url="https://www.a.com.cn/"), "phone"),
    "gone for desks": (view("mobile", SELLS), view("desktop", "", outcome="gone"), "gone"),
    "a wall is unknown": (view("mobile", SELLS), view("desktop", GARDEN, outcome="blocked"), None),
    "an error is unknown": (view("mobile", SELLS), view("desktop", "", outcome="error"), None),
    "a view that did not load is judged of nothing": (view("mobile", GARDEN, outcome="blocked"), view("desktop", SELLS), None),
    "few words tell nothing": (view("mobile", "加载中"), view("desktop", SELLS), None),
    "an empty page where others see much, and the pictures say so": (
        view("from-search", SELLS, phash="ffffffff00000000"), view("desktop", "", phash="00000000ffffffff"), "search"),
    "an empty page that looks the same is text in pictures": (
        view("from-search", SELLS, phash="ffffffff00000000"), view("desktop", "", phash="ffffffff00000001"), None),
}


@pytest.mark.parametrize(("own", "other", "kind"), CASES.values(), ids=CASES.keys())
def test_differences(own, other, kind):
    found = compare(own, [own, other])
    assert [d.kind for d in found] == ([kind] if kind else [])
    assert all(d.other == other.capture and d.sentence for d in found)


def test_a_difference_says_who_saw_what():
    (found,) = compare(view("mobile", SELLS, title="证书查询"), [view("desktop", GARDEN, title="园艺资讯")])
    assert found.sentence == "用手机打开看到《证书查询》，用电脑打开看到《园艺资讯》，两者文字只有 0% 相同"


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_is_a_share_and_the_same_both_ways(one, other):
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == 1
