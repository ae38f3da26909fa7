"""Who a text claims to be: official bodies and systems of the register, and names made to sound like them.

All functions take plain text and give `Claim`s whose offsets lie in that text. White space and invisible
characters between letters do not hide a name (names are often cut into spans).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

from ahocorasick_rs import AhoCorasick, MatchKind

from classifiers.register import register

_MAX_TEXT = 400_000
_LOCAL_REACH = 20_000
_PLAIN = re.compile(r"[!-~\u4e00-\u9fff]*+")
_HAN = r"[\u4e00-\u9fff]"
_STATE = r"(?:中华人民共和国|国家|全国|中国|中华|中央|政府|官方|" + "|".join(p.name + "省?市?" for p in register().provinces) + ")"
_CREDENTIALS = [
    "特种作业", "特种设备", "操作证", "操作资格", "安全生产", "生产安全", "安全资格", "安全员", "安管人员", "三类人员",
    "考核合格", "建筑施工", "建筑工人", "施工人员", "职业技能", "职业资格", "技能等级", "技能人才", "从业资格", "从业人员",
    "上岗证", "电工证", "焊工证", "高处作业", "登高", "消防设施", "叉车证", "应急管理", "应急", "特殊工种", "人员资格",
    "岗位证书", "岗位资格", "资格证", "煤矿", "危化", "危险化学品", "有限空间", "高空作业", "起重机械", "起重作业", "塔吊",
    "叉车", "注册安全工程师", "注册消防工程师", "建造师", "[八九]大员", "专业人员", "进网作业", "安全作业", "安全证书",
    "安全证", "建安[ABCabc]", "消防证", "防火证", "架子工", "电工", "焊工", "作业人员", "人员证书", "持证人员", "高空", "制冷作业",
    "特种人员", "特工证", "特种行业", "安全考试", "安全技能", "安全从业", "技能人员", "施工证", "安全培训",
]  # fmt: skip
_CREDENTIAL = "(?:" + "|".join(_CREDENTIALS) + ")"
_ASK = r"(?:查询|查验|验证|核验|核查|校验|验真|公示|查证|认证)"
_DUTY = r"(?:考试|报名|鉴定|考核|监管|管理|信息|证书|资格|登记|注册|评价|数据|持证|人员|备案|颁证|发证)"
_PLACE = r"(?:平台|系统|网站|网|中心|服务|门户|入口|官网|专网|大厅|页面|数据库|总库|总站|委员会|办公室)"
# A service that sounds like the state's: credential + what it does + where, with at most a few letters between.
_HEAD = rf"(?P<state>{_STATE})?(?P<owner>{_HAN}{{0,8}}?){_CREDENTIAL}(?:{_HAN}|[A-Za-z0-9]){{0,14}}?"
_ASKING = re.compile(rf"{_HEAD}{_ASK}(?:{_HAN}{{0,4}}?{_PLACE})?")
_RUNNING = re.compile(rf"{_HEAD}{_DUTY}{_HAN}{{0,4}}?{_PLACE}")
# Words before the credential that name no owner. Anything else there (中建某局…, 海州供电…) is somebody's own system.
_NO_OWNER = re.compile(
    r"(?:欢迎|使用|访问|来到|统一|在线|网上|网络|官方|联网|各省|省级|国家级|最新|电子|官网|高空|高压|低压|建筑|建设|工程|行业|企业|生产|经营|单位|"
    r"从业|人员|证书|证件|考试|水利|交通|公路|铁路|电力|能源|农业|煤矿|矿|注册|初级|中级|高级|起重|机械|专业|现场|考核|特殊|特种|安全|管理|施工|职业|技术|矿山|危险|化学品|消防|市|省|区|县|的|及|和|与|等|各类|公共|综合|信息|级|部|办)*\Z"
)
_AGENCIES = ["安监", "质监", "市监", "人社", "住建", "建设", "应急", "消防", "煤监", "能源", "劳动", "卫健", "煤矿安全监察"]
_LOCAL = re.compile(
    rf"{_HAN}{{2,6}}?(?:省|市|县|区|自治区|自治州|盟|旗)(?:应急管理|住房和城乡建设|住房城乡建设|人力资源和社会保障|市场监督管理|"
    r"安全生产监督管理|政务服务|消防救援|应急|安监|住建|人社)(?:厅|局|委员会|委|总队|支队|中心|网)"
)
# Agencies by their short names, as nobody but an impostor or a newspaper writes them.
_SHORT = re.compile(
    rf"(?:国家|省|市|县|区)?(?:{'|'.join(_AGENCIES)})(?:总局|局|厅|部|委|总队|支队)(?![\u4e00-\u9fff]{{0,2}}(?:文件|印发))"
)
# A query of certificates that says neither whose they are nor who asks.
_BARE = re.compile(
    r"(?:欢迎使用)?(?:电子)?(?:资格|持证人员?|人员|岗位|职业|安全)?(?:证书|证件|证照|人员信息|持证信息|资格证书?)(?:信息)?(?:真伪)?(?:在线|网上|联网|防伪|统一)?"
    r"(?:查询|查验|核验|验证)(?:验证)?(?:系统|平台|中心|网|入口|结果)?\Z"
)
_ORGANISATIONS = [
    "职业培训学校", "培训学校", "职业技术学院", "职业学院", "技师学院", "学院", "大学", "学校", "技校", "驾校", "培训中心",
    "培训基地", "教育科技", "教育集团", "教育", "培训网", "教育网", "网校", "有限责任公司", "有限公司", "股份公司", "集团",
    "协会", "学会", "商会", "研究院", "研究所", "事务所", "医院", "认证中心", "检测中心", "检验中心",
]  # fmt: skip
_OWN = re.compile(rf"(?P<name>{_HAN}{{2,14}}(?:{'|'.join(_ORGANISATIONS)}))")
_OFFICIAL_WORDS = ("应急管理", "人力资源", "住房和城乡", "住建", "人社", "安监", "消防救援", "市场监督", "市场监管", "国家", "中央")


@dataclass(frozen=True, slots=True)
class Claim:
    """A name in a text: kind is "system", "body", "province" (an emergency department) or "service" (sounds official).

    `host` is the official host the name belongs to, "" for a made-up service. `state`: dressed with 国家, 全国 or a place;
    `asks`: it answers queries; `owned`: a service with somebody's name before it.
    """

    kind: str
    name: str
    host: str
    start: int
    end: int
    state: bool = False
    asks: bool = False
    owned: bool = False


@lru_cache(maxsize=8)
def squeeze(text: str) -> tuple[str, Sequence[int]]:
    """The text without white space and invisible characters, compatibility forms undone, and each character's offset."""
    text = text[:_MAX_TEXT]
    if _PLAIN.fullmatch(text):
        return text, range(len(text))
    kept: list[str] = []
    offsets: list[int] = []
    for offset, char in enumerate(text):
        for plain in _plain(char):
            kept.append(plain)
            offsets.append(offset)
    return "".join(kept), offsets


