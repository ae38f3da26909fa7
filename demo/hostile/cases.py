"""What a case is: a host, a behaviour, and the outcome it must end in."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

ZONE = "hostile.example"
MODULES = ("bodies", "servers", "scripts", "links")
WORDS = "本页文字足够长，不必再等它长出什么来：这里写的都是虚构内容，只为看抓取程序如何应对。"


@dataclass(slots=True)
class Said:
    """One request as it arrived, and the socket to answer it on. Sending raises OSError when the client has had enough."""

    connection: socket.socket
    method: str
    target: str
    headers: dict[str, str]
    port: int
    trap: int
    closing: Callable[[], bool]

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self.connection.sendall(data)

    def head(self, status: str = "200 OK", *lines: str, kind: str = "text/html; charset=utf-8") -> None:
        """A status line and header lines, without the empty line's body."""
        rows = [f"HTTP/1.1 {status}", *([f"Content-Type: {kind}"] if kind else []), *lines, "Connection: close", "", ""]
        self.send("\r\n".join(rows).encode("latin-1", "replace"))

    def page(self, words: str | bytes = "", *lines: str, status: str = "200 OK", kind: str = "text/html; charset=utf-8") -> None:
        """A whole page. Text without markup around it gets a document."""
        body = words if isinstance(words, bytes) else document(words)
        self.head(status, f"Content-Length: {len(body)}", *lines, kind=kind)
        if self.method != "HEAD":
            self.send(body)

    def redirect(self, location: str) -> None:
        """On to somewhere else."""
        self.page("", f"Location: {location}", status="302 Found")

    def wait(self, seconds: float) -> bool:
        """Let time pass in small pieces; False when the web is closing."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.closing():
                return False
            time.sleep(0.02)
        return True


Behaviour = Callable[[Said], None]


@dataclass(frozen=True, slots=True)
class Case:
    """One behaviour. `plain` and `browser` are the outcomes allowed (joined by "|"); `note` words that the outcome's note
    holds; `https` asks it over TLS; `addresses` is what its name answers, loopback by default."""

    name: str
    what: str
    plain: str
    browser: str
    behave: Behaviour
    plain_note: str = ""
    browser_note: str = ""
    https: bool = False
    addresses: tuple[str, ...] = field(default=("127.0.0.1",))

    @property
    def host(self) -> str:
        """The host that behaves so."""
        return f"{self.name}.{ZONE}"

    def url(self, port: int) -> str:
        """The address of the case."""
        return f"{'https' if self.https else 'http'}://{self.host}:{port}/"


_FOUND: dict[str, Case] = {}


def case(
    name: str, what: str, *, plain: str = "ok", browser: str = "ok", plain_note: str = "", browser_note: str = "",
    https: bool = False, addresses: tuple[str, ...] = ("127.0.0.1",),
) -> Callable[[Behaviour], Behaviour]:
    """Declare a function as the behaviour of a case."""
    def declare(behave: Behaviour) -> Behaviour:
        if name in _FOUND and _FOUND[name].behave.__qualname__ != behave.__qualname__:
            raise ValueError(f"two hostile cases are called {name!r}")
        _FOUND[name] = Case(name, what, plain, browser, behave, plain_note, browser_note, https, addresses)
        return behave

    return declare


@cache
def cases() -> tuple[Case, ...]:
    """Every case, in order of declaration."""
    for module in MODULES:
        import_module(f"demo.hostile.{module}")
    return tuple(_FOUND.values())


def document(words: str, title: str = "一个页面") -> bytes:
    """A small document around `words`, with text enough to be a page."""
    return f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title></head><body>{words}<p>{WORDS}</p></body></html>".encode()
