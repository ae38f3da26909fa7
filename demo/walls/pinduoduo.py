"""拼多多: busy for strangers."""

from __future__ import annotations

from demo.standin import OnePage, template


class Pinduoduo(OnePage):
    """mobile.yangkeduo.com/search_result.html."""

    name = "pinduoduo"
    label = "拼多多"
    hosts = ("mobile.yangkeduo.com",)
    path = "/search_result.html"
    shell = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>拼多多</title></head>
<body><div class="error"><p>系统繁忙，请稍后再试</p></div></body></html>
""")
