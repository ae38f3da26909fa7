"""Full pages with wording of every kind: how many sellers are found and how many innocent pages are left alone.

Only `held_ads` and `held_innocent` say how the rules do on wording they have not met: they were written after the
rules were frozen, and judged once. The word lists were written with all the others in view, so their low counts
say that nothing was lost, not how good the rules are.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
import yaml

from classifiers import PageInput, judge

ADDRESS = "https://www.k3site.example/n/3318.html"
# Corpus: number of pages, whether they are sellers', and how many were judged wrongly when last measured.
MEASURED = {
    "ads": (40, True, 3),
    "more_ads": (20, True, 2),
    "third_ads": (15, True, 4),
    "innocent": (60, False, 0),
    "more_innocent": (20, False, 0),
    "third_innocent": (25, False, 0),
    "fourth_innocent": (15, False, 1),
    "early_ads": (20, True, 3),
    "early_innocent": (20, False, 0),
    "held_ads": (20, True, 14),
    "held_innocent": (20, False, 3),
}
FOLDER = Path(__file__).parent / "corpus"
_NEIGHBOURS = {
    "shop": ("二手塔吊转让", "工地围挡批发", "代理记账报税", "叉车租赁按天计费", "厂房装修报价"),
    "article": ("今日天气提醒", "全市安全生产会议召开", "电工培训班开班", "警惕办证骗局", "夏季用电须知"),
    "thread": ("新人报到", "焊条怎么选", "谁有今年的题库", "工资拖欠怎么办", "晒晒我的工具箱"),
}


def pages(name: str) -> list[tuple[str, str, str]]:
    """(name, address, HTML) of every entry of corpus/<name>.yml; who signs as an authority has an authority's address."""
    entries = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return [(entry["name"], entry.get("url", ADDRESS), html(entry)) for entry in entries]


def html(entry: dict[str, Any]) -> str:
    """The full page of an entry."""
    title, site, shape = escape(entry["title"]), escape(entry["site"]), entry["shape"]
    neighbours = "".join(f'<li><a href="/{n}.html">{words}</a></li>' for n, words in enumerate(_NEIGHBOURS[shape]))
    hidden = f'<div style="display:none">{escape(entry["hidden"])}</div>' if "hidden" in entry else ""
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title} - {site}</title>'
        f'<link rel="stylesheet" href="/s.css"><script src="/j.js"></script></head><body>'
        f'<div class="header"><a href="/" class="logo">{site}</a></div>'
        f'<div class="nav"><a href="/">首页</a><a href="/list">分类</a><a href="/about">关于我们</a></div>'
        f'{"".join(_body(shape, title, entry["text"].splitlines()))}{hidden}'
        f'<div class="sidebar"><h3>相关内容</h3><ul>{neighbours}</ul></div>'
        f'<div class="footer"><p>Copyright © 2026 {site} 版权所有</p><p>联系我们 | 免责声明 | 网站地图</p></div></body></html>'
    )


def _body(shape: str, title: str, lines: list[str]) -> Iterator[str]:
    yield f"<h1>{title}</h1>"
    if shape == "thread":
        yield from (f'<div class="post-item" id="post_{n}"><p>{escape(line)}</p></div>' for n, line in enumerate(lines, 1))
    elif shape == "shop":
        yield '<div class="detail"><p class="meta">发布时间：2026-10-12 浏览：318</p>'
        yield from (f"<div>{escape(line)}</div>" for line in lines)
        yield "</div>"
    else:
        yield '<div class="content"><p class="info">2026-10-12 09:30 阅读 412</p>'
        yield from (f"<p>{escape(line)}</p>" for line in lines)
        yield "</div>"


def wrong(name: str, ads: bool) -> list[str]:
    """The pages of a corpus that are queued when they should not be, or the reverse."""
    found = [(title, judge(PageInput(url, html=html)).band in ("medium", "high")) for title, url, html in pages(name)]
    return [title for title, queued in found if queued != ads]


@pytest.mark.parametrize("name", MEASURED)
def test_no_more_pages_are_judged_wrongly_than_measured(name: str) -> None:
    size, ads, most = MEASURED[name]
    assert len(pages(name)) == size
    missed = wrong(name, ads)
    assert len(missed) <= most, missed
