"""Who the page says it is, and whether its host may say so.

Only what the page says of *itself* counts: its title, headings, logo texts and the short lines of its first screen.
A name in a sentence, a headline or a link's words is somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from urllib.parse import urlsplit

from classifiers.claims import Claim, bare_query, official_names, own_name, services
from classifiers.features import family
from classifiers.hosts import HostError, is_ip, normal_host
from classifiers.names import judge_name
from classifiers.page import Block
from classifiers.reading import Hit, Reading
from classifiers.register import is_official, register

HOSTS = {
    "identity.official_host": "域名属于登记的官方机构或政府域名",
    "identity.foreign_host": "域名不在官方登记之内，也不是政府域名",
    "identity.name_high": "域名与官方域名高度相似",
    "identity.name_medium": "域名与官方域名相似",
    "identity.name_low": "域名带有证书或机构字样",
    "identity.ip_host": "直接用 IP 地址访问",
    "identity.official_in_path": "网址路径里写着官方域名",
    "identity.own_name": "页面以自己的单位名称自称",
    "identity.own_footer": "页脚署名是学校、协会一类的单位",
    "identity.disclaimer": "页面声明自己不是官方",
    "identity.shell": "页面几乎是空的，内容要靠脚本画出来",
}
CLAIMS = {
    "claim.system": "页面自称官方查询系统",
    "claim.body": "页面自称政府机构",
    "claim.registered": "自称登记册里的机构",
    "claim.state": "页面自称国家级、全国或省级的证书服务",
    "claim.safety": "页面自称查询只有政府才发的证书，却不写是谁的网站",
    "claim.service": "页面自称证书查询服务",
    "claim.bare": "页面只写“证书查询”，不写查什么证、谁来答",
    "claim.owned": "带有单位名称的证书查询服务",
    "claim.script": "官方名称只写在脚本里",
}
_IMITATING = (
    "claim.system", "claim.body", "identity.official_in_path", "filing.icp_copied", "filing.official_unit", "identity.name_high",
    "identity.name_medium", "claim.script", "card.official_issuer", "claim.state",
)  # fmt: skip
_NAMING = ("title", "heading", "header", "alt", "image", "meta")
_FIRST_SCREEN = 14  # short blocks of the body that may hold the site's name in a div instead of a heading
_SHORT = 46
_MAX_NAMED = 60
# A sentence about a service, a headline or advice is not the service's own name.
_ABOUT = re.compile(
    r"怎么|如何|怎样|哪里|哪儿|多少|吗|么办|？|\?|攻略|教程|指南|方法|步骤|流程|须知|通知|公告|上线|启用|警惕|提醒|谨防|当心|假冒|仿冒|冒充|山寨|"
    r"曝光|通报|查处|破获|判|涉嫌|开展|召开|印发|发布|关于|举办|组织|一文|工具|助手|大全|软件|接口|记者|获悉|介绍|表示|称|详解|解读|区别|真伪|真假|请输入|请填写|友情链接|点击|前往|登录|跳转|访问|"
    r"报名条件|报考|培训班|培训报名|招生|题库|办理|复审|多久|可以"
)
_CUT = re.compile(r"[-_|｜—–·•:：,，。;；/\s>»]+")
_SIGNED_BY = re.compile(
    r"(?:版权所有|版权归|主办|主办单位|©|copyright)[^\u4e00-\u9fff\n]{0,16}([\u4e00-\u9fff]{2,16}(?:学校|学院|大学|技校|协会|学会|培训中心|研究院|研究所))",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"\s*(?:发证|签发|核发|颁发|评价|监制|鉴定|考核|主管|培训)(?:机关|机构|单位|部门)\s*[:：]?")
_DISCLAIMER = re.compile(r"(?:本站|本网站|本平台|本公众号)(?:非|不是|并非|与)[^。\n]{0,24}(?:官方|政府|应急管理部|主管部门|无关|无隶属)")
# Certificates that nobody but the state issues: whoever answers queries about them unnamed, poses as the state.
_STATE_ONLY = re.compile(
    r"特种作业|操作证|安全员|安管人员|三类人员|特种设备|电工证|焊工证|登高|高处作业|高空作业|消防设施|消防证|安全生产|生产安全|建筑施工|安全资格|"
    r"叉车|起重|塔吊|架子工|危险化学品|安全证|安全作业|注册安全工程师|注册消防|建安[ABCabc]|[八九]大员|施工现场|进网作业|有限空间|上岗证"
)
# What is looked up is a thing, a firm or a text, not a person's certificate.
_NOT_PERSONS = re.compile(
    r"检验|检测|报告|登记证|说明书|法律|法规|标准|规范|公示|名单|许可证|资质|预案|产品|保单|事故|备案|图纸|价格|设备信息|企业信息"
)
# Institutions carry their ministry's name and may live outside .gov.cn; those of the safety field are in the register.
_INSTITUTION = re.compile(r"[\u4e00-\u9fff]{0,10}(?:中心|研究院|研究所|学院|学校|协会|学会|出版社|报社|医院|教育网)")
_SAFETY_HOSTS = ("mem.gov.cn", "mohurd.gov.cn", "samr.gov.cn", "119.gov.cn", "mohrss.gov.cn")
_TOP = 2500  # characters of source in which a site shows its emblem
_SHELL = 160  # characters of a page that is drawn by its scripts
_LITTLE = 400  # characters of a page whose scripts are worth reading for names
_SPARE = 14  # letters that may stand beside the name in its segment: 欢迎使用, 官网, 入口


@family("identity", HOSTS)
def find(reading: Reading) -> Iterator[Hit]:
    """Every identity hit of the page; of an official host only that it is one."""
    host = _host(reading)
    if host and is_official(host):
        yield reading.fact("identity.official_host", host, "url", host)
        return
    if host:
        yield reading.fact("identity.foreign_host", host, "url")
    yield from _by_name(reading, host)
    own = _own(reading)
    if own is not None:
        yield own
    yield from _own_footer(reading)
    if "本" in reading.text and (match := _DISCLAIMER.search(reading.text)):
        yield reading.hit("identity.disclaimer", match.start(), match.end())
    page = reading.page
    if len(reading.text) <= _SHELL and (page.scripts or page.script_size) and not page.forms:
        yield reading.fact("identity.shell", page.title[:60], "html")


@family("claim", CLAIMS)
def find_claims(reading: Reading) -> Iterator[Hit]:
    """Every name the page gives itself, unless its host may bear it."""
    if reading.has("identity.official_host"):
        return
    yield from _claims(reading, named=reading.has("identity.own_name"))
    yield from _in_script(reading)


def _host(reading: Reading) -> str:
    try:
        return normal_host(reading.page.url)
    except HostError:
        return ""


def _by_name(reading: Reading, host: str) -> Iterator[Hit]:
    judged = _judged(host)
    if judged is not None:
        yield reading.fact(f"identity.name_{judged.band}", host, "url", judged.imitates)
    if host and is_ip(host):
        yield reading.fact("identity.ip_host", host, "url", host)
    path = urlsplit(reading.page.url).path
    for official, marks in _PATH_MARKS if len(path) > _BARE_PATH else ():
        if marks[0] in path or marks[1] in path:
            yield reading.fact("identity.official_in_path", official, "url", official)
            return


_judged = lru_cache(maxsize=4096)(judge_name)
_PATH_MARKS = [(host, (f"/{host}", f"/{host.replace('.', '-')}")) for host in register().hosts()]
_BARE_PATH = 7  # shorter than any official host


def _naming_blocks(reading: Reading) -> Iterator[Block]:
    """Blocks that may carry the site's own name: title, headings, logo texts, and short lines of the first screen."""
    early, given = 0, 0
    for block in reading.page.blocks:
        if block.unit or given >= _MAX_NAMED:
            continue
        if block.region in _NAMING:
            given += 1
            yield block
        elif block.region in ("body", "form", "nav") and early < _FIRST_SCREEN:
            early += 1
            if block.end - block.start <= _SHORT:
                yield block


