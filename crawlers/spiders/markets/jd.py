"""京东 jd.com: its search is answered with the login page."""

from crawlers.walled import EMPTY_SHELL, Walled


class Jd(Walled):
    """search.jd.com. Should a page of goods come after all, it is read."""

    name = "jd"
    label = "京东"
    hosts = ("search.jd.com",)
    site_hosts = ("item.jd.com",)
    evidence = "2026-09-01"

    search = "https://search.jd.com/Search?keyword={query}&enc=utf-8&page=1"

    card = ("div[data-sku]",)
    title = ("[class*=goods_title] [title]@title", "[class*=title]", "em")
    link = ("a[href*='item.jd.com']@href", "a@href")
    shown_site = ("[class*=shopName]", "[class*=shop]")
    ad_label = "广告"
    shells = (("login", "link to the login", r"passport\.jd\.com/new/login"), EMPTY_SHELL)
