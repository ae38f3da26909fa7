"""58同城: a captcha meets direct visits; one look a city and run, then it is left alone."""

from crawlers.walled import Walled


class Wuba(Walled):
    """The training category of configured cities (`[sources.wuba.options] cities = ["fz"]`), once each. The button of its
    captcha is not pressed and the font that hides prices is not undone: both are protections. Off by default."""

    name = "wuba"
    label = "58同城"
    hosts = ("www.58.com",)
    site_hosts = ("58.com",)
    evidence = "2026-07-04"
    experimental = True

    search = "https://{host}/zhiyepeix/"

    card = ("li.info", "#infolist tr[logr]", "ul.list li[logr]")
    title = (".info_title", "a.t", "h3 a", "a")
    link = (".info_title a@href", "a.t@href", "h3 a@href", "a@href")
    snippet = (".info_params", ".info_desc", "p")
    shown_site = (".info--company", ".seller")
    date_text = (".info--post-time",)
    empty = ("没有找到符合要求的信息", "没有找到相关信息")

    ad_card = ("li.info[logr*=cjh]", "#infolist tr[logr*=cjh]")
    ad_label = "广告"
    billed_links = (r"//legoclick\.58\.com/",)

    @classmethod
    def asked_hosts(cls, settings):
        """The configured cities, else the country's page."""
        return tuple(f"{city}.58.com" for city in settings.options.get("cities", ())) or ("www.58.com",)
