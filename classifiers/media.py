"""Read pictures: QR codes and a perceptual hash, from bytes that nobody vouches for.

`read_image` never raises for a bad picture: what could not be read is said in `ImageReading.note`. Pixel and byte
limits hold before anything is decoded, and only the five plain web formats are opened at all.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import zxingcpp
from PIL import Image

from classifiers.page import ImageReading

MAX_BYTES = 20 << 20
MAX_PIXELS = 40_000_000
_RETRY_PIXELS = 4_000_000  # a small picture is read again at twice its size; a big one has detail enough
_MAX_CODES = 20
_MAX_CODE_TEXT = 2048
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
_HASH_SIDE = 32
# What Pillow's decoders raise on broken or hostile files.
_BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, OverflowError, MemoryError,
    struct.error, zlib.error,
)  # fmt: skip


def read_image(data: bytes, name: str) -> ImageReading:
    """What a picture says to a machine: the texts of its QR codes, its perceptual hash, or why it could not be read."""
    if len(data) > MAX_BYTES:
        return ImageReading(name, note=f"图片 {len(data) >> 20} MiB，超过 {MAX_BYTES >> 20} MiB，未读")
    try:
        gray = _gray(data)
    except Image.DecompressionBombError:
        return ImageReading(name, note=f"图片像素超过上限 {MAX_PIXELS // 1_000_000} 百万，未读")
    except _BROKEN as error:
        return ImageReading(name, note=f"图片无法读取：{type(error).__name__}: {str(error)[:200]}")
    return ImageReading(name, qr=_codes(gray), phash=_hash(gray))


def distance(one: str, other: str) -> int:
    """Differing bits of two perceptual hashes, 0–64; up to 8 means the same picture. Raises ValueError for no hash."""
    if not one or not other:
        raise ValueError("没有感知哈希可比")
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _gray(data: bytes) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # our own pixel limit is stricter than the one Pillow warns of
        with Image.open(BytesIO(data), formats=_FORMATS) as file:
            width, height = file.size
            if width * height > MAX_PIXELS:
                raise ValueError(f"{width}×{height} 像素超过上限 {MAX_PIXELS // 1_000_000} 百万")
            picture = _on_white(file) if file.mode in ("RGBA", "LA", "PA", "P") else file
            return np.ascontiguousarray(np.asarray(picture.convert("L")))


def _on_white(picture: Image.Image) -> Image.Image:
    """Transparent parts are white on a page; black codes on them would vanish on black."""
    layer = picture.convert("RGBA")
    ground = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(ground, layer)


def _codes(gray: Any) -> tuple[str, ...]:
    found = _scan(gray)
    if not found and gray.size <= _RETRY_PIXELS:
        found = _scan(np.ascontiguousarray(gray.repeat(2, axis=0).repeat(2, axis=1)))
    texts = dict.fromkeys(text[:_MAX_CODE_TEXT] for text in found if text)
    return tuple(texts)[:_MAX_CODES]


def _scan(gray: Any) -> list[str]:
    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return [code.text.strip() for code in zxingcpp.read_barcodes(gray, formats=wanted)]


@cache
def _cosines() -> Any:
    column, row = np.meshgrid(np.arange(_HASH_SIDE), np.arange(_HASH_SIDE))
    return np.cos(np.pi * (2 * column + 1) * row / (2 * _HASH_SIDE))[:8]


def _hash(gray: Any) -> str:
    """A 64-bit DCT hash, 16 hexadecimal digits: recompressed or slightly cropped copies differ in few bits."""
    small = Image.fromarray(gray).resize((_HASH_SIDE, _HASH_SIDE), Image.Resampling.LANCZOS)
    low = _cosines() @ np.asarray(small, dtype=np.float64) @ _cosines().T
    bits = (low > np.median(low.flatten()[1:])).flatten()
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"
