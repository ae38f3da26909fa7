"""小红书: a login over an empty page."""

from __future__ import annotations

from demo.standin import OnePage, template


class Xiaohongshu(OnePage):
    """www.xiaohongshu.com/search_result."""

    name = "xiaohongshu"
    label = "小红书"
    hosts = ("www.xiaohongshu.com",)
    path = "/search_result"
    shell = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>小红书 - 你的生活指南</title></head>
<body><div id="global"><div class="login-container"><p>手机号登录</p><p>登录后查看搜索结果</p></div></div></body></html>
""")
