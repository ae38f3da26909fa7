"""What came of fetching a page, in one honest word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawlers.answer import Answer
from crawlers.failures import Trouble
from crawlers.shortlinks import is_short, target_of
from crawlers.walls import wall_of
from evidence.records import Outcome

_JUMP = re.compile(r"""(?:window\.)?location(?:\.href)?(?:\.replace\(|\s*=\s*)\s*["'](https?://[^"']+)["']""")
_PIECE = re.compile(r"""\burl\s*\+=\s*(["'])(.*?)\1""")
_SMALL = 6_000
_ENGINES = ("sogou.com", "baidu.com", "so.com", "toutiao.com", "sm.cn", "bing.com")


@dataclass(frozen=True, slots=True)
class Result:
    """`outcome` as in Capture.outcome, and a note that says why it is not plainly ok."""

    outcome: Outcome
    note: str = ""
    pauses: bool = False  # the host wants to be left alone for a while


def outcome_of(answer: Answer, stopped: str, flags: list[str] | tuple[str, ...]) -> Result:
    """The outcome of an answer: wall or removal first, then what is missing from it."""
    if stopped == "download":
        return Result("refused", f"download: {answer.content_type or 'attachment'}")
    if wall := wall_of(answer):
        return Result(wall.state, f"{wall.name}, status {answer.status}", wall.pauses)
    if answer.status >= 400:
        return Result("error", f"status {answer.status}")
    if 300 <= answer.status < 400:
        return Result("error", f"status {answer.status}, redirect not followed")
    cut = {"length": "cut at the size limit", "time": "cut at the time limit"}.get(stopped, "")
    cut = cut or next((said for flag, said in (
        ("dataloss", "connection lost before the end"), ("bomb", "decompressed text cut at the size limit"),
        ("undecodable", "content coding is broken")) if flag in flags), "")
    return Result("partial", cut) if cut else Result("ok")


def outcome_of_trouble(trouble: Trouble) -> Result:
    """The outcome when there was no answer."""
    known: dict[str, Outcome] = {"refused": "refused", "robots": "refused", "blocked": "blocked", "paused": "blocked",
                                 "capped": "refused"}
    outcome = known.get(trouble.kind, "error")
    return Result(outcome, f"{trouble.kind}: {trouble.text}")


def jump_of(answer: Answer) -> str:
    """Where an engine's jump page sends a browser by script, or a short link's own page its visitor; "" for any other page."""
    if is_short(answer.url):
        return target_of(answer, joined(answer.text))
    host = urlsplit(answer.url).hostname or ""
    if len(answer.body) > _SMALL or not any(host == e or host.endswith("." + e) for e in _ENGINES):
        return ""
    return joined(answer.text)


def joined(text: str) -> str:
    """The address a script names in `location.replace`, or puts together piece by piece (`url += '…'`); "" for none."""
    pieces = "".join(found[1] for found in _PIECE.findall(text)).replace("@", "")
    if pieces.startswith(("http://", "https://")):
        return pieces
    found = _JUMP.search(text)
    return found.group(1) if found else ""
