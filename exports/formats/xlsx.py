"""daily.xlsx 日报表格：覆盖情况、新增线索、待复核、已处置、复发、证据清单，带缩略图，可筛选，网址已失活"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from exports import wording
from exports.account import Account, Reason
from exports.briefing import SETTLED_DAYS, Briefing, Row
from exports.coverage import SourceRow
from exports.gallery import Gallery, Shot
from exports.order import Order
from exports.sheets import MAX_ROWS, Book, Sheet, Toned, columns

ABOUT, FILE, NEEDS = "day", "daily.xlsx", ("run",)
MAX_PICTURED = 400  # leads with thumbnails; the others say so
FOREMOST = 6  # reasons in the printed column; the others stand to the right
_DESKTOP, _PHONE = (480, 300), (200, 300)  # shown at half size: sharp on any screen
_SIGHT_TONES = {"blind": "alarm", "partly": "warn", "read": "good", "off": "dim"}
_BAND_TONES = {"high": "alarm", "medium": "warn"}
_LEFT_OUT = Shot(None, problem=f"只为前 {MAX_PICTURED} 条附图，其余见证据包")

_COVERAGE = columns(
    "来源 16 | 看到的程度 14 | 状态 14 | 结果页 9 | 结果 9 | 广告 9 | 说明 52+ | "
    "robots 处理 34+ | 时间 20 | 拦截页证据编号 28")
_NEW = columns(
    "序号 6 | 级别 7 | 类别 11 | 对象（已失活） 26+ | 网页标题 24+ | 截图：电脑 35 | 截图：手机 15 | "
    "主要理由（含原文） 52+ | 联系方式 24+ | 仿冒对象 18+ | 怎样找到的 38+ | 状态 12+ | 证据问题 20+ | "
    "得分 8 | 其余理由 52+ | 不支持的理由 30+ | 主机情况 36+ | 首次发现 21 | 网址（已失活） 40+ | 线索编号 28")
_PENDING = columns(
    "序号 6 | 级别 7 | 类别 11 | 得分 7 | 状态 14+ | 对象（已失活） 34+ | "
    "网页标题 34+ | 主要理由 60+ | 联系方式 28+ | 首次发现 20 | 最近看到 20 | "
    "初审人 12 | 网址（已失活） 40+ | 线索编号 27")
_SETTLED = columns(
    "序号 6 | 处理结果 12 | 类别 11 | 级别 7 | 对象（已失活） 34+ | 网页标题 34+ | "
    "经办人 12 | 理由 44+ | 处理时间 20 | 已生成证据包 12 | 最近复查 14 | 线索编号 27")
_AGAIN = columns(
    "序号 6 | 类别 11 | 对象（已失活） 36+ | 怎样复发 52+ | 原对象（已失活） 36+ | "
    "此前 20 | 本次 20 | 线索编号 27")
_ITEMS = columns(
    "序号 7 | 对象（已失活） 32+ | 名称 18 | 取得方式 16 | 格式 18 | 大小（字节） 12 | "
    "核对 14+ | SHA-256 68 | SM3 68 | 取得时间 20 | 所在文件 46 | 偏移 11 | "
    "长度 11 | 网址（已失活） 48+ | 采集编号 27 | 线索编号 27")

def write(order: Order, path: Path) -> None:
    """Write the day's workbook to `path`."""
    matter = order.briefing
    with Book(path, order.scratch, f"打假日报 {matter.day}", order.config.operator.unit) as book:
        first = book.sheet("覆盖情况", _COVERAGE)
        _coverage(first, matter)
        _new(book.sheet("新增线索", _NEW, tall=118, printed=13), matter, order.gallery)
        _pending(book.sheet("待复核", _PENDING), matter)
        _settled(book.sheet("已处置", _SETTLED), matter)
        _again(book.sheet("复发", _AGAIN), matter)
        _items(book.sheet("证据清单", _ITEMS), matter)


def _coverage(sheet: Sheet, matter: Briefing) -> None:
    seen, counts = matter.coverage, matter.counts
    unit = matter.config.operator.unit
    sheet.banner(f"打假日报  {wording.day_in_words(matter.day)}" + (f"  {unit}" if unit else ""), size=16, height=34)
    sheet.banner("覆盖：" + seen.headline + seen.warning, "alarm" if seen.warning else "good", size=12, height=44)
    sheet.banner(f"新增线索 {counts['new']} 条（高 {counts['high']}，中 {counts['medium']}，低 {counts['low']}）　"
                 f"待复核 {counts['pending']} 条　当日处置 {counts['settled_today']} 条　复发 {counts['recurred']} 条", height=24)
    for name, basis in seen.overrides:
        sheet.banner(f"来源 {name} 未遵守 robots，依据：{basis}", "warn", size=10)
    pages = "，".join(f"{wording.OUTCOMES.get(o, o)} {n}" for o, n in seen.pages) or "没有采集网页"
    undone = f"；另有 {seen.waiting} 项没有做完" if seen.waiting else ""
    sheet.banner(f"采集网页：{pages}{undone}", "warn" if undone else "", size=10)
    sheet.heading()
    for row in seen.rows:
        sheet.row(_source(row))
    for kind, at, row in seen.others:
        sheet.row([f"{row.name}（同日另一次任务 {kind}）", *_source(row)[1:8], wording.local(at or row.at), row.proof])
    if not seen.rows and not seen.others:
        sheet.row([Toned("没有任何来源的覆盖记录", "alarm")])


