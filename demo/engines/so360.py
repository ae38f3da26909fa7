"""so.com as of 2026-10: server-rendered, a cookie wanted first, real addresses in `data-mdurl`, ads of e.so.com."""

from __future__ import annotations

from demo.messages import Reply, Request, redirect
from demo.standin import StandIn, template

_COOKIE = "QiHooGUID"


class So360(StandIn):
    """www.so.com. Without the cookie of its first answer it sends a shell that loads itself again."""

    name = "so360"
    label = "360搜索"
    hosts = ("www.so.com", "e.so.com")
    robots = "User-agent: *\nDisallow: /link?\nDisallow: /status\nAllow: /\n"

    def answer(self, request: Request) -> Reply | None:
        """Home page, result pages, jump links, and the click links of advertisements."""
        if request.host == "e.so.com":
            return self.billed(request.value("p")) if request.path in {"/search/eclk", "/search/mid"} else None
        if request.path == "/":
            return self._with_cookie(self.page(_HOME))
        if request.path == "/link":
            target = self.clicked(request.value("m"))
            return redirect(target, server=self.server) if target else redirect("https://www.so.com/")
        if request.path != "/s":
            return None
        if _COOKIE not in request.cookies:
            return self._with_cookie(self.page(_SHELL))
        shown = self.shown(request.value("q"), request.number("pn"))
        return self.page(_PAGE if shown.entries or shown.paid else _EMPTY, s=shown)

    def _with_cookie(self, reply: Reply) -> Reply:
        reply.headers = (("Set-Cookie", f"{_COOKIE}=7F3A0C51D2; expires=Fri, 31-Dec-2027 16:00:00 GMT; path=/; domain=.so.com"),)
        return reply


_HOME = template("""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>360搜索，SO靠谱</title><meta name="referrer" content="always">
</head>
<body><div id="bd"><form action="/s" id="search-box"><input name="ie" type="hidden" value="utf-8">
<input name="q" id="input" autocomplete="off"><button id="search-button">搜索</button></form></div>
<div id="ft"><a href="/help">帮助</a><span>隐私条款</span></div><script>var so={comm:{ls:"home"}};</script></body>
</html>
""")

_SHELL = template("""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title></title></head><body><script>
(function(){var n=+(sessionStorage.getItem("r")||0);if(n<2){sessionStorage.setItem("r",n+1);location.reload();}})();
</script></body></html>
""")

_TOP = """<!DOCTYPE html>
<!--[if lt IE 7 ]><html class="ie6"><![endif]--><!--[if (gte IE 9)|!(IE)]><!--><html class="w3c"><!--<![endif]-->
<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>{{ s.query }}_360搜索</title>
<meta name="referrer" content="always"><link rel="search" type="application/opensearchdescription+xml"
 href="/soopensearch.xml">
<style>
body{margin:0;font:13px/1.6 arial,sans-serif;color:#333}.inner,#tabs-wrap,#warper,#footer{margin-left:120px}
.inner{padding:14px 0}#keyword{width:480px;height:34px}
ul{list-style:none;padding:0}.g-nav li{display:inline-block;margin-right:26px}a{text-decoration:none}h3{margin:0}
.e-newsl-box{background:#fff9f0}.e_haosou_title{font-size:18px;font-weight:400}.res-list{margin-bottom:24px}.res-title{font-size:18px;font-weight:400}
.res-title em,.res-desc em{color:#f73131;font-style:normal}
.g-linkinfo{color:#0b8a2d;font-size:13px}#side{float:right;width:300px}#main{width:600px}.gray{color:#999}</style>
<script>var monitor_config={page:"result",kw:{{ s.query|tojson }}};var _guid="7F3A0C51D2";window.so=window.so||{};</script></head>
<body class="result-page" data-wd="{{ s.query }}"><div id="header" class="g-header"><div class="inner"><a id="logo"
 href="/">360搜索</a>
<form action="/s" method="get"><input id="keyword" name="q" value="{{ s.query }}"><input type="submit" id="su"
 value="搜索"></form></div>
<div id="tabs-wrap"><ul class="g-nav"><li class="on">网页</li><li><a
 href="https://news.so.com/ns?q={{ s.query|urlencode }}">资讯</a></li>
<li><a href="https://wenda.so.com/search/?q={{ s.query|urlencode }}">问答</a></li>
<li><a href="https://image.so.com/i?q={{ s.query|urlencode }}" data-mdurl="https://image.so.com/i">图片</a></li>
</ul></div></div>
<div id="container"><div id="warper">"""

