"""Names an impostor could register to pose as an official host: generated, ranked, nothing resolved.

The official zone is closed, so every candidate leaves it: dots become hyphens or vanish, affixes and other
suffixes are put on, letters are swapped for look-alikes. Used to watch zones and new registrations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from classifiers.hosts import normal_host, split
from classifiers.name_tokens import misspellings, tokens
from classifiers.register import Register, is_official, register, under

SUFFIXES = (
    "cn",
    "com",
    "com.cn",
    "net",
    "org",
    "org.cn",
    "net.cn",
    "top",
    "vip",
    "xyz",
    "cc",
    "site",
    "online",
    "icu",
    "club",
    "shop",
)
_SERVICES = ("cx", "zscx", "chaxun", "query", "cert", "zs")
_STATE = ("gov", "govcn", "gov-cn")
_SHAPES = (("m", "rn"), ("o", "0"), ("w", "vv"), ("l", "1"), ("s", "5"), ("e", "3"))


@dataclass(frozen=True, slots=True)
class Lookalike:
    """One registrable name: which official host it would imitate, how it is made, and its rank weight (0–1)."""

    name: str
    imitates: str
    pattern: str
    weight: float


def candidates(host: str, suffixes: Iterable[str] = SUFFIXES) -> list[Lookalike]:
    """Names that could pose as `host`, most telling first, each once. Raises HostError for what is no host name."""
    official = normal_host(host)
    best: dict[str, Lookalike] = {}
    for rank, suffix in enumerate(suffixes):
        fade = 1.0 - 0.02 * rank
        for label, pattern, weight in _labels(official):
            name = f"{label}.{suffix}"
            if not 1 <= len(label) <= 63 or is_official(name):
                continue
            made = Lookalike(name, official, pattern, round(weight * fade, 4))
            if name not in best or best[name].weight < made.weight:
                best[name] = made
    return sorted(best.values(), key=lambda made: (-made.weight, made.name))


def watchlist(source: Register | None = None, suffixes: Iterable[str] = SUFFIXES) -> list[Lookalike]:
    """The candidates of every query system of the register, most telling first, each name once."""
    wanted = tuple(suffixes)
    best: dict[str, Lookalike] = {}
    for system in (source or register()).systems:
        for made in candidates(system.host, wanted):
            if made.name not in best or best[made.name].weight < made.weight:
                best[made.name] = made
    return sorted(best.values(), key=lambda made: (-made.weight, made.name))


def _core(official: str) -> list[str]:
    """The labels that tell the host: without www and without its public suffix."""
    own = [label for label in split(official).own if label != "www"]
    return own or official.split(".")[:1]


def _labels(official: str) -> Iterator[tuple[str, str, float]]:
    core = _core(official)
    government = official.endswith(".gov.cn")
    whole = [label for label in official.split(".") if label != "www"]
    yield "-".join(whole), "点改连字符", 1.0
    yield "".join(whole), "去掉点", 0.95
    if government:
        for state in _STATE:
            yield "-".join([*core, state]), "机构缩写接 gov", 0.98
            yield "".join([*core, state.replace("-", "")]), "机构缩写接 gov", 0.92
            yield f"{state}-{core[-1]}", "gov 放在前面", 0.85
    if len(core) > 1:
        yield "-".join(core), "主机段连写", 0.9
        yield "".join(core), "主机段连写", 0.88
        yield "www" + "".join(core), "www 粘连", 0.7
    yield from _affixed(core[-1])
    yield from _glyphs(core, government)
    yield from _misspelt(core[-1])
    for token in tokens().of("cert"):
        if token.host == official and token.text.isascii() and token.strength != "weak" and not token.misspelt:
            yield from (
                (f"{token.text}{joint}{service}", "证书拼音接查询", 0.6)
                for service in ("cx", "chaxun")
                for joint in ("", "-")
            )


def _affixed(body: str) -> Iterator[tuple[str, str, float]]:
    """Service words put on an abbreviation; none on a short one that means anything (119, coc)."""
    token = tokens().by_text.get(body)
    if len(body) < 4 and (token is None or token.strength == "weak"):
        return
    for service in _SERVICES:
        yield f"{body}-{service}", "机构缩写接查询", 0.8
        yield f"{service}-{body}", "机构缩写接查询", 0.82
        yield body + service, "机构缩写接查询", 0.75
        yield service + body, "机构缩写接查询", 0.78
        yield f"china-{service}-{body}", "加中国", 0.6


def _glyphs(core: list[str], government: bool) -> Iterator[tuple[str, str, float]]:
    tail = ["gov"] if government else []
    for shown, drawn in _SHAPES:
        swapped = [label.replace(shown, drawn) for label in core]
        if swapped != core:
            yield "-".join([*swapped, *tail]), f"{shown} 写成 {drawn}", 0.7
            yield "".join([*swapped, *tail]), f"{shown} 写成 {drawn}", 0.65
    if government:
        yield "-".join([*core, "g0v"]), "o 写成 0", 0.7


def _misspelt(body: str) -> Iterator[tuple[str, str, float]]:
    """Only long abbreviations, and never the first letter: one wrong letter in three, or in front, is another word."""
    if len(body) >= 6:
        yield from ((wrong, "错一个字母", 0.5) for wrong in sorted(misspellings(body)) if wrong[:1] == body[:1])


def in_zone(name: str, zones: Iterable[str]) -> bool:
    """Whether a candidate lies in one of the zones whose lists are at hand (com, cn, top …)."""
    return any(under(name, zone) for zone in zones)
