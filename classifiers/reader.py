"""Read a PageInput into a Page: regions by element and class name, posts of a thread as units of their own."""

from __future__ import annotations

from html import unescape

from classifiers import markup
from classifiers.elements import HOLDING, Elements
from classifiers.page import MAX_SOURCE, Page, PageInput
from classifiers.regions import PLAIN, REGIONS, Shape, region_within, shape_in, shape_of
from classifiers.writing import Writer

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
_BLOCK = frozenset(
    ("address", "article", "aside", "blockquote", "body", "br", "button", "center", "dd", "div", "dl", "dt", "fieldset",
     "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "legend",
     "li", "main", "nav", "ol", "optgroup", "option", "p", "pre", "section", "select", "table", "tbody", "td", "tfoot", "th",
     "thead", "title", "tr", "ul")
)  # fmt: skip
# Elements within a line: they change nothing of where one stands unless a class or a style says so.
_INLINE = frozenset(
    ("a", "b", "bdo", "big", "em", "font", "i", "label", "mark", "s", "small", "span", "strong", "sub", "sup", "time", "tt", "u")
)
_NAMED_REGIONS = ("body", "header", "comment")  # regions that a class name may narrow
_MAX_DEPTH = 600
_LOWER = {name: name for name in (*_VOID, *_BLOCK, *HOLDING, *_INLINE, "style", "title", "svg")}
_LOWER |= {name.upper(): name for name in tuple(_LOWER)}


def read(given: PageInput) -> Page:
    """The page of an input; HTML wins over text when both are given."""
    return _HtmlReader(given).page() if given.html else _plain(given)


def _add_readings(given: PageInput, writer: Writer) -> None:
    for picture in given.images:
        offset = 0
        for line in picture.ocr[:50_000].split("\n"):
            if line.strip():
                writer.line(line, offset, "image", 0, f"image:{picture.name}")
            offset += len(line) + 1


def _plain(given: PageInput) -> Page:
    writer, source, offset = Writer(), given.text[:MAX_SOURCE], 0
    if given.title and not source.startswith(given.title):
        writer.line(given.title[:1000], 0, "title", 0, "title")
    for number, line in enumerate(source.split("\n")):
        if line.strip():
            writer.line(line, offset, "heading" if number == 0 and len(line) <= 60 else "body", 0, "text")
        offset += len(line) + 1
    _add_readings(given, writer)
    return Page(
        url=given.url, source=source, text="".join(writer.parts), blocks=tuple(writer.blocks), pieces=writer.way_back(),
        title=given.title, readings=given.images, is_html=False, truncated=writer.truncated or len(given.text) > MAX_SOURCE,
    )  # fmt: skip


