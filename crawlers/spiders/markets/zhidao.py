"""百度知道: questions and answers; asked in UTF-8, answers in GBK."""

from crawlers.source import Source


class Zhidao(Source):
    """zhidao.baidu.com/search, behind the same wall as the engine. Page structure of 2021: shipped as experimental."""

    name = "zhidao"
    label = "百度知道"
    kind = "market"
    hosts = ("zhidao.baidu.com",)
    evidence = "2021-01-01"
    experimental = True

    search = "https://zhidao.baidu.com/search?word={query}&ie=utf-8&lm=0&rn=10&pn={offset}"
    answer_charset = "gbk"
    headers = (("Referer", "https://zhidao.baidu.com/"),)
    max_pages = 1

    card = ("#wgt-list dl.dl", "#wgt-list dl", ".list-inner dl")
    title = ("a.ti", "dt a")
    link = ("a.ti@href", "dt a@href")
    snippet = ("dd.answer", "dd.explain", "dd.summary", "dd")
    shown_site = ("dd.explain a",)
    date_text = ("dd.explain span.mr-8", "dd.explain span")
    next_page = ("a.pager-next",)
    related = (".related-search a", "#wgt-related a")
    empty = ("没有找到与", "抱歉，没有找到", "未找到相关")

    ad_links = (r"baidu\.com/baidu\.php\?",)
    ad_inside = (".ec-tuiguang",)
    ad_label = "广告"
