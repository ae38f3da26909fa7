"""闲鱼 goofish.com: results come to a session that is logged in, and to nobody else."""

from crawlers.walled import EMPTY_SHELL, Walled


class Goofish(Walled):
    """www.goofish.com/search: a script shell; its interface answers a stranger with a login or a captcha."""

    name = "goofish"
    label = "闲鱼"
    hosts = ("www.goofish.com",)
    site_hosts = ("goofish.com",)
    evidence = "2026-05-18"

    search = "https://www.goofish.com/search?q={query}"

    card = ("a[class*=feeds-item]",)
    title = ("[class*=main-title]", "[class*=title]")
    link = ("@href",)
    shells = (("blocked", "captcha of the interface", r"FAIL_SYS_USER_VALIDATE|RGV587|baxia-dialog|J_MIDDLEWARE_FRAME_WIDGET"),
              ("login", "small login", r"mini_login|passport\.goofish\.com|FAIL_SYS_SESSION_EXPIRED"), EMPTY_SHELL)
