"""liebiao (evidence of 2021): old classifieds in GBK, words in the path, posts on the hosts of cities."""

from __future__ import annotations

from demo.messages import Reply, Request
from demo.standin import StandIn, path_words, template


class Liebiao(StandIn):
    """www.liebiao.com. Says its charset in the page alone; GBK words come percent-encoded in the path."""

    name = "liebiao"
    label = "列表网"
    hosts = ("www.liebiao.com",)
    size = 20
    server = "Apache"
    robots = "User-agent: *\nDisallow: /user/\n"

    def answer(self, request: Request) -> Reply | None:
        """Home page and search."""
        if request.path == "/":
            return self.gbk_page(_HOME)
        if not request.path.startswith("/sou/"):
            return None
        shown = self.shown(path_words(request.path.split("/")[2], "gbk"), request.number("pn"))
        return self.gbk_page(_PAGE if shown.entries else _EMPTY, s=shown)


_HOME = template("""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gbk"><title>列表网 - 免费发布信息</title></head>
<body><center><h1>列表网</h1><table><tr><td>教育培训</td><td>商务服务</td><td>招聘</td></tr></table></center></body>
</html>
""")

_TOP = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">
<html><head><meta http-equiv="Content-Type" content="text/html; charset=gbk">
<title>{{ s.query }}信息 - 列表网</title>
<style type="text/css">body{font-size:12px} .post-list li{border-bottom:1px solid #eee;padding:8px}</style><script
 language="javascript" src="/js/c.js"></script></head>
<body><div id="top"><a href="http://www.liebiao.com/">列表网</a> | <a href="/user/login.html">登录</a> | <a
 href="/post/">免费发布信息</a></div>
<div class="bread">当前位置：<a href="/">全国</a> &gt; {{ s.query }}</div>
"""
_REST = """<div id="bottom"><a href="/about/">关于我们</a> 信息由用户发布，请注意防骗 (c) 列表网</div></body></html>
"""

_PAGE = template(_TOP + """<div class="post-list"><ul>
{% for e in s.entries %}<li id="p{{ e.url|mix(99999999) }}"><div class="fang-title"><a href="{{ e.url }}"
 target="_blank">{{ e.title }}</a>{% if e.url|mix(3) == 0 %} <img src="/img/ding.gif" alt="顶">{% endif %}</div>
<p class="fang-desc">{{ e.snippet }}</p><span class="area">{{ e.url|site }}</span> <span
 class="time">{{ e.date[5:] }}</span></li>
{% endfor %}</ul></div><div class="pager">第{{ s.page }}页 共{{ s.total }}条
{% if s.page > 1 %}<span class="prev"><a href="?pn={{ s.page - 1 }}">上一页</a>
</span>{% endif %}{% if s.more %}<span class="next"><a href="?pn={{ s.page + 1 }}">下一页</a>
</span>{% endif %}</div>
""" + _REST)

_EMPTY = template(_TOP + """<div class="nopost">抱歉，没有找到符合条件的信息，<a href="/post/">免费发布一条</a></div>
""" + _REST)
