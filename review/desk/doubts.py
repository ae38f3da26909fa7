"""What speaks against a lead, or is simply not known: said beside the accusation, never left for the reader to notice."""

from __future__ import annotations

from evidence.store import Store
from exports.dossier import Dossier
from exports.wording import PROFILES
from review import clock
from review.console import BAND_LABELS

_FACTS = {"whois": "域名注册信息", "ip": "主机所在地", "icp": "备案归属", "tls": "证书"}
_UNDECIDABLE = {"script-only": "页面由脚本生成，原文里读不到文字", "image-only": "页面只有图片，文字没有读到", "frame-only": "页面只是框架",
                "empty": "页面没有内容"}


def of(store: Store, told: Dossier) -> list[str]:
    """Sentences in Chinese, the weightiest first."""
    return [*_weaker(told), *_other_findings(told), *_history(store, told), *_not_known(told)]


def _weaker(told: Dossier) -> list[str]:
    """Captures of the same subject that were judged clearly weaker."""
    captures = {c.id: c for c in told.captures}
    said = []
    for verdict in told.verdicts:
        if verdict.band in {"none", "low"} and verdict.id != told.verdict.id and verdict.capture in captures:
            capture = captures[verdict.capture]
            how = "浏览器" if capture.means == "browser" else "直接读取"
            said.append(f"{clock.local(capture.started)} {PROFILES.get(capture.profile, capture.profile)}（{how}）的页面只判为"
                        f"“{BAND_LABELS.get(verdict.band, verdict.band)}”（{verdict.score:g} 分）")
    if told.verdict.mirrored:
        said.append("页面像是转载或镜像，作者可能另有其人")
    if why := _UNDECIDABLE.get(told.verdict.undecidable):
        said.append(why)
    return said


def _other_findings(told: Dossier) -> list[str]:
    """Exonerating findings of other captures that the deciding one does not have."""
    own = {f.rule for f in told.verdict.findings}
    found = {f.rule: f.sentence for v in told.verdicts for f in v.findings if f.weight < 0 and f.rule not in own}
    return [f"另一次采集中：{sentence}" for sentence in found.values()]


def _history(store: Store, told: Dossier) -> list[str]:
    said = []
    if told.decisions:
        earlier = [d for d in told.decisions if d.move in {"dismiss", "revoke"}]
        said += [f"{d.reviewer} 曾于 {clock.local(d.at)[:10]} {'排除' if d.move == 'dismiss' else '撤销'}：{d.reason}" for d in earlier]
    row = store.one("SELECT count(*) AS n FROM board WHERE host = ? AND lead <> ? AND state IN ('dismissed', 'revoked')", told.host,
                    told.lead.id)
    if row and row["n"]:
        said.append(f"同一主机另有 {row['n']} 条线索被排除或撤销")
    if told.lead.scope == "page":
        said.append("涉嫌的是他人网站上的一个页面，网站本身未必知情")
    return said


def _not_known(told: Dossier) -> list[str]:
    """Gaps: absence of a fact is not evidence."""
    known = {f.kind for f in told.facts if f.ok and f.host == told.host}
    gaps = [label for kind, label in _FACTS.items() if kind not in known]
    said = [f"未知：{'、'.join(gaps)}"] if gaps and told.lead.scope == "host" else []
    if not any(c.means == "browser" for c in told.captures):
        said.append("没有用浏览器看过：没有截图，脚本生成的内容没有读到")
    return said
