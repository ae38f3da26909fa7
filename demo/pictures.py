"""Pictures the demo draws: QR codes, and lines of text as the picture of an advertisement."""

from __future__ import annotations

import io
import subprocess
from functools import cache
from pathlib import Path

import zxingcpp
from PIL import Image, ImageDraw, ImageFont


@cache
def qr(text: str) -> bytes:
    """A QR code of `text`, PNG."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    picture = Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=8, add_quiet_zones=True))
    return _png(picture.convert("RGB"))


@cache
def poster(lines: tuple[str, ...]) -> bytes:
    """Lines of text on a yellow card, PNG."""
    size = 40
    font = _font(size)
    width = max(int(font.getlength(line)) for line in lines) + 80
    picture = Image.new("RGB", (width, len(lines) * (size + 20) + 60), "#fff6cc")
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((40, 30 + number * (size + 20)), line, fill="#b00000" if number == 0 else "#202020", font=font)
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    try:
        found = subprocess.run(["fc-match", "-f", "%{file}", "sans:lang=zh-cn"], capture_output=True, text=True, check=True)
        if Path(found.stdout).is_file():
            return ImageFont.truetype(found.stdout, size)
    except (OSError, subprocess.CalledProcessError):
        pass  # without fontconfig the picture is drawn in the built-in font
    return ImageFont.load_default(size)
