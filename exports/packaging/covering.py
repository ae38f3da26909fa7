"""What is laid over a page's pictures before they leave: personal data by its place, faces, images nobody has read.

The places were kept when the picture was taken. Whatever of a page's personal data has no known place makes the whole
picture coarse; what was not looked for is listed as not covered, never as covered.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from evidence.archive import ArchiveError, Vault
from evidence.records import Artifact, Capture
from exports import faces, pictures
from exports.dossier import Dossier
from exports.faces import Box
from exports.fields import masked
from exports.masking import Item

SENSITIVE = frozenset({"身份证号", "银行卡号", "姓名"})
OPEN = -1  # the start of an item that tells what was not covered
PAD, MAX_PLACES = 2, 4 << 20


@dataclass(frozen=True, slots=True)
class Places:
    """Where the page's texts and images stand on its pictures, in picture pixels. `whole`: all of them are there."""

    texts: tuple[tuple[str, tuple[Box, ...]], ...] = ()
    images: tuple[Box, ...] = ()
    whole: bool = False


@dataclass(slots=True)
class Covered:
    """A picture with what lies over it; `items` say what, `faces` how many faces were found."""

    picture: Image.Image
    items: list[Item] = field(default_factory=list)
    faces: int = 0


class Covering:
    """How the pictures of one capture are covered. `hidden`: what was masked in its text; `everything`: nothing is covered."""

    def __init__(self, dossier: Dossier, vault: Vault, capture: Capture, hidden: Sequence[Item], everything: bool) -> None:
        places = places_of(vault, capture)
        self._off, self._images = everything, places.images
        self._data = [i for i in hidden if i.kind in SENSITIVE]
        self._texts = list(_texts(dossier, places))
        told = {(item.kind, item.shown) for item, _ in self._texts}
        self._lost = bool(self._data) and not (places.whole and {(i.kind, i.shown) for i in self._data} <= told)
        self._drawn = bool(places.images) or any(a.name.startswith("image-") for a in capture.artifacts)

    @property
    def looking(self) -> bool:
        """Whether faces are looked for at all."""
        return not self._off

    def over(self, picture: Image.Image) -> Covered:
        """The picture as it may leave; `picture` itself is not changed."""
        if self._off:
            return Covered(picture)
        if self._lost:
            return Covered(pictures.coarsened(picture), [Item("整图粗粒化", "个人信息在图中的位置不明", 0)])
        made = Covered(picture.copy())
        if self._data:
            self._coarsen(made)
        self._faces(made)
        self._hide(made)
        if self._drawn and not self._data:
            made.items.append(Item("页面内图片上的文字", "未识别、未遮盖，请人工查看", OPEN))
        return made

    def _coarsen(self, made: Covered) -> None:
        """Images on a page that shows personal data: nobody has read them."""
        for box in self._images:
            if part := _within(box, made.picture):
                made.picture.paste(pictures.coarsened(made.picture.crop(part), made.picture.width), part[:2])
                made.items.append(Item("页面内图片", "已粗粒化（图上文字未识别）", 0))

    def _faces(self, made: Covered) -> None:
        if not faces.able():
            made.items.append(Item("人脸", "未检测：本机没有检测组件，请人工查看", OPEN))
            return
        found = faces.boxes(made.picture)
        made.faces = len(found)
        pictures.filled(made.picture, found)
        made.items += [Item("人脸", "已遮盖", 0)] * len(found)

    def _hide(self, made: Covered) -> None:
        for item, places in self._texts:
            if parts := [part for box in places if (part := _within(box, made.picture))]:
                pictures.filled(made.picture, parts)
                made.items.append(Item(item.kind, item.shown, 0))


def places_of(vault: Vault, capture: Capture) -> Places:
    """The places kept with a capture; empty, not `whole`, when there are none or they cannot be used."""
    artifact = capture.artifact("places")
    if artifact is None or artifact.size > MAX_PLACES:
        return Places()
    try:
        told = json.loads(vault.read(artifact))
        factor = float(told["factor"])
        texts = tuple((str(text), tuple(_box(r, factor) for r in rects)) for text, rects in told["texts"])
        return Places(texts, tuple(_box(r, factor) for r in told["images"]), told["whole"] is True)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, ArchiveError):
        return Places()  # without places the whole picture is coarse, which is safe


def _box(rect: Any, factor: float) -> Box:
    left, top, width, height = (float(n) for n in rect)
    return (int(left * factor) - PAD, int(top * factor) - PAD, int((left + width) * factor) + PAD, int((top + height) * factor) + PAD)


def _texts(dossier: Dossier, places: Places) -> Iterable[tuple[Item, list[Box]]]:
    """Every personal datum in the page's texts with the boxes of the texts that hold it; a hidden text has none."""
    starts, at = [], 0
    for text, _ in places.texts:
        starts.append(at)
        at += len(text) + 1
    whole = "\n".join(text for text, _ in places.texts)
    for item in masked(dossier, whole).items:
        if item.kind == "联系方式":
            continue  # a seller's contact is evidence: hidden in text where so configured, left in pictures
        end = item.start + len(item.shown)
        yield item, [box for start, (text, boxes) in zip(starts, places.texts, strict=True)
                     if start < end and item.start < start + len(text) for box in boxes]


def _within(box: Box, picture: Image.Image) -> Box | None:
    left, top, right, bottom = max(0, box[0]), max(0, box[1]), min(picture.width, box[2]), min(picture.height, box[3])
    return (left, top, right, bottom) if right - left >= 2 and bottom - top >= 2 else None


def faces_in(vault: Vault, artifact: Artifact) -> int:
    """How many faces an image of a page shows, as far as the detector finds them; 0 for what is no readable picture."""
    if not artifact.media_type.startswith("image/") or not faces.able():
        return 0
    try:
        picture = pictures.opened(vault.decoded(artifact))
    except (pictures.PictureError, ArchiveError):
        return 0  # nothing a viewer could show either; bytes that were altered are refused where they are copied
    picture.thumbnail((800, 800))
    return len(faces.boxes(picture))
