"""GitHub's search over issues as of 2026-11: JSON for anybody, ten questions a minute; the issues are github.com's own pages."""

from __future__ import annotations

import json

from demo.messages import Reply, Request
from demo.standin import StandIn


class GitHub(StandIn):
    """api.github.com/search/issues."""

    name = "github"
    label = "GitHub 议题"
    hosts = ("api.github.com",)
    size = 30
    server = "github.com"

    def answer(self, request: Request) -> Reply | None:
        """The search; without words the refusal of the original."""
        if request.path != "/search/issues":
            return None
        if not request.value("q").strip():
            return _json({"message": "Validation Failed", "errors": [{"resource": "Search", "field": "q", "code": "missing"}]}, 422)
        shown = self.shown(request.value("q"), request.number("page"))
        items = [{"html_url": e.url, "repository_url": "https://api.github.com/repos" + _place(e.url), "number": n,
                  "title": e.title, "body": e.snippet, "state": "open", "comments": 0, "user": {"login": _place(e.url).split("/")[1]},
                  "created_at": f"{e.date}T08:00:00Z"} for n, e in enumerate(shown.entries, shown.first)]
        return _json({"total_count": shown.total, "incomplete_results": False, "items": items})


def _place(url: str) -> str:
    """The tracker an issue lies in, as a path."""
    return "/" + "/".join(url.split("/")[3:5]).partition("?")[0]


def _json(value: object, status: int = 200) -> Reply:
    return Reply(json.dumps(value, ensure_ascii=False).encode(), status, "application/json; charset=utf-8", server="github.com",
                 gzip=True)
