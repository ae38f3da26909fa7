"""What kind of page this is in the world, and whether it accuses a host or only one page on it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from classifiers.features import family
from classifiers.hosts import HostError, normal_host
from classifiers.reading import Hit, Reading
from classifiers.register import is_official, under

MEANS = {
    "role.news": "新闻、通报体例",
    "role.court": "裁判文书、案件报道",
    "role.law": "法规条文",
    "role.authority": "机关公文",
    "role.school": "培训学校用语",
    "role.recruitment": "招聘启事",
    "role.question": "问答、提问",
    "role.warning": "提醒、揭露骗局",
    "role.official_host": "官方网站",
    "scope.page": "他人网站上的一页（论坛、供求信息、文章平台、被植入的网站）",
}
# Different words of a kind that a page needs to be of that kind.
_LEAST = {"news": 3, "court": 3, "law": 4, "authority": 3, "school": 4, "recruitment": 3, "question": 3}
_WARNING = ("frame.warn", "frame.report", "frame.claim")
_WARNED = 4
_WORDS = {"recruitment": "role.recruit_words"}
_THREAD_PATH = re.compile(
    r"thread[-_]\d|viewthread|[?&]tid=|/t/\d|/topic/|/question/|/post/|/bbs/|/forum|/club/|/tieba|/p/\d{5,}|/zhuanlan|/status/"
)
_LISTING_WORDS = re.compile(
    r"免责声明[:：].{0,40}(?:用户|会员|企业)|(?:信息|内容)由(?:用户|会员|企业|商家)(?:自行)?(?:发布|提供)|"
    r"免费发布信息|举报该信息|举报此信息|该信息已|会员等级|入驻企业"
)

# Each match of the expression holds one of these.
_LISTING = ("免责声明", "由用户", "由会员", "由企业", "由商家", "免费发布", "举报", "该信息已", "会员等级", "入驻企业")


@family("role", MEANS)
def find(reading: Reading) -> Iterable[Hit]:
    """Roles by their words, the host, the address and platform phrases."""
    for role, least in _LEAST.items():
        words = _WORDS.get(role, f"role.{role}_words")
        if len(reading.words.get(words, ())) < least:
            continue
        hits = reading.hits(words)
        distinct = {reading.folded.text[h.at : h.until]: h for h in hits if h.unit == 0}
        if len(distinct) >= least:
            yield reading.fact(f"role.{role}", "、".join(reading.quote(h) for h in [*distinct.values()][:6]), "html")
    warned = {reading.folded.text[h.at : h.until]: h for name in _WARNING for h in reading.hits(name) if not reading.aside(h.at)}
    if len(warned) >= _WARNED:
        yield reading.fact("role.warning", "、".join(reading.quote(h) for h in [*warned.values()][:6]), "html")
    host = reading.page.host
    if host and is_official(host):
        yield reading.fact("role.official_host", host, "url")
    yield from _scope(reading, host)


def _scope(reading: Reading, host: str) -> Iterable[Hit]:
    if _platform(host):
        yield reading.fact("scope.page", host, "url")
    elif _THREAD_PATH.search(_tail(reading.page.url)):
        yield reading.fact("scope.page", reading.page.url, "url")
    else:
        text = reading.text[:200_000]
        match = _LISTING_WORDS.search(text) if any(word in text for word in _LISTING) else None
        if match:
            yield reading.hit("scope.page", match.start(), match.end())


def _tail(url: str) -> str:
    """Path and query of an address, "" when it has none or is broken."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}"


@cache
def _platforms() -> tuple[tuple[str, ...], tuple[str, ...]]:
    raw = yaml.safe_load((Path(__file__).parent.parent / "lexicons" / "platforms.yml").read_text(encoding="utf-8"))
    return tuple(raw["hosts"]), tuple(raw["zones"])


def _platform(host: str) -> str:
    """The platform or institution whose host this is: its pages are other people's words."""
    try:
        name = normal_host(host) if host else ""
    except HostError:
        return ""
    return _platform_of(name)


@lru_cache(maxsize=4096)
def _platform_of(name: str) -> str:
    hosts, zones = _platforms()
    found = next((p for p in (*hosts, *zones) if name and under(name, p)), "")
    return found or (name if name.startswith(("bbs.", "forum.", "club.", "b2b.", "blog.", "ask.", "tieba.")) else "")
