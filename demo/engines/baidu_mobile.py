"""Baidu for phones as of 2026-10: jump pages of one kilobyte, the address beside some of them only, baidu.php ads."""

from __future__ import annotations

from demo.messages import Reply, Request
from demo.standin import StandIn, mix, template


class BaiduMobile(StandIn):
    """m.baidu.com. Its pages name wappass.baidu.com as a login link, which is no wall; robots shut out strangers."""

    name = "baidu_mobile"
    label = "百度移动"
    shares = ("baidu",)
    hosts = ("m.baidu.com",)
    server = "BWS/1.1"
    robots = "User-agent: Baiduspider\nDisallow: /s?\n\nUser-agent: *\nDisallow: /\n"

    def answer(self, request: Request) -> Reply | None:
        """Start page, result pages, jump pages, and the click links of advertisements."""
        if request.path == "/":
            reply = self.page(_HOME)
            reply.headers = (("Set-Cookie", "BAIDUID=9A0B33C1:FG=1; path=/; domain=.baidu.com"),)
            return reply
        if request.path.startswith("/from=") and request.path.endswith("/tc"):
            target = self.clicked(request.value("di"))
            return self.page(_JUMP, target=target) if target else None
        if request.path == "/baidu.php":
            return self.billed(request.value("url"))
        if request.path != "/s":
            return None
        shown = self.shown(request.value("word"), request.number("pn", 0) // self.size + 1)
        return self.page(_PAGE if shown.entries or shown.paid else _EMPTY, s=shown, told=self._told)

    @staticmethod
    def _told(url: str) -> bool:
        """Whether a card prints the address behind its jump link."""
        return mix(url, 3) > 0


_HOME = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>百度一下</title></head>
<body><form action="/s"><input name="word"></form></body></html>
""")

_JUMP = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="referrer" content="always">
<meta http-equiv="refresh" content="0; url={{ target }}"><title></title></head><body></body></html>
""")

_TOP = """<!DOCTYPE html><!--STATUS OK--><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ s.query }} - 百度</title><style>.c-result{margin:8px 0;background:#fff;padding:10px}.cu-title em{color:#f73131}</style>
<script>var page={q:{{ s.query|tojson }},pn:{{ (s.page - 1) * 10 }}};</script></head><body>
<div id="page-hd"><form action="/s"><input name="word" value="{{ s.query }}"></form><a
 href="https://wappass.baidu.com/passport/?login&amp;tpl=wise">登录</a></div><div id="results" class="results">
"""

_PAGE = template(_TOP + """{% for e in s.paid %}
<div class="ec_wise_ad"><div class="ec_resitem"><a href="https://m.baidu.com/baidu.php?url={{ me.token(e.url) }}"
 data-landurl="{{ e.url }}"><h3>{{ e.title|marked(s.query) }}</h3></a><p class="c-line-clamp3">{{ e.snippet }}</p><span
 class="ec_site">{{ e.url|site }}</span> <span class="ec_adv">广告</span></div></div>
{% endfor %}{% for e in s.entries %}
<div class="c-result result" srcid="1599" order="{{ s.first + loop.index0 }}"
 data-log='{{ ({"order": loop.index, "mu": e.url} if told(e.url) else {"order": loop.index})|tojson }}'><div class="c-result-content">
<article class="c-container"><section class="title_{{ e.url|mix(9999) }}"><a class="c-blocka title-link_{{ e.url|mix(999) }}"
 href="https://m.baidu.com/from=844b/bd_page_type=1/ssid=0/tc?sec={{ e.url|mix(99999) }}&amp;di={{ me.token(e.url) }}"><p
 class="cu-title">{{ e.title|marked(s.query) }}</p></a></section><div class="summary-gap_{{ e.url|mix(99) }}"><span
 class="summary-text_{{ e.url|mix(77) }}">{{ e.snippet|marked(s.query) }}</span></div><div class="source_1a"><span>{{ e.url|site }}</span>
<span class="prefix-time_2b">{{ e.date|day }}</span></div></article></div></div>
{% endfor %}</div><div id="page-controller">{% if s.more %}<a class="new-nextpage"
 href="/s?word={{ s.query|urlencode }}&amp;pn={{ s.page * 10 }}">下一页</a>{% endif %}</div>
<div id="reword"><h4>相关搜索</h4>{% for more in ["查询官网", "怎么办理"] %}<a
 href="/s?word={{ s.head|urlencode }}{{ more|urlencode }}">{{ s.head }}{{ more }}</a>{% endfor %}</div></body></html>
""")

_EMPTY = template(_TOP + """<div class="no-result">抱歉没有找到与“{{ s.query }}”相关的网页。</div></div></body></html>
""")
