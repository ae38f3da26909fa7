"""Forums on Discuz! X3.4: site search with its redirect to a stored search, on every host whose threads name `discuz`."""

from __future__ import annotations

from urllib.parse import quote_plus

from demo.index import Index
from demo.messages import Reply, Request, redirect
from demo.sites import Site
from demo.standin import StandIn, mix, template

_ID = 90_000


class Discuz(StandIn):
    """The search of whatever hosts have threads in their index; the threads are those hosts' own pages."""

    name = "discuz"
    label = "论坛（Discuz!）"
    size = 20
    server = "nginx/1.18.0"
    robots = ("# robots.txt for Discuz! X3\n\nUser-agent: *\nDisallow: /api/\nDisallow: /data/\nDisallow: /source/\nDisallow: /install/\n"
              "Disallow: /template/\nDisallow: /config/\nDisallow: /uc_client/\nDisallow: /uc_server/\nDisallow: /static/\n"
              "Disallow: /admin.php\nDisallow: /search.php\nDisallow: /member.php\nDisallow: /api.php\nDisallow: /misc.php\n"
              "Disallow: /connect.php\nDisallow: /forum.php?mod=redirect*\nDisallow: /forum.php?mod=post*\n"
              "Disallow: /home.php?mod=spacecp*\n")

    def __init__(self, index: Index, sites: dict[str, Site]) -> None:
        super().__init__(index, sites)
        self.hosts = tuple(sorted(index.hosts(self.name)))

    def answer(self, request: Request) -> Reply | None:
        """A new search is stored and redirected to, as the original does; the stored one is shown."""
        if request.path != "/search.php":
            return None
        words = request.value("srchtxt") or request.value("kw")
        if request.value("searchsubmit") == "yes" and not request.value("searchid"):
            return redirect(f"search.php?mod=forum&searchid={_ID + mix(words, 9999)}&orderby=lastpost&ascdesc=desc&searchsubmit=yes"
                            f"&kw={quote_plus(words)}", server=self.server)
        return self.page(_PAGE, s=self.shown(words, request.number("page"), request.host), host=request.host)


_PAGE = template("""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"
 />
<title>{% if s.query %}{{ s.query }} - {% endif %}搜索 - {{ host }} - Powered by Discuz!</title><meta
 name="generator" content="Discuz! X3.4" />
<script type="text/javascript">var STYLEID = '1', STATICURL = 'static/', IMGDIR = 'static/image/common', VERHASH = 'k7Q',
  charset = 'utf-8', discuz_uid = '0', SITEURL = 'http://{{ host }}/';</script>
<style type="text/css">
body{margin:0;font:12px/1.6 Tahoma,sans-serif;color:#444}#toptb{background:#f2f2f2;padding:6px 40px}
.w{width:900px;margin:20px auto}em{color:#f26c4f;font-style:normal}
#threadlist ul{list-style:none;padding:0}a{text-decoration:none}.pbw{padding-bottom:15px}.xs3{font-size:16px}
.xg1{color:#999}.xi1{color:#f26c4f}</style>
</head>
<body id="nv_search" onkeydown="if(event.keyCode==27) return false;"><div id="append_parent"></div><div
 id="ajaxwaitid"></div>
<div id="toptb" class="cl"><div class="z"><a href="./" title="首页" class="xi2">返回首页</a></div><div class="y"><a
 href="member.php?mod=logging&amp;action=login">登录</a> <a href="member.php?mod=register">注册</a></div></div>
<div id="ct" class="cl w"><div class="mw"><form class="searchform" method="post" autocomplete="off"
 action="search.php?mod=forum">
<input type="hidden" name="formhash" value="{{ host|mix(99999999) }}" /><input type="text" id="scform_srchtxt"
 name="srchtxt" value="{{ s.query }}" />
<input type="hidden" name="searchsubmit" value="yes" /><button type="submit" id="scform_submit" class="schbtn">
<strong>搜索</strong></button></form>
<div class="tl"><div class="sttl mbn"><h2>结果: <em>找到 “<span
 class="emfont">{{ s.query }}</span>” 相关内容 {{ s.total }} 个</em></h2></div>
{% if s.entries %}<div class="slst mtw" id="threadlist" style="position: relative;"><ul>
{% for e in s.entries %}<li class="pbw" id="{{ e.url|mix(99999) }}"><h3 class="xs3"><a href="{{ e.url }}"
 target="_blank">{{ e.title|marked(s.query) }}</a></h3>
<p class="xg1">{{ e.url|mix(29) }} 个回复 - {{ 100 + e.url|mix(2000) }} 次查看</p>
<p>{{ e.snippet|marked(s.query) }}</p>
<p><span>{{ e.date }} {{ 8 + e.url|mix(12) }}:{{ 10 + e.url|mix(49) }}</span> - <span><a
 href="home.php?mod=space&amp;uid={{ e.url|mix(9999) }}" target="_blank">会员{{ e.url|mix(9999) }}</a></span>
- <span><a href="forum.php?mod=forumdisplay&amp;fid={{ 2 + e.url|mix(5) }}" target="_blank" class="xi1">证件考试</a>
</span></p></li>
{% endfor %}</ul></div>{% else %}<p class="emp xs2 xg2">对不起，没有找到匹配结果。</p>{% endif %}</div>
<div class="pgs cl mbm">{% if s.more or s.page > 1 %}<div class="pg"><strong>{{ s.page }}</strong>{% if s.more %}<a
 href="search.php?mod=forum&amp;searchid=
{{- 90000 + s.query|mix(9999) }}&amp;page={{ s.page + 1 }}&amp;orderby=lastpost&amp;ascdesc=desc&amp;searchsubmit=yes&amp;kw=
{{- s.query|urlencode }}" class="nxt">下一页</a>{% endif %}</div>{% endif %}</div></div></div>
<div id="ft" class="wp cl"><p>Powered by <strong><a href="#">Discuz!</a></strong> <em>X3.4</em></p><p
 class="xs0">GMT+8, <span id="debuginfo">Processed in 0.0{{ 10 + s.query|mix(89) }} second(s), 9 queries .</span>
</p></div></body></html>
""")
