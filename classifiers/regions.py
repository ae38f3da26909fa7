"""Where on a page an element stands: regions by element and by class name, posts of a thread, what is hidden."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from classifiers import markup

REGIONS = {"nav": "nav", "footer": "footer", "aside": "aside", "header": "header", "form": "form", "title": "title"}
REGIONS |= {f"h{n}": "heading" for n in (1, 2, 3)}
_CLASS_REGIONS = (
    ("nav", re.compile(r"\b(?:nav|navbar|navigation|topnav|mainnav|breadcrumbs?|crumbs?|menu|position|weizhi|daohang)\b")),
    ("footer", re.compile(r"\b(?:footer|foot|copyright|ft|bottom-info|site-info|page-footer)\b")),
    ("aside", re.compile(
        r"\b(?:aside|sidebar|side|related|relate|recommends?|hotnews|hot-list|xiangguan|tuijian|rank|ranking|guess|"
        r"links?-friend|friend-?links?|youqing)\b"
    )),
)  # fmt: skip
_UNIT = re.compile(
    r"\b(?:comment-item|comment-body|comment|reply|reply-item|reply-content|post-item|postmessage|floor|l_post|answer|"
    r"answer-item|answer-content|t_f|plhin|post_?\d+|reply_?\d+|comment_?\d+|pid\d+|answer_?\d+|bbs-post|thread-post|replyitem)\b"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|(?:left|top|text-indent)\s*:\s*-\d{3,}")
_SPEAKING = ("alt", "title", "placeholder", "aria-label")
_SHAPING = frozenset({"class", "id", "style", "hidden", *_SPEAKING})
# Regions that give their sense to headings and forms inside them.
_KEEPING = frozenset({"nav", "footer", "aside", "hidden", "comment"})


class Shape(NamedTuple):
    """What the attributes of an element say of its place: a region ("" for none), a post, hidden; `speaks`: words to read."""

    region: str = ""
    post: bool = False
    hidden: bool = False
    speaks: bool = False


PLAIN = Shape()


@lru_cache(maxsize=8192)
def shape_in(attributes: str) -> Shape:
    """The shape that the source text of an element's attributes gives it."""
    lowered = attributes.lower()
    if not ("class" in lowered or "id" in lowered or "style" in lowered or any(name in lowered for name in _SPEAKING)):
        return PLAIN
    return shape_of(markup.attributes(attributes, 0, len(attributes)))


def shape_of(found: Mapping[str, tuple[str, int]]) -> Shape:
    """The shape that parsed attributes give an element."""
    if found.keys().isdisjoint(_SHAPING):
        return PLAIN
    cut = [found[name][0] if name in found else "" for name in ("class", "id", "style")]
    return _shape(*cut, "hidden" in found, not found.keys().isdisjoint(_SPEAKING))


@lru_cache(maxsize=8192)
def _shape(name: str, identifier: str, style: str, hidden: bool, speaks: bool) -> Shape:
    label = f"{name} {identifier}".lower().replace("-nav", " nav")
    named = next((region for region, pattern in _CLASS_REGIONS if pattern.search(label)), "") if len(label) > 1 else ""
    return Shape(named, bool(_UNIT.search(label)), hidden or bool(_HIDDEN.search(style)), speaks)


def region_within(tag: str, here: str) -> str:
    """The region of an element by its tag alone, inside region `here`."""
    region = REGIONS.get(tag)
    if region is None or (here in _KEEPING and region in ("heading", "header", "form")):
        return here
    return region
