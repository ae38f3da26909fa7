"""Who the page says it is, and whether its host may say so.

identity.official_host · foreign_host (not in the register, not the government's zone) · name_high name_medium name_low
(the host name's likeness) · ip_host · official_in_path · system_claim · body_claim (the page *names itself* so: title,
heading, logo, first screen) · state_service (a made-up name with 国家, 全国 or a province) · service · owned_service (with
somebody's name before it) · own_name (a school, firm or association names itself) · disclaimer · script_claim (an
official name only in a script).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from classifiers.claims import Claim, official_names, own_name, services
from classifiers.features.marks import Mark
from classifiers.hosts import HostError, is_ip, normal_host
from classifiers.names import judge_name
from classifiers.page import Block, Page
from classifiers.register import is_official, register

_NAMING = ("title", "heading", "header", "alt", "image", "meta")
_FIRST_SCREEN = 14  # short blocks of the body that may hold the site's name in a div instead of a heading
_SHORT = 46
_MAX_NAMED = 60
# A sentence about a service, a headline or advice is not the service's own name.
_ABOUT = re.compile(
    r"怎么|如何|怎样|哪里|哪儿|多少|吗|么办|？|\?|攻略|教程|指南|方法|步骤|流程|须知|通知|公告|上线|启用|警惕|提醒|谨防|当心|假冒|仿冒|冒充|山寨|"
    r"曝光|通报|查处|破获|判|涉嫌|开展|召开|印发|发布|关于|举办|组织|一文|记者|获悉|介绍|表示|称|详解|解读|区别|真伪|真假|请输入|请填写|友情链接|点击|前往|登录|跳转|访问|"
    r"报名条件|报考|培训班|招生|题库|培训|办理|复审|多久|可以"
)
_CUT = re.compile(r"[-_|｜—–·•:：,，。;；/\s>»]+")
_DISCLAIMER = re.compile(r"(?:本站|本网站|本平台|本公众号)(?:非|不是|并非|与)[^。\n]{0,24}(?:官方|政府|应急管理部|主管部门|无关|无隶属)")
_SPARE = 14  # letters that may stand beside the name in its segment: 欢迎使用, 官网, 入口


def find(page: Page, facts: Mapping[str, Any]) -> Iterator[Mark]:
    """Every identity mark of the page; of an official host only that it is one."""
    host = _host(page)
    if host and is_official(host):
        yield Mark("identity.official_host", note=host)
        return
    if host:
        yield Mark("identity.foreign_host", note=host)
    yield from _by_name(page, host)
    own = _own(page)
    if own is not None:
        yield own
    yield from _claims(page, named=own is not None)
    if match := _DISCLAIMER.search(page.text):
        yield Mark("identity.disclaimer", match.start(), match.end())
    yield from _in_script(page)


def _host(page: Page) -> str:
    try:
        return normal_host(page.url)
    except HostError:
        return ""


def _by_name(page: Page, host: str) -> Iterator[Mark]:
    judged = judge_name(host)
    if judged is not None:
        yield Mark(f"identity.name_{judged.band}", note=judged.reasons[0], said=host, host=judged.imitates)
    if host and is_ip(host):
        yield Mark("identity.ip_host", said=host)
    path = urlsplit(page.url).path
    for official in register().hosts():
        if f"/{official}" in path or f"/{official.replace('.', '-')}" in path:
            yield Mark("identity.official_in_path", said=official, host=official)
            return


def _naming_blocks(page: Page) -> Iterator[Block]:
    """Blocks that may carry the site's own name: title, headings, logo texts, and short lines of the first screen."""
    early, given = 0, 0
    for block in page.blocks:
        if block.unit or given >= _MAX_NAMED:
            continue
        if block.region in _NAMING:
            given += 1
            yield block
        elif block.region in ("body", "form", "nav") and early < _FIRST_SCREEN:
            early += 1
            if block.end - block.start <= _SHORT:
                yield block


def _own(page: Page) -> Mark | None:
    for block in page.blocks:
        if block.region in ("title", "heading", "header") and (name := own_name(page.text[block.start : block.end])):
            return Mark("identity.own_name", block.start, block.end, note=name)
    return None


def _claims(page: Page, named: bool) -> Iterator[Mark]:
    linked = [(link.start, link.end) for link in page.links if link.start >= 0]
    for block in _naming_blocks(page):
        if any(start <= block.start and block.end <= end + 1 for start, end in linked):
            continue  # the words of a link name where it leads, not where one is
        text = page.text[block.start : min(block.end, block.start + 400)]
        whole = block.region not in _NAMING
        for claim in official_names(text):
            if stands_as_name(text, claim, whole) and not _attributes(text, claim):
                name = "identity.system_claim" if claim.kind == "system" else "identity.body_claim"
                yield Mark(name, block.start + claim.start, block.start + claim.end, note=claim.name, host=claim.host)
        for claim in services(text):
            if claim.asks or claim.state:
                plain = "identity.owned_service" if claim.owned else "identity.service"
                name = "identity.state_service" if claim.state and not claim.owned else plain
                if stands_as_name(text, claim, whole) and not named:
                    yield Mark(name, block.start + claim.start, block.start + claim.end, note=claim.name)


def _attributes(text: str, claim: Claim) -> bool:
    """A headline that quotes the body: 应急管理部：平台上线."""
    return claim.kind != "system" and text[claim.end : claim.end + 1] in ("：", ":") and len(text) > claim.end + 4


def stands_as_name(text: str, claim: Claim, whole: bool = False) -> bool:
    """Whether the name is the label of the page, not a word in a sentence about it (`whole`: the text is one label)."""
    if whole and (len("".join(text.split())) > len(claim.name) + _SPARE or _ABOUT.search(text.replace(claim.name, ""))):
        return False
    start = max((m.end() for m in _CUT.finditer(text, 0, claim.start)), default=0)
    stop = _CUT.search(text, claim.end)
    segment = text[start : stop.start() if stop else len(text)]
    if _ABOUT.search(segment.replace(claim.name, "") if claim.kind != "service" else segment):
        return False
    return len("".join(segment.split())) <= len(claim.name) + _SPARE


def _in_script(page: Page) -> Iterator[Mark]:
    if page.script_text and len(page.text) < 400:
        for claim in official_names(page.script_text[:60_000]):
            yield Mark("identity.script_claim", note=claim.name, said=claim.name, host=claim.host)
            return
