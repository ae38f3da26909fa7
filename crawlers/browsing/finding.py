"""Looks for a Chromium: where the configuration says, $BROWSER_PATH, names on PATH, well-known places, Playwright's own.

Its headless shell, the same engine without the parts of a window, comes first: a capture costs about a quarter less processor
time and memory (docs/benchmarks.md).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SHELL_NAMES = ("chromium-headless-shell", "chrome-headless-shell", "headless_shell")
SHELL_PLACES = ("/usr/lib/chromium/chromium-headless-shell", "/usr/lib64/chromium-browser/headless_shell")
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge-stable", "chrome")
PLACES = (
    "/usr/lib/chromium/chromium", "/usr/lib64/chromium-browser/chromium-browser", "/snap/bin/chromium", "/opt/google/chrome/chrome",
    "/opt/microsoft/msedge/msedge", "/opt/chromium/chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe", "C:/Program Files/Chromium/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
_PLAYWRIGHT = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
               "chromium-*/chrome-win*/chrome.exe")
_PLAYWRIGHT_SHELL = ("chromium_headless_shell-*/chrome-*/*headless*shell*",)
_VERSION = re.compile(r"(\d+\.\d+\.\d+(?:\.\d+)?)")
# What distributions' launcher scripts start; the script itself says nothing about what runs.
_BEHIND = {"/usr/bin/chromium-headless-shell": "/usr/lib/chromium/chromium-headless-shell",
           "/usr/bin/chromium": "/usr/lib/chromium/chromium", "/usr/bin/chromium-browser": "/usr/lib64/chromium-browser/chromium-browser",
           "/usr/bin/google-chrome-stable": "/opt/google/chrome/chrome", "/usr/bin/google-chrome": "/opt/google/chrome/chrome",
           "/usr/bin/microsoft-edge-stable": "/opt/microsoft/msedge/msedge"}


class BrowserMissing(Exception):
    """No usable Chromium; the message says where was looked and what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """A Chromium: what to start, the binary that then runs, its version, and how it was found."""

    path: Path
    binary: Path
    version: str
    how: str

    @property
    def name(self) -> str:
        """What it is, for records: "Chromium 1.2.3.4" or "Chromium headless shell 1.2.3.4", told by the program's own name."""
        return f"Chromium headless shell {self.version}" if _is_shell(self.binary) else f"Chromium {self.version}"


def find(configured: str = "") -> Found:
    """The Chromium to use. A configured path is used or refused, never silently passed over; raises BrowserMissing."""
    return next(found_all(configured))


def found_all(configured: str = "") -> Iterator[Found]:
    """Every usable Chromium, the one to use first, the others for when that does not start; one alone where a path is
    configured. Raises BrowserMissing, as `find` does, when there is none."""
    if configured:
        yield _checked(Path(configured).expanduser(), "[browser] path", "correct [browser] path in dajia.toml, or remove it")
        return
    if named := os.environ.get("BROWSER_PATH"):
        yield _checked(Path(named).expanduser(), "$BROWSER_PATH", "correct the variable BROWSER_PATH, or unset it")
        return
    known: set[Path] = set()
    for path, how in _candidates():
        try:
            found = _checked(path, how, "")
        except BrowserMissing:
            continue  # a leftover launcher without its browser: the next place may have a whole one
        if found.binary not in known:
            known.add(found.binary)
            yield found
    if not known:
        raise BrowserMissing("no Chromium found (PATH, well-known places, Playwright's downloads); install one: "
                             "apt-get install chromium-headless-shell (or chromium), or python -m playwright install chromium, "
                             "or set [browser] path")


def _candidates() -> Iterator[tuple[Path, str]]:
    for names, places, patterns in ((SHELL_NAMES, SHELL_PLACES, _PLAYWRIGHT_SHELL), (NAMES, PLACES, _PLAYWRIGHT)):
        for name in names:
            if found := shutil.which(name):
                yield Path(found), f"PATH: {name}"
        for place in places:
            if Path(place).is_file():
                yield Path(place), "well-known place"
        root = _playwright_folder()
        for pattern in patterns:
            for found_path in sorted(root.glob(pattern), reverse=True):
                yield found_path, "Playwright's download"


def _playwright_folder() -> Path:
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    if named and named != "0":
        return Path(named)
    home = {"darwin": "Library/Caches", "win32": "AppData/Local"}.get(sys.platform, ".cache")
    return Path.home() / home / "ms-playwright"


def _checked(path: Path, how: str, fix: str) -> Found:
    """The Chromium at `path`, asked for its version; BrowserMissing when it gives none."""
    if not path.is_file() or not os.access(path, os.X_OK):
        raise BrowserMissing(f"{how}: {path} is no program that can be started; {fix}")
    try:
        said = subprocess.run([str(path), "--version"], capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError) as problem:
        raise BrowserMissing(f"{how}: {path} does not start: {problem}; {fix}") from problem
    version = _VERSION.search(said.stdout)
    if version is None:
        words = (said.stderr.strip().splitlines() or ["no output"])[-1]
        raise BrowserMissing(f"{how}: {path} does not tell its version ({words[:200]}); {fix}")
    binary = _binary(path)
    # A shell is started itself: Debian's launcher adds nothing, and stays beside it as a process that can die for it.
    return Found(binary if _is_shell(binary) else path, binary, version[1], how)


def _is_shell(binary: Path) -> bool:
    return "headless" in binary.name.lower()


def _binary(path: Path) -> Path:
    """The program behind a launcher script, as far as it is known."""
    for start in (str(path), str(path.resolve())):
        if (behind := Path(_BEHIND.get(start, ""))).is_file():
            return behind
    return path.resolve()
