"""The WARC vault: one file per writer, written under a temporary name, hashed and renamed when whole.

WARC/1.1, one gzip member per record, SHA-256 digests in the records and SM3 beside them. A record
torn by a crash makes everything appended after it unreadable, hence: never append to an old file
(`evidence.recovery` closes what a crash left). Record digests do not cover WARC headers or
completeness; the file's own digests, kept in the store and the custody chain, do.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import io
import os
import platform
import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import brotli
from backports import zstd
from isal import igzip
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from evidence import ids
from evidence.home import Home
from evidence.records import Artifact

OPEN = ".open"
_LEVEL = 2  # isal: a tenth of zlib 9's time for 7 % more bytes
MAX_DECODED = 64 * 1024 * 1024


class ArchiveError(Exception):
    """Evidence that cannot be read back as it was stored; the message names file and record."""


@dataclass(frozen=True, slots=True)
class WarcFile:
    """A closed WARC: its name in the vault, size in bytes, records, and digests of the whole file."""

    name: str
    run: str
    size: int
    records: int
    sha256: str
    sm3: str
    recovered: bool = False


class WarcWriter:
    """Writes one WARC. Call `sync` before the store commits what refers to it, `close` at the end."""

    def __init__(self, home: Home, run: str, name: str) -> None:
        self.run, self.name, self.records, self.offset = run, name, 0, 0
        self._final = home.warc / name
        self._path = home.warc / (name + OPEN)
        self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # tells recovery that the writer lives
        self._dirty = False

    @classmethod
    def create(cls, home: Home, run: str, label: str) -> WarcWriter:
        """A new file for `run`; `label` names the stage and becomes part of the file's name."""
        home.warc.mkdir(parents=True, exist_ok=True)
        writer = cls(home, run, f"{run}-{label}-{ids.new_id()[-8:]}.warc.gz")
        info = {
            "software": f"dajia/0.1 ({platform.python_implementation()} {platform.python_version()})",
            "format": "WARC File Format 1.1", "isPartOf": run, "description": label,
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        }
        writer._fields_record("warcinfo", "", info, {"WARC-Filename": writer.name}, ids.utc_now())
        return writer

    def response(
        self, *, capture_id: str, url: str, status: int, headers: Iterable[tuple[str, str]], body: bytes,
        method: str = "GET", request_headers: Iterable[tuple[str, str]] = (), reason: str = "", ip: str = "",
        protocol: str = "", started: str = "", media_type: str = "", coding: str = "",
        reconstructed: bool = True, truncated: str = "", name: str = "body",
    ) -> Artifact:
        """One exchange as a response and a request record; `body` is the bytes as received, still coded.

        `reconstructed` is stored with the record: header order, case and reason phrase are then a
        library's rendering, not the wire image. A Transfer-Encoding header is kept under another
        name because the body is stored without chunk framing.
        """
        head = _head(f"HTTP/1.1 {status} {reason}".strip(), [
            ("X-Orig-" + k if k.lower() == "transfer-encoding" else k, v) for k, v in headers])
        extra = {"X-Dajia-Capture": capture_id, "X-Dajia-Headers": "reconstructed" if reconstructed else "wire"}
        if ip:
            extra["WARC-IP-Address"] = ip
        if protocol:
            extra["WARC-Protocol"] = protocol.lower()
        if truncated:
            extra["WARC-Truncated"] = truncated
        at = started or ids.utc_now()
        artifact = self._record("response", url, body, extra, at, head=head, name=name,
                                media_type=media_type, coding=coding)
        parts = urlsplit(_one_line(url).strip())  # as the record's own header has it
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        asked = _head(f"{method} {target} HTTP/1.1", [("Host", parts.netloc), *request_headers])
        self._record("request", url, b"", {"X-Dajia-Capture": capture_id}, at, head=asked)
        return artifact

    def resource(
        self, *, capture_id: str, name: str, url: str, media_type: str, data: bytes, started: str = "",
    ) -> Artifact:
        """Bytes we produced about a page (picture, DOM, text) as a resource record `urn:dajia:<name>:<url>`."""
        return self._record("resource", f"urn:dajia:{name}:{url}", data, {"X-Dajia-Capture": capture_id},
                            started or ids.utc_now(), name=name, media_type=media_type)

    def metadata(self, *, capture_id: str, url: str, fields: Mapping[str, str], started: str = "") -> None:
        """A metadata record: what was blocked, reconstructed, truncated, and with which tools."""
        self._fields_record("metadata", url, fields, {"X-Dajia-Capture": capture_id}, started or ids.utc_now())

    def sync(self) -> None:
        """Everything written so far is on the disk when this returns."""
        if self._dirty:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._dirty = False

    def close(self) -> WarcFile:
        """Fsync, hash, rename to the final name, fsync the folder."""
        self.sync()
        self._file.close()
        return seal(self._path, self._final, self.run, self.records)

    def _fields_record(self, kind: str, url: str, fields: Mapping[str, str], extra: dict[str, str], at: str) -> None:
        block = "".join(f"{k}: {_one_line(v)}\r\n" for k, v in fields.items()).encode()
        self._record(kind, url, block, extra, at, media_type="application/warc-fields")

    def _record(
        self, kind: str, url: str, payload: bytes, extra: dict[str, str], at: str, *,
        head: bytes = b"", name: str = "", media_type: str = "", coding: str = "",
    ) -> Artifact:
        digest, sm3, block = ids.sha256(payload), ids.sm3(payload), head + payload
        rows = [("WARC-Type", kind), ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid4()}>"), ("WARC-Date", at)]
        if url:
            rows.append(("WARC-Target-URI", _one_line(url)))
        rows += list(extra.items())
        if kind in {"response", "resource"}:
            rows += [("WARC-Payload-Digest", _labelled(digest)), ("X-Dajia-Payload-SM3", sm3)]
        rows.append(("WARC-Block-Digest", _labelled(ids.sha256(block))))
        content_type = f"application/http; msgtype={kind}" if head else media_type or "application/octet-stream"
        record = ArcWarcRecord("warc", kind, StatusAndHeaders("", rows, "WARC/1.1"), io.BytesIO(block),
                               None, content_type, len(block))
        record.payload_length = len(block)
        buffer = io.BytesIO()
        _UndigestedWriter(buffer, gzip=False, warc_version="1.1").write_record(record)
        return self._append(buffer.getvalue(), payload, name, media_type, digest, sm3, coding)

    def _append(
        self, raw: bytes, payload: bytes, name: str, media_type: str, digest: str, sm3: str, coding: str,
    ) -> Artifact:
        member = igzip.compress(raw, compresslevel=_LEVEL, mtime=0)
        self._file.write(member)
        place, self.offset = self.offset, self.offset + len(member)
        self.records, self._dirty = self.records + 1, True
        return Artifact(name, media_type, len(payload), digest, sm3, self.name, place, len(member), coding)


