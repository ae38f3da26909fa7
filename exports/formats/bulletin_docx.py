"""bulletin.docx 通报（Word）：与网页版同样的内容，图表为图片，供印发"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from exports import bulletin, wording
from exports.charts import Drawing
from exports.document import Document
from exports.order import Order
from exports.period import Review

ABOUT, FILE, NEEDS = "period", "bulletin.docx", ("period",)


def write(order: Order, path: Path) -> None:
    """Write the bulletin of `order.period` and `order.kind` to `path`."""
    review, unit = Review(order), order.config.operator.unit
    paper = Document(bulletin.title(review), unit)
    paper.title(bulletin.title(review), unit)
    _overall(paper, review)
    _trends(paper, review, order.scratch)
    _words(paper, review, order.scratch)
    _cases(paper, review)
    paper.heading("五、覆盖情况")
    paper.table(("来源", "完整读到", "部分看不到", "没看到"),
                [(s.source, str(s.read), str(s.partly), str(s.blind)) for s in review.sights] or [("没有覆盖记录", "", "", "")],
                (62, 34, 34, 34))
    paper.paragraph(("线索由公开的规则产生，结论由人作出；未经两人复核的不列入案例。数字按线索首次发现的日期（北京时间）统计。", "dim"))
    paper.signed(unit, wording.day_in_words(datetime.now(wording.CHINA).strftime("%Y-%m-%d")))
    paper.save(path)


def _overall(paper: Document, review: Review) -> None:
    paper.heading("一、总体情况")
    paper.paragraph(bulletin.opening(review), indent=True)
    if caution := bulletin.caution(review):
        paper.paragraph((caution, "alarm"), indent=True)
    paper.table(("项目", "本季度", "上季度", "变化"), ((c.label, str(c.now), str(c.before), c.change) for c in review.counts),
                (62, 30, 30, 42))
    paper.paragraph("处置成效（本季度复核确认的线索，截至生成之日；至少两处都看不到才算下线）：", indent=True)
    paper.table(("项目", "结果"), review.takedown_rows, (74, 90))


def _trends(paper: Document, review: Review, scratch: Path) -> None:
    paper.heading("二、趋势")
    _chart(paper, bulletin.trend(review), scratch, "图1　每周新增线索")
    if review.ways:
        _chart(paper, bulletin.ways(review), scratch, "图2　经哪些来源发现")
    if review.imitated:
        paper.table(("被仿冒的单位和系统", "线索"), ((name, str(n)) for name, n in review.imitated), (134, 30))


def _words(paper: Document, review: Review, scratch: Path) -> None:
    paper.heading("三、用语变化")
    if review.vocabulary.common:
        _chart(paper, bulletin.words(review), scratch, "图3　常见用语（按出现的线索数计）")
    else:
        paper.paragraph("本季度没有可比的用语。", indent=True)
    for label, found in bulletin.drifts(review):
        paper.paragraph((f"{label}：", "bold"), "、".join(f"{w.text}（{w.before} → {w.now}）" for w in found), indent=True)


def _cases(paper: Document, review: Review) -> None:
    paper.heading("四、典型案例")
    cases = bulletin.cases(review)
    if not cases:
        paper.paragraph("本季度没有经两人复核的线索，不列案例。", indent=True)
    for n, case in enumerate(cases, 1):
        paper.heading(f"案例{n}　{case.kind}：{case.subject}", 2)
        said = [f"标题：{case.title}", f"仿冒对象：{case.imitates}" if case.imitates else "", case.entry, *case.reasons,
                f"联系方式：{case.contacts}" if case.contacts else "", f"处置：{case.outcome}" if case.outcome else "",
                f"线索编号 {case.lead}"]
        paper.bullets(text for text in said if text)


def _chart(paper: Document, drawing: Drawing, scratch: Path, caption: str) -> None:
    path = scratch / f"chart-{caption[:2]}.png"
    path.write_bytes(drawing.png())
    paper.pictures([(path, min(166.0, paper.width))], caption)
