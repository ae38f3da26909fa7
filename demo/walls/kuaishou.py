"""快手: a script shell whose interface wants a signature."""

from __future__ import annotations

from demo.messages import Reply, Request
from demo.standin import StandIn, template


class Kuaishou(StandIn):
    """www.kuaishou.com/search/video."""

    name = "kuaishou"
    label = "快手"
    hosts = ("www.kuaishou.com",)

    def answer(self, request: Request) -> Reply | None:
        """The shell."""
        return self.page(_SHELL) if request.path == "/search/video" else None


_SHELL = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>快手，拥抱每一种生活</title></head>
<body><div id="app"></div><script src="/assets/app.js"></script></body></html>
""")
