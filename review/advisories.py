"""Known holes in what is installed, looked up in a file somebody brought: nothing is asked of the network.

The file is OSV's export for PyPI (a zip of JSON records, or one JSON file with a list): https://osv.dev describes the form.
What the file does not know it cannot tell, so its age is told with every answer.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

MAX_RECORD = 4 * 1024 * 1024


class AdvisoryError(Exception):
    """A file that cannot be read as advisories; the message says why."""


@dataclass(frozen=True, slots=True)
class Hole:
    """One advisory that holds for an installed version; `fixed` is the first version without it ("" unknown)."""

    package: str
    version: str
    id: str
    summary: str
    fixed: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What was looked up: how many packages against how many advisories, the newest of which is of `newest`."""

    holes: tuple[Hole, ...]
    packages: int
    advisories: int
    newest: str


def installed() -> dict[str, str]:
    """Every installed distribution and its version, by normal name."""
    return {canonicalize_name(d.metadata["Name"]): d.version for d in metadata.distributions() if d.metadata["Name"]}


def audit(path: Path, versions: dict[str, str]) -> Audit:
    """Look every package of `versions` up in the advisories at `path`; AdvisoryError when they cannot be read."""
    holes, count, newest = [], 0, ""
    for record in _records(path):
        count += 1
        newest = max(newest, str(record.get("modified") or ""))
        if record.get("withdrawn"):
            continue
        for affected in _dicts(record.get("affected")):
            package = affected.get("package") or {}
            name = canonicalize_name(str(package.get("name", "")))
            if package.get("ecosystem") == "PyPI" and name in versions and (hit := _affects(affected, versions[name])) is not None:
                holes.append(Hole(name, versions[name], str(record.get("id", "?")), str(record.get("summary", ""))[:200], hit))
    if not count:
        raise AdvisoryError(f"{path}：里面没有一条公告；请下载 OSV 的 PyPI 全量包（all.zip）后导入")
    return Audit(tuple(sorted(set(holes), key=lambda h: (h.package, h.id))), len(versions), count, newest)


def _affects(affected: dict[str, Any], version: str) -> str | None:
    """The version that mends it ("" unknown) when `version` is affected, else None. What cannot be compared counts as affected."""
    try:
        ours = Version(version)
    except InvalidVersion:
        return ""
    if version in (affected.get("versions") or ()):
        return next((f for r in _dicts(affected.get("ranges")) for f in _fixes(r) if _after(f, ours)), "")
    for spread in _dicts(affected.get("ranges")):
        if spread.get("type") == "ECOSYSTEM" and (found := _within(spread, ours)) is not None:
            return found
    return None


def _within(spread: dict[str, Any], ours: Version) -> str | None:
    inside, fixed = False, ""
    for event in _dicts(spread.get("events")):
        for kind, text in event.items():
            try:
                at = Version("0" if text == "0" else str(text))
            except InvalidVersion:
                continue
            if kind == "introduced" and ours >= at:
                inside, fixed = True, ""
            elif kind == "fixed" and inside:
                inside, fixed = ours < at, str(text)
            elif kind == "last_affected" and inside:
                inside = ours <= at
    return fixed if inside else None


def _fixes(spread: dict[str, Any]) -> Iterator[str]:
    yield from (str(e["fixed"]) for e in _dicts(spread.get("events")) if "fixed" in e and spread.get("type") == "ECOSYSTEM")


def _after(text: str, ours: Version) -> bool:
    try:
        return Version(text) > ours
    except InvalidVersion:
        return False


def _records(path: Path) -> Iterator[dict[str, Any]]:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                for entry in packed.infolist():
                    if entry.filename.endswith(".json") and entry.file_size <= MAX_RECORD:
                        yield from _dicts([json.loads(packed.read(entry))])
            return
        found = json.loads(path.read_text(encoding="utf-8"))
        yield from _dicts(found if isinstance(found, list) else [found])
    except (OSError, ValueError, zipfile.BadZipFile) as problem:
        raise AdvisoryError(f"{path}：不是 OSV 公告文件（zip 或 JSON）：{problem}") from problem


def _dicts(found: Any) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
