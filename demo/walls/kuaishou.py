"""快手: a script shell whose interface wants a signature."""

from __future__ import annotations

from demo.standin import OnePage, template


class Kuaishou(OnePage):
    """www.kuaishou.com/search/video."""

    name = "kuaishou"
    label = "快手"
    hosts = ("www.kuaishou.com",)
    path = "/search/video"
    shell = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>快手，拥抱每一种生活</title></head>
<body><div id="app"></div><script src="/assets/app.js"></script></body></html>
""")
