"""抖音: the middle page of verification."""

from __future__ import annotations

from demo.messages import Reply, Request
from demo.standin import StandIn, template


class Douyin(StandIn):
    """www.douyin.com/search/…"""

    name = "douyin"
    label = "抖音"
    hosts = ("www.douyin.com",)

    def answer(self, request: Request) -> Reply | None:
        """The middle page."""
        return self.page(_MIDDLE) if request.path.startswith("/search/") else None


_MIDDLE = template("""<!DOCTYPE html><html><head><meta charset="utf-8"><title>验证码中间页</title></head>
<body><div id="captcha_container"></div></body></html>
""")
