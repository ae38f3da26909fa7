"""百度移动 m.baidu.com: answers phones where the desktop asks for a captcha; exact addresses are dear."""

from crawlers.source import Source


class BaiduMobile(Source):
    """m.baidu.com/s. Some cards print the real address in `data-log`; for the others one small page is asked each, and
    only where the printed text speaks of the query. Its pages mention wappass.baidu.com as a login link: no wall."""

    name = "baidu_mobile"
    label = "百度移动"
    hosts = ("www.baidu.com", "m.baidu.com", "image.baidu.com", "map.baidu.com", "fanyi.baidu.com", "baike.baidu.com")
    evidence = "2026-10-02"

    search = "https://m.baidu.com/s?word={query}&pn={offset}"
    warm_up = "https://m.baidu.com/"
    headers = (("Referer", "https://m.baidu.com/"),)
    agent = "mobile"
    patience = 2.0
    site_search = True
    minimum = 0.2

    card = ("div.c-result[data-log]", "div.c-result")
    title = ("p.cu-title", "[class*=title] a", "[class*=title]", "h3")
    link = ("a[class*=title]@href", "[class*=title] a@href", "article a@href", "a@href")
    real = ("@data-log/mu",)
    snippet = ("[class*=summary-]", "[class*=abstract]", "p.c-line-clamp3")
    shown_site = ("[class*=source] span", "[class*=site]", ".c-showurl")
    date_text = ("[class*=time]",)
    skip_links = (r"//m\.baidu\.com/s\?",)
    next_page = (".new-nextpage", "[class*=nextpage]")
    related = ("#reword a", "[class*=rw-list] a", ".rs-list a")
    empty = ("未找到相关结果", "没有找到与", "抱歉没有找到", "没有找到该URL")

    ad_links = (r"baidu\.com/baidu\.php\?", r"//bzclk\.baidu\.com/adrc\.php")
    ad_card = (".ec_wise_ad", ".ec_resitem")
    ad_inside = ("span.ec_site", ".ec_adv")
    ad_label = "广告"
    landing = ("a@data-landurl",)
    redirects = (r"//m\.baidu\.com/(from=|.*\btc\?)", r"//www\.baidu\.com/link\?")
    dear_links = True
