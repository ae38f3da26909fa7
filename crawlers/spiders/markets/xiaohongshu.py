"""小红书: a login lies over the page; in some sessions results are rendered beneath it."""

from crawlers.walled import EMPTY_SHELL, Walled


class Xiaohongshu(Walled):
    """www.xiaohongshu.com/search_result. Where a page does render, it is read."""

    name = "xiaohongshu"
    label = "小红书"
    hosts = ("www.xiaohongshu.com",)
    site_hosts = ("xiaohongshu.com",)
    evidence = "2026-10-02"

    search = "https://www.xiaohongshu.com/search_result?keyword={query}&source=web_explore_feed"

    card = ("section.note-item",)
    title = ("a.title", ".title")
    link = ("a.title@href", "a[href*='/search_result/']@href", "a@href")
    shown_site = (".author .name", ".name")
    shells = (("blocked", "address refused or captcha", r"300012|website-login/(captcha|error)"),
              ("login", "login over the page", r"login-container|登录后查看|手机号登录"), EMPTY_SHELL)
