"""微博: search is answered with the visitor system, its interface with `ok: -100`."""

from crawlers.walled import Walled


class Weibo(Walled):
    """s.weibo.com/weibo. Visitor cookies are not enough; should cards come after all, they are read."""

    name = "weibo"
    label = "微博"
    hosts = ("s.weibo.com",)
    site_hosts = ("weibo.com",)
    evidence = "2026-10-02"

    search = "https://s.weibo.com/weibo?q={query}"

    card = (".card-wrap[action-type=feed_list_item]", ".card-wrap")
    title = ("p.txt[node-type=feed_list_content]", "p.txt")
    link = (".from a@href",)
    shown_site = ("a.name",)
    date_text = (".from a",)
    shells = (("login", "visitor system", r"Sina Visitor System|passport\.weibo\.com/visitor"),)
