"""What a machine read in one picture: the value that media readers make and the judge takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImageReading:
    """One picture: the texts of its QR codes, its recognised text, its perceptual hash (16 hex digits), or why not."""

    name: str
    qr: tuple[str, ...] = ()
    ocr: str = ""
    phash: str = ""
    note: str = ""
