"""Words of the trade explained: which of them a text uses, and what each means."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from exports.law import LawError, read_yaml

FILE = Path(__file__).with_name("glossary.yml")


@lru_cache(maxsize=1)
def terms() -> dict[str, str]:
    """Every explained word, longest first; LawError when the file is broken."""
    raw = read_yaml(FILE)
    if not raw or not all(isinstance(v, str) and v for v in raw.values()):
        raise LawError(f"{FILE.name}：每个词都要有一句解释")
    return {str(k): str(raw[k]) for k in sorted(raw, key=lambda k: -len(str(k)))}


def explained(*texts: str) -> list[tuple[str, str]]:
    """The explained words that occur in `texts`, in order of appearance; a word inside a longer one counts once."""
    whole = "\n".join(texts)
    found: list[tuple[int, str]] = []
    for term in terms():
        at = whole.find(term)
        if at >= 0:
            found.append((at, term))
            whole = whole.replace(term, "\0" * len(term))
    return [(term, terms()[term]) for _, term in sorted(found)]
