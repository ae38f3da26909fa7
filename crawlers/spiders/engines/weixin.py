"""微信文章 weixin.sogou.com, in its form for phones: the one search over articles of official accounts."""

from __future__ import annotations

from crawlers.answer import Answer
from crawlers.outcomes import joined
from crawlers.source import Source


class Weixin(Source):
    """weixin.sogou.com/weixinwap. Its jump links want the cookie of their page, and what they lead to is gone in minutes:
    they are asked at once, and the articles captured while the other sources are still being asked."""

    name = "weixin"
    label = "搜狗微信"
    hosts = ("weixin.sogou.com",)
    evidence = "2026-10-02"

    search = "https://weixin.sogou.com/weixinwap?type=2&ie=utf8&query={query}&page={page}"
    warm_up = "https://weixin.sogou.com/"
    agent = "mobile"
    numbered = True
    patience = 0.5
    budget = 40
    minimum = 0.2

    card = ("li[id^=sogou_vr_][d]", "li[id^=sogou_vr_]", "ul.news-list > li")
    title = ("h4 a", "h3 a")
    link = ("h4 a@href", "h3 a@href")
    snippet = ("p[data-type=article_summary]", "p.txt-info", "p")
    shown_site = ("span.s2@data-sourcename", "span.s2", ".s-p .all-time-y2")
    date_text = ("span.s3@data-lastmodified", "span.s3")
    next_page = ("#sogou_next",)
    empty = ("dajia-nothing", "没有找到相关的微信公众号文章", "呃…没有相关的微信公众号文章")

    ad_links = (r"sogou\.com/bill_(cpc|search)", r"//(ctb|lk)\.brand\.sogou\.com/")
    ad_card = (".ad_result", ".sponsored", ".js-ad-item")
    ad_label = "广告"
    redirects = (r"//weixin\.sogou\.com/link\?",)
    asks_jumps = True

    @classmethod
    def empty_text(cls, answer: Answer) -> str:
        """The page says "nothing found" by a picture."""
        return answer.visible + (" dajia-nothing" if answer.tree.css_first(".img-err") else "")

    @classmethod
    def target_of(cls, answer: Answer) -> str:
        """A script puts the address together piece by piece."""
        return joined(answer.text)
