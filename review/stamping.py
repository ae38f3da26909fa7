"""Time-stamp tokens for what waits: asked at the end of a daily run, and by `dajia stamp`."""

from __future__ import annotations

from pathlib import Path

from evidence import timestamps
from evidence.config import Config
from evidence.records import Package
from evidence.store import Store
from exports.package import PackageBuilt
from exports.packaging.stamps import attach_late


def stamp(store: Store, config: Config) -> tuple[int, list[str]]:
    """Ask for every missing token; late ones of packages are laid beside them. Returns (new tokens, problems)."""
    made, problems = timestamps.stamp_pending(store, config)
    for token in made:
        if token.subject_kind != "package":
            continue
        row = store.one("SELECT path FROM packages WHERE id = ?", token.subject_id)
        if row and Path(row["path"]).parent.is_dir():
            attach_late(Path(row["path"]), token.authority, token.token)
    return len(made), problems


def keep(store: Store, config: Config, package: Package, built: PackageBuilt) -> None:
    """Store the tokens a package was sealed with."""
    waiting = timestamps.Pending("package", package.id, built.manifest_sha256, package.at)
    for authority, (token, stamped) in built.tokens.items():
        timestamps.add(store, config, waiting, authority, token, stamped)
