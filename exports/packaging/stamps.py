"""Time-stamp tokens of packages: asked for when a package is sealed; what cannot be had then is attached later, marked late."""

from __future__ import annotations

import json
from pathlib import Path

from evidence.config import Config
from evidence.timestamps import TimestampError, Token, ask

LATE = ".late-"  # `<package>.late-<authority>.tsr` beside a package that was sealed without


def stamp_package(config: Config, manifest: str) -> tuple[dict[str, tuple[bytes, str]], list[str]]:
    """(authority → (token, its time), one line for each authority that gave none) for the tag manifest's SHA-256."""
    made: dict[str, tuple[bytes, str]] = {}
    notes = []
    for authority in config.timestamps.authorities:
        try:
            made[authority.name] = ask(authority, manifest, proxy=config.network.proxy, timeout=config.timestamps.timeout)
        except TimestampError as problem:
            notes.append(f"时间戳未取得，列入待签：{problem}")
    return made, notes


def write_tokens(tokens: tuple[Token, ...], root: Path) -> None:
    """The tokens on the WARCs that the evidence lies in, with a directory; nothing when there are none."""
    folder, rows = root / "data" / "timestamps", []
    for number, token in enumerate(tokens, 1):
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{number:02d}-{token.subject_kind}-{token.authority}.tsr"
        (folder / name).write_bytes(token.token)
        rows.append({"file": f"data/timestamps/{name}", "subject": token.subject_id, "sha256": token.sha256,
                     "authority": token.authority, "stamped": token.stamped, "late": token.late})
    if rows:
        (folder / "tokens.json").write_bytes(json.dumps(rows, ensure_ascii=False, indent=1).encode())


def attach_late(package: Path, authority: str, token: bytes) -> Path:
    """Lay a late token beside a delivered package (its folder or zip), which itself is not touched."""
    name = package.name.removesuffix(".zip")
    target = package.with_name(f"{name}{LATE}{authority}.tsr")
    target.write_bytes(token)
    return target
