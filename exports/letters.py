"""What a letter says: the same text for the docx and the PDF. Layout belongs to `exports.formats.letter` and `exports.pdf`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from evidence.config import Config
from exports import fields
from exports.defang import defang, line
from exports.dossier import Dossier
from exports.glossary import explained
from exports.recipients import Addressee, Agency

DIGITS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in parts. `title` may hold line breaks; `body` are (level, text): 0 a paragraph, 1 a heading “一、”;
    `annexes` are listed at the end."""

    number: str
    title: str
    addressee: str
    body: tuple[tuple[int, str], ...]
    annexes: tuple[str, ...]
    unit: str
    day: str
    contact: str


def chinese_day(day: date) -> str:
    """A date as letters write it, Arabic digits without leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"


def transfer(dossier: Dossier, agency: Agency, to: Addressee, config: Config, day: date, seen: date) -> Letter:
    """The letter that hands a lead over; the law is cited as in force on `seen`, the day the page was captured."""
    kind = dossier.lead.kind

    def show(text: str) -> str:
        return defang(line(fields.shown(dossier, text), 900))

    def known(name: str) -> str:
        return show(fields.value(dossier, config, name))

    body: list[tuple[int, str]] = [(0, (
        f"我单位在网络巡查中发现，{show(dossier.lead.subject)} {fields.HARM.get(kind, '')}。经两名工作人员分别核对网页原文与截图，"
        "现将有关线索及佐证材料移送贵单位，请依法处理。"))]
    body += [(1, "线索概况")]
    shown = (("url", "网址"), ("site_name", "网页标题"), ("imitates", "被仿冒对象"), ("ip", "IP 地址"), ("ip_place", "IP 归属地"),
             ("access_provider", "接入服务商"), ("icp", "ICP 备案"), ("registrar", "域名注册商"), ("registered", "域名注册日期"),
             ("contacts", "页面联系方式"), ("entry_path", "到达路径"), ("first_seen", "首次发现（北京时间）"))
    body += [(0, f"{title}：{value}。") for name, title in shown if (value := known(name))]
    body += [(0, "（网址、域名以 hxxp、[.] 的写法列出，以防误点；去掉方括号、改回 http 即原址。）")]
    body += [(1, "主要事实")]
    reasons = [f for f in dossier.verdict.findings if f.weight > 0]
    for number, finding in enumerate(reasons[:8], 1):
        quote = f"原文：“{show(finding.quote)}”。" if finding.quote and finding.quote not in finding.sentence else ""
        body.append((0, f"{number}. {show(finding.sentence).rstrip('。')}。{quote}"))
    words = explained(*(f.quote + f.sentence for f in reasons))
    meanings = "；".join(f"“{term}”指{meaning.rstrip('。')}" for term, meaning in words[:6])
    body += [(0, f"上述用语中，{meanings}。")] if words else []
    body += [(1, "法律依据")]
    cited = agency.citations(kind, seen)
    body += [(0, f"{n}. {c.text}：{says}（{c.validity}）。") for n, (c, says) in enumerate(cited, 1)]
    body += [(1, "移送理由与处置建议"), (0, f"移送理由：{show(to.reason)}。贵单位职责：{agency.competence}。")]
    body += [(0, f"{n}. {request}。") for n, request in enumerate(agency.requests[kind], 1)]
    body += [(0, "随函证据包按 SHA-256 与 SM3 逐件记录校验值，可用包内程序或系统自带工具离线核验。本函所附材料为线索和佐证，"
                 "请贵单位依法核实、重新固定；如经核实不属违法，请告知，我单位将撤回并通知全部收件单位。")]
    operator = config.operator
    contact = "，".join(part for part in (operator.name, operator.phone) if part)
    return Letter(f"〔{day.year}〕　　号", f"关于移送{_subject(kind)}", to.name, tuple(body), tuple(agency.attachments),
                  operator.unit or "（移送单位名称，并加盖印章）", chinese_day(day), contact or "（填写姓名、电话）")


def withdrawal(
    dossier: Dossier, to: Addressee, sent: Sequence[tuple[str, str]], reason: str, config: Config, day: date,
) -> Letter:
    """The letter that takes a lead back. `sent` are (day, SHA-256 of the tag manifest) of the packages delivered there."""
    subject = defang(line(fields.shown(dossier, dossier.lead.subject), 200))
    listed = "；".join(f"{when} 移送，清单 SHA-256 {digest}" for when, digest in sent)
    body: list[tuple[int, str]] = [
        (0, f"我单位此前向贵单位移送的线索 {dossier.lead.id}（{subject}，{fields.KINDS.get(dossier.lead.kind, '')}），经复核，决定撤回。"),
        (0, f"撤回理由：{fields.shown(dossier, line(reason, 600)).rstrip('。')}。"), (0, f"所涉证据包：{listed}。"),
        (0, "请贵单位停止依据该线索采取处置措施；已采取的，请按规定解除，并将解除情况告知我单位。该线索的地址、域名等标识已从我单位的"
            "名单与指标中撤销，请同步撤销。撤回的记录保留在证据库中备查。")]
    operator = config.operator
    contact = "，".join(part for part in (operator.name, operator.phone) if part)
    return Letter(f"〔{day.year}〕　　号", f"关于撤回{_subject(dossier.lead.kind)}", to.name, tuple(body),
                  ("撤回通知数据文件 withdrawal.json",), operator.unit or "（移送单位名称，并加盖印章）", chinese_day(day),
                  contact or "（填写姓名、电话）")


def _subject(kind: str) -> str:
    """The rest of a title, broken where a title of two lines may break."""
    titles = {"ad": "涉嫌兜售假冒\n安全生产类证书广告线索的函", "fake_site": "涉嫌仿冒政府\n证书查询网站线索的函"}
    return titles.get(kind, "涉嫌违法网站线索的函")


def numbered(letter: Letter) -> list[tuple[int, str]]:
    """The body with headings numbered 一、二、三、."""
    rows, count = [], 0
    for level, text in letter.body:
        if level == 1:
            text, count = f"{DIGITS[count]}、{text}", count + 1
        rows.append((level, text))
    return rows
