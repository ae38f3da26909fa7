"""PDFs of the letter and the record, set by Typst from data: nothing crawled is ever read as markup.

Official fonts (小标宋、仿宋) are used where the machine has them, else a CJK face that it has; the PDF is for reading
and never claims to conform to GB/T 9704. Without any CJK font no PDF is made, and the package says why.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from exports.defang import visible
from exports.extraction import LIST_HEAD, Entry
from exports.formats.record import SIGN
from exports.letters import Letter, numbered

_FOLDER = Path(__file__).with_name("packaging")
_SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "NSimSun", "Songti SC", "AR PL UMing CN", "Noto Sans CJK SC",
          "Source Han Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Microsoft YaHei", "Droid Sans Fallback")
_TITLE = ("FZXiaoBiaoSong-B05S", "方正小标宋简体", *_SERIF)
_BODY = ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "STFangsong", *_SERIF)
_HEADING = ("SimHei", "黑体", "Noto Sans CJK SC", "Source Han Sans SC", *_SERIF)


class NoFont(Exception):
    """This machine has no font with Chinese glyphs."""


@lru_cache(maxsize=1)
def _families() -> frozenset[str]:
    return frozenset(typst.Fonts().families())


@lru_cache(maxsize=4)
def _compiler(name: str) -> Any:
    return typst.Compiler(str(_FOLDER / name))


def fonts() -> dict[str, list[str]]:
    """The fonts to use, best first; NoFont when there is none that shows Chinese."""
    there = _families()
    found = {key: [name for name in names if name in there]
             for key, names in (("title_fonts", _TITLE), ("body_fonts", _BODY), ("heading_fonts", _HEADING))}
    if not found["body_fonts"]:
        raise NoFont("本机没有中文字体，未生成 PDF（docx 不受影响）；安装 fonts-noto-cjk 后重新导出")
    return found


def letter(told: Letter) -> bytes:
    """The letter as PDF; NoFont where that is not possible."""
    return _set("letter.typ", {
        "number": told.number, "title": told.title, "addressee": told.addressee, "unit": told.unit, "day": told.day,
        "contact": told.contact, "annexes": list(told.annexes),
        "body": [{"level": level, "text": text} for level, text in numbered(told)]})


def record(entries: Sequence[Entry], rows: Sequence[tuple[str, ...]], list_rule: str) -> bytes:
    """The extraction record and the list as PDF; NoFont where that is not possible."""
    return _set("record.typ", {
        "entries": [{"title": e.title, "text": e.text, "rule": e.rule} for e in entries], "sign": list(SIGN),
        "list_head": list(LIST_HEAD), "rows": [list(row) for row in rows], "list_rule": list_rule})


def _set(template: str, data: dict[str, Any]) -> bytes:
    shown = json.dumps(_clean(data) | fonts(), ensure_ascii=False).encode("utf-8", "replace").decode()
    made = _compiler(template).compile(sys_inputs={"data": shown}, timestamp=0)
    assert isinstance(made, bytes)
    return made


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value
