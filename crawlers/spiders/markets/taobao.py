"""淘宝 taobao.com: a shell whose data wants a login; addresses of data centres are banned outright."""

from crawlers.walled import EMPTY_SHELL, Walled


class Taobao(Walled):
    """s.taobao.com/search. A number of results in its shell is a placeholder and no data."""

    name = "taobao"
    label = "淘宝"
    hosts = ("s.taobao.com",)
    site_hosts = ("item.taobao.com",)
    evidence = "2026-05-20"

    search = "https://s.taobao.com/search?q={query}&page={page}"

    card = ("[class*=contentInner] a[class*=doubleCard]",)
    title = ("[class*=title]",)
    link = ("@href",)
    shells = (("blocked", "address refused or captcha",
               r"cloud_ip_bl|FAIL_SYS_USER_VALIDATE|RGV587|baxia-dialog|J_MIDDLEWARE_FRAME_WIDGET"),
              ("login", "login", r"login\.taobao\.com/member/login|FAIL_SYS_SESSION_EXPIRED"), EMPTY_SHELL)