def _source(row: SourceRow) -> list[str | int | float | Toned | Shot | None]:
    tone = _SIGHT_TONES[row.sight]
    policy = f"未遵守，依据：{row.policy}" if row.policy else "遵守" if row.sight != "off" else ""
    return [row.name, Toned(wording.SIGHT_LABELS[row.sight], tone), Toned(row.label, tone), row.pages, row.results, row.ads, row.detail,
            policy, wording.local(row.at), row.proof]


def _new(sheet: Sheet, matter: Briefing, gallery: Gallery) -> None:
    sheet.heading()
    for n, found in enumerate(matter.accounts(), 1):
        shots = [_LEFT_OUT if n > MAX_PICTURED else _shot(found, label, size, gallery)
                 for label, size in (("电脑", _DESKTOP), ("手机", _PHONE))]
        sheet.row([n, Toned(found.band_label, _BAND_TONES.get(found.band, "")), found.kind_label, found.subject, found.title, *shots,
                   _reasons(found.reasons[:FOREMOST]), _lines(f"{a} {b}" for a, b in found.contacts),
                   found.imitates, _lines(f"{i}. {step}" for i, step in enumerate(found.entry, 1)), found.state_label,
                   Toned(_lines(found.problems), "alarm") if found.problems else "", found.score,
                   _reasons(found.reasons[FOREMOST:]), _reasons(found.against), _lines(f"{a}：{b}" for a, b in found.facts),
                   wording.local(found.found), found.url, found.id])
    if not matter.new:
        sheet.row([Toned("本日没有新增线索。" + matter.coverage.warning, "warn" if matter.coverage.warning else "good")], height=24)


def _shot(found: Account, label: str, size: tuple[int, int], gallery: Gallery) -> Shot:
    picture = found.picture(label)
    return gallery.shot(picture.artifact, *size, coarse=found.personal) if picture else Shot(None, problem="没有截图")


def _pending(sheet: Sheet, matter: Briefing) -> None:
    sheet.heading()
    for n, row in enumerate(_bounded(matter.pending()), 1):
        sheet.row([n, Toned(wording.BANDS.get(row.band, row.band), _BAND_TONES.get(row.band, "")), wording.KINDS.get(row.kind, row.kind),
                   row.score, wording.LEAD_STATES.get(row.state, row.state), row.subject, row.title, row.reasons, row.contacts,
                   wording.local(row.found), wording.local(row.last_seen), row.reviewer, row.url, row.id], height=48)
    if sheet.at == 1:
        sheet.row([Toned("没有待复核的线索", "good")])


def _settled(sheet: Sheet, matter: Briefing) -> None:
    sheet.heading()
    for n, row in enumerate(_bounded(matter.settled()), 1):
        sheet.row([n, wording.LEAD_STATES.get(row.state, row.state), wording.KINDS.get(row.kind, row.kind),
                   wording.BANDS.get(row.band, row.band), row.subject, row.title, row.reviewer, row.reason, wording.local(row.decided),
                   row.packages, row.check, row.id], height=32)
    if sheet.at == 1:
        sheet.row([f"最近 {SETTLED_DAYS} 天没有处置"])
    if matter.older_settled:
        sheet.row([f"更早处置的 {matter.older_settled} 条在证据库里"])


def _again(sheet: Sheet, matter: Briefing) -> None:
    sheet.heading()
    for n, found in enumerate(matter.recurrences, 1):
        sheet.row([n, wording.KINDS.get(found.kind, found.kind), found.subject, found.why, found.of, wording.local(found.before),
                   wording.local(found.now), found.lead])
    if not matter.recurrences:
        sheet.row(["本日没有发现复发"])


def _items(sheet: Sheet, matter: Briefing) -> None:
    sheet.heading()
    for n, item in enumerate(islice(matter.exhibits(), MAX_ROWS), 1):
        of = item.artifact
        sheet.row([n, item.subject, item.name, item.way, of.media_type + (f"（{of.coding}）" if of.coding else ""), of.size,
                   item.state if item.sound else Toned(item.state, "alarm"), of.sha256, of.sm3, wording.local(item.at), of.warc, of.offset,
                   of.length, item.url, item.capture, item.lead])
    if sheet.at == 1:
        sheet.row(["本日没有新的证据"])


def _reasons(reasons: Iterable[Reason]) -> str:
    return _lines(f"[{r.sign}] {r.sentence}" for r in reasons)


def _lines(rows: Iterable[str]) -> str:
    return "\n".join(rows)


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    return islice(rows, MAX_ROWS)
