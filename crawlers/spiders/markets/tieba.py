"""百度贴吧: every way of searching is walled, single posts open; the engines show them."""

from crawlers.source import Source


class Tieba(Source):
    """Posts tieba.baidu.com/p/… that engines show: the post itself, and the threads it is shown beside."""

    name = "tieba"
    label = "百度贴吧"
    kind = "market"
    hosts = ("tieba.baidu.com",)
    evidence = "2026-04-30"

    search = "https://tieba.baidu.com/"
    entry = "site"
    page_patterns = (r"//tieba\.baidu\.com/p/\d+",)

    own_title = (".core_title_txt@title", ".core_title_txt", ".pb-title", "h1", "h3.title-wrap")
    own_snippet = (".d_post_content", ".pb-content", "meta[name=description]@content")
    own_site = (".card_title_fname", ".forum-name-text", "a[class*=forum-name]")
    own_date = (".post-tail-wrap .tail-info:last-child", "[class*=post-time]")

    card = (".threadcardclass", "li.j_thread_list")
    title = (".title-wrap", ".threadlist_title a", "a.j_th_tit")
    link = ("a[href*='/p/']@href", "a@href")
    snippet = (".abstract-wrap", ".threadlist_abs")
    shown_site = (".forum-name-text",)
    date_text = ("[class*=time]",)
    shells = (("gone", "post deleted", r"贴子已被删除|该贴已被删除|抱歉，您访问的贴子被隐藏"),)

    ad_label = "广告"
