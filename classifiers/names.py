"""Judge a host name alone: does it pose as an official certificate-query host, and as which one?

A name is never proof: bands say how soon a person should look (high ≥ 70, medium ≥ 50, low ≥ 25).
Official hosts, the government's own zone, other states' governments and firewall CNAMEs are never judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from classifiers.hosts import Host, HostError, has_han, is_foreign_government, is_ip, normal_host, split
from classifiers.name_signs import Sign, latin, signs, single, unglyph
from classifiers.name_tokens import misspellings, tokens
from classifiers.name_weights import imitated, weigh
from classifiers.register import is_official_normal
from evidence.records import Band

HIGH, MEDIUM, LOW = 70.0, 50.0, 25.0
_CHEAP = """top vip xyz cc icu site online club shop wang ltd work fun store pw tk ml ga cf gq info live pro link
网址 在线 中文网 网店 公司"""
_CHEAP_SUFFIXES = frozenset(_CHEAP.split())
_NEAR_GOV = frozenset(misspellings("gov"))


@dataclass(frozen=True, slots=True)
class NameJudgement:
    """What a name looks like: `imitates` is an official host, `reasons` are Chinese sentences, worst first."""

    name: str
    imitates: str
    band: Band
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    score: float
    imitates: str
    reasons: tuple[str, ...]


def band_of(score: float) -> Band:
    """The band of a name score."""
    return "high" if score >= HIGH else "medium" if score >= MEDIUM else "low" if score >= LOW else "none"


def judge_name(host: str) -> NameJudgement | None:
    """The judgement of a host name (any spelling), or None when there is nothing to say of it."""
    try:
        name = normal_host(host)
    except HostError:
        return None
    return judge_normal(name)


def judge_normal(name: str) -> NameJudgement | None:
    """As `judge_name`, for a name already in normal form (the bulk path)."""
    if is_ip(name) or is_official_normal(name):
        return None
    parts = split(name)
    if is_foreign_government(parts) or name.endswith(tokens().plumbing_parents):
        return None
    best = _best_reading(parts)
    if best.score < LOW:
        return None
    score = best.score
    reasons = best.reasons
    if not tokens().plumbing_labels.isdisjoint(parts.labels[:-2]):
        return NameJudgement(
            name, best.imitates, "low", min(score, 40.0), (*reasons, "像防护或加速服务的别名，可能指向真网站")
        )
    if score >= MEDIUM and parts.labels[-1] in _CHEAP_SUFFIXES:
        score += 5
        reasons += (f"后缀 .{parts.labels[-1]} 便宜且不作身份审核",)
    score = min(100.0, score)
    return NameJudgement(name, best.imitates, band_of(score), score, reasons)


def _best_reading(parts: Host) -> _Reading:
    """The reading that says most; a disguised one must say more than the plain one to be believed."""
    own = parts.own or parts.labels
    plain = tuple(latin(label) for label in own)
    best = _read(parts, plain)
    if plain != own and best.score >= LOW and any(_mixes_scripts(label) for label in own):
        best = _disguised(best, "用其他文字的形近字母冒充拉丁字母")
    glyph = tuple(unglyph(label) for label in plain)
    thin = tuple(single(label) for label in glyph)
    for shown, labels, reason in (
        (plain, glyph, "用形近字符代替字母（如 rn 代 m、0 代 o）"),
        (glyph, thin, "重复字母"),
    ):
        if labels != shown:
            reading = _read(parts, labels)
            if reading.score > best.score:
                best = _disguised(reading, reason)
    return best


def _mixes_scripts(label: str) -> bool:
    return any(not c.isascii() for c in label) and not has_han(label)


def _disguised(reading: _Reading, reason: str) -> _Reading:
    return _Reading(reading.score + 10, reading.imitates, (*reading.reasons, reason))


def _read(parts: Host, labels: tuple[str, ...]) -> _Reading:
    exact = _official_inside(labels)
    if exact is not None:
        return exact
    found = signs(labels)
    reading = _weighed(found)
    zone = _gov_cn_labels(parts, labels)
    if zone is not None and zone.score > reading.score:
        imitates = next((s.token.host for s in found if s.token.kind == "body"), zone.imitates)
        return _Reading(zone.score, imitates, zone.reasons + reading.reasons)
    return reading


def _official_inside(labels: tuple[str, ...]) -> _Reading | None:
    """The official host written out in the left labels, with dots or with hyphens."""
    dotted = "." + ".".join(labels) + "."
    hyphened = dotted.replace(".", "-")
    for host, with_dots, with_hyphens in tokens().official_marks:
        if with_hyphens in hyphened:
            if with_dots in dotted:
                return _Reading(95, host, (f"把官方域名 {host} 整个写在左边，真正的域名却是别人的",))
            return _Reading(90, host, (f"把官方域名 {host} 的点改成了连字符",))
    return None


def _gov_cn_labels(parts: Host, labels: tuple[str, ...]) -> _Reading | None:
    whole = [*labels, *parts.labels[len(parts.own) :]]
    pairs = list(pairwise(whole))
    if ("gov", "cn") in pairs and len(whole) - pairs.index(("gov", "cn")) > 2:
        return _Reading(80, "www.gov.cn", ("左边写着 gov.cn，真正的域名却不在政府域名之内",))
    if parts.labels[-1] == "cn" and labels and labels[-1] == "gov" and parts.own[-1] != "gov":
        return _Reading(70, "www.gov.cn", (f"用 {parts.own[-1]}.cn 冒充 gov.cn",))
    if parts.labels[-2:] and parts.labels[-1] == "cn" and labels[-1] in _NEAR_GOV and _names_a_body(labels[:-1]):
        return _Reading(75, "www.gov.cn", (f"{parts.own[-1]}.cn 与 gov.cn 只差一个字母，左边写着机构缩写",))
    return None


def _names_a_body(labels: tuple[str, ...]) -> bool:
    return any(sign.token.kind == "body" and sign.alone for sign in signs(labels)) if labels else False


def _weighed(found: list[Sign]) -> _Reading:
    score = weigh(found)
    if score <= 0:
        return _Reading(0, "", ())
    spoken = "、".join(dict.fromkeys(f"{s.token.text}（{s.token.means}）" for s in found if s.token.kind != "filler"))
    host = imitated([sign for sign in found if sign.token.kind != "filler"])
    return _Reading(score, host, (f"名称由 {spoken} 拼成，不在官方登记的域名之内",))
