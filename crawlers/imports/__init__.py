"""What people bring in, read: reports, filing exports, lists of confirmed fakes, saved pages. Reading only, nothing is stored.

Every reader gives what it could read and one sentence for each thing it could not: file, row, field, fix. A bad row
costs that row; only a file that is no such file at all raises `BadFile`.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_FILE = 256 * 1024 * 1024


class BadFile(Exception):
    """A file that cannot be read as what it was said to be; the message names it and the fix."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that came with a row or a page. `name` is where it was found."""

    name: str
    media_type: str
    data: bytes


def picture(name: str, data: bytes) -> Picture | None:
    """`data` as a picture by its first bytes; None for what is none of the five web formats."""
    for media_type, starts in _STARTS:
        if data.startswith(starts) and (media_type != "image/webp" or data[8:12] == b"WEBP"):
            return Picture(name, media_type, data)
    return None


_STARTS = (("image/png", (b"\x89PNG\r\n\x1a\n",)), ("image/jpeg", (b"\xff\xd8\xff",)), ("image/gif", (b"GIF87a", b"GIF89a")),
           ("image/webp", (b"RIFF",)), ("image/bmp", (b"BM",)))
