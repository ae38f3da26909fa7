"""Keeps what was received: the coded bytes of every hop into the WARC, before anything decodes them.

The recorder sits nearest to the downloader. A request whose `meta["capture"]` names a capture gets
its exchanges collected in `meta["exchanges"]`, which redirects carry along; the spider builds its
Capture from them. Reason phrases, header order and chunk edges are a library's rendering, and every
record says so.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Self

from scrapy import Request, signals
from scrapy.exceptions import StopDownload
from scrapy.http import Response

from crawlers.session import Session
from evidence import ids
from evidence.archive import ArchiveError, decode
from evidence.records import Artifact, Hop

DOWNLOADS = ("application/vnd.android.package-archive", "application/x-msdownload", "application/zip",
             "application/x-rar", "application/x-7z", "application/octet-stream", "application/x-iso9660-image",
             "application/java-archive", "video/", "audio/")


@dataclass(slots=True)
class Exchanges:
    """What one capture's requests brought: its hops so far and their stored bytes, oldest first."""

    started: str = field(default_factory=ids.utc_now)
    hops: list[Hop] = field(default_factory=list)
    artifacts: list[Artifact] = field(default_factory=list)
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 0
    ip: str = ""
    protocol: str = ""
    stopped: str = ""  # "length" · "time" · "download": why the body was cut short, or never read

    def pointed(self, target: str) -> None:
        """The page that came last only passes visitors on to `target`: it is a hop."""
        if self.hops:
            self.hops[-1] = Hop(self.hops[-1].url, self.hops[-1].status, target)

    def settled(self) -> tuple[Artifact, ...]:
        """The artifacts under their final names: the last is the body, the others hop-1, hop-2 …"""
        named = [_renamed(a, f"hop-{n}") for n, a in enumerate(self.artifacts[:-1], 1)]
        return (*self.artifacts[-1:], *named)


class RecorderMiddleware:
    """Writes each exchange, and stops a body that is too long, too slow or a download."""

    def __init__(self, crawler: Any) -> None:
        self.session: Session = crawler.spider.session
        self._limit = self.session.config.network.max_bytes
        self._seconds = crawler.settings.getfloat("DOWNLOAD_TIMEOUT") * 0.9
        crawler.signals.connect(self.headers_received, signal=signals.headers_received)
        crawler.signals.connect(self.bytes_received, signal=signals.bytes_received)

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """Built by Scrapy; the spider carries the session."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Start the clock of this exchange."""
        request.meta["exchange_began"] = (ids.utc_now(), time.monotonic())
        request.meta["received_bytes"] = 0
        request.meta.pop("stopped", None)

    def headers_received(self, headers: Any, body_length: int | None, request: Request, spider: Any) -> None:
        """Do not read downloads (installers, archives, films): the headers are the evidence."""
        kind = (headers.get(b"Content-Type") or b"").decode("latin-1").lower()
        disposition = (headers.get(b"Content-Disposition") or b"").decode("latin-1").lower()
        if kind.startswith(DOWNLOADS) or disposition.startswith("attachment"):
            request.meta["stopped"] = "download"
            raise StopDownload(fail=False)

    def bytes_received(self, data: bytes, request: Request, spider: Any) -> None:
        """Stop at the limits of size and time; what came until then is kept."""
        meta = request.meta
        meta["received_bytes"] = meta.get("received_bytes", 0) + len(data)
        if meta["received_bytes"] > self._limit:
            meta["stopped"] = "length"
        elif time.monotonic() - meta["exchange_began"][1] > self._seconds:
            meta["stopped"] = "time"
        else:
            return
        raise StopDownload(fail=False)

    def process_response(self, request: Request, response: Response) -> Response:
        """Archive the exchange; the body is what came over the wire, content coding included."""
        capture: str = request.meta.get("capture", "")
        coding = _text(response.headers.get(b"Content-Encoding"))
        headers = _pairs(response.headers)
        stopped = request.meta.get("stopped", "")
        cut = {"length": "length", "time": "time", "download": "unspecified"}.get(stopped, "")
        proxied = bool(request.meta.get("proxy"))
        peer = "" if proxied else str(response.ip_address or "")  # a proxy's address is not the site's
        asked = [(k, v) for k, v in _pairs(request.headers) if k.lower() != "proxy-authorization"]
        try:
            artifact = self.session.writer.response(
                capture_id=capture, url=request.url, method=request.method, request_headers=asked,
                status=response.status, headers=headers, body=response.body, ip=peer,
                protocol=str(response.protocol or ""), started=request.meta["exchange_began"][0],
                media_type=_text(response.headers.get(b"Content-Type")).split(";")[0].strip(), coding=coding,
                truncated=cut or ("disconnect" if "dataloss" in response.flags else ""))
        except OSError as problem:
            self.session.ledger.failure = problem  # our disk, not their site: stop, store nothing more
            raise
        exchanges: Exchanges | None = request.meta.get("exchanges")
        if exchanges is not None:
            exchanges.artifacts.append(artifact)
            exchanges.headers, exchanges.status, exchanges.stopped = headers, response.status, stopped
            exchanges.ip, exchanges.protocol = peer, str(response.protocol or "")
            location = _text(response.headers.get(b"Location"))
            exchanges.hops.append(Hop(request.url, response.status, location))
        return response


class DecodingMiddleware:
    """Undoes the content coding within the size limit; a torn or false coding leaves a flag, not an error."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """Built by Scrapy; the limit is the body limit of the configuration."""
        return cls(crawler.spider.session.config.network.max_bytes)

    def process_response(self, request: Request, response: Response) -> Response:
        """The response with its plain body; flags `undecodable` and `bomb` say what went wrong."""
        coding = _text(response.headers.get(b"Content-Encoding")).strip().lower()
        if not coding or coding == "identity" or not response.body:
            return response
        flags = list(response.flags)
        try:
            body = decode(response.body, coding, self._limit)
        except ArchiveError:
            return response.replace(flags=[*flags, "undecodable"])
        if len(body) >= self._limit:
            flags.append("bomb")
        headers = response.headers.copy()
        del headers[b"Content-Encoding"]
        return response.replace(body=body, headers=headers, flags=flags)


def _pairs(headers: Any) -> tuple[tuple[str, str], ...]:
    """All header lines, repeats kept."""
    return tuple((_text(name), _text(value)) for name, values in headers.items() for value in values)


def _text(value: bytes | None) -> str:
    """Header bytes as text; UTF-8 where it is that, else Latin-1, which loses nothing."""
    if value is None:
        return ""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _renamed(artifact: Artifact, name: str) -> Artifact:
    return Artifact(name, artifact.media_type, artifact.size, artifact.sha256, artifact.sm3, artifact.warc,
                    artifact.offset, artifact.length, artifact.coding)
