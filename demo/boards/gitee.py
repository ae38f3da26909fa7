"""Gitee's search over issues: a plain list in JSON; the issues are gitee.com's own pages."""

from __future__ import annotations

import json

from demo.messages import Reply, Request
from demo.standin import StandIn


class Gitee(StandIn):
    """gitee.com/api/v5/search/issues."""

    name = "gitee"
    label = "Gitee 议题"
    hosts = ("gitee.com",)
    size = 20
    robots = "User-agent: *\nDisallow: /login\nAllow: /\n"

    def answer(self, request: Request) -> Reply | None:
        """The search."""
        if request.path != "/api/v5/search/issues":
            return None
        shown = self.shown(request.value("q"), request.number("page"))
        issues = [{"id": n, "html_url": e.url, "title": e.title, "body": e.snippet, "created_at": f"{e.date}T16:00:00+08:00",
                   "repository": {"full_name": "/".join(e.url.split("/")[3:5])}} for n, e in enumerate(shown.entries, shown.first)]
        return Reply(json.dumps(issues, ensure_ascii=False).encode(), kind="application/json; charset=utf-8", server=self.server)
