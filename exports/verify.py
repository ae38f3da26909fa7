"""Is a delivered package, a WARC or a store what it says it is? One claim a line; nothing is trusted, nothing is changed.

Packages and WARCs are judged by `exports.verifier`, the very code that is `verify.py` inside each package.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from exports.verifier.claims import ALTERED, BROKEN, MISSING, NOT_VERIFIABLE, UNEXPECTED, VERIFIED, Claim, exit_code
from exports.verifier.command import STATEMENT, verify_package

__all__ = ["ALTERED", "BROKEN", "MISSING", "NOT_VERIFIABLE", "STATEMENT", "UNEXPECTED", "VERIFIED", "Claim", "VerifyError",
           "exit_code", "verify"]


class VerifyError(Exception):
    """A path that cannot be verified at all; the message says why."""


def verify(path: Path, expected_manifest_sha256: str = "", roots: Iterable[Path] = ()) -> list[Claim]:
    """Every claim about the package (folder or zip) or WARC at `path`.

    `expected_manifest_sha256` is the digest registered when the package was handed over (for a WARC: the file's own);
    `roots` are PEM files of trusted time-stamp authorities. VerifyError when there is nothing at `path`.
    """
    if not path.exists():
        raise VerifyError(f"找不到 {path}")
    return verify_package(path, expected_manifest_sha256, list(roots))
