"""1688 offers: the search wants a login, the pages of single offers open to anybody."""

from crawlers.source import Source


class Ali1688(Source):
    """Pages detail.1688.com/offer/… that engines show: the offer itself, and the other offers it links to. That they open
    is known from 2026-09, how they are built is not: shipped as experimental."""

    name = "ali1688"
    label = "1688 商品页"
    kind = "market"
    hosts = ("detail.1688.com",)
    evidence = "2026-09-01"
    experimental = True

    search = "https://detail.1688.com/"
    entry = "site"
    page_patterns = (r"//detail\.1688\.com/offer/\d+\.html",)

    own_title = ("h1", "[class*=offer-title]", "meta[property='og:title']@content")
    own_snippet = ("meta[name=description]@content", "[class*=attribute]")
    own_site = ("[class*=company-name]", "[class*=shop-name]", "[class*=companyName]")
    own_date = ("meta[property='og:release_date']@content",)

    card = ("[class*=offer-list] li:has(a[href*='/offer/'])", "[class*=recommend] li:has(a[href*='/offer/'])",
            "a[href*='detail.1688.com/offer/']")
    title = ("a[title]@title", "@title", "[class*=title]", "")
    link = ("a[href*='/offer/']@href", "@href")
    snippet = ("[class*=desc]",)
    shown_site = ("[class*=company]",)
    shells = (("gone", "offer taken down", r"商品已下架|offer已失效|您访问的页面不存在"),)

    ad_card = ("[adoffer]", "[data-aplus-report*='_p_isad@1']", "[class*=p4p] li")
    ad_inside = ("[adoffer]", "[data-aplus-report*='_p_isad@1']")
    ad_label = "广告"
