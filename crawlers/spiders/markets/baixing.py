"""百姓网 baixing.com: classifieds with a search of their own."""

from crawlers.source import Source


class Baixing(Source):
    """Search of the whole country, or of configured cities (`[sources.baixing.options] cities = ["fuzhou"]`). The page
    structure is known from 2021, a picture captcha is reported since: shipped as experimental."""

    name = "baixing"
    label = "百姓网"
    kind = "market"
    hosts = ("china.baixing.com", "www.baixing.com")
    evidence = "2021-01-01"
    experimental = True

    search = "https://{host}/search/?query={query}&page={page}"
    per_page = 40

    card = ("ul.list-ad-items > li[data-aid]", "ul.list-ad-items > li")
    title = ("a.ad-title", "h3 a", "a")
    link = ("a.ad-title@href", "h3 a@href", "a@href")
    snippet = (".ad-item-detail", "p")
    date_text = (".ad-item-detail time", "time")
    next_page = ("ul.list-pagination a[rel=next]", "ul.list-pagination li.next a", "ul.list-pagination a:last-child")
    empty = ("没有找到相关", "未找到相关", "没有符合条件", "暂无相关信息")

    ad_inside = (".label-ding", ".icon-ding", ".ad-item-tuiguang")
    ad_label = "推广"

    @classmethod
    def asked_hosts(cls, settings):
        """The configured cities, else the country."""
        return tuple(f"{city}.baixing.com" for city in settings.options.get("cities", ())) or ("china.baixing.com",)
