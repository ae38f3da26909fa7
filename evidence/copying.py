"""Stored records copied out block by block: memory stays flat whatever the size of a body, and what was altered is refused."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from evidence.archive import ArchiveError, Vault
from evidence.records import Artifact

BLOCK = 1 << 20
MAX_HEADS = 512 * 1024  # WARC and HTTP heads of one record together
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,15})\r?$")
_HTTP = re.compile(rb"(?im)^content-type:[ \t]*application/http")


def copy_payload(vault: Vault, artifact: Artifact, out: BinaryIO) -> None:
    """Write the payload as stored (a coded body stays coded) to `out`; ArchiveError unless its SHA-256 matches."""
    for block in _payload(vault, artifact, bytearray(), None):
        out.write(block)


def copy_member(vault: Vault, artifact: Artifact, out: BinaryIO) -> bytes:
    """Write the raw gzip member that holds the artifact's record to `out`; returns the record's first `MAX_HEADS` plain bytes.

    ArchiveError unless the payload's SHA-256 matches; `out` may then hold a part of the member.
    """
    heads = bytearray()
    for _ in _payload(vault, artifact, heads, out):
        pass
    return bytes(heads)


def _payload(vault: Vault, artifact: Artifact, heads: bytearray, raw: BinaryIO | None) -> Iterator[bytes]:
    """The payload in blocks; `heads` receives the first plain bytes, `raw` the compressed ones. The digest is checked last."""
    where, plain = f"{artifact.warc} at {artifact.offset}", _plain(vault, artifact, raw)
    for block in plain:
        heads += block
        if len(heads) >= MAX_HEADS:
            break
    start, left = _bounds(bytes(heads[:MAX_HEADS]), where)
    digest, rest = hashlib.sha256(), bytes(heads[start:])
    del heads[MAX_HEADS:]
    while left:
        taken, rest = rest[:left], rest[left:]
        left -= len(taken)
        digest.update(taken)
        yield taken
        if not left:
            break
        rest = next(plain, b"")
        if not rest:
            raise ArchiveError(f"{where}: record ends before its declared length")
    if rest + b"".join(plain) != _END:
        raise ArchiveError(f"{where}: record is longer than its declared length")
    if digest.hexdigest() != artifact.sha256:
        raise ArchiveError(f"{where}: {artifact.name} was altered (SHA-256 differs from the store's)")


def _bounds(heads: bytes, where: str) -> tuple[int, int]:
    """Where the payload begins in the plain record, and how long it is."""
    end = heads.find(_END)
    length = _LENGTH.search(heads, 0, end + 2) if end >= 0 else None
    if length is None or not heads.startswith(b"WARC/1."):
        raise ArchiveError(f"{where}: not a readable record")
    start, size = end + len(_END), int(length[1])
    if not _HTTP.search(heads, 0, end):
        return start, size
    body = heads.find(_END, start)
    if not start <= body <= start + size - len(_END):
        raise ArchiveError(f"{where}: HTTP head does not end within {MAX_HEADS} bytes")
    return body + len(_END), size - (body + len(_END) - start)


def _plain(vault: Vault, artifact: Artifact, raw: BinaryIO | None) -> Iterator[bytes]:
    """The record's plain bytes, at most four blocks at a time."""
    where, inflater, left = f"{artifact.warc} at {artifact.offset}", zlib.decompressobj(31), artifact.length
    with vault.path(artifact.warc).open("rb") as source:
        source.seek(artifact.offset)
        while left:
            block = source.read(min(BLOCK, left))
            if not block:
                raise ArchiveError(f"{where}: file ends before the record does")
            left -= len(block)
            if raw is not None:
                raw.write(block)
            while block and not inflater.eof:
                try:
                    made = inflater.decompress(block, 4 * BLOCK)
                except zlib.error as problem:
                    raise ArchiveError(f"{where}: a stored member is damaged: {problem}") from problem
                block = inflater.unconsumed_tail
                if made:
                    yield made
    if not inflater.eof or inflater.unused_data:
        raise ArchiveError(f"{where}: the record is not as long as the store says")
