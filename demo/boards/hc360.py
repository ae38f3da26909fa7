"""hc360 offer search (evidence of 2023): a grid of offers, detail pages on b2b.hc360.com, promoted ones among them."""

from __future__ import annotations

from demo.messages import Reply, Request
from demo.standin import StandIn, template


class Hc360(StandIn):
    """s.hc360.com; the offers themselves are pages of b2b.hc360.com and of members' own hosts."""

    name = "hc360"
    label = "慧聪网"
    hosts = ("s.hc360.com",)
    size = 20
    server = "openresty"
    robots = "User-agent: *\nDisallow: /ajax/\nAllow: /\n"

    def answer(self, request: Request) -> Reply | None:
        """Offer search, in its present and its old form (`/?w=…` in GBK)."""
        if request.path in {"/seller/search.html", "/company/search.html"}:
            shown = self.shown(request.value("kwd"), request.number("pnum"))
        elif request.path == "/" and request.value("w"):
            shown = self.shown(request.value("w", "gbk"), request.number("ee"))
        else:
            return None
        return self.page(_PAGE if shown.entries or shown.paid else _EMPTY, s=shown)


_TOP = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{ s.query }}-{{ s.query }}批发价格-慧聪网</title>
<meta name="keywords" content="{{ s.query }},{{ s.query }}价格,{{ s.query }}厂家">
<style>
body{margin:0 40px;font:12px/1.6 arial,sans-serif;color:#333}em{color:#d00;font-style:normal}
a{color:#333;text-decoration:none}dd{margin:0}
.s-tab li{display:inline-block;margin-right:20px}.newPrice{color:#e4393c}
.s-mod-page,.s-hot,.s-footer{clear:both;padding:12px 0}
.grid-item{width:220px;float:left;margin:8px}.til h3{font-size:14px}</style>
<script>var HC={kw:{{ s.query|tojson }},page:{{ s.page }}};</script></head>
<body><div class="s-top-bar"><a href="https://www.hc360.com/">慧聪首页</a> <a
 href="https://sso.hc360.com/ssologin">请登录</a> <a href="https://sso.hc360.com/reg">免费注册</a></div>
<div class="s-header"><form action="/seller/search.html"><input name="kwd" value="{{ s.query }}">
<button>搜索</button></form>
<ul class="s-tab"><li class="cur">产品</li><li><a href="/company/search.html?kwd={{ s.query|urlencode }}">公司</a>
</li></ul></div>
<div class="s-layout"><div class="s-filter"><dl><dt>所在地：</dt><dd><a
 href="?kwd={{ s.query|urlencode }}&amp;z=%B9%E3%B6%AB">广东</a> <a
 href="?kwd={{ s.query|urlencode }}&amp;z=%BD%AD%CB%D5">江苏</a></dd></dl></div>
"""
_REST = """</div><div class="s-footer"><p>内容由用户发布，交易请核实对方资质。慧聪网 版权所有</p></div>
<script>HC.bigdata={"pvid":"{{ (s.query ~ s.page)|mix(4294967295) }}"};</script></body></html>
"""

_PAGE = template(_TOP + """<div class="wrap-grid"><div class="grid-list">
{% for e in s.paid + s.entries %}<div class="grid-item"
 data-bcid="{{ e.url|mix(999999999) }}"{% if loop.index0 < s.paid|length %} data-p4p="1"{% endif %}><div
 class="picmid"><a href="{{ e.url }}" target="_blank"><img src="/img/nopic.png" alt=""></a></div>
<dl><dt class="til"><h3><a href="{{ e.url }}" target="_blank"
 title="{{ e.title }}">{{ e.title|marked(s.query) }}</a></h3></dt>
<dd class="seaNewList"><span class="newPrice">面议</span></dd><dd class="desc">{{ e.snippet|marked(s.query) }}</dd>
<dd class="newCname"><p class="company"><a href="{{ e.url }}" target="_blank">{{ e.url|site }}</a></p></dd><dd
 class="date">{{ e.date }}</dd>
{% if loop.index0 < s.paid|length %}<dd><span class="p4p">广告</span></dd>{% endif %}</dl></div>
{% endfor %}</div></div>
<div class="s-mod-page">{% if s.page > 1 %}<a class="prev"
 href="?kwd={{ s.query|urlencode }}&amp;pnum={{ s.page - 1 }}">上一页</a>{% endif %}<span
 class="cur">{{ s.page }}</span>
{% if s.more %}<a class="next"
 href="?kwd={{ s.query|urlencode }}&amp;pnum={{ s.page + 1 }}">下一页</a>{% else %}<span
 class="next disabled">下一页</span>{% endif %}</div>
<div class="s-hot"><h4>相关推荐</h4><a
 href="?kwd={{ s.query|urlencode }}%20%E6%89%B9%E5%8F%91">{{ s.query }}批发</a></div>
""" + _REST)

_EMPTY = template(_TOP + """<div class="no-result"><p>抱歉，没有找到与“<em>{{ s.query }}</em>”相关的产品</p><p>您可以<a href="https://b2b.hc360.com/buy/">发布求购信息</a></p></div>
""" + _REST)
