"""Query texts made from the taxonomy: certificate × promise × channel × region, and their disguised spellings."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

from crawlers.queries import FOLDER, MAX_LENGTH, THEMES, QueriesError, read_yaml
from evidence.records import Query

FILE = FOLDER / "taxonomy.yml"
LIMIT = 6000  # more than a source is asked in a year
_LISTS = ("promises", "channels", "lookups", "regions")
_FIELDS = ("dated", "source", "certificates", *_LISTS, "patterns", "odd")
_PLACE = re.compile(r"\{(odd )?(certificate|promise|channel|lookup|region)\}")


@lru_cache(maxsize=4)
def generated(path: Path = FILE) -> tuple[Query, ...]:
    """All generated texts, the patterns in turn, neighbours unlike each other; QueriesError for an unusable file."""
    data = _checked(path)
    streams = [_of_pattern(data, pattern) for pattern in data["patterns"]]
    seen: dict[str, Query] = {}
    while streams and len(seen) < LIMIT:
        for stream in list(streams):
            query = next(stream, None)
            if query is None:
                streams.remove(stream)
            elif len(query.text) <= MAX_LENGTH:
                seen.setdefault(query.text, query)
    return tuple(seen.values())


def words(path: Path = FILE) -> dict[str, tuple[str, ...]]:
    """The taxonomy's words by kind: certificate, promise, channel, lookup, region."""
    data = _checked(path)
    return {"certificate": tuple(w for c in data["certificates"] for w in c["words"]),
            **{name[:-1]: tuple(data[name]) for name in _LISTS}}


def disguised(text: str, spelling: dict[str, str]) -> str:
    """`text` in a disguised spelling, longer words first; itself where the spelling does not touch it."""
    for plain in sorted(spelling, key=len, reverse=True):
        text = text.replace(plain, spelling[plain])
    return text


def _of_pattern(data: dict[str, Any], pattern: dict[str, str]) -> Iterator[Query]:
    """The texts of one pattern. Every list is walked at its own step, so that a few texts touch many words."""
    kinds = {kind for _, kind in _PLACE.findall(pattern["text"])}
    odd = "{odd " in pattern["text"]
    certificates = [(c["name"], word) for c in _turned(data["certificates"]) for word in c["words"]]
    sizes = {kind: len(certificates) if kind == "certificate" else len(data[kind + "s"]) for kind in kinds}
    spellings: list[dict[str, str]] = data["odd"] if odd else [{}]
    total = len(spellings)
    for size in sizes.values():
        total *= size
    seen: set[str] = set()
    for n in islice(_scattered(total), LIMIT * 2):
        spelling, rest, chosen = spellings[n % len(spellings)], n // len(spellings), {}
        for kind in sorted(kinds):
            rest, place = divmod(rest, sizes[kind])
            chosen[kind] = place
        certificate, word = certificates[chosen["certificate"]]
        values = {kind: data[kind + "s"][place] for kind, place in chosen.items() if kind != "certificate"} | {"certificate": word}
        plain = _PLACE.sub(partial(_value, values, {}), pattern["text"])
        text = _PLACE.sub(partial(_value, values, spelling), pattern["text"])
        if text not in seen and (not odd or text != plain):
            seen.add(text)
            yield Query(text, pattern["theme"], certificate, values.get("region", ""), "generated")


def _value(values: dict[str, str], spelling: dict[str, str], found: re.Match[str]) -> str:
    return disguised(values[found[2]], spelling) if found[1] else values[found[2]]


def _turned(certificates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The certificates with their words dealt in rounds, first words first."""
    rounds = max(len(c["words"]) for c in certificates)
    return [{"name": c["name"], "words": [c["words"][n]]} for n in range(rounds) for c in certificates if n < len(c["words"])]


def _scattered(total: int) -> Iterator[int]:
    """Every number below `total` once, far from its neighbours (steps of the golden ratio)."""
    step = max(1, int(total * 0.6180339887))
    while total > 1 and _common(step, total) != 1:
        step += 1
    return ((n * step) % total for n in range(total))


def _common(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def _checked(path: Path) -> dict[str, Any]:
    """The file's content; QueriesError names file, field and fix."""
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise QueriesError(f"{path}: expected a mapping with {', '.join(_FIELDS)}")
    for name in data:
        if name not in _FIELDS:
            near = difflib.get_close_matches(str(name), _FIELDS, n=1)
            raise QueriesError(f"{path}: unknown field {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    tests: dict[str, Callable[[Any], bool]] = dict.fromkeys(_LISTS, _texts)
    tests |= {"certificates": lambda v: _rows(v, ("name", "words")) and all(_texts(c["words"]) for c in v),
              "patterns": lambda v: _rows(v, ("theme", "text")) and all(
                  p["theme"] in THEMES and "certificate}" in p["text"] for p in v),
              "odd": lambda v: isinstance(v, list) and bool(v) and all(isinstance(s, dict) for s in v)}
    for name, fits in tests.items():
        if not fits(data.get(name)):
            raise QueriesError(f"{path}: field {name!r} is missing or not of the form the shipped file shows")
    return data


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) and v.strip() for v in value)


def _rows(value: Any, fields: tuple[str, ...]) -> bool:
    return isinstance(value, list) and bool(value) and all(
        isinstance(row, dict) and all(row.get(name) for name in fields) for row in value)
