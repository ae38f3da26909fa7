"""Bytes the desk hands out: pictures encoded anew, comparisons, gang drawings, and originals as downloads nothing opens."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import FileResponse, Response

from evidence import custody
from evidence.archive import Vault
from evidence.reading import NotStored
from review.desk import pictures
from review.desk.visit import Visit

_SHUT = {"Content-Security-Policy": "sandbox; default-src 'none'"}
_KEPT = {"Cache-Control": "private, max-age=3600"}


def picture(visit: Visit) -> Response:
    """A stored picture, decoded and encoded anew, so that only pixels reach the browser."""
    data = pictures.served(visit.store, Vault(visit.home), visit.named("capture"), visit.named("artifact"))
    return Response(data, media_type="image/jpeg", headers=_KEPT)


def difference(visit: Visit) -> Response:
    """Two stored pictures, the first in grey with what differs in red."""
    one, other = ((visit.named("capture"), visit.named("artifact")), (visit.named("other"), visit.named("beside")))
    return Response(pictures.difference(visit.store, Vault(visit.home), one, other), media_type="image/jpeg", headers=_KEPT)


def gang_picture(visit: Visit) -> Response:
    """The gang as a drawing of our own."""
    from review.commands.gangs import drawn

    return Response(drawn(visit.store, visit.named("gang")), media_type="image/svg+xml", headers=_SHUT)


def raw(visit: Visit) -> Response:
    """Stored bytes as a download that no browser opens in the desk's origin; who took it is in the custody chain."""
    capture, name = visit.named("capture"), visit.named("artifact")
    artifact = visit.store.capture(capture).artifact(name)
    if artifact is None:
        raise NotStored(f"采集 {capture} 没有材料 {name}")
    data = Vault(visit.home).read(artifact)
    with visit.store.transaction():
        custody.append(visit.store.db, "taken", "original", f"{capture}/{name}", artifact.sha256, visit.person.name)
    return Response(data, media_type="application/octet-stream", headers=_SHUT | {
        "Content-Disposition": f'attachment; filename="{artifact.sha256[:16]}.bin"'})


def package(visit: Visit) -> Response:
    """A package that was made, as it lies on disk, while it is still the one that was recorded."""
    row = visit.store.one("SELECT lead, agency, path, zip_sha256 FROM packages WHERE id = ?", visit.named("package"))
    path = Path(row["path"]) if row else Path()
    if row is None or not path.is_file() or not path.resolve().is_relative_to(visit.home.exports.resolve()):
        raise NotStored("这份移送材料不在本机的导出目录里")
    with visit.store.transaction():
        custody.append(visit.store.db, "taken", "package", visit.named("package"), row["zip_sha256"], visit.person.name)
    return FileResponse(path, media_type="application/zip", filename=path.name, headers=_SHUT)
