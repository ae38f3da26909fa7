"""Entries of `bench/evaluation/**.yml` → pages as a crawler meets them: a channel's markup around the entry's own words.

`cases(half)` gives every page of the "seen" or "unseen" half with what it is, where it stands, how it is disguised
and which contacts it holds. People, numbers and hosts are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import yaml

from classifiers import ImageReading, PageInput

FOLDER = Path(__file__).parent / "evaluation"
# File → the class of its entries.
CLASSES = {"ads": "illicit", "benign": "benign", "ordinary": "ordinary", "grey": "grey", "fake_sites": "fake_site", "lawful_sites": "lawful_site"}
_NEIGHBOURS = {
    "forum": ("新人报到", "焊条怎么选", "谁有今年的题库", "工资拖欠怎么办"),
    "shop": ("二手塔吊转让", "工地围挡批发", "代理记账报税", "叉车租赁按天计费", "焊工证培训报名"),
    "news": ("今日天气提醒", "全市安全生产会议召开", "警惕办证骗局", "夏季用电须知"),
}
_SELLING = ("b2b", "classified", "market", "shop", "site", "hacked", "recruit", "school")
_SHELF = dict.fromkeys(_SELLING, "shop") | dict.fromkeys(("forum", "qa", "video"), "forum")
PLAIN = ("sms", "group")


@dataclass(frozen=True, slots=True)
class Case:
    """One page: what it is (`kind`), where it stands, how its words are hidden, and the contacts it really holds."""

    name: str
    kind: str
    channel: str
    disguise: str
    page: PageInput
    contacts: frozenset[tuple[str, str]] = frozenset()
    facts: dict[str, Any] = field(default_factory=dict)


def entries(half: str, name: str) -> list[dict[str, Any]]:
    """The entries of one file of a half, as written; later rounds lie beside the first as `<name>_*.yml`."""
    files = sorted([*FOLDER.glob(f"{half}/{name}.yml"), *FOLDER.glob(f"{half}/{name}_[0-9]*.yml")])
    return [entry for path in files for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]


def cases(half: str) -> list[Case]:
    """Every page of a half; FileNotFoundError when there is none, for an empty half measures nothing."""
    found = [case(kind, entry) for name, kind in CLASSES.items() for entry in entries(half, name)]
    if not found:
        raise FileNotFoundError(f"{FOLDER / half}: no entries")
    return found


def case(kind: str, entry: dict[str, Any]) -> Case:
    """The page of one entry."""
    site = kind.endswith("_site")
    channel = entry.get("trick", "lawful") if site else entry["channel"]
    page = _site(entry) if site else _page(channel, entry)
    contacts = frozenset((c.partition(":")[0], c.partition(":")[2]) for c in entry.get("contacts", ()))
    return Case(entry["name"], kind, channel, entry.get("disguise", "none"), page, contacts, dict(entry.get("facts", {})))


def _pictures(entry: dict[str, Any]) -> tuple[ImageReading, ...]:
    return tuple(
        ImageReading(f"image-{n}", (i["qr"],) if "qr" in i else (), i.get("ocr", "")) for n, i in enumerate(entry.get("images", ()))
    )


def _page(channel: str, entry: dict[str, Any]) -> PageInput:
    url = entry.get("url", "https://www.k3site.example/n/3318.html")
    if channel in PLAIN:
        return PageInput(url, text=entry["text"], images=_pictures(entry))
    return PageInput(url, html=_html(channel, entry), images=_pictures(entry))


def _html(channel: str, entry: dict[str, Any]) -> str:
    title, site = escape(entry["title"]), escape(entry["site"])
    neighbours = "".join(f'<li><a href="/{n}.html">{words}</a></li>' for n, words in enumerate(_NEIGHBOURS[_SHELF.get(channel, "news")]))
    hidden = f'<div style="display:none">{escape(entry["hidden"])}</div>' if "hidden" in entry else ""
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title} - {site}</title>'
        f'<link rel="stylesheet" href="/s.css"><script src="/j.js"></script></head><body>'
        f'<div class="header"><a href="/" class="logo">{site}</a></div>'
        f'<div class="nav"><a href="/">首页</a><a href="/list">分类</a><a href="/about">关于我们</a></div>'
        f"<h1>{title}</h1>{''.join(_body(channel, entry))}{hidden}"
        f'<div class="sidebar"><h3>相关内容</h3><ul>{neighbours}</ul></div>'
        f'<div class="footer"><p>Copyright © 2026 {site} 版权所有</p><p>联系我们 | 免责声明 | 网站地图</p></div></body></html>'
    )


def _body(channel: str, entry: dict[str, Any]) -> Iterator[str]:
    lines = [escape(line) for line in entry["text"].split("\n")]
    if channel == "forum" and entry.get("disguise") == "vertical":
        yield f'<div class="post-item" id="post_1"><p>{"<br>".join(lines)}</p></div>'
    elif channel == "forum":
        yield from (f'<div class="post-item" id="post_{n}"><p>{line}</p></div>' for n, line in enumerate(lines, 1))
    elif channel == "qa":
        yield f'<div class="question"><p>{lines[0]}</p></div>'
        yield from (f'<div class="answer-item" id="answer_{n}"><p>{line}</p><span>赞同 12</span></div>' for n, line in enumerate(lines[1:]))
    elif channel == "video":
        yield f'<div class="video"><video src="/v.mp4"></video><p class="desc">{lines[0]}</p></div>'
        yield from (f'<div class="comment-item"><span>用户{n}</span><p>{line}</p></div>' for n, line in enumerate(lines[1:]))
    elif channel in ("b2b", "classified", "shop", "market", "recruit"):
        yield '<div class="detail"><p class="meta">发布时间：2026-10-12 浏览：318</p>'
        yield from (f"<div>{line}</div>" for line in lines)
        yield '<table><tr><td>所在地</td><td>全国</td></tr><tr><td>有效期</td><td>长期有效</td></tr></table></div>'
    elif channel == "site":
        yield '<div class="banner"><img src="/b.jpg" alt="banner"></div>'
        yield from (f'<section><p>{line}</p></section>' for line in lines)
    else:
        yield '<div class="content"><p class="info">2026-10-12 09:30 阅读 412</p>'
        yield from (f"<p>{line}</p>" for line in lines)
        yield "</div>"
    yield from (f'<div class="comment-item"><p>{escape(line)}</p></div>' for line in entry.get("comments", ()))


def _site(entry: dict[str, Any]) -> PageInput:
    head = entry.get("head", "") if entry.get("raw_head") else escape(entry.get("head", ""))
    if "script" in entry:
        body = f'<div id="app"></div><script>{entry["script"]}</script><script src="/static/app.js"></script>'
    else:
        body = "".join((_emblem(entry), f"<h1>{head}</h1>", _menu(entry), _words(entry), _form(entry), _card(entry), _links(entry)))
    foot = "".join(f"<p>{escape(line)}</p>" for line in entry.get("footer", ()))
    html = (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(entry["title"])}</title></head><body>{body}'
        + (f'<div class="footer">{foot}</div>' if foot else "") + "</body></html>"
    )  # fmt: skip
    return PageInput(entry["url"], html=html, images=_pictures(entry))


def _emblem(entry: dict[str, Any]) -> str:
    return f'<div class="header"><img src="/logo.png" alt="{escape(entry["emblem"])}"></div>' if "emblem" in entry else ""


def _menu(entry: dict[str, Any]) -> str:
    items = "".join(f'<li><a href="/{n}">{escape(words)}</a></li>' for n, words in enumerate(entry.get("nav", ())))
    return f'<div class="nav"><ul>{items}</ul></div>' if items else ""


def _words(entry: dict[str, Any]) -> str:
    frame = f'<iframe src="{escape(entry["frame"])}"></iframe>' if "frame" in entry else ""
    return "".join(f"<p>{escape(line)}</p>" for line in entry.get("text", "").split("\n") if line) + frame


def _form(entry: dict[str, Any]) -> str:
    if "form" not in entry:
        return ""
    rows = "".join(_field(n, escape(label)) for n, label in enumerate(entry["form"]))
    button = f'<button type="submit">{escape(entry["button"])}</button>'
    return f'<form action="{escape(entry.get("action", "/query"))}" method="post">{rows}{button}</form>'


def _field(number: int, label: str) -> str:
    kind = "password" if label == "密码" else "text"
    return f'<p><label>{label}</label><input type="{kind}" name="f{number}" placeholder="请输入{label}"></p>'


def _card(entry: dict[str, Any]) -> str:
    rows = entry.get("card", {}).items()
    if not rows:
        return ""
    if entry.get("layout") == "table":
        return "<table>" + "".join(f"<tr><th>{escape(k)}</th><td>{escape(str(v))}</td></tr>" for k, v in rows) + "</table>"
    return '<div class="card">' + "".join(f"<p><b>{escape(k)}：</b>{escape(str(v))}</p>" for k, v in rows) + "</div>"


def _links(entry: dict[str, Any]) -> str:
    return "".join(f'<p><a href="{escape(url)}">{escape(words)}</a></p>' for words, url in entry.get("links", ()))
