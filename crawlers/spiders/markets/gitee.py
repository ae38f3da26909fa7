"""Gitee issues: the same notice board on a host inside the country."""

from __future__ import annotations

from crawlers.answer import Answer
from crawlers.json_cards import JsonSource, as_page, json_value


class Gitee(JsonSource):
    """gitee.com/api/v5/search/issues, newest first. Never tried from a mainland line: shipped as experimental."""

    name = "gitee"
    label = "Gitee 议题"
    kind = "market"
    hosts = ("gitee.com",)
    evidence = "2026-11-23"
    experimental = True

    search = "https://gitee.com/api/v5/search/issues?q={query}&page={page}&per_page=20&sort=created_at&order=desc"
    headers = (("Accept", "application/json"),)
    cookies = False
    per_page = 20
    numbered = True
    patience = 2.0
    budget = 30

    @classmethod
    def prepare(cls, answer: Answer) -> Answer:
        """The issues as cards; the answer is a plain list."""
        found = json_value(answer.text)
        if not isinstance(found, list):
            return answer
        cards = []
        for issue in (i for i in found if isinstance(i, dict)):
            place = issue.get("repository")
            cards.append({"title": issue.get("title"), "url": issue.get("html_url"), "abstract": issue.get("body"),
                          "source": place.get("full_name") if isinstance(place, dict) else "", "datetime": issue.get("created_at")})
        return as_page(answer, cards, nothing=not found)
