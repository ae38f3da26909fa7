"""Bing's Chinese face as of 2026-10: cold visitors get something else, plain ones the same page for every `first`."""

from __future__ import annotations

import base64

from demo.messages import Reply, Request
from demo.standin import StandIn, mix, template

_COOKIE = "MUID"
_OTHER = ("Electric - definition and meaning", "在线汉语字典", "万年历查询", "世界时间", "免费翻译")


class Bing(StandIn):
    """cn.bing.com. Most links are plain, some carry their target in base64; a page has no second one."""

    name = "bing"
    label = "必应"
    shares = ("so360", "baidu")
    hosts = ("cn.bing.com",)
    size = 30
    robots = "User-agent: *\nDisallow: /aclick\nDisallow: /account/\nAllow: /search\n"

    def answer(self, request: Request) -> Reply | None:
        """Start page, result page, and the click links of advertisements."""
        if request.path == "/":
            reply = self.page(_HOME)
            reply.headers = (("Set-Cookie", f"{_COOKIE}=0D1122334455; domain=.bing.com; path=/"),)
            return reply
        if request.path == "/aclick":
            return self.billed(request.value("u"))
        if request.path != "/search":
            return None
        shown = self.shown(request.value("q"), 1)
        if _COOKIE not in request.cookies:
            return self.page(_COLD, s=shown, others=_OTHER)
        return self.page(_PAGE if shown.entries or shown.paid else _EMPTY, s=shown, link=self._link)

    @staticmethod
    def _link(url: str) -> str:
        """The link as printed: now and then a click link with the target in it."""
        if mix(url, 4):
            return url
        coded = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
        return f"https://www.bing.com/ck/a?!&&p={mix(url, 10**9)}&ptn=3&u=a1{coded}&ntb=1"


_HOME = template("""<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>搜索 - Microsoft 必应</title></head>
<body><form action="/search"><input name="q" id="sb_form_q"></form></body></html>
""")

_TOP = """<!DOCTYPE html><html lang="zh" dir="ltr"><head><meta charset="utf-8"><title>{{ s.query }} - 搜索</title>
<style>.b_algo{padding:12px 0}.b_algo h2{font-size:20px}cite{color:#006d21}.algoSlug_icon{color:#767676}</style></head>
<body class="b_respl"><header id="b_header"><form action="/search"><input name="q" value="{{ s.query }}"></form></header>
<div id="b_content"><main aria-label="搜索结果"><ol id="b_results">
"""

_COLD = template(_TOP + """{% for other in others %}<li class="b_algo"><h2><a
 href="https://cn.bing.com/dict/{{ loop.index }}">{{ other }}</a></h2><div class="b_caption"><p>{{ other }}</p></div></li>
{% endfor %}</ol></main></div></body></html>
""")

_PAGE = template(_TOP + """{% if s.paid %}<li class="b_ad b_adTop"><ul>{% for e in s.paid %}<li><div class="sb_add sb_adTA"><h2><a
 href="https://cn.bing.com/aclick?ld=e8&amp;u={{ me.token(e.url) }}">{{ e.title|marked(s.query) }}</a></h2><div class="b_caption"><div
 class="b_attribution"><cite>{{ e.url|site }}</cite></div><p>{{ e.snippet }}</p></div></div></li>{% endfor %}</ul></li>
{% endif %}{% for e in s.entries %}
<li class="b_algo" data-id="{{ s.first + loop.index0 }}"><h2><a target="_blank" href="{{ link(e.url) }}"
 h="ID=SERP,{{ 5000 + loop.index }}.1">{{ e.title|marked(s.query) }}</a></h2><div class="b_caption"><div
 class="b_attribution"><cite>{{ e.url|site }}</cite></div><p class="b_lineclamp2 b_algoSlug"><span class="algoSlug_icon">网页</span><span
 class="news_dt">{{ e.date|day }}</span> &#0183;&#32;{{ e.snippet|marked(s.query) }}</p></div></li>
{% endfor %}<li class="b_ans"><div class="b_rs"><h2>相关搜索</h2><ul>{% for more in ["查询官网", "报考条件"] %}<li><a
 href="/search?q={{ s.head|urlencode }}{{ more|urlencode }}">{{ s.head }}{{ more }}</a></li>{% endfor %}</ul></div></li>
<li class="b_pag"><nav><a class="sb_pagN" href="/search?q={{ s.query|urlencode }}&amp;first=11" title="下一页">下一页</a></nav></li>
</ol></main></div></body></html>
""")

_EMPTY = template(_TOP + """<li class="b_no"><h1>没有与此相关的结果: <strong>{{ s.query }}</strong></h1></li></ol></main></div>
</body></html>
""")
