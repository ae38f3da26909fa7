"""Read a PageInput into a Page: regions by element and class name, posts of a thread as units of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from classifiers import markup
from classifiers.page import MAX_SOURCE, MAX_TEXT, Block, Field, Form, Link, Page, PageInput, Picture, Piece, absolute

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
_BLOCK = frozenset(
    ("address", "article", "aside", "blockquote", "body", "br", "button", "center", "dd", "div", "dl", "dt", "fieldset",
     "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "legend",
     "li", "main", "nav", "ol", "optgroup", "option", "p", "pre", "section", "select", "table", "tbody", "td", "tfoot", "th",
     "thead", "title", "tr", "ul")
)  # fmt: skip
_REGIONS = {"nav": "nav", "footer": "footer", "aside": "aside", "header": "header", "form": "form", "title": "title"}
_REGIONS |= {f"h{n}": "heading" for n in (1, 2, 3)}
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
_TEXT_ATTRIBUTES = ("alt", "title", "placeholder", "aria-label")
_MAX_DEPTH, _MAX_LINKS, _MAX_FIELDS, _MAX_SCRIPT = 600, 5_000, 300, 200_000


@dataclass(slots=True)
class _Open:
    tag: str
    region: str
    unit: int
    scope: str


def read(given: PageInput) -> Page:
    """The page of an input; HTML wins over text when both are given."""
    return _HtmlReader(given).page() if given.html else _plain(given)


class _Writer:
    """Collects visible text with the way back to its source."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.pieces: list[Piece] = []
        self.blocks: list[Block] = []
        self.size = 0
        self.begun = 0
        self.truncated = False

    def put(self, text: str, source_start: int, source_end: int) -> None:
        """Add characters taken from the source; what exceeds the limit is left out and remembered."""
        literal = source_end - source_start == len(text)
        if self.size + len(text) > MAX_TEXT:
            self.truncated = True
            text = text[: max(0, MAX_TEXT - self.size)]
        if text:
            self.pieces.append(Piece(self.size, source_start, source_end, literal))
            self.parts.append(text)
            self.size += len(text)

    def close(self, region: str, tag: str, unit: int, where: str) -> None:
        """End the running block, if it has any text."""
        if self.size > self.begun:
            self.blocks.append(Block(self.begun, self.size, region, tag, unit, where))
            self.pieces.append(Piece(self.size, self.pieces[-1].source_end, self.pieces[-1].source_end, False))
            self.parts.append("\n")
            self.size += 1
        self.begun = self.size

    def line(self, text: str, offset: int, region: str, unit: int, where: str) -> None:
        """One block of its own, copied one to one from `offset`."""
        self.put(text, offset, offset + len(text))
        self.close(region, region, unit, where)


def _add_readings(given: PageInput, writer: _Writer) -> None:
    for picture in given.images:
        offset = 0
        for line in picture.ocr[:50_000].split("\n"):
            if line.strip():
                writer.line(line, offset, "image", 0, f"image:{picture.name}")
            offset += len(line) + 1


def _plain(given: PageInput) -> Page:
    writer, source, offset = _Writer(), given.text[:MAX_SOURCE], 0
    if given.title and not source.startswith(given.title):
        writer.line(given.title[:1000], 0, "title", 0, "title")
    for number, line in enumerate(source.split("\n")):
        if line.strip():
            writer.line(line, offset, "heading" if number == 0 and len(line) <= 60 else "body", 0, "text")
        offset += len(line) + 1
    _add_readings(given, writer)
    return Page(
        url=given.url, source=source, text="".join(writer.parts), blocks=tuple(writer.blocks), pieces=tuple(writer.pieces),
        title=given.title, readings=given.images, is_html=False, truncated=writer.truncated or len(given.text) > MAX_SOURCE,
    )  # fmt: skip


