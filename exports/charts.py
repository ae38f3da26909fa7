"""Charts drawn twice from one description: as SVG for pages, as PNG for documents that show no SVG.

A drawing is a list of rectangles, lines and texts in pixels; nothing in it comes from outside but labels,
which are escaped.
"""

from __future__ import annotations

import html
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFont

from exports.defang import line
from exports.pictures import cjk_font

COLOURS = ("#1f5fa8", "#d9822b", "#2e7d5b")
_INK, _SOFT, _RULE = "#1f2933", "#616e7c", "#d5dbe1"
_WIDTH = 760
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text on its baseline; `anchor`: start middle end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    size: int = 12
    colour: str = _INK


@dataclass(slots=True)
class Drawing:
    """A picture of boxes and texts, `width` × `height` pixels; `says` is its meaning for those who cannot see it."""

    width: int
    height: int
    says: str
    boxes: list[Box] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def svg(self) -> str:
        """The drawing as an inline SVG element, without scripts and without style attributes."""
        parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img" '
                 f'aria-label="{html.escape(self.says)}" class="chart">']
        parts += [f'<rect x="{b.x:.1f}" y="{b.y:.1f}" width="{b.width:.1f}" height="{b.height:.1f}" fill="{b.colour}"/>'
                  for b in self.boxes]
        parts += [f'<text x="{t.x:.1f}" y="{t.y:.1f}" font-size="{t.size}" fill="{t.colour}" text-anchor="{t.anchor}">'
                  f'{html.escape(t.text)}</text>' for t in self.texts]
        return "".join([*parts, "</svg>"])

    def png(self, scale: int = 2) -> bytes:
        """The drawing as a PNG, `scale` times as large."""
        picture = Image.new("RGB", (self.width * scale, self.height * scale), "white")
        pen = ImageDraw.Draw(picture)
        for b in self.boxes:
            if b.width * scale >= 1 and b.height * scale >= 1:  # nothing of a kind is a bar without height
                pen.rectangle((b.x * scale, b.y * scale, (b.x + b.width) * scale - 1, (b.y + b.height) * scale - 1), fill=b.colour)
        path = cjk_font()
        for t in self.texts:
            font = ImageFont.truetype(path, t.size * scale) if path else ImageFont.load_default(t.size * scale)
            text = t.text if path else t.text.encode("ascii", "replace").decode()
            pen.text((t.x * scale, t.y * scale), text, font=font, fill=t.colour, anchor=_ANCHORS[t.anchor])
        out = io.BytesIO()
        picture.save(out, "PNG", optimize=True)
        return out.getvalue()


def columns(labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]], says: str) -> Drawing:
    """Stacked columns over time: one per label, one colour per (name, values) of `series`, with a scale and a legend."""
    made = Drawing(_WIDTH, 260, says)
    left, right, top, bottom = 44, _WIDTH - 12, 36, 222
    totals = [sum(values[n] for _, values in series) for n in range(len(labels))]
    step = _step(max(totals, default=0))
    most = max(step, -(-max(totals, default=0) // step) * step)
    for value in range(0, most + 1, step):
        y = bottom - (bottom - top) * value / most
        made.boxes.append(Box(left, y, right - left, 1, _RULE))
        made.texts.append(Text(left - 6, y + 4, str(value), "end", 11, _SOFT))
    room = (right - left) / max(1, len(labels))
    for n, label in enumerate(labels):
        y = float(bottom)
        for (_, values), colour in zip(series, COLOURS, strict=False):
            tall = (bottom - top) * values[n] / most
            y -= tall
            made.boxes.append(Box(left + room * n + room * 0.18, y, room * 0.64, tall, colour))
        if totals[n]:
            made.texts.append(Text(left + room * (n + 0.5), y - 4, str(totals[n]), "middle", 11))
        made.texts.append(Text(left + room * (n + 0.5), bottom + 16, line(label, 24), "middle", 11, _SOFT))
    _legend(made, [name for name, _ in series], left)
    return made


def bars(rows: Sequence[tuple[str, Sequence[int]]], names: Sequence[str], says: str) -> Drawing:
    """Lying bars: for each (label, values) one bar per name, longest values to the right edge."""
    thick = 13 if len(names) > 1 else 16
    pitch = thick * len(names) + 10
    made = Drawing(_WIDTH, 34 + pitch * len(rows) + 6, says)
    left, right = 190, _WIDTH - 60
    most = max((max(values) for _, values in rows), default=0) or 1
    for n, (label, values) in enumerate(rows):
        y = 34 + pitch * n
        made.texts.append(Text(left - 8, y + thick * len(names) / 2 + 4, line(label, 24)[:24], "end"))
        for k, value in enumerate(values):
            wide = (right - left) * value / most
            made.boxes.append(Box(left, y + thick * k, max(wide, 1), thick - 2, COLOURS[k % len(COLOURS)]))
            made.texts.append(Text(left + max(wide, 1) + 5, y + thick * k + thick - 4, str(value), "start", 11, _SOFT))
    _legend(made, names if len(names) > 1 else [], left)
    return made


def _legend(made: Drawing, names: Sequence[str], left: float) -> None:
    at = left
    for name, colour in zip(names, COLOURS, strict=False):
        made.boxes.append(Box(at, 10, 12, 12, colour))
        made.texts.append(Text(at + 17, 20, name, "start", 12))
        at += 34 + 13 * len(name)


def _step(most: int) -> int:
    """The distance of the scale's lines: 1, 2 or 5 times a power of ten, at most five lines."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if most <= size * factor * 5:
                return size * factor
        size *= 10
