"""The package's first page: one self-contained HTML file that opens by double click, without network or script."""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from PIL import Image

from evidence.config import Config
from exports import extraction, fields, wording
from exports.defang import defang, line, visible
from exports.dossier import Dossier, Step
from exports.glossary import explained
from exports.masking import Item
from exports.packaging.originals import NAMES, PROFILES, Originals
from exports.verifier.command import STATEMENT

STATES = {"new": "待复核（内部预览）", "confirmed": "已确认，待另一人复核", "released": "已经两人复核", "dismissed": "已排除",
          "doubtful": "存疑", "revoked": "已撤销"}
BANDS = {"high": "高：当日查看", "medium": "中：列入待复核", "low": "低", "none": "无"}
CHECKS = {"up": "仍可访问", "down": "已不能访问", "changed": "内容已变", "unknown": "不明"}
OUTCOMES = {"ok": "完整", "partial": "不完整", "gone": "已不存在", "parked": "停放页", "blocked": "被拦截", "login": "需登录",
            "error": "出错", "refused": "未访问"}
FACTS = {"dns": "域名解析", "tls": "TLS 证书", "whois": "域名注册（WHOIS）", "rdap": "域名注册（RDAP）", "ip": "IP 归属", "icp": "ICP 备案",
         "hosting": "技术支持"}
INLINE_WIDTH, INLINE_HEIGHT = 1440, 3200


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("index.html.j2")


def masked_rows(masked: Iterable[tuple[str, Item]]) -> list[tuple[str, str, str, int]]:
    """What was masked: place, kind, form shown, how many times."""
    counted = Counter((where, item.kind, item.shown) for where, item in masked)
    return [(where, kind, shown, count) for (where, kind, shown), count in counted.items()]


def render(dossier: Dossier, originals: Originals, config: Config, recipe: str) -> str:
    """The page as HTML; crawled text is masked, its addresses are taken apart, everything is escaped."""
    verdict = dossier.verdict

    def show(text: str) -> str:
        return defang(visible(fields.shown(dossier, text)))

    findings = [{"sentence": show(f.sentence), "quote": show(f.quote), "weight": f"{f.weight:+g}"} for f in verdict.findings]
    return _template().render(
        title=f"证据包：{show(line(dossier.lead.subject, 120))}", kind=fields.KINDS.get(dossier.lead.kind, dossier.lead.kind),
        state=STATES.get(dossier.state, dossier.state), lead=dossier.lead, summary=_summary(dossier, config, show),
        findings=findings, score=f"{verdict.score:g}", band=BANDS.get(verdict.band, verdict.band), ruleset=verdict.ruleset,
        body=verdict.body_sha256, terms=explained(*(f.quote + f.sentence for f in verdict.findings)),
        contacts=show(fields.value(dossier, config, "contacts")), shots=_shots(originals),
        path=[show(told) for told in path_lines(dossier)], captures=_captures(originals, show),
        texts=[{"caption": show(f"{_way(c)}　{c.title}"), "text": show(t)} for c, t in originals.texts],
        facts=[_fact(f, show) for f in dossier.facts], checks=_checks(dossier, show), list_head=extraction.LIST_HEAD,
        list_rows=[tuple(defang(visible(cell)) for cell in row) for row in extraction.listing(dossier, originals.exhibits)],
        statement=STATEMENT, recipe=recipe, notes=originals.notes, masked=masked_rows(originals.masked), custody=dossier.custody,
        decisions=[{"at": fields.beijing(d.at), "reviewer": d.reviewer, "move": wording.MOVES.get(d.move, d.move), "reason": show(d.reason)}
                   for d in dossier.decisions])


def path_lines(dossier: Dossier) -> list[str]:
    """How the page was reached, a line a step, the page itself last."""
    lines = [_step(step) for step in dossier.entry]
    final = f"到达 {dossier.capture.url}（{fields.beijing(dossier.capture.started)}）"
    hops = [f"跳转 {h.url}，状态 {h.status}" for h in dossier.capture.hops]
    return [*lines, *hops, final]


