"""神马 m.sm.cn: mobile search, plain pages without a cookie; mobile advertisements live here."""

from crawlers.source import Source


class Shenma(Source):
    """m.sm.cn for phones. The real address is in the JSON of `data-reco`; paging works by number."""

    name = "shenma"
    label = "神马搜索"
    hosts = ("m.sm.cn", "so.m.sm.cn", "quark.sm.cn")
    evidence = "2026-10-02"

    search = "https://m.sm.cn/s?q={query}&page={page}"
    cookies = False
    agent = "mobile"
    numbered = True
    site_search = True
    minimum = 0.2

    card = ("div.qk-card[data-tpl]", "div.qk-card")
    title = (".qk-title-text", "[class*=title]", "h3", "a")
    link = ("a.qk-link-wrapper@href", "a@href")
    real = ("@data-reco/norm_url", "[data-reco]@data-reco/norm_url")
    snippet = (".qk-paragraph-text", "[class*=paragraph]", "p")
    shown_site = ("@data-reco/host_name", "[data-reco]@data-reco/host_name", "[class*=source]")
    date_text = ("[class*=time]",)
    skip_links = (r"//(so\.)?m\.sm\.cn/s\?", r"//quark\.sm\.cn/s\?")
    related = ("[class*=relate] a", "[class*=recommend] a")
    empty = ("没有找到相关", "未找到相关", "抱歉，没有找到")

    ad_links = (r"//(so\.)?m\.sm\.cn/adclick", r"//b\.dailyact\.cn/apps")
    ad_card = (".ali_row[ad_aid]", ".ad-wolong-container", ".ad-dot-container", "div[id^=ad_ele_]")
    ad_label = "广告"
    redirects = (r"//(so\.)?m\.sm\.cn/",)
