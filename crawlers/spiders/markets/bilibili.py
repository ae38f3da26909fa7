"""B站 video search: JSON of its public interface, with the cookie of the home page."""

from __future__ import annotations

from crawlers.answer import Answer
from crawlers.json_cards import JsonSource, as_page, json_of


class Bilibili(JsonSource):
    """api.bilibili.com search by newest. An HTML page in place of JSON is its risk control, as are -412 and -799."""

    name = "bilibili"
    label = "B站"
    kind = "market"
    hosts = ("www.bilibili.com", "api.bilibili.com")
    evidence = "2026-07-30"

    search = ("https://api.bilibili.com/x/web-interface/search/type?search_type=video&keyword={query}&page={page}"
              "&page_size=20&order=pubdate")
    warm_up = "https://www.bilibili.com/"
    headers = (("Accept", "application/json"), ("Referer", "https://www.bilibili.com/"))
    per_page = 20
    budget = 30

    next_page = ("a.dajia-more",)
    shells = (("blocked", "HTML in place of JSON", r"(?i)^\s*<(!doctype|html)"),)

    @classmethod
    def prepare(cls, answer: Answer) -> Answer:
        """The videos as cards."""
        outer = json_of(answer.text)
        data = outer.get("data") if outer else None
        if not isinstance(data, dict) or (outer or {}).get("code") != 0:
            return answer
        found = [v for v in data.get("result") or [] if isinstance(v, dict)]
        cards = [{"title": v.get("title"), "url": v.get("arcurl"), "abstract": v.get("description"), "source": v.get("author"),
                  "datetime": v.get("pubdate")} for v in found]
        more = isinstance(data.get("numPages"), int) and isinstance(data.get("page"), int) and data["page"] < data["numPages"]
        return as_page(answer, cards, more=more, nothing=data.get("numResults") == 0)
