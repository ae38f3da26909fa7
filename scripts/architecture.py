"""Draws the import graph: `python scripts/architecture.py [--check]` writes docs/architecture.svg and the table beside it.

Packages stand on what they import; their rooms (sub-packages) are named inside; an arrow is as wide as the logarithm of the
imports it stands for, so that the picture changes when the shape does and not with every import. What is drawn is what
grimp reads from the code, the tool behind import-linter: an arrow that ought not to be there is drawn in red.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from html import escape
from importlib import import_module

import grimp
from generated import ROOT, settle

PICTURE, PAGE = "docs/architecture.svg", "docs/architecture.md"
PLACES = {  # package → (x, y, width, height, colour)
    "review": (40, 40, 760, 150, "#e8f0fe"), "demo": (840, 40, 300, 150, "#f3f4f6"),
    "crawlers": (40, 300, 340, 210, "#e6f4ea"), "classifiers": (420, 300, 340, 210, "#fef7e0"), "exports": (800, 300, 340, 210, "#fce8e6"),
    "evidence": (40, 620, 1100, 120, "#f3e8fd"),
}
ALLOWED = {("review", other) for other in ("crawlers", "classifiers", "exports", "evidence")} | {
    (sister, "evidence") for sister in ("crawlers", "classifiers", "exports")}
SHOWN = 9  # names of outside libraries in a box
_BLOCK = re.compile(r"(<!-- table: packages -->\n).*?(<!-- end -->)", re.S)


def graph() -> grimp.ImportGraph:
    """The import graph of our packages and what they use from outside."""
    return grimp.build_graph(*PLACES, include_external_packages=True, cache_dir=None)


def arrows(found: grimp.ImportGraph) -> Counter[tuple[str, str]]:
    """How many modules of one package import one of another."""
    count: Counter[tuple[str, str]] = Counter()
    for module in found.modules:
        for other in found.find_modules_directly_imported_by(module) if module.split(".")[0] in PLACES else ():
            pair = module.split(".")[0], other.split(".")[0]
            count[pair] += pair[0] != pair[1] and pair[1] in PLACES
    return +count


def rooms(found: grimp.ImportGraph, package: str) -> list[str]:
    """The sub-packages of a package, by name."""
    return sorted(child.split(".")[1] for child in found.find_children(package) if found.find_children(child))


def outside(found: grimp.ImportGraph, package: str) -> list[str]:
    """Libraries that this package uses and no other does first, then the shared ones; not Python's own."""
    users: dict[str, set[str]] = {}
    for module in found.modules:
        for other in found.find_modules_directly_imported_by(module):
            name = other.split(".")[0]
            if name not in PLACES and name not in sys.stdlib_module_names:
                users.setdefault(name, set()).add(module.split(".")[0])
    return sorted((name for name, by in users.items() if package in by), key=lambda name: (len(users[name]), name))


def promise(package: str) -> str:
    """The first line of a package's docstring."""
    return (import_module(package).__doc__ or "").strip().split("\n")[0]


def drawn(found: grimp.ImportGraph) -> str:
    """The picture."""
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1180 780" font-family="sans-serif" role="img" '
             'aria-label="packages of dajia and what imports what">', '<rect width="1180" height="780" fill="#fff"/>',
             '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" '
             'orient="auto"><path d="M0 0 8 4 0 8z" fill="context-stroke"/></marker></defs>']
    parts += [_arrow(pair, n) for pair, n in sorted(arrows(found).items())]
    parts += [_box(found, package) for package in PLACES]
    return "\n".join([*parts, "</svg>", ""])


def _arrow(pair: tuple[str, str], n: int) -> str:
    (ax, ay, aw, ah, _), (bx, by, bw, _, _) = PLACES[pair[0]], PLACES[pair[1]]
    low, high = max(ax, bx), min(ax + aw, bx + bw)
    x1 = x2 = (low + high) / 2
    if pair == ("review", "evidence"):
        x1 = x2 = 400  # between two sisters
    elif pair == ("review", "exports"):
        x1, x2 = 790, 860
    colour = "#5f6368" if pair in ALLOWED else "#d93025"
    width = 1 + round(math.log2(n + 1)) / 2
    return f'<line x1="{x1:g}" y1="{ay + ah}" x2="{x2:g}" y2="{by - 3}" stroke="{colour}" stroke-width="{width:g}" marker-end="url(#tip)"/>'


def _box(found: grimp.ImportGraph, package: str) -> str:
    x, y, width, height, colour = PLACES[package]
    parts = [f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="10" fill="{colour}" stroke="#5f6368"/>',
             f'<text x="{x + 16}" y="{y + 28}" font-size="19" font-weight="bold">{package}</text>']
    at, row = x + 16, y + 44
    for room in rooms(found, package):
        wide = 24 + 7.4 * len(room)
        if at + wide > x + width - 12:
            at, row = x + 16, row + 30
        parts.append(f'<rect x="{at:g}" y="{row}" width="{wide:g}" height="24" rx="6" fill="#fff" stroke="#9aa0a6"/>'
                     f'<text x="{at + 8:g}" y="{row + 16}" font-size="12">{escape(room)}/</text>')
        at += wide + 8
    named = outside(found, package)
    text = ", ".join(named[:SHOWN]) + (" …" if len(named) > SHOWN else "")
    parts += [f'<text x="{x + 16}" y="{y + height - 12 - 15 * back}" font-size="11" fill="#5f6368">{escape(line)}</text>'
              for back, line in enumerate(reversed(_wrapped(text or "no library at all", int((width - 32) / 6))))]
    return "\n".join(parts)


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def table(found: grimp.ImportGraph) -> str:
    """The same in words."""
    count = arrows(found)
    rows = ["| package | promise | rooms | imports of ours | libraries |", "|---|---|---|---|---|"]
    for package in PLACES:
        ours = ", ".join(sorted(b for a, b in count if a == package)) or "nothing"
        rows.append(f"| `{package}` | {promise(package)} | {', '.join(f'`{r}`' for r in rooms(found, package)) or '–'} | {ours} | "
                    f"{', '.join(outside(found, package)) or '–'} |")
    return "\n".join(rows) + "\n"


def made() -> dict[str, str]:
    """File → its text: the picture, and the page with the same in words."""
    found, page = graph(), (ROOT / PAGE).read_text(encoding="utf-8")
    return {PICTURE: drawn(found), PAGE: _BLOCK.sub(lambda m: m[1] + table(found) + m[2], page)}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(settle(made(), "--check" in sys.argv[1:]))
