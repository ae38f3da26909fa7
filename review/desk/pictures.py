"""Pictures for the desk: hostile bytes are decoded within limits and encoded anew, and two of them are compared."""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageFilter, ImageOps

from evidence.archive import Vault
from evidence.reading import NotStored
from evidence.store import Store
from exports.pictures import opened

MAX_SIDE = (1400, 12_000)
COMPARED = (700, 6000)
TOLERANCE = 24  # grey levels: below it a difference is compression or antialiasing


def served(store: Store, vault: Vault, capture_id: str, name: str) -> bytes:
    """JPEG bytes of a stored picture, at most `MAX_SIDE` pixels; NotStored, ArchiveError or PictureError otherwise."""
    picture = _stored(store, vault, capture_id, name)
    picture.thumbnail(MAX_SIDE)
    return _jpeg(picture)


def difference(store: Store, vault: Vault, one: tuple[str, str], other: tuple[str, str]) -> bytes:
    """JPEG of the first picture in pale grey with what differs from the other in red; both are named by capture and artifact.

    The other is scaled to the first one's width; what only one of them has below the other's end counts as different.
    """
    first, second = _stored(store, vault, *one), _stored(store, vault, *other)
    first.thumbnail(COMPARED)
    second = second.resize((first.width, max(1, min(COMPARED[1], round(second.height * first.width / second.width)))))
    size = (first.width, max(first.height, second.height))
    sheets = [Image.new("RGB", size, "white") for _ in range(2)]
    for sheet, picture in zip(sheets, (first, second), strict=True):
        sheet.paste(picture, (0, 0))
    apart = ImageOps.grayscale(ImageChops.difference(*sheets)).point(lambda level: 255 if level > TOLERANCE else 0)
    pale = ImageOps.grayscale(sheets[0]).point(lambda level: 150 + level * 105 // 255).convert("RGB")
    tinted = Image.composite(Image.new("RGB", size, "#ffb3ab"), pale, apart.filter(ImageFilter.MaxFilter(9)))  # thin strokes get a halo
    return _jpeg(Image.composite(Image.new("RGB", size, "#c00000"), tinted, apart))


def _stored(store: Store, vault: Vault, capture_id: str, name: str) -> Image.Image:
    artifact = store.capture(capture_id).artifact(name)
    if artifact is None or not artifact.media_type.startswith("image/"):
        raise NotStored(f"采集 {capture_id} 没有图片 {name}")
    return opened(vault.read(artifact))


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=82)
    return out.getvalue()
