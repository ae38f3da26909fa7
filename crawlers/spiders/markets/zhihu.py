"""知乎: search, its interface and articles alike are refused to strangers."""

from crawlers.walled import Walled


class Zhihu(Walled):
    """www.zhihu.com/search: 403, or the sign-in page."""

    name = "zhihu"
    label = "知乎"
    hosts = ("www.zhihu.com",)
    site_hosts = ("zhihu.com",)
    evidence = "2026-10-02"

    search = "https://www.zhihu.com/search?type=content&q={query}"

    card = (".SearchResult-Card .ContentItem", ".SearchResult-Card")
    title = ("h2 a", "h2")
    link = ("h2 a@href", "a@href")
    snippet = (".RichText",)
    shells = (("login", "sign-in", r"SignFlow|signin\?next="), ("blocked", "challenge", r"need_login|40353|zh-zse-ck"))
