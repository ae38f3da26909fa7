"""Recognise a certificate card in a text: labels such as 姓名, 证书编号, 作业类别, each with a filled-in value.

A blank form has the labels without values; a card, as shown by a query result, has both, close together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LABELS: dict[str, str] = {
    "holder": r"姓\s*名|持证人(?:姓名)?|持证人员|持有人|持证者",
    "sex": r"性\s*别",
    "id": r"身份证(?:件)?(?:号码?)?|证件号码?|公民身份号码",
    "number": r"证[书件]?编?\s*号(?:码)?|操作证号|档案编号|编\s*号",
    "trade": r"作业类[别型]|操作项目|准操项目|作业项目|作业种类|工\s*种(?:名称|类别)?|操作类[别型]|"
    r"职业(?:名称|工种|方向|(?=\s*[:：\n]))|岗位(?:类别|名称)?|"
    r"证[书件照]名称|证[书件照]类[别型]|类\s*别(?=\s*[:：])|证\s*书(?=\s*[:：])|作\s*业(?=\s*[:：])",
    "level": r"技能等级|职业等级|级别",
    "issued": r"初次领证日期|初领日期|发证(?:日期|时间)|签发日期|领证日期|首次取证日期",
    "valid": r"有效期(?:限|至|止|起|开始日期|结束日期)?(?:至)?|有效期限|有效日期|证书有效期",
    "review": r"应?复\s*审(?:日期|时间|期限)?|复审有效期|换证日期",
    "issuer": r"发证(?:机关|机构|单位|部门)|签发机关|核发(?:机关|单位)|评价机构|颁发(?:机构|单位|机关)|"
    r"备案机关|认证机关|发\s*证(?=\s*[:：])",
    "state": r"证书状态|(?:证书|备案|在库)?状态|(?:查询|核验|查验|验证)结果",
    "asked": r"(?:查询|核验|查验|验证|扫码)(?:次数|时间)",
    "unit": r"工作单位|企业名称|单位名称|所在单位|聘用单位",
}
# A label stands apart from the letters before it, or is followed by a colon: 消防行业职业技能鉴定站 holds no label 职业.
_LABEL = re.compile(
    "|".join(
        rf"(?P<{key}>(?:(?<![\u4e00-\u9fff])(?:{pattern})|(?:{pattern})(?=\s*[:：])))"
        for key, pattern in _LABELS.items()
    )
)
_VALUE = re.compile(r"\s*[:：]?\s*(?P<value>[^\s:：|｜，,;；]{1,40}(?:[^\S\n]{0,2}[^\s:：|｜，,;；]{1,20})?)")
_PROMPT = re.compile(
    r"请|不能为空|示例|例如|必填|查询|输入|填写|号码|错误|格式|是否|以及|[的或]|^为|应当|应为"
)
_KIND_OF_VALUE: dict[str, re.Pattern[str]] = {
    "holder": re.compile(r"[\u4e00-\u9fff·*＊×xX○〇某]{2,6}\Z"),
    "sex": re.compile(r"[男女]\Z"),
    "id": re.compile(r"[Tt]?[0-9Xx*＊×]{6,20}\Z"),
    "number": re.compile(r"(?=.*[0-9*＊])[TA-Za-z\u4e00-\u9fff0-9*＊×()（）〔〕\[\]-]{6,40}"),
    "trade": re.compile(r"[\u4e00-\u9fffA-Za-z0-9()（）]{2,30}"),
    "level": re.compile(r"(?:[一二三四五初中高]级|\d级|技师|高级技师)"),
    "issued": re.compile(r"\d{4}\D{1,3}\d{1,2}"),
    "valid": re.compile(r"\d{4}\D{1,3}\d{1,2}|长期"),
    "review": re.compile(r"\d{4}\D{1,3}\d{1,2}"),
    "issuer": re.compile(r"[\u4e00-\u9fff()（）]{4,30}"),
    "state": re.compile(r"有效|正常|合格|真实|在有效期|已查到|通过|已备案|在库|一致"),
    "asked": re.compile(r"[第共]?\d"),
    "unit": re.compile(r"[\u4e00-\u9fff()（）*]{2,30}"),
}
_SAFETY_TRADE = re.compile(
    r"特种作业|高处|登高|电工|焊接|热切割|焊工|制冷|空调作业|架子|塔式|起重|司索|叉车|场内|锅炉|压力容器|电梯|安全员|安全生产|"
    r"安全管理|三类人员|建安[ABCabc]|煤矿|危险化学|有限空间|消防设施|爆破|施工升降|物料提升|吊篮|建筑电工"
)
_ANCHOR = re.compile(r"姓\s*名|持证人|持有人|编\s*号|证\s*号|核验时间|查询次数")  # a card names its holder or its number
_FIRE_TRADE = re.compile("消防设施操作员")
_WINDOW = 900
LEAST, _BONE = 4, 260
_MAX_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class Card:
    """A filled certificate card: its fields by kind, the issuer as printed, and where it lies in the text."""

    fields: tuple[tuple[str, str], ...]
    start: int
    end: int

    def value(self, kind: str) -> str:
        """The printed value of a field, "" when absent."""
        return next((value for name, value in self.fields if name == kind), "")

    @property
    def safety(self) -> bool:
        """Whether trade or number are those of work-safety certificates."""
        number = self.value("number")
        said = self.value("trade") + self.value("issuer")
        if re.match(r"[Tt][\d*]{2}", number) or "建安" in number:
            return True
        # A skill level (三级, 技师) marks a vocational grade: the same trades, another certificate.
        pattern = _FIRE_TRADE if self.value("level") else _SAFETY_TRADE
        return bool(pattern.search(said))


def labels(text: str) -> set[str]:
    """The kinds of certificate-form labels that occur in a text (filled or blank)."""
    return {match.lastgroup for match in _LABEL.finditer(text[:_MAX_TEXT]) if match.lastgroup}


def card(text: str) -> Card | None:
    """The first filled card in a text: at least four different filled fields close together, holder or number among them.

    A text of next to nothing else needs but three: what a scanned code shows is often cut to the bone.
    """
    least = LEAST if len(text) > _BONE else LEAST - 1
    filled = _filled(text[:_MAX_TEXT]) or _columns(text[:_MAX_TEXT])
    for first in range(len(filled)):
        start = filled[first][2]
        near = [row for row in filled[first:] if row[3] - start <= _WINDOW]
        kinds = {row[0]: row[1] for row in near}
        if (
            len(kinds) >= least
            and not kinds.keys().isdisjoint({"holder", "number", "asked"})
            and not kinds.keys().isdisjoint({"trade", "number"})
        ):
            return Card(tuple(kinds.items()), start, max(row[3] for row in near))
    return None


def _columns(text: str) -> list[tuple[str, str, int, int]]:
    """Cards laid out as a table with its labels in one row: a run of bare label lines, then as many values."""
    found: list[tuple[str, str, int, int]] = []
    for start, end in _stretches(text):
        lines = [(m.group().strip(), m.start(), m.end()) for m in re.finditer(r"[^\n]+", text[start:end])]
        kinds = [_label_of(line) for line, _, _ in lines]
        place = 0
        while place < len(lines):
            run = 0
            while place + run < len(lines) and kinds[place + run]:
                run += 1
            for column in range(run if run >= 3 else 0):
                row = place + run + column
                if row < len(lines) and _KIND_OF_VALUE[kinds[place + column]].match(lines[row][0]):
                    found.append((kinds[place + column], lines[row][0], start + lines[place + column][1], start + lines[row][2]))
            place += max(run, 1)
    return found


def _label_of(line: str) -> str:
    match = _LABEL.match(line) if len(line) <= 12 else None
    return (match.lastgroup or "") if match and match.end() >= len(line.rstrip(":： ")) else ""


def _stretches(text: str) -> list[tuple[int, int]]:
    """The parts of a text where a card may lie: around each word that every card has, overlapping ones joined."""
    joined: list[tuple[int, int]] = []
    for match in _ANCHOR.finditer(text):
        start, end = max(0, match.start() - _WINDOW), min(len(text), match.end() + _WINDOW)
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _filled(text: str) -> list[tuple[str, str, int, int]]:
    found: list[tuple[str, str, int, int]] = []
    marks = [mark for start, end in _stretches(text) for mark in _LABEL.finditer(text, start, end)]
    for place, mark in enumerate(marks):
        kind = mark.lastgroup or ""
        limit = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        value = _VALUE.match(text, mark.end(), max(limit, mark.end()))
        if value is None or len(found) > 500:
            continue
        said = value["value"].strip()
        if _KIND_OF_VALUE[kind].match(said) and not (
            kind in ("holder", "issuer", "trade", "unit") and _PROMPT.search(said)
        ):
            found.append((kind, said, mark.start(), value.end("value")))
    return found
