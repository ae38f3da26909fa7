"""列表网 liebiao: old classifieds in GBK."""

from crawlers.source import Source


class Liebiao(Source):
    """www.liebiao.com posts. Evidence is old: shipped as experimental."""

    name = "liebiao"
    label = "列表网"
    kind = "market"
    hosts = ("www.liebiao.com",)
    evidence = "2021-01-01"
    experimental = True

    search = "http://www.liebiao.com/sou/{query}/?pn={page}"
    charset = "gbk"
    per_page = 20

    card = (".post-list ul li", ".post-list li", ".fang-list li")
    title = (".fang-title a", "h3 a", "a.title", "a")
    link = (".fang-title a@href", "h3 a@href", "a.title@href", "a@href")
    snippet = (".fang-desc", ".post-desc", ".desc", "p")
    shown_site = (".company", ".area")
    date_text = (".time", ".date", ".post-time")
    next_page = (".next a",)
    empty = ("没有找到相关", "未找到相关", "没有找到符合", "暂无相关")

    ad_inside = (".icon-top-ad", ".icon-ad")
    ad_label = "广告"
