"""Pictures for people: thumbnails, excerpts, and screenshots under a bar with time and address.

A stored picture is hostile until decoded within limits: what claims more pixels than `MAX_PIXELS`, or is
no picture, raises PictureError. The stored bytes themselves are never changed; what this module makes
is a copy for reading, and says so by being a JPEG or carrying the bar.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

MAX_PIXELS = 80_000_000
MAX_HEIGHT = 30_000
_COVER = (58, 58, 58)
_BAR_INK, _BAR_PAPER, _RULE = (255, 255, 255), (38, 50, 56), (255, 193, 7)
_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc", "/usr/share/fonts/opentype/source-han-sans/SourceHanSansCN-Regular.otf",
    "/System/Library/Fonts/PingFang.ttc", "C:/Windows/Fonts/msyh.ttc", "C:/Windows/Fonts/simsun.ttc",
)
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_FONT_SIGNS = ("cjk", "sourcehan", "wqy", "fangsong", "simsun", "simhei", "kaiti", "droidsansfallback", "songti", "heiti")


class PictureError(Exception):
    """Bytes that are no usable picture; the message says why."""


@dataclass(frozen=True, slots=True)
class Made:
    """A picture made for reading: its bytes, media type and size in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int


def opened(data: bytes) -> Image.Image:
    """The decoded picture in RGB, transparent parts white; PictureError for bombs and what is no picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF", "BMP"))
            if picture.width * picture.height > MAX_PIXELS:
                raise PictureError(f"图片声称有 {picture.width}×{picture.height} 像素，超出上限，未打开")
            picture.load()
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise PictureError(f"图片像素超出上限，未打开：{problem}") from problem
    except Exception as problem:  # decoders of hostile bytes raise many kinds; all mean "not a usable picture"
        raise PictureError(f"不是可用的图片：{type(problem).__name__}") from problem
    if picture.mode in {"RGBA", "LA", "PA", "P"}:
        layer = picture.convert("RGBA")
        paper = Image.new("RGB", layer.size, "white")
        paper.paste(layer, mask=layer.getchannel("A"))
        return paper
    return picture.convert("RGB")


def thumbnail(data: bytes | Image.Image, width: int = 320, height: int = 240) -> Made:
    """The upper part of a picture as a JPEG that fits `width` × `height` pixels."""
    picture = opened(data) if isinstance(data, bytes) else data
    visible = min(picture.height, max(1, round(picture.width * height / width)))
    picture = picture.crop((0, 0, picture.width, visible))
    picture.thumbnail((width, height), Image.Resampling.LANCZOS)
    return _jpeg(picture, 78)


def reading_copy(data: bytes, width: int = 1000, height: int = 4000, quality: int = 78) -> Made:
    """A picture scaled to at most `width` and cut at `height`, as a JPEG for a report."""
    return _jpeg(_scaled(opened(data), width, height), quality)


def coarsened(picture: Image.Image, wide: int = 0) -> Image.Image:
    """The picture in blocks so large that no line of text can be read; `wide`: the width of the page it is a part of."""
    block = max(8, (wide or picture.width) // 64)
    small = picture.resize((max(1, picture.width // block), max(1, picture.height // block)), Image.Resampling.BOX)
    return small.resize(picture.size, Image.Resampling.NEAREST)


def filled(picture: Image.Image, boxes: Iterable[tuple[int, int, int, int]]) -> Image.Image:
    """`picture` itself with every box (left, top, right, bottom) painted over."""
    pen = ImageDraw.Draw(picture)
    for box in boxes:
        pen.rectangle(box, fill=_COVER)
    return picture


def with_bar(
    data: bytes | Image.Image, lines: Sequence[str], *, width: int = 1440, height: int = 6000, coarse: bool = False,
) -> Made:
    """A screenshot under a bar that states `lines` (time, address, digest): what procedure asks of a picture.

    JPEG, at most `width` wide; a page longer than `height` is cut, and the bar says so. `coarse` makes
    blocks of the page so large that no line of text can be read.
    """
    original = opened(data) if isinstance(data, bytes) else data
    picture = _scaled(original, width, height)
    if coarse:
        picture = coarsened(picture)
    lines = list(lines)
    if original.height * picture.width > height * original.width:
        lines.append(f"（页面全长 {original.height} 像素，此图截取前部；完整截图见同目录原始 PNG 或封存原件）")
    bar = _bar(tuple(lines), max(picture.width, 640))
    whole = Image.new("RGB", (max(picture.width, 640), bar.height + picture.height), "white")
    whole.paste(bar, (0, 0))
    whole.paste(picture, (0, bar.height))
    return _jpeg(whole, 82)


@lru_cache(maxsize=1)
def cjk_font() -> str:
    """The file of a font with Chinese glyphs, "" when this machine has none."""
    for name in _FONTS:
        if Path(name).is_file():
            return name
    for folder in _FONT_FOLDERS:
        root = Path(folder).expanduser()
        for path in sorted(root.rglob("*")) if root.is_dir() else ():
            if path.suffix.lower() in {".ttc", ".ttf", ".otf"} and any(s in path.name.lower() for s in _FONT_SIGNS):
                return str(path)
    return ""


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A font of `size` pixels with Chinese glyphs; Pillow's own, without them, where this machine has none."""
    path = cjk_font()
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)


def _bar(lines: tuple[str, ...], width: int) -> Image.Image:
    size = 18 if width >= 900 else 15
    letters = font(size)
    rows = [row for line in lines for row in _wrapped(_drawable(line), size, width - 24)]
    step = round(size * 1.5)
    bar = Image.new("RGB", (width, step * len(rows) + 18), _BAR_PAPER)
    pen = ImageDraw.Draw(bar)
    for n, row in enumerate(rows):
        pen.text((12, 7 + n * step), row, font=letters, fill=_BAR_INK)
    pen.rectangle((0, bar.height - 3, width, bar.height), fill=_RULE)
    return bar


@lru_cache(maxsize=4096)
def _advance(char: str, size: int) -> float:
    return float(font(size).getlength(char))


def _wrapped(text: str, size: int, width: int) -> list[str]:
    """`text` in rows that fit `width` pixels, at most eight; long addresses break anywhere."""
    rows, row, at = [], "", 0.0
    for char in text:
        step = _advance(char, size)
        if row and at + step > width:
            rows.append(row)
            row, at = "", 0.0
            if len(rows) == 8:
                return [*rows[:7], rows[7][:-1] + "…"]
        row, at = row + char, at + step
    return [*rows, row] if row or not rows else rows


def _drawable(text: str) -> str:
    """Text that can be drawn: no controls, no characters that turn the direction of writing."""
    turning = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
    kept = "".join(c if c.isprintable() and ord(c) not in turning else " " for c in text[:2000])
    return kept if cjk_font() else kept.encode("ascii", "replace").decode()


def _scaled(picture: Image.Image, width: int, height: int) -> Image.Image:
    """The picture at most `width` wide, what lies below `height` (after scaling) cut off."""
    ratio = min(1.0, width / picture.width)
    keep = min(picture.height, max(1, round(height / ratio)))
    if keep < picture.height:
        picture = picture.crop((0, 0, picture.width, keep))
    if ratio < 1.0:
        picture = picture.resize((width, max(1, round(keep * ratio))), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return picture


def _jpeg(picture: Image.Image, quality: int) -> Made:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=False)
    return Made(out.getvalue(), "image/jpeg", picture.width, picture.height)
