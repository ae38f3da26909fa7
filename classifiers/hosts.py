"""Host names read safely: one normal form, labels, public suffix, Unicode form.

Nothing here resolves anything. The public suffix list is the copy bundled with tldextract.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import cache, lru_cache

import tldextract

_ASCII_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
_GOVERNMENT_SUFFIXES = frozenset({"gov", "govt", "gob", "gouv", "go", "gv", "mil"})
_DOTS = re.compile("[。．｡]")
_HAN = re.compile("[㐀-鿿]")


class HostError(ValueError):
    """What was given is not a host name; the message says why."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host name in parts: `labels` in Unicode, left to right; `suffix` counts its public-suffix labels."""

    name: str
    labels: tuple[str, ...]
    suffix: int

    @property
    def own(self) -> tuple[str, ...]:
        """The labels that somebody chose: everything left of the public suffix."""
        return self.labels[: len(self.labels) - self.suffix] if self.suffix else self.labels

    @property
    def registrable(self) -> str:
        """The registrable name in Unicode ("" for a bare suffix)."""
        keep = self.suffix + 1
        return ".".join(self.labels[-keep:]) if len(self.labels) >= keep else ""


_REST = re.compile(r"[/?#\\]")


def normal_host(text: str) -> str:
    """A host or URL as a lower-case punycode host name without scheme, user info, port or trailing dot.

    Raises HostError when nothing usable is left. IP addresses come back as they are. Idempotent.
    """
    host = text.strip()
    if "://" in host:
        host = host.split("://", 1)[1]
    return _normal(_REST.split(host, maxsplit=1)[0].rpartition("@")[2])


@lru_cache(maxsize=8192)
def _normal(text: str) -> str:
    """The normal form of what stands between scheme and path."""
    host = _DOTS.sub(".", text)
    if host.startswith("["):
        return _ip(host.strip("[]").split("]")[0])
    host = host.partition(":")[0].removeprefix("*.").rstrip(".").lower()
    if not host:
        raise HostError(f"没有主机名：{text[:80]!r}")
    if len(host) > 253:
        raise HostError(f"主机名超过 253 个字符：{host[:60]}…")
    return ".".join(_ascii_label(label, text) for label in host.split("."))


def _ip(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise HostError(f"不是主机名也不是 IP：{text[:80]!r}") from error


def _ascii_label(label: str, whole: str) -> str:
    if _ASCII_LABEL.match(label):
        return label
    if not label or label.isascii():
        raise HostError(f"主机名里有空的或不合规的一段 {label[:40]!r}：{whole[:80]!r}")
    try:
        coded = label.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise HostError(f"国际化域名无法编码：{label[:40]!r}") from error
    if not _ASCII_LABEL.match(coded):
        raise HostError(f"主机名里有不合规的一段 {label[:40]!r}：{whole[:80]!r}")
    return coded


def unicode_label(label: str) -> str:
    """A label as people see it; broken punycode stays as it is (a registry may hold such names)."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").lower() or label
    except (UnicodeError, ValueError, OverflowError):
        return label


@cache
def _suffix_rules() -> frozenset[str]:
    """The ICANN rules of the bundled public suffix list, in punycode."""
    bundled = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)
    return frozenset(".".join(_rule_label(label) for label in rule.split(".")) for rule in bundled.tlds)


def _rule_label(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def _suffix_length(labels: list[str]) -> int:
    """How many labels the public suffix has (one when no rule speaks of it)."""
    rules = _suffix_rules()
    for start in range(len(labels)):
        name = ".".join(labels[start:])
        if "!" + name in rules:
            return len(labels) - start - 1
        if name in rules or ".".join(["*", *labels[start + 1 :]]) in rules:
            return len(labels) - start
    return 1


def split(name: str) -> Host:
    """The parts of a normal host name (see `normal_host`)."""
    if is_ip(name):
        return Host(name, (name,), 0)
    labels = name.split(".")
    return Host(name, tuple(map(unicode_label, labels)), _suffix_length(labels))


def is_ip(name: str) -> bool:
    """Whether the host is an IP address rather than a name."""
    if not name[-1:].isdigit() and ":" not in name:
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_foreign_government(host: Host) -> bool:
    """Whether the host lies under another state's government suffix (gov.uk, gob.mx, .gov)."""
    return host.labels[-1] != "cn" and host.labels[-host.suffix or -1] in _GOVERNMENT_SUFFIXES


def has_han(text: str) -> bool:
    """Whether `text` holds a Han character."""
    return bool(_HAN.search(text))
