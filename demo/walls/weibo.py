"""微博: the visitor system before everything."""

from __future__ import annotations

from demo.messages import Reply, Request, redirect
from demo.standin import StandIn, template


class Weibo(StandIn):
    """s.weibo.com/weibo leads to passport.weibo.com/visitor."""

    name = "weibo"
    label = "微博"
    hosts = ("s.weibo.com", "passport.weibo.com")

    def answer(self, request: Request) -> Reply | None:
        """The way to the visitor system, and its page."""
        if request.host == "passport.weibo.com":
            return self.page(_VISITOR)
        return redirect("https://passport.weibo.com/visitor/visitor?entry=miniblog&a=enter") if request.path == "/weibo" else None


_VISITOR = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>Sina Visitor System</title></head>
<body><span id="message"></span><script>window.use_fp = "1" == "1";</script></body></html>
""")
