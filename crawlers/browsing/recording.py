"""What one capture's browser asked for and what came back, byte for byte, within the limits of that capture."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from crawlers.browsing.wire import Pairs
from evidence import ids

# A file to keep or a film is not read: its head is the evidence. (Fonts and scripts come as octet-stream often.)
DOWNLOADS = ("application/vnd.android.package-archive", "application/x-msdownload", "application/zip",
             "application/x-rar", "application/x-7z", "application/x-iso9660-image", "application/java-archive",
             "video/", "audio/")
MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class Limits:
    """What one capture may cost: bytes of one body (as received and decoded), of all bodies, and requests."""

    body: int = 20 * 1024 * 1024
    total: int = 60 * 1024 * 1024
    requests: int = 400
    sockets: int = 20
    navigations: int = 12


@dataclass(slots=True)
class Exchange:
    """One request and what came of it. `failed` is "kind: text" when no answer came; `cut` says why a body ends
    early (length, time, bomb, download, disconnect, unread); `body` holds the coded bytes, chunks joined."""

    url: str
    method: str
    request_headers: Pairs
    started: str = field(default_factory=ids.utc_now)
    ended: str = ""
    status: int = 0
    reason: str = ""
    headers: Pairs = ()
    body: bytearray = field(default_factory=bytearray)
    ip: str = ""
    protocol: str = ""
    tls: str = ""
    certificate: str = ""
    cut: str = ""
    failed: str = ""
    navigation: bool = False

    def header(self, name: str) -> str:
        """The first response header called `name`, "" when there is none."""
        return next((v for k, v in self.headers if k.lower() == name), "")

    @property
    def media_type(self) -> str:
        """The media type without its parameters, lower case."""
        return self.header("content-type").split(";")[0].strip().lower()

    @property
    def coding(self) -> str:
        """The content coding, lower case, "" for none."""
        return self.header("content-encoding").strip().lower()

    @property
    def is_download(self) -> bool:
        """Whether the answer is a file to keep rather than something to show."""
        kept = self.header("content-disposition").strip().lower().startswith("attachment")
        return kept or self.media_type.startswith(DOWNLOADS)


class Recording:
    """The exchanges of one capture. The gate reports here; `refuses` says what it must not let through."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.exchanges: list[Exchange] = []
        self.sockets: list[str] = []
        self.frozen = False  # the page is being looked at: it must not go elsewhere now
        self.over: list[str] = []  # limits that were reached, each once
        self.active = 0
        self.received = 0
        self._asked = 0
        self._navigations = 0
        self._moved = time.monotonic()

    @property
    def quiet_seconds(self) -> float:
        """For how long nothing has been under way."""
        return 0.0 if self.active else time.monotonic() - self._moved

    def begin(self, url: str, method: str, headers: Pairs) -> Exchange:
        """A request wants to leave; it is listed whether it may or not."""
        exchange = Exchange(url, method, headers)
        exchange.navigation = any(k.lower() == "upgrade-insecure-requests" for k, _ in headers)
        self._asked += 1
        self._navigations += exchange.navigation
        if len(self.exchanges) < MAX_LISTED:
            self.exchanges.append(exchange)
        self.active += 1
        self._moved = time.monotonic()
        return exchange

    def end(self, exchange: Exchange) -> None:
        """It came to an end, one way or the other."""
        exchange.ended = ids.utc_now()
        self.active -= 1
        self._moved = time.monotonic()

    def refuses(self, exchange: Exchange) -> str:
        """Which limit stands against a request; "" when none does."""
        if self._asked > self.limits.requests:
            return self._note(f"more than {self.limits.requests} requests")
        if exchange.navigation and self._navigations > self.limits.navigations:
            return self._note(f"more than {self.limits.navigations} navigations")
        if self.received >= self.limits.total:
            return self._note(f"more than {self.limits.total} bytes in all")
        return ""

    def takes_socket(self, url: str) -> bool:
        """Whether another WebSocket may open; it is listed either way, up to a point."""
        if len(self.sockets) < MAX_LISTED:
            self.sockets.append(url)
        if len(self.sockets) > self.limits.sockets:
            self._note(f"more than {self.limits.sockets} sockets")
            return False
        return True

    def takes(self, exchange: Exchange, data: bytes, decoded: int) -> str:
        """Keep the next bytes of a body, `decoded` long so far when plain; else why it ends here."""
        self.received += len(data)
        if decoded > self.limits.body and exchange.coding:
            exchange.body += data[:max(0, self.limits.body - len(exchange.body))]
            return "bomb"
        if len(exchange.body) + len(data) > self.limits.body:
            return "length"
        if self.received > self.limits.total:
            self._note(f"more than {self.limits.total} bytes in all")
            return "length"
        exchange.body += data
        return ""

    def _note(self, limit: str) -> str:
        if limit not in self.over:
            self.over.append(limit)
        return f"limit: {limit}"
