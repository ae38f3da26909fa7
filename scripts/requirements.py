"""The requirements of `pyproject.toml` for a machine: `python scripts/requirements.py x86_64|aarch64`, or `--glibc DIR`.

pip reads markers by the machine it runs on, so they are decided here for the machine that is meant.
`--glibc` says which glibc the wheels in a folder need.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
BUILD = ("setuptools>=75", "wheel", "pip")
# Asked for by the first patch releases of a Python only (Debian 12 has 3.11.2), which need not be the one that makes the bundle.
OLDER_PATCHES = ("async-timeout>=4.0.3",)
_GLIBC = re.compile(r"manylinux_2_(\d+)_")


def for_machine(machine: str) -> list[str]:
    """Every requirement that holds on linux `machine`, optional ones and build tools too, without markers."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [*project["dependencies"], *(t for extra in project["optional-dependencies"].values() for t in extra), *BUILD, *OLDER_PATCHES]
    found: dict[str, None] = {}
    for text in texts:
        one = Requirement(text)
        if one.marker is None or one.marker.evaluate({"platform_machine": machine, "sys_platform": "linux", "platform_system": "Linux"}):
            one.marker = None
            found[str(one)] = None
    return list(found)


def glibc(folder: Path) -> str:
    """The oldest glibc (2.N) that every wheel in `folder` runs on."""
    found = [17]
    for wheel in folder.glob("*.whl"):
        if tags := [int(n) for n in _GLIBC.findall(wheel.name)]:
            found.append(min(tags))
    return f"2.{max(found)}"


if __name__ == "__main__":
    asked = sys.argv[1:]
    lines = [glibc(Path(asked[1]))] if asked[0] == "--glibc" else for_machine(asked[0])
    sys.stdout.write("\n".join(lines) + "\n")