_REST = """</div><div id="side"><div id="side_wrap"><div class="mh-rank"><h3>实时热搜</h3><ul><li><a href="/s?q=%E5%A4%A9%E6%B0%94"
 data-mdurl="https://www.so.com/s?q=tq">天气预报</a></li><li><a href="/s?q=%E6%94%BE%E5%81%87">放假安排</a></li>
</ul></div></div></div></div></div>
<div id="footer"><p><a href="https://www.so.com/help/help_uagreement.html">使用须知</a> 京ICP备00000000号 <a
 href="#">意见反馈</a></p></div>
<script>(function(w){w.so.pageData={"pn":{{ s.page }},"total":{{ s.total }},
"sid":"{{ (s.query ~ s.page)|mix(4294967295) }}"};})(window);</script>
</body></html>
"""

_PAGE = template(_TOP + """<div id="main">
{% if s.paid %}<div id="e_idea_pp" class="spread"><ul class="e-list">
{% for e in s.paid %}<li class="e-newsl-box e-{{ e.url|mix(9999) }}"><h3 class="e_haosou_title"><a
 class="g-a-noline" target="_blank"
 data-md='{"p":"sad","pos":{{ loop.index }}}' e-landurl="{{ e.url }}" href="https://e.so.com/search/eclk?p={{ me.token(e.url) }}&amp;at=0">
{{- e.title|marked(s.query) }}</a></h3><p class="e_haosou_desc">{{ e.snippet|marked(s.query) }}</p>
<cite>{{ e.url|site }}</cite> <span class="e_haosou_tag">广告</span></li>
{% endfor %}</ul></div>{% endif %}
<ul class="result">
{% if s.page == 1 %}<li class="res-list mh-ai" data-res='{"i":0,"mod":"ai"}'><h3 class="res-title"><a
 href="https://ai.so.com/search/chat?q={{ s.query|urlencode }}"
 data-mdurl="https://ai.so.com/search/chat">纳米AI搜索：{{ s.query }}</a></h3><p
 class="res-desc">以下内容由AI生成，仅供参考</p></li>
{% endif %}{% for e in s.entries %}<li class="res-list" data-lazyload="{{ loop.index }}"
 data-res='{"i":{{ s.first + loop.index0 }},"mod":"og","rid":"{{ e.url|mix(999999999) }}"}'>
<h3 class="res-title "><a href="https://www.so.com/link?m={{ me.token(e.url)|urlencode }}" data-mdurl="{{ e.url }}"
 data-res='{"pos":{{ loop.index }},"type":"og"}'
 rel="noopener" target="_blank">{{ e.title|marked(s.query) }}</a></h3>
<div class="res-rich so-rich-default clearfix">{% if e.url|mix(3) %}<p class="res-desc"><span
 class="gray">{{ e.date|day }}&nbsp;-&nbsp;</span>
{{- e.snippet|marked(s.query) }}</p>{% else %}<span
 class="res-list-summary">{{ e.snippet|marked(s.query) }}</span>{% endif %}</div>
<p class="g-linkinfo"><cite><a rel="noopener" href="{{ e.url }}">{{ e.url|site }}</a></cite><a class="g-feedback"
 href="/feedback?u={{ e.url|mix(9999) }}">反馈</a></p></li>
{% endfor %}</ul>
<div id="page">{% if s.page > 1 %}<a id="spre"
 href="/s?q={{ s.query|urlencode }}&amp;pn={{ s.page - 1 }}">&lt; 上一页</a>{% endif %}
<strong>{{ s.page }}</strong>{% if s.more %}<a id="snext"
 href="/s?q={{ s.query|urlencode }}&amp;pn={{ s.page + 1 }}&amp;psid={{ s.query|mix(99999) }}">下一页 &gt;</a>{% endif %}
<span class="nums">找到相关结果约{{ s.total * 937 }}个</span></div>
<div id="rs"><div class="title">相关搜索</div><table>
<tr>{% for more in ["怎么考", "报名条件", "多少钱", "查询入口"] %}
<th><a href="/s?q={{ s.head|urlencode }}{{ more|urlencode }}">{{ s.head }}{{ more }}</a></th>{% endfor %}</tr>
</table></div>
""" + _REST)

_EMPTY = template(_TOP + """<div id="main"><div id="no-result"><p class="tips">抱歉，未找到和“<em>{{ s.query }}</em>”相关的网页。</p>
<ul><li>请检查输入是否正确</li><li>请尝试简化查询词，或使用其他相近的词</li></ul></div>
""" + _REST)
