"""How hard a page tries to hide its words: the amount and kind of disguise, innocent causes told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable

from classifiers.features import family
from classifiers.reading import PAPERS, Hit, Reading

_HIDDEN_FAMILIES = ("promise.*", "offer.*", "result.check", "contact.lead", "certificate.*")
_OTHERS = ("separator", "vertical", "homophone", "shape", "split", "pinyin", "reversed", "spaced")

_REWRITTEN = ("homophone", "shape", "split", "pinyin", "reversed")
_FEW, _REACH = 2, 500
_GLUED = re.compile(
    r"(?<=[\u3400-\u9fff])([a-z]{2,6})(?=[\u3400-\u9fff，。、！,.!\s]|\Z)|"
    r"(?<![a-z\u3400-\u9fff])([a-z]{2,6})(?=[\u3400-\u9fff])")
_SYLLABLES = frozenset((
    "zheng", "kao", "bao", "guo", "mian", "shi", "dian", "gong", "han", "deng", "gao", "cha", "che", "zhu", "chu",
    "na", "ban", "dai", "ti", "xiao", "fang", "an", "quan", "yuan", "wang", "guan", "guanwang", "ke", "kecha",
    "yong", "shang", "ka", "qian", "fu", "kuan", "kuai", "tian", "zhou", "jia", "wei", "xin", "weixin", "kaoshi",
    "chuzheng", "nazheng", "zhengshu", "baoguo", "miankao", "shui", "dao", "jian", "yan", "zhen",
))


@family("disguise", {
    "disguise.word": "被伪装的关键词",
    "disguise.certificate": "改写成别字的证书名",
    "disguise.latin": "汉字里夹着拼音",
    "disguise.invisible": "夹在词里的不可见字符",
    "disguise.traditional": "繁体字写成的招揽",
    "title.promise": "标题里的违法承诺",
})  # fmt: skip
def find(reading: Reading) -> Iterable[Hit]:
    """Disguised words of selling families; invisible characters by the dozen; a promise in the title."""
    for feature in _HIDDEN_FAMILIES:
        for hit in reading.hits(feature):
            if hit.disguise in _OTHERS and not _innocent(reading, hit):
                yield hit._replace(feature="disguise.word", value=hit.disguise)
                if hit.feature.startswith("certificate.") and hit.disguise in _REWRITTEN:
                    yield hit._replace(feature="disguise.certificate", value=hit.disguise)
    yield from _latin(reading)
    for hit in reading.hits("promise.*"):
        if hit.region in ("title", "heading"):
            yield hit._replace(feature="title.promise")
    folded = reading.folded
    if folded.invisible >= 3 and folded.pinyin == 0:
        yield reading.fact("disguise.invisible", f"{folded.invisible} 个不可见字符", "html")
    if folded.traditional >= 3 and folded.pinyin == 0:
        yield reading.fact("disguise.traditional", f"{folded.traditional} 个繁体字", "html")


def _latin(reading: Reading) -> Iterable[Hit]:
    """Syllables in Latin letters glued between Han, where several different ones are."""
    if reading.folded.pinyin:
        return
    near = reading.near(PAPERS, _REACH)
    glued = [m for start, end in near for m in _GLUED.finditer(reading.folded.soft, start, end)]
    found = {m[m.lastindex or 1]: m.span(m.lastindex or 1) for m in glued}
    found = {syllable: place for syllable, place in found.items() if syllable in _SYLLABLES}
    if len(found) >= _FEW:
        for start, end in found.values():
            yield reading.hit("disguise.latin", start, end)


def _innocent(reading: Reading, hit: Hit) -> bool:
    """Whole lines typeset with blanks, and mirrors with readings in brackets, hide nothing."""
    if reading.folded.pinyin:
        return True
    if hit.disguise != "separator" or hit.feature.startswith("certificate."):
        return hit.feature.startswith("certificate.") and hit.disguise == "separator"
    gaps = reading.folded.gap[max(0, hit.at - 12) : hit.until + 12]
    return len(gaps) >= 16 and gaps.count(1) * 10 >= len(gaps) * 8
