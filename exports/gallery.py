"""Screenshots as small JPEG files for one export: each made once, on the disk and not in memory.

A picture that cannot be had is told by a sentence, never by an empty place. Faces that are found are painted over.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evidence.archive import ArchiveError, Vault
from evidence.records import Artifact
from exports import faces, pictures

COARSE = 4  # a page that shows personal data is pictured at a quarter of its size

@dataclass(frozen=True, slots=True)
class Shot:
    """One picture to show: `path` of a JPEG of `width` × `height` pixels, or None and the reason in `problem`."""

    path: Path | None
    width: int = 0
    height: int = 0
    problem: str = ""


class Gallery:
    """Makes and keeps the pictures of one export in `folder`, which its owner deletes."""

    def __init__(self, vault: Vault, folder: Path) -> None:
        self._vault, self._folder = vault, folder
        self._made: dict[tuple[str, int, int, bool], Shot] = {}

    def shot(self, artifact: Artifact, width: int, height: int, coarse: bool = False) -> Shot:
        """The upper part of a stored picture, fitted into `width` × `height` pixels; `coarse`: so small that text of
        ordinary size cannot be read, for pages that show personal data."""
        key = (artifact.sha256, width, height, coarse)
        if key not in self._made:
            self._made[key] = self._make(artifact, width, height, coarse)
        return self._made[key]

    def _make(self, artifact: Artifact, width: int, height: int, coarse: bool) -> Shot:
        try:
            picture = pictures.opened(self._vault.read(artifact))
            pictures.filled(picture, faces.boxes(picture))
            if coarse:
                narrow = max(1, min(width, picture.width // COARSE))
                width, height = narrow, max(1, height * narrow // width)
            made = pictures.thumbnail(picture, width, height)
        except ArchiveError as problem:
            return Shot(None, problem=f"截图读不出来：{problem}")
        except pictures.PictureError as problem:
            return Shot(None, problem=f"截图无法显示：{problem}")
        path = self._folder / f"{artifact.sha256}-{width}x{height}.jpg"
        path.write_bytes(made.data)
        return Shot(path, made.width, made.height)
