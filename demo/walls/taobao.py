"""淘宝: the search is answered by its login."""

from __future__ import annotations

from demo.messages import Reply, Request, redirect
from demo.standin import StandIn, template


class Taobao(StandIn):
    """s.taobao.com/search leads to login.taobao.com."""

    name = "taobao"
    label = "淘宝"
    hosts = ("s.taobao.com", "login.taobao.com")
    server = "Tengine"

    def answer(self, request: Request) -> Reply | None:
        """The way to the login, and the login."""
        if request.host == "login.taobao.com":
            return self.page(_LOGIN)
        return redirect("https://login.taobao.com/member/login.jhtml?redirectURL=x", server=self.server) \
            if request.path == "/search" else None


_LOGIN = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>淘宝网 - 淘！我喜欢</title></head>
<body><form id="login-form"><input name="fm-login-id"><input name="fm-login-password" type="password"></form></body></html>
""")
