"""闲鱼: a script shell for everybody, its data for nobody without a session."""

from __future__ import annotations

from demo.messages import Reply, Request
from demo.standin import StandIn, template


class Goofish(StandIn):
    """www.goofish.com/search: the shell, whose interface asks for a login."""

    name = "goofish"
    label = "闲鱼"
    hosts = ("www.goofish.com",)
    server = "Tengine"

    def answer(self, request: Request) -> Reply | None:
        """The shell, whatever is searched."""
        return self.page(_SHELL) if request.path == "/search" else None


_SHELL = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>搜索_闲鱼</title></head><body>
<div id="content"></div><script src="/static/main.js"></script></body></html>
""")
