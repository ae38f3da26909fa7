"""闲鱼: a script shell for everybody, its data for nobody without a session."""

from __future__ import annotations

from demo.standin import OnePage, template


class Goofish(OnePage):
    """www.goofish.com/search: the shell, whose interface asks for a login."""

    name = "goofish"
    label = "闲鱼"
    hosts = ("www.goofish.com",)
    server = "Tengine"
    path = "/search"
    shell = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>搜索_闲鱼</title></head><body>
<div id="content"></div><script src="/static/main.js"></script></body></html>
""")