class _HtmlReader:
    """One pass over the tokens of a source."""

    def __init__(self, given: PageInput) -> None:
        self.given = given
        self.source = given.html[:MAX_SOURCE]
        self.base = given.url
        self.out = _Writer()
        self.stack: list[_Open] = []
        self.units = 0
        self.title = ""
        self.links: list[Link] = []
        self.pictures: list[Picture] = []
        self.meta: list[tuple[str, str]] = []
        self.frames: list[str] = []
        self.scripts: list[str] = []
        self.script_size = 0
        self.script_text: list[str] = []
        self.forms: list[Form] = []
        self.loose: list[Field] = []
        self.form: tuple[str, str, list[Field], int] | None = None
        self.anchor: tuple[str, int] | None = None
        self.notes: list[tuple[str, int, str, int]] = []

    def page(self) -> Page:
        if self.given.title and self.given.title not in self.source[:20_000]:
            self.out.line(self.given.title[:1000], 0, "title", 0, "title")
        for token in markup.tokens(self.source):
            if isinstance(token, markup.Text):
                self._text(token)
            elif token.closing:
                self._close(token)
            else:
                self._open(token)
        self._end_block()
        self._end_form()
        if self.loose:
            self.forms.append(Form("", "", tuple(self.loose[:_MAX_FIELDS]), 0, self.out.size))
        for text, offset, region, unit in self.notes:
            self.out.line(text, offset, region, unit, "html")
        _add_readings(self.given, self.out)
        return self._finished()

    def _finished(self) -> Page:
        return Page(
            url=self.given.url, source=self.source, text="".join(self.out.parts), blocks=tuple(self.out.blocks),
            pieces=tuple(self.out.pieces), title=self.title or self.given.title, links=tuple(self.links),
            forms=tuple(self.forms), pictures=tuple(self.pictures), meta=tuple(self.meta), frames=tuple(self.frames),
            scripts=tuple(self.scripts), script_size=self.script_size, script_text="".join(self.script_text)[:_MAX_SCRIPT],
            readings=self.given.images, truncated=self.out.truncated or len(self.given.html) > MAX_SOURCE,
        )  # fmt: skip

    def _here(self) -> _Open:
        return self.stack[-1] if self.stack else _Open("", "body", 0, "")

    def _end_block(self) -> None:
        here = self._here()
        self.out.close(here.region, here.tag, here.unit, "html")

    def _text(self, token: markup.Text) -> None:
        if token.raw in ("script", "style", "noembed", "xmp"):
            if token.raw == "script":
                self.script_size += token.end - token.start
                if sum(map(len, self.script_text[-1:])) < _MAX_SCRIPT and len(self.script_text) < 40:
                    self.script_text.append(self.source[token.start : min(token.end, token.start + 20_000)] + "\n")
            return
        if token.raw == "title":
            if self.title or self._inside_svg():
                return
            self._end_block()
            self.title = " ".join(unescape(self.source[token.start : min(token.end, token.start + 2000)]).split())
        for text, start, end in markup.pieces(self.source, token.start, token.end):
            if self.out.size == self.out.begun and text.isspace():
                continue
            self.out.put(text.replace("\n", " ").replace("\r", " ").replace("\t", " "), start, end)
        if token.raw == "title":
            self.out.close("title", "title", 0, "html")

    def _inside_svg(self) -> bool:
        return any(entry.tag == "svg" for entry in self.stack[-8:])

    def _open(self, tag: markup.Tag) -> None:
        name = tag.name
        if name in _BLOCK:
            self._end_block()
        found = markup.attributes(self.source, tag) if tag.end - tag.attributes_at > 2 else {}
        if name == "form":
            self._end_form()
            self.form = (self._address(found, "action"), _value(found, "method").lower(), [], self.out.size)
        elif name == "a":
            self._end_link()
            href = _value(found, "href")
            if href:
                self.anchor = (href, self.out.size)
        elif name in _HANDLERS:
            _HANDLERS[name](self, tag, found)
        if found:
            self._spoken_attributes(found, tag)
        if name not in _VOID and len(self.stack) < _MAX_DEPTH:
            self._push(name, found)

    def _push(self, name: str, found: dict[str, tuple[str, int]]) -> None:
        here = self._here()
        region, unit = _REGIONS.get(name, here.region), here.unit
        if here.region in ("nav", "footer", "aside", "hidden", "comment") and region in ("heading", "header", "form"):
            region = here.region
        if found:
            label = (_value(found, "class") + " " + _value(found, "id")).lower().replace("-nav", " nav")
            if len(label) > 1 and name not in ("body", "html"):
                region, unit = self._by_label(label, region, unit)
            if "hidden" in found or ("style" in found and _HIDDEN.search(found["style"][0])):
                region = "hidden"
        self.stack.append(_Open(name, region, unit, ""))

    def _by_label(self, label: str, region: str, unit: int) -> tuple[str, int]:
        named, post = _labelled(label)
        if named and region in ("body", "header", "comment"):
            return named, unit
        if post and region not in ("nav", "aside", "footer", "hidden"):
            self.units += 1
            return "comment", self.units
        return region, unit

    def _close(self, tag: markup.Tag) -> None:
        if tag.name in _BLOCK:
            self._end_block()
        if tag.name == "a":
            self._end_link()
        if tag.name == "form":
            self._end_form()
        for depth in range(len(self.stack) - 1, max(-1, len(self.stack) - 60), -1):
            if self.stack[depth].tag == tag.name:
                del self.stack[depth:]
                return

    def _address(self, found: dict[str, tuple[str, int]], name: str) -> str:
        return absolute(self.base, _value(found, name))

    def _end_link(self) -> None:
        if self.anchor is None:
            return
        href, start = self.anchor
        self.anchor = None
        url = absolute(self.base, href[:4000])
        if url and len(self.links) < _MAX_LINKS:
            words = _tail(self.out, start)
            self.links.append(Link(url, words.strip(), self._here().region, start if words.strip() else -1, self.out.size))

    def _end_form(self) -> None:
        if self.form is not None:
            action, method, fields, start = self.form
            self.forms.append(Form(action, method or "get", tuple(fields[:_MAX_FIELDS]), start, self.out.size))
            self.form = None

    def _spoken_attributes(self, found: dict[str, tuple[str, int]], tag: markup.Tag) -> None:
        for name in _TEXT_ATTRIBUTES:
            if name in found and len(self.notes) < 3000:
                value, offset = found[name]
                if offset >= 0 and value.strip() and "&" not in self.source[offset : offset + len(value)]:
                    here = self._here()
                    region = here.region if here.region in ("nav", "aside", "footer") else "alt"
                    self.notes.append((value[:500].replace("\n", " "), offset, region, here.unit))

    def _field(self, tag: markup.Tag, found: dict[str, tuple[str, int]]) -> None:
        kind = _value(found, "type").lower() or ("text" if tag.name == "input" else tag.name)
        label = " ".join(filter(None, (_value(found, n) for n in ("placeholder", "title", "aria-label", "value"))))
        field = Field(kind, _value(found, "name") or _value(found, "id"), label[:200], tag.start)
        target = self.form[2] if self.form is not None else self.loose
        if len(target) < _MAX_FIELDS:
            target.append(field)
        if kind in ("submit", "button") and found.get("value", ("", -1))[1] >= 0:
            value, offset = found["value"]
            self.notes.append((value[:200], offset, "form", self._here().unit))

    def _image(self, tag: markup.Tag, found: dict[str, tuple[str, int]]) -> None:
        src = _value(found, "src") or _value(found, "data-src") or _value(found, "data-original")
        if len(self.pictures) < 2000:
            address = src[:80] if src.startswith("data:") else absolute(self.base, src[:4000])
            self.pictures.append(Picture(address, _value(found, "alt"), tag.start))

    def _meta(self, tag: markup.Tag, found: dict[str, tuple[str, int]]) -> None:
        name = _value(found, "name") or _value(found, "property") or _value(found, "http-equiv")
        if "content" in found and len(self.meta) < 200:
            value, offset = found["content"]
            self.meta.append((name.lower(), value[:2000]))
            if name.lower() in ("description", "keywords", "og:title", "og:description") and offset >= 0:
                self.notes.append((value[:2000].replace("\n", " "), offset, "meta", 0))

    def _script(self, tag: markup.Tag, found: dict[str, tuple[str, int]]) -> None:
        address = self._address(found, "src") if "src" in found else ""
        if address and len(self.scripts) < 200:
            self.scripts.append(address)

    def _frame(self, tag: markup.Tag, found: dict[str, tuple[str, int]]) -> None:
        address = self._address(found, "src") if "src" in found else ""
        if address and len(self.frames) < 50:
            self.frames.append(address)

    def _base(self, tag: markup.Tag, found: dict[str, tuple[str, int]]) -> None:
        self.base = self._address(found, "href") or self.base


_HANDLERS = {
    "input": _HtmlReader._field, "select": _HtmlReader._field, "textarea": _HtmlReader._field, "button": _HtmlReader._field,
    "img": _HtmlReader._image, "meta": _HtmlReader._meta, "script": _HtmlReader._script, "iframe": _HtmlReader._frame,
    "frame": _HtmlReader._frame, "base": _HtmlReader._base,
}  # fmt: skip


@lru_cache(maxsize=4096)
def _labelled(label: str) -> tuple[str, bool]:
    """The region that a class and an id name ("" for none), and whether they name a post."""
    return next((region for region, pattern in _CLASS_REGIONS if pattern.search(label)), ""), bool(_UNIT.search(label))


def _value(found: dict[str, tuple[str, int]], name: str) -> str:
    return found[name][0].strip() if name in found else ""


def _tail(out: _Writer, start: int) -> str:
    """The text written since `start`, at most 300 characters of it."""
    collected: list[str] = []
    size = out.size
    for part in reversed(out.parts):
        if size <= start:
            break
        size -= len(part)
        collected.append(part)
    return "".join(reversed(collected))[max(0, start - size) :][:300]