def _own(reading: Reading) -> Hit | None:
    soft = reading.folded.soft
    naming = (b for b in reading.page.blocks if b.region in ("title", "heading", "header"))
    for block in islice(naming, _MAX_NAMED):
        if reading.spots.own_in(block.start, block.end) and (name := own_name(soft[block.start : block.end])):
            return reading.hit("identity.own_name", block.start, block.end, name)
    return None


def _own_footer(reading: Reading) -> Iterator[Hit]:
    for block in islice((b for b in reading.page.blocks if b.region == "footer"), _MAX_NAMED):
        if not reading.spots.own_in(block.start, block.end):
            continue
        match = _SIGNED_BY.search(reading.folded.soft, block.start, block.end)
        if match and own_name(match[1]):
            yield reading.hit("identity.own_footer", match.start(1), match.end(1), match[1])
            return


def _claims(reading: Reading, named: bool) -> Iterator[Hit]:
    logos = _logo_reach(reading)
    linked = [(link.start, link.end) for link in reading.page.links if link.start >= 0]
    spots = reading.spots
    for block in _naming_blocks(reading):
        official, service = spots.official_in(block.start, block.end), spots.service_in(block.start, block.end)
        if not official and not service:
            continue
        if any(start <= block.start and block.end <= end + 1 for start, end in linked):
            continue  # the words of a link name where it leads, not where one is
        if block.region == "alt" and reading.page.place(block.start, block.end)[1] > logos:
            continue  # pictures further down are partners and links, not the site's own emblem
        text = reading.folded.soft[block.start : min(block.end, block.start + 400)]
        if _LABELLED.match(text):
            continue  # the field of a card: who issued it, not who speaks
        whole = block.region not in _NAMING
        for claim in official_names(text) if official else ():
            if stands_as_name(text, claim, whole) and not _attributes(text, claim) and not _institution(text, claim):
                name = "claim.system" if claim.kind == "system" else "claim.body"
                yield reading.hit(name, block.start + claim.start, block.start + claim.end, claim.host or claim.name)
                if name == "claim.body" and claim.kind == "body":
                    yield reading.hit("claim.registered", block.start + claim.start, block.start + claim.end, claim.host)
        if service and not named and any(bare_query(part) for part in _CUT.split(text)):
            yield reading.hit("claim.bare", block.start, block.end)
        for claim in services(text) if service else ():
            if claim.asks or claim.state or _STATE_ONLY.search(claim.name):
                persons = not _NOT_PERSONS.search(claim.name)
                plain = "claim.owned" if claim.owned else "claim.service"
                name = "claim.state" if claim.state and persons and not claim.owned else plain
                if stands_as_name(text, claim, whole) and not named:
                    yield reading.hit(name, block.start + claim.start, block.start + claim.end, claim.name)
                    if name == "claim.service" and persons and _STATE_ONLY.search(claim.name):
                        yield reading.hit("claim.safety", block.start + claim.start, block.start + claim.end, claim.name)


