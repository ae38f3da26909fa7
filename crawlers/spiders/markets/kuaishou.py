"""快手: its search interface wants signed requests of a session."""

from crawlers.walled import EMPTY_SHELL, Walled


class Kuaishou(Walled):
    """www.kuaishou.com/search/video: a script shell; the interface refuses strangers with result 50 or 2."""

    name = "kuaishou"
    label = "快手"
    hosts = ("www.kuaishou.com",)
    site_hosts = ("kuaishou.com",)
    evidence = "2026-08-14"

    search = "https://www.kuaishou.com/search/video?searchKey={query}"

    card = ("[class*=video-card]",)
    title = ("[class*=title]", "")
    link = ("a@href",)
    shells = (("blocked", "captcha", r"\"result\"\s*:\s*(50|2)\b|captchaConfig"), ("login", "login dialog", r"login-dialog|登录后观看更多"),
              EMPTY_SHELL)
