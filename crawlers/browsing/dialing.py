"""Connections that leave: each checked by the guard's rules, and made to the very address that was checked.

Names are resolved here, never in the browser, so a name that answers differently the second time gains nothing.
Behind a configured proxy that proxy resolves, and only the text of an address can be checked.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from scrapy.exceptions import CannotResolveHostError

from crawlers.addresses import forbidden
from crawlers.browsing.streams import Stream, TlsStream
from crawlers.browsing.wire import MAX_HEAD, WireError, read_head, status_of
from crawlers.guard import literal, refusal, resolve
from crawlers.session import Session
from evidence.ids import to_ascii

_WALLS = frozenset({401, 403, 407, 429})
# What Chromium asks on its own account, whatever flags say (seen with 150 to 156): no page's business, and it would
# tell a third party what is being looked at.
_BROWSERS_OWN = frozenset({
    "content-autofill.googleapis.com", "accounts.google.com", "update.googleapis.com", "clients2.google.com",
    "safebrowsing.googleapis.com", "optimizationguide-pa.googleapis.com", "edgedl.me.gvt1.com", "redirector.gvt1.com",
    "passwordsleakcheck-pa.googleapis.com", "android.clients.google.com", "mtalk.google.com",
})


class NotReached(Exception):
    """No connection; `kind` as in `crawlers.failures.Trouble`."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}"[:300])
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request goes: scheme http or https, host, port."""

    scheme: str
    host: str
    port: int

    @property
    def url(self) -> str:
        """The origin as the start of an address, without its default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = 443 if self.scheme == "https" else 80
        return f"{self.scheme}://{host}" + ("" if self.port == default else f":{self.port}")


@dataclass(slots=True)
class Line:
    """An open connection to an origin. `ip` is "" behind a proxy, `relayed` when requests need whole addresses."""

    stream: Stream
    origin: Origin
    ip: str = ""
    tls: str = ""
    certificate: str = ""
    relayed: bool = False
    credentials: str = ""


class Dialer:
    """Opens lines by the rules of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._network = session.config.network
        self._tls = _client_context()

    def refusal(self, url: str) -> str:
        """Why an address must not be asked, as far as its text tells; "" when it may be."""
        return refusal(url, self._network.allow)

    async def dial(self, origin: Origin) -> Line:
        """A connection to `origin`, TLS shaken where it is https; NotReached says why there is none."""
        if origin.host in _BROWSERS_OWN:
            raise NotReached("refused", f"{origin.host}: the browser's own service, not the page's")
        if reason := self.refusal(origin.url):
            raise NotReached("refused", reason)
        proxy = self._session.proxy_for(origin.url)
        try:
            line = await (self._through(proxy, origin) if proxy else self._straight(origin))
            return await self._secured(line) if origin.scheme == "https" else line
        except TimeoutError as problem:
            raise NotReached("timeout", f"{origin.url}: no connection in {self._network.connect_timeout:g} s") from problem
        except CannotResolveHostError as problem:
            raise NotReached("unreachable", str(problem)) from problem
        except (OSError, ValueError, WireError) as problem:
            raise NotReached("unreachable", f"{origin.url}: {type(problem).__name__}: {problem}") from problem

    async def _straight(self, origin: Origin) -> Line:
        host, network = to_ascii(origin.host), self._network
        addresses = literal(host) or await resolve(host, network.connect_timeout, network.resolvers)
        if f"{origin.host}:{origin.port}" not in network.allow:
            for address in addresses:
                if reason := forbidden(address):
                    raise NotReached("refused", f"{origin.host} resolves to {address}: {reason}")
        last: OSError | None = None
        for address in addresses[:3]:
            try:
                return Line(await self._connect(address, origin.port), origin, ip=address)
            except OSError as problem:
                last = problem
        raise last or OSError("no address")

    async def _through(self, proxy: str, origin: Origin) -> Line:
        parts = urlsplit(proxy)
        if parts.scheme not in {"http", ""} or not parts.hostname:
            raise NotReached("unreachable", f"proxy {parts.scheme}://…: only http:// proxies can be used")
        credentials = _credentials(parts.username, parts.password)
        stream = await self._connect(parts.hostname, parts.port or 80)
        if origin.scheme == "http":
            return Line(stream, origin, relayed=True, credentials=credentials)
        place = f"{to_ascii(origin.host)}:{origin.port}"
        said = f"Proxy-Authorization: {credentials}\r\n" if credentials else ""
        await stream.write(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{said}\r\n".encode())
        async with asyncio.timeout(self._network.timeout):
            head = read_head(await stream.until_blank(MAX_HEAD))
        if (status := status_of(head)) != 200:
            stream.abort()
            kind = "blocked" if status in _WALLS else "unreachable"
            raise NotReached(kind, f"the proxy answered {status} to CONNECT {place}")
        return Line(stream, origin)

    async def _connect(self, host: str, port: int) -> Stream:
        async with asyncio.timeout(self._network.connect_timeout):
            return Stream(*await asyncio.open_connection(host, port, limit=1 << 18))

    async def _secured(self, line: Line) -> Line:
        """TLS over the line, whatever certificate is shown: a bad one is a finding, not a reason to look away."""
        name = "" if literal(line.origin.host) else to_ascii(line.origin.host)
        secure = TlsStream(line.stream, self._tls, name=name)
        async with asyncio.timeout(self._network.connect_timeout * 2):
            await secure.shake()
        shown = secure.tls.getpeercert(binary_form=True) or b""
        line.stream, line.tls = secure, secure.tls.version() or ""
        line.certificate = hashlib.sha256(shown).hexdigest() if shown else ""
        return line


def _credentials(user: str | None, password: str | None) -> str:
    if not user:
        return ""
    pair = f"{unquote(user)}:{unquote(password or '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _client_context() -> ssl.SSLContext:
    """TLS as old servers speak it too, without a judgement on certificates."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.set_alpn_protocols(["http/1.1"])
    return context
