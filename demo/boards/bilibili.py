"""Bilibili's video search as of 2026-08: JSON with the cookie of the home page, risk control without it."""

from __future__ import annotations

import json

from demo.messages import Reply, Request
from demo.standin import StandIn, mix

_COOKIE = "buvid3"


class Bilibili(StandIn):
    """api.bilibili.com; the home page of www.bilibili.com gives the cookie, the videos are that host's own pages."""

    name = "bilibili"
    label = "B站"
    hosts = ("api.bilibili.com", "www.bilibili.com")
    size = 20
    server = "openresty"

    def answer(self, request: Request) -> Reply | None:
        """Home page and search."""
        if request.host == "www.bilibili.com":
            cookie = ("Set-Cookie", f"{_COOKIE}=1F0E-22infoc; path=/; domain=.bilibili.com")
            home = Reply("<title>哔哩哔哩 (゜-゜)つロ 干杯~-bilibili</title>".encode(), server=self.server, headers=(cookie,))
            return home if request.path == "/" else None
        if request.path != "/x/web-interface/search/type":
            return None
        if _COOKIE not in request.cookies:
            return self._json({"code": -412, "message": "request was banned", "ttl": 1})
        shown = self.shown(request.value("keyword"), request.number("page"))
        data = {"seid": str(mix(shown.query, 10**9)), "page": shown.page, "pagesize": self.size, "numResults": shown.total,
                "numPages": -(-shown.total // self.size), "result": [
                    {"type": "video", "bvid": f"BV{mix(e.url, 10**9)}", "arcurl": e.url, "title": e.title, "description": e.snippet,
                     "author": f"用户{mix(e.url, 99999)}", "pubdate": 1_790_000_000 + mix(e.url, 900_000)} for e in shown.entries]}
        return self._json({"code": 0, "message": "0", "ttl": 1, "data": data})

    def _json(self, value: object) -> Reply:
        return Reply(json.dumps(value, ensure_ascii=False).encode(), kind="application/json; charset=utf-8", server=self.server)
