"""Pictures for the desk: hostile bytes are decoded within limits and encoded anew."""

from __future__ import annotations

import io

from evidence.archive import Vault
from evidence.reading import NotStored
from evidence.store import Store
from exports.pictures import opened

MAX_SIDE = (1400, 12_000)


def served(store: Store, vault: Vault, capture_id: str, name: str) -> bytes:
    """JPEG bytes of a stored picture, at most `MAX_SIDE` pixels; NotStored, ArchiveError or PictureError otherwise."""
    artifact = store.capture(capture_id).artifact(name)
    if artifact is None or not artifact.media_type.startswith("image/"):
        raise NotStored(f"采集 {capture_id} 没有图片 {name}")
    picture = opened(vault.read(artifact))
    picture.thumbnail(MAX_SIDE)
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=82)
    return out.getvalue()
