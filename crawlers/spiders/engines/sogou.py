"""搜狗 web: answers its wall with HTTP 200; prints the real address beside the jump link."""

from crawlers.source import Source


class Sogou(Source):
    """www.sogou.com/web. Time filters are answered with the home page and are not used."""

    name = "sogou"
    label = "搜狗"
    hosts = ("www.sogou.com", "m.sogou.com", "pic.sogou.com", "fanyi.sogou.com", "baike.sogou.com")
    evidence = "2026-10-05"

    search = "https://www.sogou.com/web?query={query}&page={page}&ie=utf8"
    warm_up = "https://www.sogou.com/"
    headers = (("Referer", "https://www.sogou.com/"),)
    site_search = True
    minimum = 0.2

    card = ("div.vrwrap, div.rb", "div.results > div.result", "div.result")
    title = ("h3.vr-title a", "h3.pt a", "h3 a")
    link = ("h3.vr-title a@href", "h3.pt a@href", "h3 a@href")
    real = ("div.r-sech@data-url", "[data-url]@data-url")
    snippet = (".space-txt", ".fz-mid", ".star-wiki", ".text-layout", "p")
    shown_site = ("a.citeLinkClass span", "cite", ".citeurl")
    date_text = ("span.cite-date", ".cite-date")
    skip = (".hintBox", ".special-wrap")
    next_page = ("#sogou_next",)
    related = ("#hint_container a", ".hintBox a")
    empty = ("抱歉，没有找到与", "没有找到相关的", "未找到与")

    ad_links = (r"sogou\.com/bill_(cpc|search)", r"//(ctb|lk)\.brand\.sogou\.com/")
    ad_card = (".ad_result", ".ad-results", "div[id^=ad_result_page1_]", ".biz_sponsor", "#promotion_adv_container",
               ".sponsored", ".tgad-box", ".js-ad-item", "#PZL", "#PZR", "[id^=kmap_business_]")
    ad_inside = ("[posid^=ad] span.tag-latest-new",)
    ad_label = "广告"
    redirects = (r"//www\.sogou\.com/link\?",)
