"""Baixing's search (evidence of 2021): classifieds of the whole country, posts on the hosts of cities."""

from __future__ import annotations

from demo.messages import Reply, Request
from demo.standin import StandIn, template


class Baixing(StandIn):
    """china.baixing.com/search/."""

    name = "baixing"
    label = "百姓网"
    hosts = ("china.baixing.com",)
    size = 40
    robots = "User-agent: *\nDisallow: /oz/\nAllow: /\n"

    def answer(self, request: Request) -> Reply | None:
        """The search."""
        if request.path != "/search/":
            return None
        shown = self.shown(request.value("query"), request.number("page"))
        return self.page(_PAGE if shown.entries else _EMPTY, s=shown)


_TOP = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>{{ s.query }} - 全国百姓网</title>
<style>.list-ad-items li{padding:10px 0;border-bottom:1px dashed #ddd}.ad-item-detail{color:#888}</style></head><body>
<div id="header"><a href="/">百姓网</a><form action="/search/"><input name="query" value="{{ s.query }}"></form><a
 href="/oz/login">登录</a></div>
"""

_PAGE = template(_TOP + """<div id="media"><ul class="list-ad-items">{% for e in s.entries %}
<li data-aid="{{ 1700000000 + e.url|mix(99999999) }}" class="listing-ad"><a class="ad-title" target="_blank"
 href="{{ e.url }}">{{ e.title }}</a><div class="ad-item-detail">{{ e.snippet }}</div><time>{{ e.date[5:] }}</time></li>
{% endfor %}</ul><ul class="list-pagination">{% if s.page > 1 %}<li><a
 href="?query={{ s.query|urlencode }}&amp;page={{ s.page - 1 }}">上一页</a></li>
{% endif %}<li class="current">{{ s.page }}</li>{% if s.more %}<li class="next"><a rel="next"
 href="?query={{ s.query|urlencode }}&amp;page={{ s.page + 1 }}">下一页</a></li>{% endif %}</ul></div></body></html>
""")

_EMPTY = template(_TOP + """<div class="no-result"><p>抱歉，没有找到相关信息，换个词试试</p></div></body></html>
""")
