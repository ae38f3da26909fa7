"""知乎: refused with a small 403."""

from __future__ import annotations

import json

from demo.messages import Reply, Request
from demo.standin import StandIn


class Zhihu(StandIn):
    """www.zhihu.com/search."""

    name = "zhihu"
    label = "知乎"
    hosts = ("www.zhihu.com",)
    server = "CLOUD ELB 1.0.0"

    def answer(self, request: Request) -> Reply | None:
        """The refusal."""
        if request.path != "/search":
            return None
        said = {"error": {"message": "您当前请求存在异常，暂时限制本次访问", "code": 40362}}
        return Reply(json.dumps(said, ensure_ascii=False).encode(), 403, "application/json; charset=utf-8", server=self.server)
