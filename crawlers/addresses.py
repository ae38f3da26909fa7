"""Which addresses nothing fetched may point us to: one rule for plain and browser fetches."""

from __future__ import annotations

import ipaddress
import socket

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_EXTRA = {
    "100.64.0.0/10": "shared address space", "192.0.0.0/24": "protocol assignments", "198.18.0.0/15": "benchmarking",
    "168.63.129.16/32": "cloud metadata", "100.100.100.200/32": "cloud metadata", "64:ff9b:1::/48": "local NAT64",
    "fd00:ec2::254/128": "cloud metadata", "fec0::/10": "site-local",
}
_NETWORKS = {ipaddress.ip_network(text): why for text, why in _EXTRA.items()}


def forbidden(ip: str) -> str:
    """Why `ip` must not be contacted, in any spelling a resolver would take; "" for a public address.

    What cannot be read as an address is forbidden too: the caller asked because it looked like one.
    """
    address = _read(ip)
    if address is None:
        return f"{ip[:60]!r} is not an address"
    for inner in _inside(address):
        if reason := _reason(inner):
            return f"{reason} ({inner} inside {address})"
    plain = isinstance(address, ipaddress.IPv6Address) and (address in _NAT64 or address.ipv4_mapped is not None)
    return "" if plain else _reason(address)  # Python calls all of NAT64 and of the mapped range reserved


def _read(ip: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    text = ip.strip().strip("[]").partition("%")[0].rstrip(".")
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(text))  # 127.1, 0x7f.1, 017700000001, 2130706433
    except (OSError, ValueError):
        return None


def _inside(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """IPv4 addresses carried in an IPv6 one: mapped, compatible, 6to4, Teredo, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [inner for inner in found if inner is not None]


def _reason(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    for network, why in _NETWORKS.items():
        if address.version == network.version and address in network:
            return f"{address} is reserved: {why}"
    for name in ("loopback", "link_local", "multicast", "unspecified", "private", "reserved"):
        if getattr(address, f"is_{name}"):
            return f"{address} is {name.replace('_', '-')}"
    return "" if address.is_global else f"{address} is not public"