class _HtmlReader:
    """One pass over the tags of a source."""

    def __init__(self, given: PageInput) -> None:
        self.given = given
        self.source = given.html[:MAX_SOURCE]
        self.out = Writer()
        self.held = Elements(self.source, given.url, self.out)
        self.stack: list[str] = []
        self.scopes: list[tuple[int, str, int]] = []  # where a region or a post begins: height of the stack, region, unit
        self.region, self.unit, self.units = "body", 0, 0
        self.title = ""

    def page(self) -> Page:
        """The page."""
        if self.given.title:
            self.out.line(self.given.title[:1000], 0, "title", 0, "title")
        self._read()
        self._end_block()
        self.held.finish()
        _add_readings(self.given, self.out)
        held = self.held
        return Page(
            url=self.given.url, source=self.source, text="".join(self.out.parts), blocks=tuple(self.out.blocks),
            pieces=self.out.way_back(), title=self.title or self.given.title, links=tuple(held.links),
            forms=tuple(held.forms), pictures=tuple(held.pictures), meta=tuple(held.meta), frames=tuple(held.frames),
            scripts=tuple(held.scripts), script_size=held.script_size, script_text=held.scripted(),
            readings=self.given.images, truncated=self.out.truncated or len(self.given.html) > MAX_SOURCE,
        )  # fmt: skip

    def _read(self) -> None:
        source, length, at, seen = self.source, len(self.source), 0, 0
        find, tag = source.find, markup.TAG.match
        while at < length:
            opening = find("<", at)
            if opening < 0 or seen >= markup.MAX_TAGS:
                self._text(at, length)
                return
            if opening > at:
                self._text(at, opening)
            match = tag(source, opening)
            if match is not None:
                closing, name, begin, at = match[1], match[2], match.start(3), match.end()
            else:
                odd = markup.odd_tag(source, opening)
                if isinstance(odd, int):
                    if odd == opening:  # a bare "<" is text
                        odd = markup.bare(source, opening)
                        self._text(opening, odd)
                    at = odd
                    continue
                closing, name, begin, at = odd
            seen += 1
            name = _LOWER.get(name) or name.lower()
            if closing:
                self._close(name)
            else:
                self._open(name, opening, begin, at)
                if name in markup.RAW:
                    at = self._raw(name, at)

    def _open(self, name: str, start: int, begin: int, end: int) -> None:
        if name in _BLOCK:
            self._end_block()
        shape = PLAIN
        if name in HOLDING:
            found = markup.attributes(self.source, begin, end - 1) if end - begin > 2 else {}
            shape = shape_of(found)
            self.held.open(name, found, start)
            if shape.speaks:
                self.held.speak(found)
        elif end - begin > 2:
            shape = shape_in(self.source[begin : end - 1])
            if shape.speaks:
                self.held.speak(markup.attributes(self.source, begin, end - 1))
        if (shape is PLAIN and name in _INLINE) or name in _VOID or len(self.stack) >= _MAX_DEPTH:
            return
        self.stack.append(name)
        if shape is not PLAIN or name in REGIONS:
            self._enter(name, shape)

    def _enter(self, name: str, shape: Shape) -> None:
        """Begin a region or a post, where the element is one."""
        region, unit = region_within(name, self.region), self.unit
        if name not in ("body", "html"):
            if shape.region and region in _NAMED_REGIONS:
                region = shape.region
            elif shape.post and region not in ("nav", "aside", "footer", "hidden"):
                self.units += 1
                region, unit = "comment", self.units
        if shape.hidden:
            region = "hidden"
        if region != self.region or unit != self.unit:
            self.scopes.append((len(self.stack), region, unit))
            self._stand()

    def _close(self, name: str) -> None:
        if name in _BLOCK:
            self._end_block()
        if name == "a":
            self.held.end_link()
        elif name == "form":
            self.held.end_form()
        stack = self.stack
        if stack and stack[-1] == name:
            stack.pop()
        elif name not in _INLINE:
            for depth in range(len(stack) - 1, max(-1, len(stack) - 60), -1):
                if stack[depth] == name:
                    del stack[depth:]
                    break
        scopes = self.scopes
        if scopes and scopes[-1][0] > len(stack):
            while scopes and scopes[-1][0] > len(stack):
                scopes.pop()
            self._stand()

    def _stand(self) -> None:
        _, self.region, self.unit = self.scopes[-1] if self.scopes else (0, "body", 0)
        self.held.region, self.held.unit = self.region, self.unit

    def _end_block(self) -> None:
        if self.out.size > self.out.begun:
            self.out.close(self.region, self.stack[-1] if self.stack else "", self.unit, "html")

    def _text(self, start: int, end: int) -> None:
        out, source = self.out, self.source
        if source.find("&", start, end) < 0:
            text = source[start:end]
            if not text.isspace():
                out.put(_one_line(text), start, end)
            elif out.size > out.begun:
                out.put(" ", start, start + 1)
            return
        for text, left, right in markup.pieces(source, start, end):
            if out.size > out.begun or not text.isspace():
                out.put(_one_line(text), left, right)

    def _raw(self, name: str, at: int) -> int:
        """The content of an element that is no markup: read titles and text areas, keep scripts, skip the rest."""
        stop = markup.raw_end(self.source, name, at)
        if stop > at:
            if name == "script":
                self.held.script(at, stop)
            elif name == "title":
                self._title(at, stop)
            elif name == "textarea":
                self._text(at, stop)
        return stop

    def _title(self, at: int, stop: int) -> None:
        if self.title or "svg" in self.stack[-8:]:
            return
        self._end_block()
        self.title = " ".join(unescape(self.source[at : min(stop, at + 2000)]).split())
        self._text(at, stop)
        self.out.close("title", "title", 0, "html")


def _one_line(text: str) -> str:
    """Line ends and tabs of the source are blanks on the page."""
    if "\n" in text or "\t" in text or "\r" in text:
        return text.replace("\n", " ").replace("\r", " ").replace("\t", " ")
    return text
