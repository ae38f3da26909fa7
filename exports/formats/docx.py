"""daily.docx 日报（Word）：覆盖情况、数量、新增线索及理由和截图，供打印、传阅、批示"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from exports import wording
from exports.account import Account, Reason
from exports.briefing import Briefing
from exports.document import Document, Piece
from exports.gallery import Gallery
from exports.order import Order

ABOUT, FILE, NEEDS = "day", "daily.docx", ("run",)
MAX_TOLD, MAX_REASONS = 60, 8
_TONES = {"blind": "alarm", "partly": "warn", "read": "good", "off": ""}


def write(order: Order, path: Path) -> None:
    """Write the day's document to `path`."""
    matter, unit = order.briefing, order.config.operator.unit
    paper = Document(f"打假日报 {matter.day}", unit)
    paper.title("打 假 日 报", wording.day_in_words(matter.day) + (f"　{unit}" if unit else ""))
    _coverage(paper, matter)
    _numbers(paper, matter)
    paper.heading("三、新增线索")
    if not matter.new:
        paper.paragraph("本日没有新增线索。", (matter.coverage.warning, "alarm"), indent=True)
    for n, found in enumerate(matter.accounts(matter.new[:MAX_TOLD]), 1):
        _lead(paper, n, found, order.gallery)
    if len(matter.new) > MAX_TOLD:
        paper.paragraph((f"以上为得分最高的 {MAX_TOLD} 条，其余 {len(matter.new) - MAX_TOLD} 条见 daily.xlsx。", "alarm"))
    for problem in matter.untold:
        paper.paragraph((f"有线索无法列出：{problem}", "alarm"))
    if matter.recurrences:
        _recurrences(paper, matter)
    paper.paragraph(("网址已失活：hxxp 即 http，[.] 即 .。身份证号、银行卡号、标明的姓名和非卖家的电话已遮盖。"
                     "分值只产生线索，结论由人作出；未经两人确认，任何材料都不对外发出。", "dim"))
    paper.save(path)


def _coverage(paper: Document, matter: Briefing) -> None:
    seen = matter.coverage
    paper.heading("一、覆盖情况")
    paper.paragraph((seen.headline + seen.warning, "alarm" if seen.warning else "good"), indent=True)
    for name, basis in seen.overrides:
        paper.paragraph((f"来源 {name} 未遵守 robots，依据：{basis}", "warn"), indent=True)
    if matter.unread:
        paper.paragraph((f"{len(matter.unread)} 项已存证据读不出来：", "alarm"), indent=True)
        paper.bullets(f"{capture} {name}：{why}" for (capture, name), why in islice(matter.unread.items(), 50))
    if seen.off:
        paper.paragraph((f"未启用的来源 {len(seen.with_sight('off'))} 个：{seen.off}。", "dim"), indent=True)
    if seen.asked:
        paper.table(("来源", "看到的程度", "状态", "结果", "广告", "说明"), (
            (row.name, (wording.SIGHT_LABELS[row.sight], _TONES[row.sight]), row.label, str(row.results), str(row.ads), row.detail)
            for row in seen.asked), (26, 26, 26, 16, 16, 56))


def _numbers(paper: Document, matter: Briefing) -> None:
    counts = matter.counts
    paper.heading("二、数量")
    paper.table(("新增·高", "新增·中", "新增·低", "复发", "待复核（全部）", "当日处置"), [[str(n) for n in (
        counts["high"], counts["medium"], counts["low"] + counts["none"], counts["recurred"], counts["pending"],
        counts["settled_today"])]], (27, 27, 27, 27, 31, 27))


def _lead(paper: Document, n: int, found: Account, gallery: Gallery) -> None:
    paper.heading(f"{n}. {found.subject}", 2)
    tone = {"high": "alarm", "medium": "warn"}.get(found.band, "")
    paper.paragraph((f"级别 {found.band_label}", tone), f"　{found.kind_label}　得分 {found.score:g}　{found.state_label}")
    for problem in found.problems:
        paper.paragraph((problem, "alarm"))
    rows: list[list[str | Piece]] = [[("标题", "bold"), found.title], [("网址", "bold"), found.url]]
    if found.imitates:
        rows.append([("仿冒对象", "bold"), found.imitates])
    if found.contacts:
        rows.append([("联系方式", "bold"), "；".join(f"{label} {value}" for label, value in found.contacts)])
    rows.append([("怎样找到的", "bold"), "；".join(found.entry)])
    rows += [[(label, "bold"), value] for label, value in found.facts]
    rows.append([("线索编号", "bold"), f"{found.id}，首次发现 {wording.local(found.found)}"])
    paper.table((), rows, (30, 136))
    paper.bullets(_reason(reason) for reason in (*found.reasons[:MAX_REASONS], *found.against))
    if len(found.reasons) > MAX_REASONS:
        paper.paragraph((f"另有 {len(found.reasons) - MAX_REASONS} 条理由见 report.html。", "dim"))
    _pictures(paper, found, gallery)


def _pictures(paper: Document, found: Account, gallery: Gallery) -> None:
    """Desktop and phone side by side; small where the page shows personal data."""
    shown: list[tuple[Path, float]] = []
    for label, width, size in (("电脑", 104.0, (860, 640)), ("手机", 34.0, (360, 760))):
        picture = found.picture(label)
        if picture is None:
            continue
        shot = gallery.shot(picture.artifact, *size, coarse=found.personal)
        if shot.path is None:
            paper.paragraph((shot.problem, "warn"))
        else:
            shown.append((shot.path, width * (0.6 if found.personal else 1)))
    if shown:
        labels = "、".join(p.label for p in found.pictures[:2])
        remark = "；页面含个人信息，图已缩小" if found.personal else ""
        paper.pictures(shown, f"截图（{labels}），{wording.local(found.pictures[0].at)}{remark}")
    elif not found.pictures:
        paper.paragraph(("没有截图：只做了普通抓取", "dim"))


def _reason(reason: Reason) -> list[str | Piece]:
    return [(f"[{reason.sign}] ", "dim"), *((text, "mark" if quoted else "") for text, quoted in reason.parts)]


def _recurrences(paper: Document, matter: Briefing) -> None:
    paper.heading("四、复发")
    paper.table(("对象", "怎样复发", "原对象", "此前", "本次"), (
        (r.subject, r.why, r.of, wording.short_time(r.before), wording.short_time(r.now)) for r in matter.recurrences[:200]),
        (40, 52, 34, 20, 20))
