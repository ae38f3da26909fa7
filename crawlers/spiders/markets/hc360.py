"""慧聪网 hc360: B2B offers; old pages are GBK, a picture captcha has been reported."""

from crawlers.source import Source


class Hc360(Source):
    """s.hc360.com offer search; detail pages lie on b2b.hc360.com. Evidence is old: shipped as experimental."""

    name = "hc360"
    label = "慧聪网"
    kind = "market"
    hosts = ("s.hc360.com", "b2b.hc360.com")
    evidence = "2023-01-01"
    experimental = True

    search = "https://s.hc360.com/seller/search.html?kwd={query}&pnum={page}"
    per_page = 20

    card = (".grid-list .grid-item, .grid-list > li", ".grid-list > div", "dl:has(dt.til)", ".grid-list dl")
    title = ("dt.til h3 a@title", "dt.til h3 a", ".til a", ".title a", "h3 a", "a[title]@title", "a")
    link = ("dt.til h3 a@href", ".til a@href", ".title a@href", "h3 a@href", "a[title]@href", "a@href")
    snippet = ("dd.desc", ".desc", ".newName", "dd p", "p")
    shown_site = (".company a", ".cname a", ".company", ".cname")
    date_text = (".time", ".date")
    next_page = (".s-mod-page .next:not(.disabled)", ".page .next", "a.next", "a[rel=next]", ".s_next")
    empty = ("没有找到相关", "未找到相关", "没有找到与", "抱歉")

    ad_inside = (".p4p", "[data-p4p]", ".s-mod-ad", ".tuiguang")
    ad_label = "广告"
