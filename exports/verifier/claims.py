"""What a verification says: one claim a line, each in one of five states.

Every module of `exports.verifier` uses the standard library alone and runs on Python 3.8, because the
modules joined together are the `verify.py` inside each package (`exports.verifier.standalone`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

VERIFIED, ALTERED, MISSING, UNEXPECTED, NOT_VERIFIABLE = "verified", "altered", "missing", "unexpected", "not-verifiable"
BROKEN = frozenset((ALTERED, MISSING, UNEXPECTED))
BLOCK = 1 << 20


class Claim(NamedTuple):
    """One statement: `subject` names the file or record, `state` is one of the five, `detail` says why."""

    subject: str
    state: str
    detail: str


class Refused(Exception):
    """Something that is not even looked into: no package, hostile names, a bomb. The message is for the reader."""


class Digests(NamedTuple):
    """Size and digests of a file; `sm3` is "" where this Python has no SM3."""

    size: int
    sha256: str
    sm3: str


def has_sm3() -> bool:
    """Whether this Python can compute SM3 (it depends on the OpenSSL it was built with)."""
    try:
        hashlib.new("sm3")
    except ValueError:
        return False
    return True


def digests_of(stream: Any, limit: int = 0) -> Digests:
    """Read `stream` to its end in blocks; Refused past `limit` bytes (0: no limit)."""
    one, two, size = hashlib.sha256(), hashlib.new("sm3") if has_sm3() else None, 0
    while True:
        block = stream.read(BLOCK)
        if not block:
            return Digests(size, one.hexdigest(), two.hexdigest() if two else "")
        size += len(block)
        if limit and size > limit:
            raise Refused(f"解压后超过 {limit} 字节，停止读取")
        one.update(block)
        if two:
            two.update(block)


def sha256_of(data: bytes) -> str:
    """SHA-256, lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def record_digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of a record: sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256_of(text.encode("utf-8", "replace"))


def exit_code(claims: Iterable[Claim]) -> int:
    """0 all verified · 1 something altered, missing or unexpected · 5 something not verifiable, or nothing to verify."""
    states = {claim.state for claim in claims}
    if states & BROKEN:
        return 1
    return 5 if NOT_VERIFIABLE in states or not states else 0
