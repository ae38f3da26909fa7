"""网页存档包（WACZ 1.1.1）：原始字节逐条复制，可离线重放"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import tempfile
import uuid
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from isal import igzip

from evidence import ids
from evidence.archive import ArchiveError, Vault
from evidence.copying import MAX_HEADS, copy_member
from evidence.records import Artifact, Capture
from exports.verifier.warcs import record_of

WACZ_VERSION = "1.1.1"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_HIDDEN = re.compile(r"screenshot|mhtml|console|text|pdf|places", re.I)


class Extract:
    """Builds the WARC of a WACZ from stored members, copied byte for byte, each response followed by its request."""

    def __init__(self, vault: Vault, title: str, at: str, scratch: Path | None = None) -> None:
        self._vault, self._title, self._at = vault, title, at
        self.warc = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115 - closed with the extract
        self.index: list[str] = []
        self.pages: list[dict[str, str]] = []
        self._seen: set[tuple[str, int]] = set()
        self.warc.write(_warcinfo(title, at))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.warc.close()

    def add(self, capture: Capture, skip: Iterable[str] = ()) -> None:
        """Add what a capture received and its document; pictures and the artifacts named in `skip` stay out."""
        left_out = set(skip)
        for artifact in capture.artifacts:
            if artifact.name in left_out or _HIDDEN.search(artifact.name) or (artifact.warc, artifact.offset) in self._seen:
                continue
            self._seen.add((artifact.warc, artifact.offset))
            self._copy(capture, artifact)
            if artifact.name == "body":
                self.pages.append({"id": capture.id, "url": capture.url, "ts": _seconds(capture.started),
                                   "title": capture.title[:200] or capture.url})

    def write(self, target: Path) -> None:
        """The WACZ at `target`; every file stored, in a fixed order, with fixed times."""
        head = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in (head, *self.pages))
        self.warc.seek(0)
        digest, size = hashlib.file_digest(self.warc, "sha256").hexdigest(), self.warc.tell()
        files = {
            "indexes/index.cdx": "".join(f"{line}\n" for line in sorted(self.index)).encode(),
            "pages/pages.jsonl": lines.encode("utf-8", "replace"),
        }
        listed_files = [("archive/data.warc.gz", digest, size), *((n, ids.sha256(data), len(data)) for n, data in files.items())]
        package = {
            "profile": "data-package", "wacz_version": WACZ_VERSION, "software": "dajia", "title": self._title,
            "created": _seconds(self._at), "resources": [
                {"name": name.rsplit("/", 1)[1], "path": name, "hash": f"sha256:{sha}", "bytes": length}
                for name, sha, length in listed_files]}
        if self.pages:
            package |= {"mainPageURL": self.pages[0]["url"], "mainPageDate": self.pages[0]["ts"]}
        listed = json.dumps(package, ensure_ascii=False, indent=2).encode("utf-8", "replace")
        files["datapackage.json"] = listed
        files["datapackage-digest.json"] = json.dumps(
            {"path": "datapackage.json", "hash": f"sha256:{ids.sha256(listed)}"}, indent=2).encode()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as box:
            info = zipfile.ZipInfo("archive/data.warc.gz", _EPOCH)
            info.file_size = size
            self.warc.seek(0)
            with box.open(info, "w") as out:
                shutil.copyfileobj(self.warc, out, 1 << 20)
            for name, data in files.items():
                box.writestr(zipfile.ZipInfo(name, _EPOCH), data)

    def _copy(self, capture: Capture, artifact: Artifact) -> None:
        offset = self.warc.tell()
        kind, url, when, status, media = _told(copy_member(self._vault, artifact, self.warc))  # refuses what was altered
        if kind == "response":
            self.warc.write(self._request_after(artifact))
        row = {"url": url, "mime": media or artifact.media_type or "unk", "status": status, "digest": f"sha256:{artifact.sha256}",
               "length": str(artifact.length), "offset": str(offset), "filename": "data.warc.gz"}
        self.index.append(f"{_surt(url)} {re.sub(r'[^0-9]', '', when)[:14]} {json.dumps(row, ensure_ascii=False)}")

    def _request_after(self, artifact: Artifact) -> bytes:
        """The request record written right after a response; ArchiveError when it is not there."""
        with self._vault.path(artifact.warc).open("rb") as source:
            source.seek(artifact.offset + artifact.length)
            inflater, used = zlib.decompressobj(31), b""
            while not inflater.eof:
                block = source.read(1 << 14)
                if not block:
                    raise ArchiveError(f"{artifact.warc} at {artifact.offset}: no request record after the response")
                inflater.decompress(block)
                used += block
        member = used[:len(used) - len(inflater.unused_data)]
        if _told(zlib.decompressobj(31).decompress(member, MAX_HEADS))[0] != "request":
            raise ArchiveError(f"{artifact.warc} at {artifact.offset}: no request record after the response")
        return member


def _told(plain: bytes) -> tuple[str, str, str, str, str]:
    """(type, address, date, HTTP status, media type) of a record, as its heads say."""
    record = record_of(0, len(plain), plain)
    h, status, media = record.headers, "200", record.headers.get("content-type", "")
    if media.startswith("application/http"):
        first, *lines = record.block.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").split("\r\n")
        status = [*first.split(" "), "", ""][1]
        media = next((v.strip() for k, _, v in (one.partition(":") for one in lines) if k.lower() == "content-type"), "")
    return h.get("warc-type", ""), h.get("warc-target-uri", ""), h.get("warc-date", ""), status, media.split(";")[0].strip()


def _warcinfo(title: str, at: str) -> bytes:
    told = f"extract of stored records, copied byte for byte; {title}"
    block = f"software: dajia\r\nformat: WARC File Format 1.1\r\ndescription: {told}\r\n".encode()
    digest = base64.b32encode(hashlib.sha256(block).digest()).decode()
    head = (f"WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:uuid:{_uuid(title + at)}>\r\nWARC-Date: {at}\r\n"
            f"WARC-Filename: data.warc.gz\r\nContent-Type: application/warc-fields\r\nWARC-Block-Digest: sha256:{digest}\r\n"
            f"Content-Length: {len(block)}\r\n\r\n").encode()
    return bytes(igzip.compress(head + block + b"\r\n\r\n", compresslevel=2, mtime=0))


def _uuid(text: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def _seconds(at: str) -> str:
    return at[:19] + "Z"


def _surt(url: str) -> str:
    """The key by which an index is sorted: host turned round, port kept, path and query as they are."""
    if url.startswith("urn:"):
        return url.replace(" ", "%20")
    scheme, _, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    host, colon, port = place.lower().partition(":")
    return f"{','.join(reversed(host.split('.')))}{colon}{port}){slash}{path.lower()}".replace(" ", "%20") if scheme else url
