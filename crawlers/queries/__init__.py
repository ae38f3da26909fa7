"""The query texts: one file per certificate kind or theme in `queries/`, checked when loaded.

Beside them lie `sites.yml` (hosts asked through `site:`) and `taxonomy.yml` (what `generator` makes texts from).
"""

from __future__ import annotations

import difflib
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from evidence.records import Query

FOLDER = Path(__file__).parent
THEMES = ("ad", "site")
_FIELDS = ("theme", "certificate", "region", "origin", "queries")
MAX_LENGTH = 60  # engines cut longer texts
_APART = ("sites.yml", "taxonomy.yml")


class QueriesError(Exception):
    """A query file that cannot be used; the message names file, field and fix."""


def load(folder: Path = FOLDER, limit: int = 0) -> tuple[Query, ...]:
    """All queries, files in turn so that a `limit` still touches every theme; 0 means all. Raises QueriesError."""
    files = [p for p in sorted(folder.glob("*.yml")) if p.name not in _APART]
    if not files:
        raise QueriesError(f"{folder}: no *.yml with queries; add one, see the files shipped with dajia")
    columns = [_file(path) for path in files]
    rounds = [column[n] for n in range(max(map(len, columns))) for column in columns if n < len(column)]
    seen: dict[str, Query] = {}
    for query in rounds:
        seen.setdefault(query.text, query)
    return tuple(seen.values())[: limit or None]


def _file(path: Path) -> list[Query]:
    data = read_yaml(path)
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


@lru_cache(maxsize=4)
def sites(path: Path = FOLDER / "sites.yml") -> tuple[Query, ...]:
    """`site:` expansion: each text on each host of the file and of the walled sources, hosts in turn. Raises QueriesError."""
    data = read_yaml(path)
    if not isinstance(data, dict) or not isinstance(data.get("hosts"), list) or not isinstance(data.get("texts"), list):
        raise QueriesError(f"{path}: expected the fields 'hosts' and 'texts', both lists")
    hosts = dict.fromkeys([*(_host(path, entry) for entry in data["hosts"]), *_walled_hosts()])
    return tuple(Query(_text(path, f"{text} site:{host}"), "ad", origin="site") for text in data["texts"] for host in hosts)


def _host(path: Path, entry: Any) -> str:
    if not isinstance(entry, dict) or not entry.get("host") or not entry.get("date") or not entry.get("why"):
        raise QueriesError(f"{path}: field 'hosts': {entry!r}: each entry needs host, why and date")
    return str(entry["host"])


def _walled_hosts() -> list[str]:
    from crawlers.sources import classes  # sources import their base, which imports this package

    return [host for source in classes().values() for host in getattr(source, "site_hosts", ())]


def _text(path: Path, text: Any) -> str:
    if not isinstance(text, str) or not text.strip():
        raise QueriesError(f"{path}: field 'queries': {text!r} is no text")
    if len(text) > MAX_LENGTH:
        raise QueriesError(f"{path}: field 'queries': {text[:30]!r}… is longer than {MAX_LENGTH} characters")
    return " ".join(text.split())


def read_yaml(path: Path) -> Any:
    """The YAML of a file; QueriesError when it cannot be read."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as problem:
        raise QueriesError(f"{path}: not valid YAML: {problem}") from problem
    except (OSError, UnicodeDecodeError) as problem:
        raise QueriesError(f"{path}: cannot be read: {problem}") from problem
