"""今日头条搜索: cookie-less and steady; answers JSON whose `scripts` hold the cards as JSON again."""

from __future__ import annotations

from crawlers.answer import Answer
from crawlers.json_cards import JsonSource, as_html, cards_in, json_of
from crawlers.results import parameter


class Toutiao(JsonSource):
    """so.toutiao.com mixed results: sites outside Toutiao appear only here, not under pd=information."""

    name = "toutiao"
    label = "头条搜索"
    hosts = ("so.toutiao.com",)
    evidence = "2026-10-02"

    search = "https://so.toutiao.com/search?keyword={query}&pd=synthesis&dvpf=pc&page_num={page0}&offset={offset}"
    headers = (("Accept", "application/json, text/html;q=0.9"), ("Referer", "https://so.toutiao.com/"))
    cookies = False
    retries = 1
    site_search = True
    minimum = 0.2

    ad_card = ("div.dajia-card[data-tag=ad]",)
    next_page = ("a.dajia-more",)
    empty = ("没有找到相关", "未找到相关", *JsonSource.empty, "换个词试试")
    redirects = (r"toutiao\.com/search/jump\?",)

    @classmethod
    def prepare(cls, answer: Answer) -> Answer:
        """The cards of both JSON forms, written as plain HTML for the declared selectors."""
        outer = json_of(answer.text) if answer.text.lstrip()[:1] == "{" else None
        if outer is None:
            scripts = answer.tree.css("script[type='application/json']")
        else:
            inner = Answer(answer.url, str(outer.get("scripts") or "").encode())
            scripts = inner.tree.css("script[type='application/json']")
        cards = [as_html(card) for node in scripts for card in cards_in(json_of(node.text()))]
        cards += [as_html(card) for card in cards_in((outer or {}).get("data"))]
        if outer and outer.get("has_more"):
            cards.append('<a class="dajia-more"></a>')
        if not cards and outer and outer.get("count") == 0:
            cards.append("dajia-count-0")
        return Answer(answer.url, "".join(cards).encode(), status=answer.status) if cards else answer

    @classmethod
    def resolve(cls, link: str) -> tuple[str, str]:
        """A jump link carries its target."""
        target = parameter(link, "url") if "/search/jump?" in link else ""
        return (target, "parameter:url") if target else super().resolve(link)
