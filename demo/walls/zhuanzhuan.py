"""转转: a page that points to the application."""

from __future__ import annotations

from demo.standin import OnePage, template


class Zhuanzhuan(OnePage):
    """www.zhuanzhuan.com."""

    name = "zhuanzhuan"
    label = "转转"
    hosts = ("www.zhuanzhuan.com",)
    path = "/"
    shell = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>转转官网</title></head>
<body><h1>二手交易</h1><p>下载转转 APP，扫码即可</p></body></html>
""")
