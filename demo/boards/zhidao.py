"""Baidu Zhidao's search (evidence of 2021): asked in UTF-8, answers in GBK; questions are zhidao.baidu.com's own pages."""

from __future__ import annotations

from demo.messages import Reply, Request
from demo.standin import StandIn, template


class Zhidao(StandIn):
    """zhidao.baidu.com/search."""

    name = "zhidao"
    label = "百度知道"
    hosts = ("zhidao.baidu.com",)
    server = "BWS"
    robots = "User-agent: *\nDisallow: /api/\nAllow: /\n"

    def answer(self, request: Request) -> Reply | None:
        """Start page and search."""
        if request.path == "/":
            return self.gbk_page(_HOME)
        if request.path != "/search":
            return None
        shown = self.shown(request.value("word", "utf-8" if request.value("ie") == "utf-8" else "gbk"),
                           request.number("pn", 0) // self.size + 1)
        return self.gbk_page(_PAGE if shown.entries else _EMPTY, s=shown)


_HEAD = """<!DOCTYPE html><html><head><meta http-equiv="content-type" content="text/html; charset=gbk">"""

_HOME = template(_HEAD + """<title>百度知道 - 全球领先中文互动问答平台</title></head>
<body><form action="/search"><input name="word"></form></body></html>
""")

_TOP = _HEAD + """<title>百度知道搜索_{{ s.query }}</title><style>dl{margin:14px 0}dd{color:#555}</style></head>
<body><div id="header"><form action="/search"><input name="word" value="{{ s.query }}"></form></div>
"""

_PAGE = template(_TOP + """<div id="wgt-list" class="list"><div class="list-inner">{% for e in s.entries %}
<dl class="dl"><dt class="dt"><a class="ti" target="_blank" href="{{ e.url }}">{{ e.title|marked(s.query) }}</a></dt>
<dd class="dd answer">{{ e.snippet|marked(s.query) }}</dd><dd class="dd explain"><span class="mr-8">{{ e.date }}</span><span>回答者：<a
 href="http://zhidao.baidu.com/usercenter?uid={{ e.url|mix(99999) }}">用户{{ e.url|mix(99999) }}</a></span></dd></dl>
{% endfor %}</div></div><div class="pager">{% if s.more %}<a class="pager-next"
 href="/search?word={{ s.query|urlencode }}&amp;ie=utf-8&amp;pn={{ s.page * 10 }}">下一页</a>{% endif %}</div></body></html>
""")

_EMPTY = template(_TOP + """<div class="no-result"><p>抱歉，没有找到与“{{ s.query }}”相关的结果</p></div></body></html>
""")