def _logo_reach(reading: Reading) -> int:
    """The source offset up to which a picture may be the site's emblem: the first form field, else the top of the page."""
    page = reading.page
    body = max(page.source.find("<body"), 0) if page.is_html else 0
    fields = [field.offset for form in page.forms[:3] for field in form.fields[:1]]
    return min([body + _TOP, *fields])


def _attributes(text: str, claim: Claim) -> bool:
    """A headline that quotes the body: 应急管理部：平台上线."""
    return claim.kind != "system" and text[claim.end : claim.end + 1] in ("：", ":") and len(text) > claim.end + 4


def _institution(text: str, claim: Claim) -> bool:
    """A ministry's name as the first part of an institution's, where the ministry issues no safety certificate."""
    return claim.kind == "body" and claim.host not in _SAFETY_HOSTS and bool(_INSTITUTION.match(text, claim.end))


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


def _in_script(reading: Reading) -> Iterator[Hit]:
    page = reading.page
    if page.script_text and len(reading.text) < _LITTLE:
        for claim in official_names(page.script_text[:60_000]):
            yield reading.fact("claim.script", claim.name, "html", claim.host or claim.name)
            return


def imitated(reading: Reading) -> str:
    """Whom the page poses as: an official host when one is claimed, else the claimed name; "" when none."""
    for feature in _IMITATING:
        if hits := reading.hits(feature):
            return hits[0].value
    return ""

