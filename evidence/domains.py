"""The registrable domain of a host, by the public suffix list that comes with tldextract: nothing is fetched."""

from __future__ import annotations

from functools import lru_cache

import tldextract

PUBLIC_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=20_000)
def domain_of(host: str) -> str:
    """The registrable domain of a host; the host itself when it has none (an address, a bare name)."""
    return str(PUBLIC_SUFFIXES(host).top_domain_under_public_suffix) or host
