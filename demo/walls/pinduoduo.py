"""拼多多: busy for strangers."""

from __future__ import annotations

from demo.messages import Reply, Request
from demo.standin import StandIn, template


class Pinduoduo(StandIn):
    """mobile.yangkeduo.com/search_result.html."""

    name = "pinduoduo"
    label = "拼多多"
    hosts = ("mobile.yangkeduo.com",)

    def answer(self, request: Request) -> Reply | None:
        """The page that says busy."""
        return self.page(_BUSY) if request.path == "/search_result.html" else None


_BUSY = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>拼多多</title></head>
<body><div class="error"><p>系统繁忙，请稍后再试</p></div></body></html>
""")
