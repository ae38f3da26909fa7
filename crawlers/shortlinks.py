"""Short links: where a page that only passes visitors on sends them, read from the page itself.

Redirects need no help. What answers with a page of its own (a script, a warning with a "continue" link, an address in
its parameters) is recognised by host, from dated data; the target is asked like any other hop, and every hop is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import yaml

from crawlers.answer import Answer
from evidence import ids

FILE = Path(__file__).with_name("shortlinks.yml")
MAX_BODY = 200_000


@dataclass(frozen=True, slots=True)
class Table:
    """The hosts, and the parameters in which they name a target."""

    hosts: frozenset[str]
    parameters: tuple[str, ...]


class ShortlinksError(Exception):
    """A table that cannot be used; the message names file and field."""


@lru_cache(maxsize=2)
def load(path: Path = FILE) -> Table:
    """Read and check the table; raises ShortlinksError."""
    try:
        table: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        hosts, parameters = table["hosts"], table["parameters"]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as problem:
        raise ShortlinksError(f"{path}: cannot be read: {problem!r}; it needs hosts and parameters") from problem
    for name, values in (("hosts", hosts), ("parameters", parameters)):
        if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
            raise ShortlinksError(f"{path}: field {name}: must be a list of texts")
    return Table(frozenset(host.lower() for host in hosts), tuple(parameters))


def is_short(url: str) -> bool:
    """Whether an address is one that only passes visitors on."""
    return ids.host_of(url) in load().hosts


def target_of(answer: Answer, scripted: str = "") -> str:
    """Where a short link's own page leads, "" where that is not one certain place.

    `scripted` is what a script on it names. Then its parameters count, then the one outside address it shows or links.
    """
    if not is_short(answer.url) or len(answer.body) > MAX_BODY:
        return ""
    return _outside(answer.url, scripted) or _parameter(answer.url) or _shown(answer)


def _parameter(url: str) -> str:
    try:
        values = parse_qs(urlsplit(url).query, max_num_fields=50)
    except ValueError:
        return ""
    return next((found for name in load().parameters for value in values.get(name, ()) if (found := _outside(url, value))), "")


def _shown(answer: Answer) -> str:
    """The only outside address among the page's links and words; "" for none and for several."""
    if not answer.is_html:
        return ""
    links = [urljoin(answer.url, node.attributes.get("href") or "") for node in answer.tree.css("a[href]")[:200]]
    words = [word.strip("，。；、（）()<>\"'") for word in answer.visible.split() if "://" in word][:50]
    found = {normal for text in links + words if (normal := _outside(answer.url, text))}
    return found.pop() if len(found) == 1 else ""


def _outside(url: str, target: str) -> str:
    """The normal form of a target on another host, "" for none."""
    try:
        normal = ids.normal_url(target)
    except ValueError:
        return ""
    host, own = ids.host_of(normal), ids.host_of(url)
    return "" if host == own or host.endswith(f".{own}") or own.endswith(f".{host}") else normal
