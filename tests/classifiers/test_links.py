"""Where a judged page leads: what `following` queues."""

from classifiers import PageInput, judge

SHOP = ("<html><head><title>特种作业操作证办理</title></head><body><h1>高压电工证 免考包过</h1><p>不用考试，三天拿证，全国联网可查。"
        "加微信 kuaizheng_0001。</p>{}</body></html>")


def test_an_app_on_the_page_s_own_host_is_one_of_its_links():
    found = judge(PageInput("http://shop.example/", html=SHOP.format('<p><a href="/zs.apk?v=2">安卓版</a> <a href="/about">关于</a></p>')))
    assert found.kind != "none" and found.links == ("http://shop.example/zs.apk?v=2",)


def test_an_innocent_page_leads_nowhere():
    page = '<html><title>天气</title><body><p>今天有雨，出门带伞。</p><a href="/a.apk">客户端</a></body></html>'
    assert judge(PageInput("http://weather.example/", html=page)).links == ()
