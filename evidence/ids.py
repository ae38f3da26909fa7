"""Identifiers, digests, times and the URL normal form: one place only.

Everything that must compare equal across packages (a URL seen twice, a record hashed again
years later) is computed here and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

_DEFAULT_PORT = {"http": 80, "https": 443}


def utc_now() -> str:
    """The current time, UTC, ISO 8601 with microseconds and `Z`."""
    return datetime.now(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def days_ago(days: float) -> str:
    """The UTC time `days` before now, in the store's format."""
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(at: str) -> datetime:
    """A stored time as a moment; ValueError for what is none."""
    return datetime.fromisoformat(at.replace("Z", "+00:00"))


def new_id() -> str:
    """A fresh 24-digit hexadecimal id: millisecond, its part in 4,096ths, then 36 bits of chance.

    The order of ids is the order of creation in one process: making one takes longer than a 4,096th of a millisecond.
    """
    millisecond, rest = divmod(time.time_ns(), 1_000_000)
    return f"{millisecond:012x}{rest * 4096 // 1_000_000:03x}{secrets.randbits(36):09x}"


def sha256(data: bytes) -> str:
    """SHA-256 of `data`, lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def sm3(data: bytes) -> str:
    """SM3 (GB/T 32905) of `data`, lower-case hexadecimal.

    Raises ValueError where this Python's OpenSSL was built without SM3; `dajia doctor` says so first.
    """
    return hashlib.new("sm3", data).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, UTF-8: the bytes that record digests are taken over.

    Unpaired surrogates become "?", as they do in the store.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "replace"
    )


def digest(value: Any) -> str:
    """SHA-256 of the canonical form of a JSON-able value."""
    return sha256(canonical(value))


def key(parts: Iterable[str]) -> str:
    """A short stable key (32 hexadecimal digits) for a tuple of strings."""
    return digest(list(parts))[:32]


def host_of(url: str) -> str:
    """The host of a URL, lower case, without port, user info or trailing dot; "" when there is none."""
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return host.rstrip(".").lower()


def to_ascii(host: str) -> str:
    """A host in its punycode form; a name IDNA refuses comes back lower-cased as it was."""
    try:
        return host.encode("idna").decode("ascii").lower() if not host.isascii() else host.lower()
    except UnicodeError:
        return host.lower()


def to_unicode(host: str) -> str:
    """A host as people read it; a label that is no valid punycode stays as it was."""
    return ".".join(_unicode_label(label) for label in host.split("."))


def _unicode_label(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").lower() or label
    except (UnicodeError, ValueError, OverflowError):
        return label


def normal_url(url: str) -> str:
    """The URL's normal form: scheme and host lower case, host in punycode, no default port, no
    fragment, no user info, percent-escapes of unreserved characters undone, "/" for an empty path.

    Idempotent. Query order is kept (servers may care). Raises ValueError for what is no http(s) URL.
    """
    text = "".join(url.split()).strip("\x00")
    parts = urlsplit(text)
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORT:
        raise ValueError(f"not an http(s) address: {url[:200]!r}")
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise ValueError(f"no host in address: {url[:200]!r}")
    port = parts.port
    netloc = to_ascii(host)
    if ":" in netloc:
        netloc = f"[{netloc}]"
    if port and port != _DEFAULT_PORT[scheme]:
        netloc = f"{netloc}:{port}"
    path = quote(unquote(parts.path, errors="surrogateescape"), safe="/:@!$&'()*+,;=~-._", errors="surrogateescape")
    query = quote(parts.query, safe="/:@!$&'()*+,;=~-._?%[]")
    return urlunsplit(SplitResult(scheme, netloc, path or "/", query, ""))


def url_key(url: str) -> str:
    """A key equal for two spellings of one address, http and https alike."""
    normal = normal_url(url)
    return key([normal.split("://", 1)[1]])
