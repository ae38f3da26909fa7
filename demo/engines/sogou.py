"""Sogou web as of 2026-10: its wall comes with HTTP 200; behind it jump links with the address in a hidden `data-url`."""

from __future__ import annotations

from demo.messages import Reply, Request
from demo.standin import StandIn, template


class Sogou(StandIn):
    """www.sogou.com. Walled for everybody who is not let in by `--open sogou`; its home page is not."""

    name = "sogou"
    label = "搜狗"
    hosts = ("www.sogou.com",)
    robots = "User-agent: *\nDisallow: /antispider/\nDisallow: /bill_cpc\nAllow: /\n"
    walled = True

    def answer(self, request: Request) -> Reply | None:
        """Home page, wall or result pages, jump pages, and the click links of advertisements."""
        if request.path == "/":
            reply = self.page(_HOME)
            reply.headers = (("Set-Cookie", "SUID=6C0A10AC; expires=Fri, 31-Dec-2027 16:00:00 GMT; domain=.sogou.com; path=/"),)
            return reply
        if request.path == "/link":
            target = self.clicked(request.value("url"))
            return self.page(_JUMP, target=target) if target else None
        if request.path in {"/bill_cpc", "/bill_search"}:
            return self.billed(request.value("p"))
        if request.path.startswith("/antispider/"):
            return self.page(_WALL, target="/")
        if request.path != "/web":
            return None
        if self.walled:
            return self.page(_WALL, target=request.target)
        shown = self.shown(request.value("query"), request.number("page"))
        return self.page(_PAGE if shown.entries or shown.paid else _EMPTY, s=shown)


_HOME = template("""<!DOCTYPE html>
<html lang="zh-cn"><head><meta charset="utf-8"><title>搜狗搜索引擎 - 上网从搜狗开始</title></head>
<body><div class="wrap"><form action="/web" id="sf"><input type="text" class="sec-input" name="query" id="query"
 maxlength="100">
<input type="submit" value="搜狗搜索" id="stb"></form></div><div class="footer"><a
 href="/docs/terms.htm">免责声明</a></div></body></html>
""")

_JUMP = template("""<meta content="always" name="referrer"><script>window.location.replace({{ target|tojson }})</script>
<noscript><META http-equiv="refresh" content="0;URL='{{ target }}'"></noscript>
""")

_WALL = template("""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>搜狗搜索验证</title>
<style>.wrapper{width:600px;margin:60px auto}.verifyform{padding:20px;border:1px solid #ddd}</style></head>
<body><div class="header"><div class="logo"><a href="/"><img src="/images/logo_hd.png" alt="搜狗搜索"></a></div>
</div>
<div class="wrapper"><p class="p2">用户您好，我们的系统检测到您网络中存在异常访问请求。</p>
<p class="p3">此验证码用于确认这些请求是您的正常行为而不是自动程序发出的，需要您协助验证。</p>
<form name="authform" method="POST" id="seccodeForm" action="/antispider/thank.php"><p class="p4">
<span>验证码：</span>
<input type="text" name="c" id="seccodeInput" autocomplete="off"><img id="seccodeImage"
 src="/antispider/util/seccode.php?tc=1" alt="请输入图中的验证码">
<input type="hidden" name="r" value="{{ target }}"><input type="submit" value="提交" id="submit"></p></form>
<p class="time-p">提交后没解决问题？欢迎反馈。</p></div>
<script>var imgCode=-1,uuid="{{ target|mix(4294967295) }}",domain="web";</script></body></html>
""")