class _UndigestedWriter(WARCWriter):  # type: ignore[misc]
    """warcio's writer without its SHA-1: the digests are in the headers already."""

    def ensure_digest(self, record: ArcWarcRecord, block: bool = True, payload: bool = True) -> None:
        """Keep the digests that were computed over the very bytes written."""


def _head(first: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """An HTTP head; header text outside Latin-1 was UTF-8 on the wire."""
    lines = [first, *(f"{_one_line(k)}: {_one_line(v)}" for k, v in headers), "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def _labelled(digest: str) -> str:
    return "sha256:" + base64.b32encode(bytes.fromhex(digest)).decode()


def seal(path: Path, final: Path, run: str, records: int, recovered: bool = False) -> WarcFile:
    """Hash the finished file at `path`, rename it to `final`, make the rename durable."""
    data_sha, data_sm3, size = file_digests(path)
    path.rename(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return WarcFile(final.name, run, size, records, data_sha, data_sm3, recovered)


def file_digests(path: Path) -> tuple[str, str, int]:
    """SHA-256, SM3 and size of a file, read in blocks."""
    one, two, size = hashlib.sha256(), hashlib.new("sm3"), 0
    with path.open("rb") as source:
        while block := source.read(1 << 20):
            one.update(block)
            two.update(block)
            size += len(block)
    return one.hexdigest(), two.hexdigest(), size


def whole_members(path: Path) -> Iterator[tuple[int, int]]:
    """(offset, length) of each complete gzip member; stops quietly at a torn tail."""
    offset = 0
    with path.open("rb") as source:
        pending = b""
        while True:
            inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
            used = 0
            while not inflater.eof:
                block = pending or source.read(1 << 16)
                pending = b""
                if not block:
                    return
                try:
                    inflater.decompress(block)
                except zlib.error:
                    return
                used += len(block)
            pending = inflater.unused_data
            used -= len(pending)
            yield offset, used
            offset += used


class Vault:
    """Reads stored bytes back, and refuses what is not what was stored."""

    def __init__(self, home: Home) -> None:
        self._folder = home.warc

    def path(self, warc: str) -> Path:
        """The file called `warc`, closed or still being written; ArchiveError when it is gone."""
        if "/" in warc or "\\" in warc or warc.startswith("."):
            raise ArchiveError(f"not the name of a WARC: {warc!r}")
        for candidate in (self._folder / warc, self._folder / (warc + OPEN)):
            if candidate.exists():
                return candidate
        raise ArchiveError(f"{warc}: missing from {self._folder}")

    def member(self, artifact: Artifact) -> bytes:
        """The raw gzip member that holds the artifact's record."""
        with self.path(artifact.warc).open("rb") as source:
            source.seek(artifact.offset)
            data = source.read(artifact.length)
        if len(data) != artifact.length:
            raise ArchiveError(f"{artifact.warc} at {artifact.offset}: file ends before the record does")
        return data

    def read(self, artifact: Artifact) -> bytes:
        """The payload as stored (a coded body stays coded); ArchiveError unless its SHA-256 matches."""
        payload = self._payload(artifact)
        if ids.sha256(payload) != artifact.sha256:
            raise ArchiveError(f"{artifact.warc} at {artifact.offset}: {artifact.name} was altered "
                               "(SHA-256 differs from the store's)")
        return payload

    def decoded(self, artifact: Artifact, limit: int = MAX_DECODED) -> bytes:
        """The payload with its content coding undone, at most `limit` bytes."""
        return decode(self.read(artifact), artifact.coding, limit)

    def _payload(self, artifact: Artifact) -> bytes:
        try:
            for record in ArchiveIterator(io.BytesIO(self.member(artifact)), arc2warc=False):
                return _raw(record)
        except ArchiveError:
            raise
        except Exception as problem:  # warcio raises many kinds; all mean "not readable"
            raise ArchiveError(f"{artifact.warc} at {artifact.offset}: not a readable record: {problem}") from problem
        raise ArchiveError(f"{artifact.warc} at {artifact.offset}: no record there")


def decode(data: bytes, coding: str, limit: int = MAX_DECODED) -> bytes:
    """Undo a content coding (gzip, deflate, br, zstd, several joined by commas), at most `limit` bytes."""
    for name in reversed([c.strip().lower() for c in coding.split(",") if c.strip() and c.strip() != "identity"]):
        data = _inflate(data, name, limit)
    return data[:limit]


def _inflate(data: bytes, name: str, limit: int) -> bytes:
    if name in {"gzip", "x-gzip", "deflate"}:
        for wbits in ((zlib.MAX_WBITS | 32,) if name != "deflate" else (zlib.MAX_WBITS, -zlib.MAX_WBITS)):
            try:
                return zlib.decompressobj(wbits).decompress(data, limit)
            except zlib.error:
                continue
        raise ArchiveError(f"body is not valid {name}")
    if name == "br":
        try:
            return bytes(brotli.Decompressor().process(data, output_buffer_limit=limit))
        except brotli.error as problem:
            raise ArchiveError(f"body is not valid br: {problem}") from problem
    if name == "zstd":
        try:
            return bytes(zstd.ZstdDecompressor().decompress(data, limit))
        except zstd.ZstdError as problem:
            raise ArchiveError(f"body is not valid zstd: {problem}") from problem
    raise ArchiveError(f"unknown content coding {name!r}")


def _raw(record: ArcWarcRecord) -> bytes:
    return bytes(record.raw_stream.read())


def _one_line(value: str) -> str:
    return " ".join(str(value).replace("\x00", "").split("\r\n")).replace("\n", " ").replace("\r", " ")

