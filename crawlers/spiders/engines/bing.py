"""必应国内版 cn.bing.com: silently answers something else to a cold visitor, hence a look at what the results speak of."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import parse_qs, urlsplit

from crawlers.answer import Answer
from crawlers.source import Source


class Bing(Source):
    """cn.bing.com. Plain clients get one page: `first=` is answered with the same results again."""

    name = "bing"
    label = "必应"
    hosts = ("cn.bing.com", "www.bing.com")
    evidence = "2026-10-05"

    search = "https://cn.bing.com/search?q={query}&first={first}&setlang=zh-CN&ensearch=0"
    warm_up = "https://cn.bing.com/"
    headers = (("Referer", "https://cn.bing.com/"),)
    max_pages = 1
    site_search = True
    relevance = 0.3
    minimum = 0.2

    card = ("#b_results > li.b_algo", "li.b_algo")
    title = ("h2 a", "h2")
    link = ("h2 a@href", "a@href")
    snippet = (".b_caption p", "p.b_algoSlug", "[class*=b_lineclamp]")
    shown_site = (".b_attribution cite", "cite")
    date_text = ("span.news_dt",)
    next_page = ("a.sb_pagN",)
    related = (".b_rs li a",)
    empty = ("没有与此相关的结果", "没有找到与", "There are no results for")

    ad_links = (r"bing\.com/acli?c?k\?",)
    ad_card = ("li.b_ad li", ".b_adTop > li")
    ad_inside = (".sb_adTA_title_link_cn", ".b_adProvider", ".b_ads1line", ".ad_esltitle", ".ad_fls", ".pa_sb", ".mmaAdCard")
    redirects = (r"bing\.com/ck/a\?",)

    @classmethod
    def prepare(cls, answer: Answer) -> Answer:
        """The icon's word ("网页") stands inside the snippet and is no part of it."""
        for icon in answer.tree.css(".algoSlug_icon"):
            icon.decompose()
        return answer

    @classmethod
    def resolve(cls, link: str) -> tuple[str, str]:
        """A click link carries its target in base64, two characters after its beginning."""
        if "/ck/a?" not in link:
            return super().resolve(link)
        coded = parse_qs(urlsplit(link).query).get("u", [""])[0]
        try:
            target = base64.urlsafe_b64decode(coded[2:] + "=" * (-len(coded[2:]) % 4)).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return "", ""
        return (target, "parameter:u") if target.startswith(("http://", "https://")) else ("", "")
