"""Toutiao search as of 2026-10: cards are JSON in script elements, in a page for browsers or in a JSON answer."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from demo.messages import Reply, Request, redirect
from demo.sites import Entry
from demo.standin import Shown, StandIn, mix, site_of, template


class Toutiao(StandIn):
    """so.toutiao.com mixed results. Cards come in two forms, one plain and one with everything under `display`."""

    name = "toutiao"
    label = "头条搜索"
    hosts = ("so.toutiao.com",)
    server = "Tengine"
    robots = "User-agent: *\nDisallow: /api/\nAllow: /search\n"

    def answer(self, request: Request) -> Reply | None:
        """Result pages and jump links."""
        if request.path == "/":
            return self.page(_HOME)
        if request.path == "/search/jump":
            target = request.value("url")
            return redirect(target, server=self.server) if self.clicked(self.token(target)) else None
        if request.path != "/search":
            return None
        page = request.number("page_num", request.number("offset", 0) // self.size) + 1
        shown = self.shown(request.value("keyword"), page)
        scripts = "".join(_script(card) for card in self._cards(shown))
        if "application/json" in request.headers.get("accept", ""):
            whole = {"count": len(shown.entries), "return_count": len(shown.entries), "has_more": int(shown.more),
                     "offset": page * self.size, "keyword": shown.query, "scripts": scripts, "message": "success",
                     "search_id": f"20261008{mix(shown.query, 10**9):09d}"}
            body = json.dumps(whole, ensure_ascii=False).encode()
            return Reply(body, kind="application/json; charset=utf-8", server=self.server, gzip=True)
        return self.page(_PAGE, s=shown, scripts=scripts, any=bool(shown.entries or shown.paid))

    def _cards(self, shown: Shown) -> list[dict[str, Any]]:
        """Advertisements, results of both forms, and two cards that are no results."""
        cards = [_flat(e, shown.query, e.url) | {"data-tag": "ad", "is_ad": True} for e in shown.paid]
        for e in shown.entries:
            jump = f"https://so.toutiao.com/search/jump?url={quote(e.url, safe='')}&aid=4916&jtoken={mix(e.url, 10**9)}"
            cards.append(_flat(e, shown.query, jump) if mix(e.url, 2) else _deep(e, shown.query, jump))
        if shown.entries:
            cards[1:1] = [{"cell_type": 20, "tabs": ["综合", "资讯", "视频"]}]
            cards.append({"display": {"related_words": [{"word": f"{shown.query}查询"}]}, "template_key": "related_search"})
        return cards


def _flat(entry: Entry, query: str, url: str) -> dict[str, Any]:
    return {"title": _marked(entry.title, query), "article_url": url, "abstract": entry.snippet, "media_name": site_of(entry.url),
            "publish_time": str(_unix(entry.date)), "display_type": "self_article", "id": str(mix(entry.url, 10**9))}


def _deep(entry: Entry, query: str, url: str) -> dict[str, Any]:
    return {"template_key": "undefined-default", "display": {
        "title": {"text": _marked(entry.title, query), "len": len(entry.title)}, "summary": {"text": entry.snippet},
        "info": {"url": url, "site_name": site_of(entry.url), "datetime": entry.date}, "emphasized": {"title": []}}}


def _marked(text: str, query: str) -> str:
    """Text with the searched words in <em>; nothing else in it is markup."""
    words = sorted(query.split(), key=len, reverse=True)
    return re.sub("|".join(map(re.escape, words)), lambda m: f"<em>{m[0]}</em>", text, flags=re.I) if words else text


def _script(card: dict[str, Any]) -> str:
    text = json.dumps({"data": card}, ensure_ascii=False).replace("</", "<\\/")
    return (f'<script data-druid-card-data-id="{mix(text, 4294967295):x}" data-for="druid" type="application/json">{text}</script>')


def _unix(date: str) -> int:
    try:
        return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0


_HOME = template("""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>头条搜索</title></head><body><form action="/search"><input name="keyword">
<button>搜索</button></form></body></html>
""")

_PAGE = template("""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{ s.query }} - 头条搜索</title><style>
body{margin:0 0 0 150px;font:14px/1.7 sans-serif;color:#222}.search-bar_x8fj2{padding:18px 0}a{text-decoration:none;font-size:18px}
em{color:#f04142;font-style:normal}.cs-source-content{color:#777}.main{width:640px}.result-content{width:600px}
.cs-card{margin:16px 0}</style>
<script>window.__ssr={"keyword":{{ s.query|tojson }},"page":{{ s.page }}};</script></head>
<body class="toutiao-web"><div class="search-bar_x8fj2"><form action="/search"><input name="keyword"
 value="{{ s.query }}"><input type="hidden" name="pd" value="synthesis"></form></div>
<div class="main"><div class="s-result-list" data-log-click="{}">{{ scripts|safe }}
{% for e in s.entries %}<div class="cs-view cs-card-content_{{ e.url|mix(97) }}"><a class="text-ellipsis"
 target="_blank" href="/search/jump?url={{ e.url|urlencode }}">{{ e.title|marked(s.query) }}</a>
<div class="text-underline-hover">{{ e.snippet }}</div><span class="cs-source-content">{{ e.url|site }}</span></div>
{% endfor %}{% if not any %}<div class="no-result_q2x1"><p>抱歉，没有找到相关内容</p></div>{% endif %}</div>
{% if s.more %}<div class="cs-pagination"><a
 href="/search?keyword={{ s.query|urlencode }}&amp;pd=synthesis&amp;page_num={{ s.page }}">下一页</a>
</div>{% endif %}</div></body></html>
""")