def _step(step: Step) -> str:
    hit = step.sighting
    if hit is not None:
        kept = f"，结果页抓取 {hit.serp_capture}" if hit.serp_capture else ""
        return (f"在 {hit.source} 搜索“{hit.query}”，第 {hit.page} 页第 {hit.rank} 条{'（广告位）' if hit.paid else ''}，"
                f"标题“{hit.title}”{kept}")
    if step.kind == "page":
        return f"网页 {step.url} 上的{'二维码' if step.verdict == 'qr' else '链接'}"
    return f"已知网址（举报、名单或人工给出）：{step.url}"


def _summary(dossier: Dossier, config: Config, show: Any) -> list[tuple[str, str]]:
    wanted = (("url", "网址"), ("site_name", "网页标题"), ("description", "问题"), ("imitates", "被仿冒对象"), ("contacts", "联系方式"),
              ("ip", "IP 地址"), ("ip_place", "IP 归属地"), ("access_provider", "接入服务商"), ("icp", "ICP 备案号"),
              ("registrar", "域名注册商"), ("registered", "域名注册日期"), ("first_seen", "首次发现"),
              ("last_seen", "最近一次看到"), ("reviewers", "确认与复核"))
    rows = [(title, show(fields.value(dossier, config, name))) for name, title in wanted]
    return [(title, value or "不详") for title, value in rows if value or title in {"IP 地址", "ICP 备案号", "域名注册商"}]


def _shots(originals: Originals) -> list[dict[str, str]]:
    """First screens, scaled; a full page only where there is no first screen of that capture."""
    first = {c.id for c, path, _ in originals.shots if "screenshot-first" in path}
    order = {"desktop": 0, "mobile": 1}
    shown = sorted((s for s in originals.shots if "screenshot-first" in s[1] or s[0].id not in first),
                   key=lambda s: order.get(s[0].profile, 2))
    rows = []
    for capture, path, data in shown:
        name = NAMES["screenshot-first" if "screenshot-first" in path else "screenshot-full"]
        rows.append({"css": "phone" if capture.profile == "mobile" else "wide", "path": path.removeprefix("data/"),
                     "caption": f"{name}（{PROFILES.get(capture.profile, capture.profile)}）{fields.beijing(capture.started)}",
                     "data": base64.b64encode(_scaled(data)).decode("ascii")})
    return rows


def _scaled(data: bytes) -> bytes:
    """A barred picture of ours, made smaller for the page."""
    picture: Image.Image = Image.open(io.BytesIO(data))
    if picture.width <= INLINE_WIDTH and picture.height <= INLINE_HEIGHT:
        return data
    ratio = min(1.0, INLINE_WIDTH / picture.width)
    size = (round(picture.width * ratio), max(1, round(picture.height * ratio)))
    picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    out = io.BytesIO()
    picture.crop((0, 0, size[0], min(size[1], INLINE_HEIGHT))).save(out, "JPEG", quality=80)
    return out.getvalue()


def _captures(originals: Originals, show: Any) -> list[dict[str, str]]:
    unique = {e.capture.id: e.capture for e in originals.exhibits}.values()
    return [{"id": c.id, "time": fields.beijing(c.started), "way": _way(c), "url": show(c.url),
             "outcome": f"{OUTCOMES.get(c.outcome, c.outcome)} {c.status or ''}"} for c in unique]


def _way(capture: Any) -> str:
    return extraction.ways([capture])


def _fact(fact: Any, show: Any) -> dict[str, str]:
    value = "；".join(f"{k} {_short(v)}" for k, v in sorted(fact.value.items()) if v not in ("", [], {}, None))
    return {"kind": f"{FACTS.get(fact.kind, fact.kind)} {show(fact.host)}", "server": show(fact.server), "at": fields.beijing(fact.at),
            "value": show(line(value, 800)) if fact.ok else f"不知道：{show(line(fact.note, 300))}"}


def _short(value: Any) -> str:
    return "、".join(_short(v) for v in value[:8]) if isinstance(value, list) else \
        " ".join(f"{k}={_short(v)}" for k, v in value.items()) if isinstance(value, dict) else str(value)


def _checks(dossier: Dossier, show: Any) -> list[dict[str, str]]:
    return [{"at": fields.beijing(c.at), "state": CHECKS.get(c.state, c.state), "detail": show(c.detail)} for c in dossier.checks]
