"""百度 desktop: the richest and the touchiest; one page per query, often walled from the second on."""

from selectolax.lexbor import LexborNode

from crawlers.source import Source

_NO_RESULT = frozenset({"recommend_list", "recommend_list_san", "right_toplist1", "right_game_recommend", "app/rs"})


class Baidu(Source):
    """www.baidu.com/s. Its robots.txt forbids /s to unlisted agents: asked only where the configuration overrides it."""

    name = "baidu"
    label = "百度"
    hosts = ("www.baidu.com", "m.baidu.com", "image.baidu.com", "map.baidu.com", "fanyi.baidu.com", "baike.baidu.com")
    evidence = "2026-10-05"

    search = "https://www.baidu.com/s?wd={query}&pn={offset}&rn=10&ie=utf-8"
    warm_up = "https://www.baidu.com/"
    headers = (("Referer", "https://www.baidu.com/"),)
    max_pages = 1
    patience = 3.0
    budget = 60
    site_search = True
    minimum = 0.2

    card = ("#content_left div.result.c-container, #content_left div.result-op.c-container",
            "#content_left div.c-container", "div.result.c-container")
    title = ("h3[data-module=title] a", "h3 a")
    link = ("h3[data-module=title] a@href", "h3 a@href")
    real = ("@mu", "@data-feedback/url")
    snippet = ("[data-module=abstract] span[class*=summary-text_]", "[class*=summary-text_]", "[class*=summary-gap_]",
               "[class*=content-right_]", ".c-abstract")
    shown_site = ("[data-module=source] .cosc-source-text", ".cosc-source-text", ".c-showurl")
    date_text = ("span[class*=prefix-time_]", "[class*=prefix-time_]")
    next_page = ("#page a.n:last-child", "#page .n")
    related = ("#content_left ._rs a", "#rs a", "#rs_new a")
    empty = ("未找到相关结果", "没有找到与", "没有找到该URL", "抱歉没有找到")

    ad_links = (r"baidu\.com/baidu\.php\?", r"//bzclk\.baidu\.com/adrc\.php")
    ad_card = ("[data-tuiguang]", "div[data-key^=ad__]", ".ec_ad", ".ec-fc-ad-results", "[data-baodata]")
    ad_inside = (".ec-tuiguang", ".ecfc-tuiguang", ".t > a[data-landurl]", "a[class*=fengchaoContainer]",
                 "span[data-tuiguang]")
    ad_label = "广告"
    landing = ("h3 a@data-landurl", "a@data-landurl")
    redirects = (r"//www\.baidu\.com/link\?", r"//m\.baidu\.com/from=")

    @classmethod
    def skips(cls, card: LexborNode, link: str) -> bool:
        """Recommendation cards, and cards whose target is Baidu's placeholder."""
        attributes = card.attributes
        return (attributes.get("tpl") or "") in _NO_RESULT or "nourl.ubs.baidu.com" in (attributes.get("mu") or "")
