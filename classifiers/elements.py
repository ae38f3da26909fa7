"""What a page's elements hold besides text: links, forms and their fields, pictures, meta words, frames, scripts."""

from __future__ import annotations

from collections.abc import Callable

from classifiers.page import Field, Form, Link, Picture, absolute
from classifiers.writing import Writer

Attributes = dict[str, tuple[str, int]]
_MAX_LINKS, _MAX_FIELDS, _MAX_SCRIPT, _MAX_NOTES = 5_000, 300, 200_000, 3_000
_TEXT_ATTRIBUTES = ("alt", "title", "placeholder", "aria-label")


def value_of(found: Attributes, name: str) -> str:
    """An attribute's value without white space around it, "" when it is not there."""
    return found[name][0].strip() if name in found else ""


class Elements:
    """Collects what the elements of one source hold; `region` and `unit` are where the reader stands."""

    def __init__(self, source: str, url: str, out: Writer) -> None:
        self.source, self.base, self.out = source, url, out
        self.region, self.unit = "body", 0
        self.links: list[Link] = []
        self.forms: list[Form] = []
        self.pictures: list[Picture] = []
        self.meta: list[tuple[str, str]] = []
        self.frames: list[str] = []
        self.scripts: list[str] = []
        self.script_size = 0
        self.script_text: list[str] = []
        self.notes: list[tuple[str, int, str, int]] = []  # words of attributes: text, offset, region, unit
        self.loose: list[Field] = []
        self._form: tuple[str, str, list[Field], int] | None = None
        self._anchor: tuple[str, int] | None = None

    def open(self, name: str, found: Attributes, start: int) -> None:
        """An element that begins."""
        if name == "form":
            self.end_form()
            self._form = (self._address(found, "action"), value_of(found, "method").lower(), [], self.out.size)
        elif name == "a":
            self.end_link()
            href = value_of(found, "href")
            if href:
                self._anchor = (href, self.out.size)
        else:
            HANDLERS[name](self, name, found, start)

    def finish(self) -> None:
        """The source is at its end."""
        self.end_form()
        if self.loose:
            self.forms.append(Form("", "", tuple(self.loose[:_MAX_FIELDS]), 0, self.out.size))
        for text, offset, region, unit in self.notes:
            self.out.line(text, offset, region, unit, "html")

    def end_link(self) -> None:
        """The running link ends, if there is one."""
        if self._anchor is None:
            return
        href, start = self._anchor
        self._anchor = None
        url = absolute(self.base, href[:4000])
        if url and len(self.links) < _MAX_LINKS:
            words = self.out.tail(start)
            self.links.append(Link(url, words.strip(), self.region, start if words.strip() else -1, self.out.size))

    def end_form(self) -> None:
        """The running form ends, if there is one."""
        if self._form is not None:
            action, method, fields, start = self._form
            self.forms.append(Form(action, method or "get", tuple(fields[:_MAX_FIELDS]), start, self.out.size))
            self._form = None

    def script(self, start: int, end: int) -> None:
        """The text of a script."""
        self.script_size += end - start
        if len(self.script_text) < 40 and sum(map(len, self.script_text[-1:])) < _MAX_SCRIPT:
            self.script_text.append(self.source[start : min(end, start + 20_000)] + "\n")

    def scripted(self) -> str:
        """The beginning of all scripts."""
        return "".join(self.script_text)[:_MAX_SCRIPT]

    def speak(self, found: Attributes) -> None:
        """Words that attributes show or say aloud."""
        region = self.region if self.region in ("nav", "aside", "footer") else "alt"
        for name in _TEXT_ATTRIBUTES:
            if name in found and len(self.notes) < _MAX_NOTES:
                value, offset = found[name]
                if offset >= 0 and value.strip() and "&" not in self.source[offset : offset + len(value)]:
                    self.notes.append((value[:500].replace("\n", " "), offset, region, self.unit))

    def _address(self, found: Attributes, name: str) -> str:
        return absolute(self.base, value_of(found, name))

    def _field(self, name: str, found: Attributes, start: int) -> None:
        kind = value_of(found, "type").lower() or ("text" if name == "input" else name)
        label = " ".join(filter(None, (value_of(found, n) for n in ("placeholder", "title", "aria-label", "value"))))
        field = Field(kind, value_of(found, "name") or value_of(found, "id"), label[:200], start)
        target = self._form[2] if self._form is not None else self.loose
        if len(target) < _MAX_FIELDS:
            target.append(field)
        if kind in ("submit", "button") and found.get("value", ("", -1))[1] >= 0 and len(self.notes) < _MAX_NOTES:
            value, offset = found["value"]
            self.notes.append((value[:200], offset, "form", self.unit))

    def _image(self, _name: str, found: Attributes, start: int) -> None:
        src = value_of(found, "src") or value_of(found, "data-src") or value_of(found, "data-original")
        if len(self.pictures) < 2000:
            address = src[:80] if src.startswith("data:") else absolute(self.base, src[:4000])
            self.pictures.append(Picture(address, value_of(found, "alt"), start))

    def _meta(self, _name: str, found: Attributes, _start: int) -> None:
        name = value_of(found, "name") or value_of(found, "property") or value_of(found, "http-equiv")
        if "content" in found and len(self.meta) < 200:
            value, offset = found["content"]
            self.meta.append((name.lower(), value[:2000]))
            if name.lower() in ("description", "keywords", "og:title", "og:description") and offset >= 0:
                self.notes.append((value[:2000].replace("\n", " "), offset, "meta", 0))

    def _script(self, _name: str, found: Attributes, _start: int) -> None:
        address = self._address(found, "src") if "src" in found else ""
        if address and len(self.scripts) < 200:
            self.scripts.append(address)

    def _frame(self, _name: str, found: Attributes, _start: int) -> None:
        address = self._address(found, "src") if "src" in found else ""
        if address and len(self.frames) < 50:
            self.frames.append(address)

    def _set_base(self, _name: str, found: Attributes, _start: int) -> None:
        self.base = self._address(found, "href") or self.base


HANDLERS: dict[str, Callable[[Elements, str, Attributes, int], None]] = {
    "input": Elements._field, "select": Elements._field, "textarea": Elements._field, "button": Elements._field,
    "img": Elements._image, "meta": Elements._meta, "script": Elements._script, "iframe": Elements._frame,
    "frame": Elements._frame, "base": Elements._set_base,
}  # fmt: skip
HOLDING = frozenset({*HANDLERS, "a", "form"})

