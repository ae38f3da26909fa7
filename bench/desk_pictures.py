"""Drawn pages for desk stores: fakes, the official page they copy, sellers, at a desk and on a phone. Nothing is fetched."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageDraw

from exports.pictures import font

DESK, PHONE = (1366, 1500), (390, 1100)
FIELDS = ("姓　　名", "证件号码", "证书编号", "验 证 码")


@lru_cache(maxsize=64)
def checker(title: str, body: str, colour: str = "#0b5cad", size: tuple[int, int] = DESK, note: str = "", seal: bool = True) -> bytes:
    """PNG of a query page: head, menu, form, notice, footer. `note` is a strip a fake may carry (app download, contact)."""
    wide, high = size
    unit, picture = max(wide // 68, 12), Image.new("RGB", size, "#f5f7fa")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, wide, unit * 6), fill=colour)
    if seal:
        pen.ellipse((unit * 2, unit, unit * 6, unit * 5), fill="#d32f2f", outline="#ffd54f", width=3)
    pen.text((unit * 7, unit * 1.3), body, font=font(unit), fill="#dce9f7")
    pen.text((unit * 7, unit * 2.9), title, font=font(round(unit * 1.5)), fill="white")
    pen.rectangle((0, unit * 6, wide, unit * 8.4), fill="#083e75")
    for n, word in enumerate(("首页", "政务公开", "证书查询", "通知公告", "办事指南")[:wide // 190 + 1]):
        pen.text((unit * (2 + n * 7), unit * 6.6), word, font=font(unit), fill="white")
    left, right, top = wide * 0.12, wide * 0.88, unit * 11.0
    pen.rounded_rectangle((left, top, right, top + unit * 22), 8, fill="white", outline="#c9d3de", width=2)
    pen.text((left + unit * 2, top + unit), "证书信息查询", font=font(round(unit * 1.3)), fill="#123")
    for n, label in enumerate(FIELDS):
        y = top + unit * (4 + n * 3.4)
        pen.text((left + unit * 2, y + unit * 0.4), label, font=font(unit), fill="#344")
        pen.rectangle((left + unit * 8, y, right - unit * 3, y + unit * 2.2), fill="#fbfcfd", outline="#aab7c4")
    pen.rectangle((left + unit * 8, top + unit * 18, left + unit * 15, top + unit * 20.4), fill=colour)
    pen.text((left + unit * 10.4, top + unit * 18.6), "查　询", font=font(unit), fill="white")
    y = top + unit * 24
    if note:
        pen.rectangle((left, y, right, y + unit * 3), fill="#fff3cd", outline="#e0a800")
        pen.text((left + unit, y + unit), note, font=font(unit), fill="#7a4b00")
        y += unit * 4
    for n in range(12):
        pen.rectangle((left, y + n * unit * 2, right - unit * (3 + n * 5 % 17), y + n * unit * 2 + unit), fill="#dfe6ee")
    pen.rectangle((0, high - unit * 5, wide, high), fill="#e7ecf2")
    pen.text((left, high - unit * 3.4), f"主办单位：{body}", font=font(unit), fill="#556")
    return _png(picture)


@lru_cache(maxsize=64)
def advert(words: tuple[str, ...], contact: str, size: tuple[int, int] = DESK, colour: str = "#b23a1e") -> bytes:
    """PNG of a seller's page: big promises, a price table, the contact."""
    wide, high = size
    unit, picture = max(wide // 68, 12), Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, wide, unit * 8), fill=colour)
    pen.text((unit * 2, unit * 2.4), words[0][:max(8, wide // (unit * 3))], font=font(unit * 3), fill="#fff6d6")
    for n, word in enumerate(words[1:]):
        pen.text((unit * 2, unit * (10 + n * 3.2)), f"◆ {word}", font=font(round(unit * 1.5)), fill="#8a1f11")
    top = unit * (12 + len(words) * 3.2)
    for n in range(9):
        fill = "#fdf3f0" if n % 2 else "#fbe4de"
        pen.rectangle((unit * 2, top + n * unit * 3, wide - unit * 2, top + (n + 1) * unit * 3), fill=fill, outline="#e6c6bd")
        pen.text((unit * 3, top + n * unit * 3 + unit * 0.8), f"工种 {n + 1}　操作证　{800 + n * 150} 元", font=font(unit), fill="#533")
    pen.rectangle((0, high - unit * 7, wide, high), fill="#2e2522")
    pen.text((unit * 2, high - unit * 4.6), f"咨询 {contact}", font=font(round(unit * 1.5)), fill="#ffd54f")
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.quantize(64).save(out, "PNG")  # few colours: stores and screenshots stay small
    return out.getvalue()
