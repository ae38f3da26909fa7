"""The query texts: one file per certificate kind or theme in `queries/`, checked when loaded."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import yaml

from evidence.records import Query

FOLDER = Path(__file__).parent
THEMES = ("ad", "site")
_FIELDS = ("theme", "certificate", "region", "origin", "queries")
MAX_LENGTH = 60  # engines cut longer texts


class QueriesError(Exception):
    """A query file that cannot be used; the message names file, field and fix."""


def load(folder: Path = FOLDER, limit: int = 0) -> tuple[Query, ...]:
    """All queries, files in turn so that a `limit` still touches every theme; 0 means all. Raises QueriesError."""
    files = [p for p in sorted(folder.glob("*.yml")) if p.name != "sites.yml"]
    if not files:
        raise QueriesError(f"{folder}: no *.yml with queries; add one, see the files shipped with dajia")
    columns = [_file(path) for path in files]
    rounds = [column[n] for n in range(max(map(len, columns))) for column in columns if n < len(column)]
    seen: dict[str, Query] = {}
    for query in [*rounds, *_sites(folder / "sites.yml")]:
        seen.setdefault(query.text, query)
    return tuple(seen.values())[: limit or None]


def _file(path: Path) -> list[Query]:
    data = _read(path)
    if not isinstance(data, dict):
        raise QueriesError(f"{path}: expected a mapping with theme and queries")
    for name in data:
        if name not in _FIELDS:
            near = difflib.get_close_matches(str(name), _FIELDS, n=1)
            raise QueriesError(f"{path}: unknown field {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    theme = data.get("theme")
    if theme not in THEMES:
        raise QueriesError(f"{path}: field 'theme': {theme!r} is none of {', '.join(THEMES)}")
    texts = data.get("queries")
    if not isinstance(texts, list) or not texts:
        raise QueriesError(f"{path}: field 'queries': expected a list of texts")
    return [Query(_text(path, text), theme, str(data.get("certificate", "")), str(data.get("region", "")),
                  str(data.get("origin", "seed"))) for text in texts]


def _sites(path: Path) -> list[Query]:
    """`site:` expansion: each text asked on each host that has no open search of its own."""
    if not path.exists():
        return []
    data = _read(path)
    if not isinstance(data, dict) or not isinstance(data.get("hosts"), list) or not isinstance(data.get("texts"), list):
        raise QueriesError(f"{path}: expected the fields 'hosts' and 'texts', both lists")
    return [Query(_text(path, f"{text} site:{host}"), "ad", origin="site") for host in data["hosts"] for text in data["texts"]]


def _text(path: Path, text: Any) -> str:
    if not isinstance(text, str) or not text.strip():
        raise QueriesError(f"{path}: field 'queries': {text!r} is no text")
    if len(text) > MAX_LENGTH:
        raise QueriesError(f"{path}: field 'queries': {text[:30]!r}… is longer than {MAX_LENGTH} characters")
    return " ".join(text.split())


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as problem:
        raise QueriesError(f"{path}: not valid YAML: {problem}") from problem
    except (OSError, UnicodeDecodeError) as problem:
        raise QueriesError(f"{path}: cannot be read: {problem}") from problem
