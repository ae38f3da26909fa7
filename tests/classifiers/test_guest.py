"""A page on somebody else's host accuses the page; a seller's own article accuses the seller's host."""

import pytest

from classifiers import PageInput, judge

AD = "低压电工证免考包过，不用考试，三天出证，先出证后付款，加微信 dgz_0000"
SITE = "<title>{name}</title><body><div class=header>{name}</div><div class=nav>首页 {name}简介</div><div class=body><h1>办证</h1><p>" \
    + AD + "</p></div><div class=footer>版权所有 {name}</div></body>"


@pytest.mark.parametrize(("url", "name", "scope"), [
    ("http://www.yunshan-hotel.example/news/show-31.html", "云山湖大酒店", "page"),
    ("http://school.example/plus/view.php?aid=77", "临川县第三中学", "page"),
    ("http://clinic.example/a/20261010.html", "安康口腔医院", "page"),
    ("http://free.example/u/dgz666/index.html", "电工证直通车", "page"),
    ("http://free.example/~dgz/", "电工证直通车", "page"),
    ("http://dgz.example/news/31.html", "电工证直通车", "host"),
    ("http://www.yunshan-hotel.example/", "云山湖大酒店", "host"),
    ("http://dgz.example/show-3.html", "顺达技能服务中心", "host"),
    ("http://dgz.example/users.html", "电工证直通车", "host"),
], ids=["hotel article", "school article", "clinic article", "member folder", "tilde folder", "seller's article", "hotel's home page",
        "service centre's article", "not a folder"])
def test_who_is_accused(url, name, scope):
    found = judge(PageInput(url, html=SITE.format(name=name)))
    assert (found.kind, found.band, found.scope) == ("ad", "high", scope)