_TOP = """<!DOCTYPE html>
<html lang="zh-cn"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<title>{{ s.query }} - 搜狗搜索</title>
<style>
body{margin:0;font:13px/1.6 arial,sans-serif;color:#333}.header-box,.wrapper,.footer-box{margin-left:140px}
#upquery{width:460px;height:34px;margin:14px 0}
h3{font-size:18px;font-weight:400;margin:0}a{text-decoration:none}.vrwrap{margin-bottom:20px;width:600px}
.vr-title em,.space-txt em{color:#fb0000;font-style:normal}
.citeLinkClass{color:#006621}</style>
<script>var uigs_para={"query":{{ s.query|tojson }},"page":{{ s.page }},"uuid":"{{ s.query|mix(4294967295) }}"};</script></head>
<body><div class="header-box"><form action="/web" name="searchForm"><input name="query" id="upquery"
 value="{{ s.query }}"></form></div>
<div class="wrapper" id="wrapper"><div id="main" class="main"><p
 class="num-tips">搜狗已为您找到约{{ s.total * 641 }}条相关结果</p>
"""

_REST = """</div><div id="right" class="right"><div class="rvr-model" id="sogou_vr_hot"><h3>热搜榜</h3>
<a href="/web?query=%E5%A4%A9%E6%B0%94">天气</a></div></div></div>
<div class="footer-box"><a href="/docs/terms.htm">免责声明</a> © 2026 SOGOU.COM</div></body></html>
"""

_PAGE = template(_TOP + """{% if s.paid %}<div id="promotion_adv_container" class="sponsored">{% for e in s.paid %}
<div class="biz_sponsor" id="ad_result_page1_{{ loop.index }}"><h3 class="biz_title"><a target="_blank"
 href="https://www.sogou.com/bill_cpc?v=1&amp;p={{ me.token(e.url) }}">
{{- e.title|marked(s.query) }}</a></h3><div class="biz_fb fz-mid">{{ e.snippet|marked(s.query) }}</div><span
 class="biz_site">{{ e.url|site }}</span><span class="tgad">广告</span></div>
{% endfor %}</div>{% endif %}
<div class="results" data-extquery="{{ s.query }}">{% for e in s.entries %}
<div class="vrwrap" id="sogou_vr_30010{{ loop.index }}_wrap" data-v="{{ e.url|mix(999) }}"><h3 class="vr-title"><a
 id="sogou_vr_30000000_{{ loop.index0 }}" target="_blank"
 href="/link?url={{ me.token(e.url) }}" name="dttl" cacheStrategy="qcr:-1">{{ e.title|marked(s.query) }}</a></h3>
<div class="r-sech ext_query click-better-sugg" data-url="{{ e.url }}" style="display:none"></div>
<div class="text-layout"><p class="fz-mid space-txt star-wiki">{{ e.snippet|marked(s.query) }}</p>
<div class="citeurl"><a class="citeLinkClass" href="/link?url={{ me.token(e.url) }}"><span>{{ e.url|site }}</span>
<span class="cite-date">{{ e.date[:4] }}-{{ e.date[5:7]|int }}-{{ e.date[8:10]|int }}</span></a></div></div></div>
{% if loop.index == 5 %}<div class="vrwrap hintBox" id="hint_mid"><h3 class="vr-title"><a
 href="/web?query={{ s.head|urlencode }}">大家还在搜</a></h3></div>{% endif %}
{% endfor %}</div>
<div class="hintBox" id="hint_container"><p>相关搜索</p>{% for more in ["怎么考", "查询"] %}<a
 href="/web?query={{ s.head|urlencode }}{{ more|urlencode }}">
{{- s.head }}{{ more }}</a>{% endfor %}</div>
<div class="p" id="pagebar_container"><span>{{ s.page }}</span>{% if s.more %}<a id="sogou_next"
 href="?query={{ s.query|urlencode }}&amp;page={{ s.page + 1 }}&amp;ie=utf8" class="np">下一页</a>{% endif %}</div>
""" + _REST)

_EMPTY = template(_TOP.replace('<p class="num-tips">搜狗已为您找到约{{ s.total * 641 }}条相关结果</p>', "") + """
<div class="no-result" id="noresult_part1_container"><p
 class="nr-tip">抱歉，没有找到与“<em>{{ s.query }}</em>”相关的网页。</p><p>建议您：检查输入的文字是否有误</p></div>
""" + _REST)
