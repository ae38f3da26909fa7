"""Apps and accounts offered by a page, and its links to official hosts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from classifiers.features import family
from classifiers.hosts import HostError, normal_host
from classifiers.page import Link
from classifiers.reading import Hit, Reading
from classifiers.register import body_of_host, is_government_zone

APPS = {"app.package": "提供安装包下载", "app.words": "引导下载客户端"}
LINKS = {
    "official_link.service": "链接到官方查询或官方机构",
    "official_link.strange": "短页面上叫人“进入查询”，链接却不去官方",
}
_PACKAGE = re.compile(r"\.(?:apk|ipa)(?:[?#]|\Z)|itms-services:|/(?:download|down)/(?:app|android|ios)|\.mobileconfig", re.IGNORECASE)
_PACKAGE_WORDS = (".apk", ".ipa", ".APK", ".IPA", "itms-services", "/down", ".mobileconfig")  # every package's address holds one
_WORDS = re.compile(
    r"(?:下载|安装)(?:安卓|苹果|手机|官方|最新|本)?(?:客户端|APP|安卓版|应用程序|移动端)|(?:安卓|Android|苹果|iOS|iPhone|手机|客户端|APP)(?:版|端|客户端)?\s*(?:立即|官方)?下载",
    re.IGNORECASE,
)
# Everybody's footer carries these: filing lookups say nothing about whom a page serves.
_DOOR = re.compile(r"(?:进入|前往|打开|点击).{0,6}(?:查询|核验|官方|系统)?|官方(?:查询|入口)|新(?:地址|网址)")
_FEW_LINES = 300
_FOOTER_BODIES = ("miit", "mps", "cac")


@family("app", APPS)
def find(reading: Reading) -> Iterator[Hit]:
    """Every app hit of the page."""
    source = reading.page.source
    offered = any(word in source for word in _PACKAGE_WORDS)
    package = next((link for link in reading.page.links if is_package(link.url)), None) if offered else None
    if package is not None:
        yield _linked(reading, "app.package", package)
    soft = reading.folded.soft
    if ("下载" in soft or "安装" in soft) and (match := _WORDS.search(soft)):
        yield reading.hit("app.words", match.start(), match.end())


def is_package(url: str) -> bool:
    """Whether an address is that of an app to install, by its looks."""
    return bool(_PACKAGE.search(url))


@family("official_link", LINKS)
def find_links(reading: Reading) -> Iterator[Hit]:
    """The first link to an official service; on a page of a few lines without one, the first door to a query elsewhere."""
    for link in reading.page.links:
        if _is_official_service(link.url):
            yield _linked(reading, "official_link.service", link)
            return
    if len(reading.text) <= _FEW_LINES:
        for link in reading.page.links:
            words = reading.text[link.start : link.end] if link.start >= 0 else ""
            if _DOOR.search(words) and link.url.startswith(("http://", "https://")):
                yield _linked(reading, "official_link.strange", link)
                return


def _linked(reading: Reading, feature: str, link: Link) -> Hit:
    if 0 <= link.start < link.end:
        return reading.hit(feature, link.start, link.end, link.url)
    return reading.fact(feature, link.url, "html", link.url)


def _is_official_service(url: str) -> bool:
    try:
        return _is_service_host(normal_host(url))
    except HostError:
        return False


@lru_cache(maxsize=4096)
def _is_service_host(host: str) -> bool:
    owner = body_of_host(host)
    if owner is not None:
        return owner.id not in _FOOTER_BODIES
    return is_government_zone(host)
