"""Writes the generated tables of the two READMEs: `python scripts/tables.py [--check]`.

A table stands between `<!-- table: NAME -->` and `<!-- end -->`; what it lists is read from the code and
data themselves, so a new source, rule, agency, format, command or view appears by being there.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pkgutil import iter_modules

import yaml
from generated import ROOT, settle

FILES = {"README.md": "en", "README.zh-CN.md": "zh"}
_BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.S)


def sources(language: str) -> list[str]:
    """One row a source."""
    from crawlers.sources import catalogue

    rows = [(f"`{e.name}`", e.label, e.kind, ", ".join(e.hosts), e.evidence) for e in catalogue()]
    return grid({"en": ("name", "source", "kind", "hosts", "read as of"),
                 "zh": ("名称", "来源", "类别", "主机", "版式依据日期")}[language], rows)


def rules(language: str) -> list[str]:
    """One row a rule."""
    folder = ROOT / "classifiers" / "rules"
    rows = []
    for path in sorted(folder.glob("*/*.yml")):
        rule = yaml.safe_load(path.read_text(encoding="utf-8"))
        effect = f"{rule['weight']:+g}" if "weight" in rule else f"≤ {rule['limit']}" if "limit" in rule else ""
        rows.append((f"`{path.parent.name}/{path.stem}`", str(rule.get("title", "")), effect))
    return grid({"en": ("rule", "what it sees", "weight"), "zh": ("规则", "看到什么", "权重")}[language], rows)


def agencies(language: str) -> list[str]:
    """One row an agency."""
    rows = []
    for path in sorted((ROOT / "exports" / "agencies").glob("*.yml")):
        agency = yaml.safe_load(path.read_text(encoding="utf-8"))
        rows.append((f"`{path.stem}`", str(agency["name"])))
    return grid({"en": ("code", "agency"), "zh": ("代码", "机关")}[language], rows)


def formats(language: str) -> list[str]:
    """One row a format, by the first line of its module."""
    import exports.formats

    rows = []
    for module in iter_modules(exports.formats.__path__, "exports.formats."):
        text = (import_module(module.name).__doc__ or "").strip().splitlines()
        rows.append((f"`{module.name.rsplit('.', 1)[1]}`", text[0] if text else ""))
    return grid({"en": ("format", "what it is"), "zh": ("格式", "是什么")}[language], rows)


def commands(language: str) -> list[str]:
    """One row a command, by its help."""
    from click import Context

    from review.cli import cli

    context = Context(cli, info_name="dajia")
    rows = []
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        rows.append((f"`dajia {name}`", (command.help or "").strip().splitlines()[0] if command else ""))
    return grid({"en": ("command", "what it does"), "zh": ("命令", "做什么")}[language], rows)


def views(language: str) -> list[str]:
    """One row a view of the store."""
    from evidence.views import VIEWS

    return grid({"en": ("view", "what it answers"), "zh": ("视图", "回答什么")}[language],
                [(f"`{name}`", what) for name, what, _ in VIEWS])


TABLES: dict[str, Callable[[str], list[str]]] = {
    "sources": sources, "rules": rules, "agencies": agencies, "formats": formats, "commands": commands, "views": views,
}


def grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]


def written(text: str, language: str) -> str:
    """`text` with every table made anew."""
    return _BLOCK.sub(lambda m: m[1] + "\n".join(TABLES[m[2]](language)) + "\n" + m[3], text)


def made() -> dict[str, str]:
    """File → its text with every table made anew."""
    return {name: written((ROOT / name).read_text(encoding="utf-8"), language) for name, language in FILES.items()}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(settle(made(), "--check" in sys.argv[1:]))
