"""A request as the demo web sees it, and the reply it gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

_PHONE = re.compile(r"Mobile|Android|iPhone|HarmonyOS", re.I)
_SEARCH = re.compile(r"^https?://[^/]*\b(baidu|sogou|so|toutiao|sm|bing)\.(com|cn)(/|$)", re.I)
PAID_CLICK = "PAID-CLICK"  # what the log says of a request that would have billed an advertiser


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `target` is path and query as sent, `headers` have lower-case names, `host` is ASCII without a port."""

    method: str
    scheme: str
    host: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def value(self, name: str, charset: str = "utf-8") -> str:
        """A query parameter in the given character set, "" without one; bytes that fit no other way stay readable."""
        query = self.target.partition("?")[2]
        values = parse_qs(query, keep_blank_values=True, encoding=charset, errors="replace", max_num_fields=100)
        return values.get(name, [""])[0]

    def number(self, name: str, default: int = 1) -> int:
        """A query parameter as a whole number of 0 to 9999, `default` when it is none."""
        text = self.value(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else default

    @property
    def mobile(self) -> bool:
        """Whether a phone asks, by its agent."""
        return bool(_PHONE.search(self.headers.get("user-agent", "")))

    @property
    def from_search(self) -> bool:
        """Whether the visitor comes from a search engine, by its referrer."""
        return bool(_SEARCH.match(self.headers.get("referer", "")))

    @property
    def cookies(self) -> str:
        """The cookie header, "" without one."""
        return self.headers.get("cookie", "")


@dataclass(slots=True)
class Reply:
    """What is answered. `body` is bytes, or pieces to stream (`length` is then their sum, None for an open end).

    `raw`: the body is the whole answer, status line and all, sent as it is before the connection is closed: for servers
    that lie about lengths, tear chunks, or never speak HTTP.
    """

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    server: str = "nginx"
    gzip: bool = False
    chunked: bool = False
    length: int | None = None
    raw: bool = False
    note: str = ""


def redirect(to: str, status: int = 302, **more: str) -> Reply:
    """A redirect with the short body servers write. `more` are further fields of the reply (`note`, `server`)."""
    body = f"<html>\r\n<head><title>{status} Found</title></head>\r\n<body>\r\n<hr></body>\r\n</html>\r\n".encode()
    return Reply(body, status, headers=(("Location", to),), server=more.get("server", "nginx"), note=more.get("note", ""))


def failure(status: int, words: str, server: str = "nginx") -> Reply:
    """An error page in a server's own plain style."""
    body = (f"<html>\r\n<head><title>{status} {words}</title></head>\r\n<body>\r\n<center><h1>{status} {words}</h1></center>\r\n"
            f"<hr><center>{server}</center>\r\n</body>\r\n</html>\r\n")
    return Reply(body.encode(), status, "text/html", server=server)
