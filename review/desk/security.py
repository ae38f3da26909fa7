"""What guards the desk's own pages: strict headers, forms that prove where they come from, bounded bodies."""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from review.desk.upload import upload_of

COOKIE = "dajia_desk"
MAX_FORM = 256 * 1024
_REPEATED = ("leads", "agency")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; form-action 'self'; "
                               "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class SecurityHeaders:
    """Adds the headers to every answer; an answer's own stricter policy stays."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)
        await self.app(scope, receive, guarded)


class StaticPages(StaticFiles):
    """Style and script; their address carries their digest, so a browser may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As StaticFiles has it."""
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "public, max-age=86400"
        return answer


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a posted form; `leads` and `agency` join their repeats. A body over `MAX_FORM` reads as a form without fields."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await upload_of(request)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_FORM:
            return {"too_long": "1"}
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=2000):
        found[name] = f"{found[name]},{value}" if name in _REPEATED and name in found else value
    return found


def refused(request: Request, form: dict[str, str], csrf: str, *, needs_token: bool) -> str:
    """Why a request must not be carried out; "" when it may."""
    if request.method != "POST":
        return ""
    if "too_long" in form:
        return "提交的内容过长"
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return "请求来自别的网站"
    if needs_token and not hmac.compare_digest(form.get("csrf", ""), csrf or "-"):
        return "页面已过期，请重新打开后再试"
    return ""
