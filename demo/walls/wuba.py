"""58同城: a captcha for whoever comes straight to a list."""

from __future__ import annotations

from demo.messages import Reply, Request, redirect
from demo.standin import StandIn, template


class Wuba(StandIn):
    """fz.58.com leads to callback.58.com/antibot."""

    name = "wuba"
    label = "58同城"
    hosts = ("fz.58.com", "callback.58.com")

    def answer(self, request: Request) -> Reply | None:
        """The way to the captcha, and the captcha."""
        if request.host == "callback.58.com":
            return self.page(_CAPTCHA)
        return redirect("https://callback.58.com/antibot/verifycode?serialId=0a1b&code=22&namespace=list") \
            if request.path.startswith("/zhiyepeix/") else None


_CAPTCHA = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>请输入验证码</title></head>
<body><div class="pop"><p>访问过于频繁，本次访问做以下验证码校验</p>
<input type="button" id="btnSubmit" value="点击按钮进行验证"></div></body></html>
""")
