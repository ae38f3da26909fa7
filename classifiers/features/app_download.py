"""Apps and accounts offered by a page, and its links to official hosts.

app.package (a link to an installable file) · app.words (下载客户端 …) · links.official (it sends readers to the real query).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from classifiers.features.marks import Mark
from classifiers.hosts import HostError, normal_host
from classifiers.page import Page
from classifiers.register import body_of_host, is_government_zone

_PACKAGE = re.compile(r"\.(?:apk|ipa)(?:[?#]|\Z)|itms-services:|/(?:download|down)/(?:app|android|ios)|\.mobileconfig", re.IGNORECASE)
_WORDS = re.compile(
    r"(?:下载|安装)(?:安卓|苹果|手机|官方|最新|本)?(?:客户端|APP|安卓版|应用程序|移动端)|(?:安卓|Android|苹果|iOS|iPhone|手机|客户端|APP)(?:版|端|客户端)?\s*(?:立即|官方)?下载",
    re.IGNORECASE,
)
# Everybody's footer carries these: filing lookups say nothing about whom a page serves.
_FOOTER_BODIES = ("miit", "mps", "cac")


def find(page: Page, facts: Mapping[str, Any]) -> Iterator[Mark]:
    """Every app mark of the page, and its first link to an official host."""
    package = next((link for link in page.links if _PACKAGE.search(link.url)), None)
    if package is not None:
        start, end = (package.start, package.end) if package.start >= 0 else (-1, -1)
        yield Mark("app.package", start, end, said="" if start >= 0 else package.url, note=package.url)
    if match := _WORDS.search(page.text):
        yield Mark("app.words", match.start(), match.end())
    for link in page.links:
        if _is_official_service(link.url):
            start, end = (link.start, link.end) if link.start >= 0 else (-1, -1)
            yield Mark("links.official", start, end, said="" if start >= 0 else link.url, note=link.url)
            return


def _is_official_service(url: str) -> bool:
    try:
        host = normal_host(url)
    except HostError:
        return False
    owner = body_of_host(host)
    if owner is not None:
        return owner.id not in _FOOTER_BODIES
    return is_government_zone(host)
