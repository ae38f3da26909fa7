"""Is a delivered package, a WARC or a store what it says it is? One claim a line; nothing is trusted, nothing is changed.

Packages and WARCs are judged by `exports.verifier`, the very code that is `verify.py` inside each package.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from evidence.home import Home
from exports.verifier.claims import ALTERED, BROKEN, MISSING, NOT_VERIFIABLE, UNEXPECTED, VERIFIED, Claim, exit_code
from exports.verifier.command import STATEMENT, WARC_SUFFIXES, verify_package
from exports.verify_registered import registered_claims
from exports.verify_store import verify_store, verify_stored_warc

__all__ = ["ALTERED", "BROKEN", "MISSING", "NOT_VERIFIABLE", "STATEMENT", "UNEXPECTED", "VERIFIED", "Claim", "VerifyError",
           "exit_code", "home_of", "registered_claims", "verify"]


class VerifyError(Exception):
    """A path that cannot be verified at all; the message says why."""


def verify(path: Path, expected_manifest_sha256: str = "", roots: Iterable[Path] = ()) -> list[Claim]:
    """Every claim about what lies at `path`: a package (folder or zip), a WARC, a store (home folder or dajia.sqlite).

    `expected_manifest_sha256` is the digest registered when the package was handed over (for a WARC: the file's own);
    `roots` are PEM files of trusted time-stamp authorities. VerifyError when there is nothing at `path`.
    """
    if not path.exists():
        raise VerifyError(f"找不到 {path}")
    if home := home_of(path):
        if path.name.endswith(WARC_SUFFIXES) and not expected_manifest_sha256:
            return verify_stored_warc(home, path)
        if not path.name.endswith(WARC_SUFFIXES):
            return verify_store(home, roots)
    if path.is_file() and _start(path) == b"SQLite format 3\x00":
        raise VerifyError(f"{path} 是一个数据库，但不在数据目录里（应名为 dajia.sqlite，旁边有 warc/）")
    return verify_package(path, expected_manifest_sha256, list(roots))


def home_of(path: Path) -> Home | None:
    """The installation whose folder, store or vault file `path` is, or None."""
    at = path.absolute()
    root = at if at.is_dir() else at.parent.parent if at.parent.name == "warc" and at.name.endswith(WARC_SUFFIXES) else \
        at.parent if at.name == Home.at(at.parent).store.name else None
    return Home.at(root) if root is not None and Home.at(root).store.is_file() else None


def _start(path: Path) -> bytes:
    with path.open("rb") as source:
        return source.read(16)
