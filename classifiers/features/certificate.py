"""Certificates named on a page: full names, and trades that stand beside words of examination or certificates."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from classifiers.features import family
from classifiers.reading import Hit, Reading

_NEAR = 60
_CONTEXT = ("certificate.exam", "promise.no_exam", "promise.pass", "promise.proxy", "promise.leak", "promise.own_site", "jargon.initials")


# "凭操作证投保", "持证师傅": somebody holds the certificate already; "操作证卡套": something else is sold.
_HELD = re.compile(r"(?:代替|等同|等于|不是|作为|凭|持|持有|具备|携带|出示|核验|查验|审核|遗失|捡到|丢失)(?:有效|相应|本人|原件|的|有)*\Z")
# A trade alone may be about another paper, a machine or a hand: "叉车上牌代办", "焊工工作许可证".
_OTHER_PAPER = re.compile(
    r"许可|登记|上牌|年检|检测|检验|评价|认证|保险|投保|派遣|出租|租赁|维修|安装|配件|设备|机械|招|公司|防护|考核柜|装置|系统|平台|图纸|维保|值班|巡检|事故|工程|备案|验收|报审|报建|资质|施工队|承包|标书|加工|用品|器材|改造"
)
_BESIDE = re.compile(
    r"\w{0,3}?(?:卡套|皮套|保护套|套子|封皮|翻译|照片(?:处理|精修|冲印|拍摄|电子版)|报名照|证件照|教材|题库|书|打印机|样本|样式|模板下载|遗失|复印件|原件)"
)
MEANS = {
    "certificate.named": "写明的证书，或考证语境中的工种",
    "certificate.offered": "被兜售的证书（不是持有人的证、也不是与证有关的货）",
    "certificate.loose": "证书的任何提法（页面不经营别的货品服务时）",
    "topic.certificate": "讨论的题目是证书",
}


@family("certificate", MEANS)
def find(reading: Reading) -> Iterable[Hit]:
    """A trade alone names goods as well ("叉车", "电梯"): it counts only near an examination or a certificate."""
    named: list[Hit] = []
    for feature in ("certificate.safety", "certificate.skill"):
        named += [hit._replace(feature="certificate.named") for hit in reading.hits(feature)]
    whole = {(hit.at, hit.until) for hit in named}
    context = sorted(h.at for feature in _CONTEXT for h in reading.hits(feature))
    for hit in [*reading.hits("certificate.trade"), *reading.hits("certificate.initials")]:
        near = bisect_left(context, hit.at - _NEAR)
        if near < len(context) and context[near] <= hit.until + _NEAR:
            named.append(hit._replace(feature="certificate.named"))
    yield from named
    yield from _offered(reading, named, whole)
    yield from _loose(reading, bool(named))
    if any(block.unit for block in reading.page.blocks):
        spoken = [*named, *reading.hits("certificate.generic")]
        topic = next((h for h in spoken if h.region in ("title", "heading") or h.unit == 1), None)
        if topic is not None:  # replies seldom repeat what the thread is about
            yield reading.fact("topic.certificate", reading.quote(topic), "html")
            yield reading.fact("certificate.offered", reading.quote(topic), "html")


def _offered(reading: Reading, named: list[Hit], whole: set[tuple[int, int]]) -> Iterable[Hit]:
    """Certificates that are the object: not held by somebody, not beside another ware, not another paper of the trade."""
    text = reading.folded.text
    kept: list[Hit] = []
    out: list[tuple[int, int]] = []
    for hit in named:
        other = (hit.at, hit.until) not in whole and _OTHER_PAPER.search(text, max(0, hit.at - 10), hit.until + 12)
        if _HELD.search(text, max(0, hit.at - 8), hit.at) or _BESIDE.match(text, hit.until) or "持" in text[hit.at : hit.until]:
            out.append((hit.at, hit.until))
        elif not other:
            kept.append(hit)
    for hit in kept:
        if not any(start <= hit.at and hit.until <= end for start, end in out):
            yield hit._replace(feature="certificate.offered")


def _loose(reading: Reading, named: bool) -> Iterable[Hit]:
    """Any mention, on a page of this field that does not deal in something else."""
    if reading.has("ctx.trade") or not (named or reading.has("certificate.trade") or reading.has("ctx.worksite")):
        return
    for feature in ("certificate.generic", "certificate.trade", "certificate.initials"):
        yield from (hit._replace(feature="certificate.loose") for hit in reading.hits(feature))
