"""How hard a page tries to hide its words: the amount and kind of disguise, innocent causes told apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from classifiers.features import family
from classifiers.reading import Hit, Reading

_HIDDEN_FAMILIES = ("promise.*", "offer.*", "result.check", "contact.lead", "certificate.*")
_OTHERS = ("separator", "vertical", "homophone", "shape", "split", "pinyin", "reversed", "spaced")


@family("disguise", {
    "disguise.word": "被伪装的关键词",
    "disguise.invisible": "夹在词里的不可见字符",
    "disguise.traditional": "繁体字写成的招揽",
    "title.promise": "标题里的违法承诺",
})  # fmt: skip
def find(reading: Reading) -> Iterable[Hit]:
    """Disguised words of selling families; invisible characters by the dozen; a promise in the title."""
    for feature in _HIDDEN_FAMILIES:
        for hit in reading.hits(feature):
            if hit.disguise in _OTHERS and not _innocent(reading, hit):
                yield replace(hit, feature="disguise.word", value=hit.disguise)
    for hit in reading.hits("promise.*"):
        if hit.region in ("title", "heading"):
            yield replace(hit, feature="title.promise")
    folded = reading.folded
    if folded.invisible >= 3 and folded.pinyin == 0:
        yield reading.fact("disguise.invisible", f"{folded.invisible} 个不可见字符", "html")
    if folded.traditional >= 3 and folded.pinyin == 0:
        yield reading.fact("disguise.traditional", f"{folded.traditional} 个繁体字", "html")


def _innocent(reading: Reading, hit: Hit) -> bool:
    """Whole lines typeset with blanks, and mirrors with readings in brackets, hide nothing."""
    if reading.folded.pinyin:
        return True
    if hit.disguise != "separator" or hit.feature.startswith("certificate."):
        return hit.feature.startswith("certificate.") and hit.disguise == "separator"
    gaps = reading.folded.gap[max(0, hit.at - 12) : hit.until + 12]
    return len(gaps) >= 16 and gaps.count(1) * 10 >= len(gaps) * 8
