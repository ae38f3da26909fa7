"""mail.eml 邮件草稿：正文先说覆盖，没有新线索也写明；附日报表格等文件；只是草稿，从不自动发送"""

from __future__ import annotations

import html
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from itertools import islice
from pathlib import Path

from exports import wording
from exports.briefing import Briefing, Row
from exports.defang import line
from exports.order import Order, OrderError

ABOUT, FILE, NEEDS, LAST = "day", "mail.eml", ("run",), True
MAX_ATTACHED = 15 * 1024 * 1024  # bytes of one attachment and of all: mail servers refuse more
MAX_LISTED = 20
_TYPES = {
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"), ".html": ("text", "html"),
    ".docx": ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document"),
}
_NAMES = {"xlsx": "日报表格", "docx": "日报", "report": "日报网页"}


def write(order: Order, path: Path) -> None:
    """Write the mail draft to `path`, with the day's other files attached as far as they fit."""
    matter = order.briefing
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _subject(matter)
    message["Date"] = datetime.now(wording.CHINA)
    message["X-Unsent"] = "1"  # mail programs open it as a draft
    if order.config.exports.mail_from:
        message["From"] = _address(order.config.exports.mail_from, "mail_from")
    if order.config.exports.mail_to:
        message["To"] = [_address(one, "mail_to") for one in order.config.exports.mail_to]
    attached, left_out = _fitting(order)
    lines = [*_lines(matter), *_files(attached, left_out)]
    message.set_content("\n".join(lines) + "\n", charset="utf-8", cte="base64")
    message.add_alternative(_page(lines, matter), subtype="html", charset="utf-8", cte="base64")
    for name, made in attached:
        main, sub = _TYPES.get(made.suffix, ("application", "octet-stream"))
        message.add_attachment(made.read_bytes(), maintype=main, subtype=sub, filename=_named(name, made, matter.day))
    path.write_bytes(message.as_bytes())


def _subject(matter: Briefing) -> str:
    counts, gaps = matter.counts, len(matter.coverage.gaps)
    said = f"新增 {counts['new']} 条（高 {counts['high']}）" if counts["new"] else "无新增线索"
    blind = f"，{gaps} 个来源没看全" if gaps else ("，无覆盖记录" if not matter.coverage.asked else "")
    return f"打假日报 {matter.day}：{said}{blind}"


def _lines(matter: Briefing) -> list[str]:
    seen, counts = matter.coverage, matter.counts
    lines = [f"打假日报　{wording.day_in_words(matter.day)}", "", "一、覆盖情况", seen.headline + seen.warning]
    lines += [f"· {row.name}：{row.label}" + (f"（{row.detail}）" if row.detail else "") for row in seen.asked]
    lines += [f"· 未启用的来源：{seen.off}"] if seen.off else []
    lines += [f"· 来源 {name} 未遵守 robots，依据：{basis}" for name, basis in seen.overrides]
    if matter.unread:
        lines.append(f"· {len(matter.unread)} 项已存证据读不出来，见日报表格“证据清单”")
    lines += ["", "二、新增线索"]
    if counts["new"]:
        lines.append(f"共 {counts['new']} 条：高 {counts['high']}，中 {counts['medium']}，低 {counts['low'] + counts['none']}。")
        lines += [f"{n}. [{wording.BANDS.get(row.band, row.band)}] {_short(row)}"
                  for n, row in enumerate(islice(matter.listed(), MAX_LISTED), 1)]
        if counts["new"] > MAX_LISTED:
            lines.append(f"其余 {counts['new'] - MAX_LISTED} 条见附件。")
    else:
        lines.append("本日没有新增线索。" + seen.warning)
    rest = f"复发 {counts['recurred']} 条；待复核（全部）{counts['pending']} 条；当日处置 {counts['settled_today']} 条。"
    return [*lines, "", "三、其他", rest]


def _short(row: Row) -> str:
    return f"{wording.KINDS.get(row.kind, row.kind)} {row.subject}　{row.reasons}"


def _files(attached: list[tuple[str, Path]], left_out: list[tuple[str, Path]]) -> list[str]:
    lines = ["", "附件：" + ("、".join(_NAMES.get(name, made.name) for name, made in attached) or "无")]
    if left_out:
        lines.append("太大而未附上的文件，请到数据目录取：" + "、".join(f"{made.name}（{wording.size(made.stat().st_size)}）"
                                                                for _, made in left_out))
    return [*lines, "", "网址已失活：hxxp 即 http，[.] 即 .，请勿直接访问。"]


def _fitting(order: Order) -> tuple[list[tuple[str, Path]], list[tuple[str, Path]]]:
    """The other files that fit into a mail, and those that do not; the workbook first."""
    fit, rest, room = [], [], MAX_ATTACHED
    for name, made in sorted(order.made.items(), key=lambda item: (item[0] != "xlsx", item[0] == "report", item[0])):
        size = made.stat().st_size * 4 // 3
        if size <= room:
            room -= size
            fit.append((name, made))
        else:
            rest.append((name, made))
    return fit, rest


def _page(lines: list[str], matter: Briefing) -> str:
    """The same lines as a page, the coverage in red when there are gaps."""
    colour = "#b42318" if matter.coverage.warning else "#1e6b3a"
    rows = [f"<p style=\"margin:2px 0{f';color:{colour};font-weight:bold' if n == 3 else ''}\">{html.escape(text) or '&nbsp;'}</p>"
            for n, text in enumerate(lines)]
    return ("<!DOCTYPE html><html lang=\"zh-CN\"><body style=\"font:15px/1.6 'Microsoft YaHei',sans-serif;color:#1f2933\">"
            + "\n".join(rows) + "</body></html>")


def _named(name: str, made: Path, day: str) -> str:
    return f"打假{_NAMES.get(name, name)}-{day}{made.suffix}"


def _address(text: str, field: str) -> Address:
    try:
        return Address(addr_spec=text)
    except Exception as problem:  # the parser of addresses raises many kinds; all mean "not an address"
        raise OrderError(f"dajia.toml：exports.{field}：不是邮箱地址：{line(text, 80)!r}") from problem
