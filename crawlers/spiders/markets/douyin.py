"""抖音: a slider first, a login behind it."""

from crawlers.walled import EMPTY_SHELL, Walled


class Douyin(Walled):
    """www.douyin.com/search: its middle page of verification, or a login over a script shell."""

    name = "douyin"
    label = "抖音"
    hosts = ("www.douyin.com",)
    site_hosts = ("douyin.com",)
    evidence = "2026-10-02"

    search = "https://www.douyin.com/search/{query}"

    card = ("[class*=search-result-card]",)
    title = ("[class*=title]", "")
    link = ("a@href",)
    shells = (("blocked", "captcha", r"captcha_container|__ac_signature|byted_acrawler"),
              ("login", "login panel", r"login-panel|登录后即可搜索"), EMPTY_SHELL)