@lru_cache(maxsize=30_000)
def _plain(char: str) -> str:
    """What a character stands for, "" for white space and what does not show."""
    if char.isspace() or unicodedata.category(char) in ("Cf", "Mn", "Cc"):
        return ""
    return unicodedata.normalize("NFKC", char) if ord(char) > 0x2000 else char


@cache
def _names() -> tuple[AhoCorasick, tuple[tuple[str, str, str], ...]]:
    rows: list[tuple[str, str, str]] = []
    for system in register().systems:
        rows += [("system", title, system.host) for title in system.titles]
    for body in register().bodies:
        rows += [("body", name, body.hosts[0]) for name in body.names]
    for province in register().provinces:
        for place in (province.name, province.name + "省", province.name + "市", province.name + "自治区"):
            rows += [("province", place + unit, province.host) for unit in ("应急管理厅", "应急管理局", "应急厅", "安全生产监督管理局")]
    rows.append(("province", "应急管理厅", "cx.mem.gov.cn"))
    rows.append(("province", "应急管理局", "cx.mem.gov.cn"))
    return AhoCorasick([name for _, name, _ in rows], matchkind=MatchKind.LeftmostLongest), tuple(rows)


def official_words() -> list[str]:
    """Words of which every official name holds one."""
    units = ("人力资源和社会保障", "市场监督管理", "政务服务", "住房和城乡", "住房城乡", "安全生产监督")
    return [*(name for _, name, _ in _names()[1]), *_AGENCIES, *units]


def service_words() -> list[str]:
    """Words of which every name of a certificate query holds one."""
    return [word.partition("[")[0] or word.partition("]")[2] for word in _CREDENTIALS] + ["查询", "查验", "核验", "验证"]


def own_words() -> list[str]:
    """Words of which every name of a school, firm or association holds one."""
    return list(_ORGANISATIONS)


def official_names(text: str) -> list[Claim]:
    """Every official body, department or system named in the text, left to right."""
    plain, offsets = squeeze(text)
    machine, rows = _names()
    found: list[Claim] = []
    for row, start, end in machine.find_matches_as_indexes(plain):
        kind, name, host = rows[row]
        found.append(Claim(kind, name, host, offsets[start], offsets[end - 1] + 1, True, kind == "system"))
    for match in chain(_LOCAL.finditer(plain[:_LOCAL_REACH]), _SHORT.finditer(plain[:_LOCAL_REACH])):
        start, end = offsets[match.start()], offsets[match.end() - 1] + 1
        inside = [claim for claim in found if claim.start < end and start < claim.end]
        if all(claim.kind == "province" and claim.end - claim.start < end - start for claim in inside):
            found = [claim for claim in found if claim not in inside]
            found.append(Claim("province", match.group(), "", start, end, True))
    return sorted(found, key=lambda claim: claim.start)


def services(text: str) -> list[Claim]:
    """Names of services that sound like the state's certificate queries, register or not, left to right."""
    plain, offsets = squeeze(text)
    plain = plain[:20_000]
    asking = list(_ASKING.finditer(plain))
    taken = [(match.start(), match.end()) for match in asking]
    running = [m for m in _RUNNING.finditer(plain) if not any(m.start() < end and start < m.end() for start, end in taken)]
    return [_service(match, offsets) for match in sorted([*asking, *running], key=lambda m: m.start())]


def _service(match: re.Match[str], offsets: Sequence[int]) -> Claim:
    start, end = offsets[match.start()], offsets[match.end() - 1] + 1
    owned = not _NO_OWNER.match(match["owner"])
    return Claim("service", match.group(), "", start, end, bool(match["state"]), match.re is _ASKING, owned)


def bare_query(text: str) -> bool:
    """Whether the whole text is the name of a certificate query that says neither whose certificates nor who answers."""
    return bool(_BARE.match(squeeze(text[:60])[0]))


def own_name(text: str) -> str:
    """The organisation that a title or footer names as its own (a school, a firm, an association), "" when none.

    An official body's name is no own name.
    """
    plain, _ = squeeze(text[:2000])
    for match in _OWN.finditer(plain):
        name = match["name"]
        grand = name.endswith("网") and name.startswith(("全国", "中国", "中华"))
        if not grand and not any(word in name for word in _OFFICIAL_WORDS):
            return name
    return ""
