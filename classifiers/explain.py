"""A judgement in Chinese sentences: the very rows of its score, with the page's own words."""

from __future__ import annotations

import re

from classifiers.judgement import Judgement
from evidence.records import Finding

_KINDS = {"ad": "证书造假广告", "fake_site": "仿冒证书查询网站", "none": "未发现问题"}
BANDS = {"high": "高（当天处理）", "medium": "中（进入队列）", "low": "低（留存，不入队列）", "none": "无"}
_ROLES = {
    "seller": "卖家页面", "grey": "灰色培训广告", "news": "新闻报道", "court": "案件、裁判", "law": "法规条文", "authority": "机关公文",
    "question": "问答", "recruitment": "招聘", "school": "培训学校",
}  # fmt: skip
_UNDECIDABLE = {
    "script-only": "页面内容由脚本生成，普通抓取看不到，需用浏览器打开", "image-only": "页面只有图片，需看截图或识别文字",
    "frame-only": "页面内容在框架里，需打开框架地址", "empty": "页面几乎没有内容",
}  # fmt: skip
_TYPES = {"phone": "手机", "wechat": "微信", "qq": "QQ", "email": "邮箱", "telegram": "电报", "qr": "二维码"}
_MARKUP = re.compile(r"<[^>]{0,2000}>|&[a-zA-Z#0-9]{2,10};")


def sentences(found: Judgement, html: str = "") -> list[str]:
    """Headline, reasons, what speaks against, contacts; every reason with its weight and the page's own words.

    `html` is the source (or plain text) that was judged: then each quote is cut out of it and its place is told. A
    source in which something else stands there is another page, and the line says so.
    """
    lines = [f"结论：{_KINDS[found.kind]}，等级{BANDS[found.band]}，得分 {found.score:g}"]
    if found.imitates:
        lines.append(f"仿冒对象：{found.imitates}")
    if found.role:
        lines.append(f"页面性质：{_ROLES.get(found.role, found.role)}" + ("；只涉及这一页，不及整站" if found.scope == "page" else ""))
    if found.undecidable:
        lines.append(f"无法仅凭此判断：{_UNDECIDABLE.get(found.undecidable, found.undecidable)}")
    if found.mirrored:
        lines.append("页面带有机器镜像的痕迹（汉字后带注音）")
    lines += [_line(f, html) for f in found.findings if f.weight > 0]
    against = [_line(f, html) for f in found.findings if f.weight <= 0]
    lines += ["不支持这一结论的：", *against] if against else []
    if found.contacts:
        lines.append("联系方式：" + "、".join(f"{_TYPES.get(c.type, c.type)} {c.value}" for c in found.contacts))
    return lines


def _line(finding: Finding, html: str) -> str:
    sign = f"+{finding.weight:g}" if finding.weight > 0 else (f"{finding.weight:g}" if finding.weight else "封顶")
    return f"[{sign}] {finding.sentence}{_shown(finding, html)}"


def _shown(finding: Finding, html: str) -> str:
    """The quote in brackets, "" when the sentence holds it already and no source was given to point into."""
    if finding.start < 0 or not finding.quote:
        return ""
    placed = html and finding.where in ("html", "text")
    if placed and html[finding.start : finding.end] != finding.quote:
        return f"（原文：“{_visible(finding.quote)}”；所给页面的第 {finding.start} 字处不是这段文字，请核对来源）"
    quote = _visible(finding.quote)
    if placed:
        return f"（原文第 {finding.start}–{finding.end} 字：“{quote}”）"
    return f"（原文：“{quote}”）" if quote not in finding.sentence else ""


def _visible(quote: str) -> str:
    return " ".join(_MARKUP.sub("", quote).split())
