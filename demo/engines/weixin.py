"""Sogou's search over WeChat articles, for phones, as of 2026-10: jump links that want cookie and referrer, addresses in pieces."""

from __future__ import annotations

from demo.messages import Reply, Request, redirect
from demo.standin import StandIn, template

_COOKIE = "SUID"


class Weixin(StandIn):
    """weixin.sogou.com. A jump link asked without the cookie or from nowhere ends at the antispider page."""

    name = "weixin"
    label = "搜狗微信"
    hosts = ("weixin.sogou.com",)
    robots = "User-agent: *\nDisallow: /antispider/\nAllow: /\n"

    def answer(self, request: Request) -> Reply | None:
        """Start page, result pages, jump pages, and the wall of those who come from nowhere."""
        if request.path == "/":
            reply = self.page(_HOME)
            reply.headers = (("Set-Cookie", f"{_COOKIE}=7A11BC02; path=/; domain=.sogou.com"),)
            return reply
        if request.path == "/link":
            if _COOKIE not in request.cookies or "weixin.sogou.com/weixinwap" not in request.headers.get("referer", ""):
                return redirect("https://weixin.sogou.com/antispider/?from=%2flink&antip=wx_sh2")
            target = self.clicked(request.value("url"))
            return self.page(_JUMP, pieces=[target[n:n + 9] for n in range(0, len(target), 9)]) if target else None
        if request.path.startswith("/antispider/"):
            return self.page(_WALL)
        if request.path != "/weixinwap":
            return None
        shown = self.shown(request.value("query"), request.number("page"))
        return self.page(_PAGE if shown.entries else _EMPTY, s=shown)


_HOME = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>搜狗微信搜索_订阅号及文章内容独家收录</title></head>
<body><form action="/weixinwap"><input name="query"><input type="hidden" name="type" value="2"></form></body></html>
""")

_WALL = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>搜狗搜索验证</title></head>
<body><p>用户您好，您的访问过于频繁，为确认本次访问为正常用户行为，需要您协助验证。</p>
<img id="seccodeImage" src="util/seccode.php"></body></html>
""")

_JUMP = template("""<meta content="always" name="referrer"><script>
    (new Image()).src = 'https://weixin.sogou.com/approve?uuid=' + 'x';
    setTimeout(function () {
        var url = '';
{% for piece in pieces %}        url += '{{ piece|safe }}';
{% endfor %}        url.replace("@", "");
        window.location.replace(url)
    },100);
</script>
""")

_TOP = """<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ s.query }}的相关微信公众号文章 – 搜狗微信搜索</title><style>.news-list li{padding:10px}</style></head>
<body><div class="header"><form action="/weixinwap"><input name="query" value="{{ s.query }}"></form></div>
"""

_PAGE = template(_TOP + """<ul class="news-list" data-totalpages="10">{% for e in s.entries %}
<li id="sogou_vr_11002601_box_{{ loop.index0 }}" d="ab{{ e.url|mix(99999999) }}-{{ e.url|mix(7777777) }}"><div class="txt-box"><h4><a
 target="_blank" href="/link?url={{ me.token(e.url) }}&amp;type=2&amp;k={{ e.url|mix(97) }}&amp;h=Z">{{ e.title|marked(s.query) }}</a></h4>
<p data-type="article_summary" class="txt-info">{{ e.snippet|marked(s.query) }}</p><div class="s-p"><span class="s2"
 data-sourcename="{{ e.url|site }}">{{ e.url|site }}</span><span class="s3" data-lastModified="{{ 1790000000 + e.url|mix(900000) }}">
{{ e.date }}</span></div></div></li>
{% endfor %}</ul></body></html>
""")

_EMPTY = template(_TOP + """<ul class="news-list"></ul><div class="img-err"></div></body></html>
""")
