"""Shenma for phones as of 2026-10: plain pages without a cookie, the address in the JSON of `data-reco`, ads of adclick."""

from __future__ import annotations

from demo.messages import Reply, Request, redirect
from demo.standin import StandIn, template


class Shenma(StandIn):
    """m.sm.cn. Computers are sent to the start page; there is no "next" link, pages go on by number."""

    name = "shenma"
    label = "神马搜索"
    shares = ("so360", "toutiao")
    hosts = ("m.sm.cn",)
    server = "Tengine"
    robots = "User-agent: *\nDisallow: /adclick\nDisallow: /api/\nAllow: /s\n"

    def answer(self, request: Request) -> Reply | None:
        """Start page, result pages, jump links, and the click links of advertisements."""
        if request.path == "/":
            return self.page(_HOME)
        if request.path == "/api/rest":
            target = self.clicked(request.value("u"))
            return redirect(target, server=self.server) if target else None
        if request.path == "/adclick":
            return self.billed(request.value("u"))
        if request.path != "/s":
            return None
        if not request.mobile:
            return redirect("https://m.sm.cn/", server=self.server)
        shown = self.shown(request.value("q"), request.number("page"))
        return self.page(_PAGE if shown.entries or shown.paid else _EMPTY, s=shown)


_TOP = """<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{ s.query }}_神马搜索</title>
<style>.qk-card{background:#fff;margin:8px 0;padding:12px}.qk-title-text{font-size:17px;color:#222}.qk-title-text em{color:#f23}
.qk-paragraph-text{color:#555;font-size:14px}.qk-source-name{color:#999}.qk-source-time{color:#bbb;margin-left:8px}</style>
<script>window.__sm={"q":{{ s.query|tojson }},"pg":{{ s.page }},"sid":"{{ (s.query ~ s.page)|mix(4294967295) }}"};</script></head>
<body><div id="header"><form action="/s"><input name="q" value="{{ s.query }}"><button>搜索</button></form></div>
<div id="tabs"><a href="/s?q={{ s.query|urlencode }}">综合</a> <a href="https://quark.sm.cn/s?q={{ s.query|urlencode }}">AI</a></div>
<div id="results">
"""

_HOME = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>神马搜索</title></head>
<body><form action="/s"><input name="q"><button>搜索</button></form></body></html>
""")

_PAGE = template(_TOP + """{% for e in s.paid %}
<div class="ali_row" ad_aid="{{ e.url|mix(99999) }}"><a
 href="https://m.sm.cn/adclick?aid={{ e.url|mix(99999) }}&amp;u={{ me.token(e.url) }}">
<h3>{{ e.title|marked(s.query) }}</h3></a><p>{{ e.snippet }}</p><span class="ad-dot">广告</span></div>
{% endfor %}{% for e in s.entries %}
<div class="qk-card" data-tpl="normal" data-reco='{{ {"article_title": e.title, "host_name": e.url|site, "norm_url": e.url}|tojson }}'
 data-sc='{{ {"q": s.query, "pg": s.page, "pos": s.first + loop.index0}|tojson }}'>
<a class="qk-link-wrapper" href="https://m.sm.cn/api/rest?method=jump&amp;u={{ me.token(e.url) }}"><div class="qk-title"><span
 class="qk-title-text">{{ e.title|marked(s.query) }}</span></div><div class="qk-paragraph"><span
 class="qk-paragraph-text">{{ e.snippet|marked(s.query) }}</span></div><div class="qk-source"><span
 class="qk-source-name">{{ e.url|site }}</span><span class="qk-source-time">{{ e.date }}</span></div></a></div>
{% endfor %}
<div class="qk-card" data-tpl="relate"><div class="qk-relate-words">{% for more in ["查询", "复审", "多少钱"] %}<a
 href="https://m.sm.cn/s?q={{ s.head|urlencode }}{{ more|urlencode }}">{{ s.head }}{{ more }}</a>{% endfor %}</div></div>
</div><div id="pager" data-total="{{ s.total }}"></div></body></html>
""")

_EMPTY = template(_TOP + """<div class="qk-noresult"><p>抱歉，没有找到与“{{ s.query }}”相关的网页</p></div></div></body></html>
""")
