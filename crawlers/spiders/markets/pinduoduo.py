"""拼多多: its page for phones answers a stranger with the login page or with "busy"."""

from crawlers.walled import EMPTY_SHELL, Walled


class Pinduoduo(Walled):
    """mobile.yangkeduo.com/search_result.html, a script shell for phones."""

    name = "pinduoduo"
    label = "拼多多"
    hosts = ("mobile.yangkeduo.com",)
    site_hosts = ("yangkeduo.com",)
    evidence = "2026-10-02"

    search = "https://mobile.yangkeduo.com/search_result.html?search_key={query}"
    agent = "mobile"

    card = ("[data-goods-id]",)
    title = ("[class*=title]", "")
    link = ("a@href",)
    shells = (("blocked", "busy", r"系统繁忙|网络开小差"), ("login", "login", r"/login\.html|手机登录"), EMPTY_SHELL)
