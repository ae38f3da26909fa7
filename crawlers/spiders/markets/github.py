"""GitHub issues: public trackers are a favourite notice board of sellers; the search interface answers without a login."""

from __future__ import annotations

from crawlers.answer import Answer
from crawlers.json_cards import JsonSource, as_page, json_of


class GitHub(JsonSource):
    """api.github.com/search/issues, newest first. Ten questions a minute without a login: asked slowly."""

    name = "github"
    label = "GitHub 议题"
    kind = "market"
    hosts = ("github.com", "api.github.com")
    evidence = "2026-11-23"

    search = "https://api.github.com/search/issues?q={query}&sort=created&order=desc&per_page=30&page={page}"
    headers = (("Accept", "application/vnd.github+json"),)
    cookies = False
    per_page = 30
    numbered = True
    patience = 2.5
    budget = 30

    @classmethod
    def prepare(cls, answer: Answer) -> Answer:
        """The issues as cards; the tracker stands for the site."""
        outer = json_of(answer.text)
        if outer is None or not isinstance(outer.get("items"), list):
            return answer
        cards = [{"title": i.get("title"), "url": i.get("html_url"), "abstract": i.get("body"),
                  "source": str(i.get("repository_url") or "").partition("/repos/")[2], "datetime": i.get("created_at")}
                 for i in outer["items"] if isinstance(i, dict)]
        return as_page(answer, cards, nothing=outer.get("total_count") == 0)
