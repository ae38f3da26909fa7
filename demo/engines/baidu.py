"""Baidu desktop as of 2026-10: jump links with `mu` beside them, hashed classes, cards that are no results, baidu.php ads."""

from __future__ import annotations

from demo.messages import Reply, Request, redirect
from demo.standin import StandIn, template

_COOKIE = "BAIDUID"
_COLD = 3  # organic hits for a visitor without the cookie of the home page


class Baidu(StandIn):
    """www.baidu.com. Its robots.txt shuts out every agent it does not name; a cold visitor gets little."""

    name = "baidu"
    label = "百度"
    hosts = ("www.baidu.com",)
    server = "BWS/1.1"
    robots = ("User-agent: Baiduspider\nDisallow: /baidu\nDisallow: /s?\nDisallow: /link?\nDisallow: /home/news/data/\n\n"
              "User-agent: Sogou web spider\nDisallow: /baidu\nDisallow: /s?\nDisallow: /link?\n\nUser-agent: *\nDisallow: /\n")

    def answer(self, request: Request) -> Reply | None:
        """Home page, result pages, jump links, and the click links of advertisements."""
        if request.path == "/":
            reply = self.page(_HOME)
            reply.headers = (("Set-Cookie", f"{_COOKIE}=5C1D33A0:FG=1; expires=Thu, 31-Dec-2037 23:55:55 GMT; path=/; domain=.baidu.com"),
                             ("Set-Cookie", "BD_UPN=123253; path=/; domain=.baidu.com"))
            return reply
        if request.path == "/link":
            target = self.clicked(request.value("url"))
            return redirect(target or "https://www.baidu.com/search/error.html", server=self.server)
        if request.path == "/baidu.php":
            return self.billed(request.value("url").partition(".")[0])
        if request.path != "/s":
            return None
        shown = self.shown(request.value("wd") or request.value("word"), request.number("pn", 0) // self.size + 1)
        cold = _COOKIE not in request.cookies
        return self.page(_PAGE if shown.entries or shown.paid else _EMPTY, s=shown, more=shown.more and not cold,
                         entries=shown.entries[:_COLD] if cold else shown.entries)


_HOME = template("""<!DOCTYPE html><!--STATUS OK-->
<html><head><meta http-equiv="Content-Type" content="text/html;charset=utf-8"><title>百度一下，你就知道</title>
</head>
<body><div id="wrapper"><form id="form" name="f" action="/s"><input type="hidden" name="ie" value="utf-8"><input
 id="kw" name="wd" maxlength="255">
<input type="submit" id="su" value="百度一下"></form><div id="u1"><a
 href="https://passport.baidu.com/v2/?login">登录</a></div></div>
<div id="bottom_layer"><p>©2026 Baidu 使用百度前必读</p></div></body></html>
""")

_TOP = """<!DOCTYPE html><!--STATUS OK-->
<html><head><meta http-equiv="X-UA-Compatible" content="IE=edge,chrome=1"><meta http-equiv="content-type"
 content="text/html;charset=utf-8">
<title>{{ s.query }}_百度搜索</title><style data-for="result">
body{margin:0;font:13px/1.6 arial,sans-serif;color:#333}#head,#s_tab,#container,#page,#foot{margin-left:150px}
#head{padding:16px 0}#kw{width:480px;height:36px}
.c-title,.t{font-size:18px;font-weight:400;margin:0}a{text-decoration:none}.EC_result{background:#fafafa}#s_tab *{margin-right:28px}
#content_right{float:right;width:260px}#content_left{width:540px}
.c-container{margin-bottom:14px}.c-title em{color:#f73131}
.c-color-gray2{color:#626675}</style>
<script>window._pcResultVersion=1;
var bds={comm:{query:{{ s.query|tojson }},pageNum:{{ s.page }},logId:"{{ s.query|mix(4294967295) }}"}};</script>
</head><body link="#0000cc"><div id="wrapper" class="wrapper_new"><div id="head"><form id="form" action="/s"><input
 id="kw" name="wd" value="{{ s.query }}"></form>
<div id="u"><a href="https://www.baidu.com/gaoji/preferences.html">设置</a><a name="tj_login"
 href="https://passport.baidu.com/v2/?login&amp;u=https://wappass.baidu.com/">登录</a></div></div>
<div id="s_tab"><b>网页</b><a href="https://image.baidu.com/search/index?word={{ s.query|urlencode }}">图片</a><a
 href="https://zhidao.baidu.com/q?word={{ s.query|urlencode }}">知道</a></div>
<div id="wrapper_wrapper"><div id="container" class="container_s sam_newgrid"><div id="content_left" tabindex="0">
"""

_REST = """<div id="foot"><span id="help"><a href="https://www.baidu.com/duty">使用百度前必读</a></span></div></div>
<script data-for="result">bds.base={sid:"{{ (s.query ~ s.page)|mix(999999) }}"};</script></body></html>
"""

_PAGE = template(_TOP + """{% for e in s.paid %}
<div class="result c-container EC_result" id="{{ 3000 + loop.index }}" data-tuiguang="{{ e.url|mix(99999) }}"
 data-click="{}"><div class="c-row">
<h3 class="t ec_title_{{ e.url|mix(97) }}"><a data-landurl="{{ e.url }}"
 href="http://www.baidu.com/baidu.php?url={{ me.token(e.url) }}.7Y_NR2Ar5Od" target="_blank">
{{- e.title|marked(s.query) }}</a></h3><div class="ec_desc c-span-last">{{ e.snippet|marked(s.query) }}</div>
<div class="c-showurl_{{ e.url|mix(91) }}">{{ e.url|site }} <span class="ec-tuiguang ecfc-tuiguang">广告</span>
</div></div></div>
{% endfor %}{% if s.page == 1 %}
<div class="result-op c-container new-pmd" srcid="51211" tpl="ai_index" id="1"
 mu="http://nourl.ubs.baidu.com/51211"><div class="cosc-card">
<h3 class="c-title"><a href="/s?wd={{ s.query|urlencode }}&amp;rsv_ai=1">AI 智能回答</a></h3><div
 class="ai-entry-block">内容由AI生成，仅供参考</div></div></div>
{% endif %}{% for e in entries %}
<div class="result c-container xpath-log new-pmd" srcid="1599" tpl="se_com_default" id="{{ s.first + loop.index }}"
 mu="{{ e.url }}"
 data-op="{'y':'{{ e.url|mix(4294967295) }}'}" data-click="{&quot;p1&quot;:{{ loop.index }}}"><div
 class="c-container" data-click="{}" has-tts="true">
<h3 class="c-title t t tts-title" data-module="title"><a class="cosc-title-a"
 href="http://www.baidu.com/link?url={{ me.token(e.url) }}" data-showurl-highlight="true"
 target="_blank">{{ e.title|marked(s.query) }}</a></h3><div class="c-row c-gap-top-middle" data-module="abstract">
<div class="general_image_pic_26hUh"></div>
<span class="summary-prefix_1Vkhx"><span
 class="prefix-time_2JJxT">{{ e.date|day }}</span></span>
<span class="summary-text_560AW">{{ e.snippet|marked(s.query) }}</span></div>
<div class="source_1Vdff OP_LOG_LINK" data-module="source"><span
 class="cosc-source-text cos-line-clamp-1">{{ e.url|site }}</span><div class="c-tools" data-tools="{}"><i
 class="c-icon">&#xe62b;</i></div></div>
</div></div>{% if loop.index == 4 %}
<div class="result-op c-container" srcid="28608" tpl="recommend_list" id="{{ s.first + 50 }}"
 mu="http://28608.recommend_list.baidu.com"><div class="c-title-pmd">大家还在搜</div>
<h3><a href="/s?wd={{ s.head|urlencode }}%E6%8A%A5%E5%90%8D">{{ s.head }}报名</a></h3></div>
{% endif %}{% endfor %}</div>
<div id="content_right"><div class="cr-content"><div class="opr-toplist1" tpl="right_toplist1">百度热搜<a
 href="/s?wd=%E5%A4%A9%E6%B0%94">天气</a></div></div></div>
<div id="rs_new"><div class="c-color-t">相关搜索</div><table>{% for more in ["查询", "怎么考", "报名"] %}<tr><td><a
 href="/s?wd={{ s.head|urlencode }}{{ more|urlencode }}">
{{- s.head }}{{ more }}</a></td></tr>{% endfor %}</table></div></div>
<div id="page"><div class="page-inner_2jZi2">{% if s.page > 1 %}<a class="n"
 href="/s?wd={{ s.query|urlencode }}&amp;pn={{ (s.page - 2) * 10 }}">&lt; 上一页</a>{% endif %}
<strong><span class="pc">{{ s.page }}</span></strong><a href="/s?wd={{ s.query|urlencode }}&amp;pn=0"><span
 class="pc">1</span></a>
{% if more %}<a class="n"
 href="/s?wd={{ s.query|urlencode }}&amp;pn={{ s.page * 10 }}&amp;oq={{ s.query|urlencode }}&amp;ie=utf-8">
下一页 &gt;</a>{% endif %}</div></div></div>
""" + _REST)

_EMPTY = template(_TOP + """<div class="content_none"><div class="nors"><p>抱歉，未找到相关结果。</p>
<p>温馨提示：请检查您的输入是否正确，或换个说法再搜</p></div></div>
</div></div></div>
""" + _REST)
