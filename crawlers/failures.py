"""Why a request brought no answer, in the words of the records."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost

from crawlers.guard import Refused
from crawlers.politeness import CapReached, Paused
from crawlers.robots import RobotsForbidden, RobotsUnavailable

_TUNNEL = re.compile(r"'status': (\d{3})")


@dataclass(frozen=True, slots=True)
class Trouble:
    """`kind`: refused · robots · blocked · paused · capped · unreachable · timeout · broken · internal.

    `proof`: the capture of the wall that made us pause.
    """

    kind: str
    text: str
    proof: str = ""


def trouble_of(problem: BaseException) -> Trouble:
    """The trouble behind an exception; what we do not know is `internal`, never silence."""
    said = f"{type(problem).__name__}: {problem}"[:300]
    if isinstance(problem, Refused):
        return Trouble("refused", str(problem)[:300])
    if isinstance(problem, RobotsUnavailable):
        return Trouble("unreachable", str(problem)[:300])
    if isinstance(problem, RobotsForbidden):
        return Trouble("robots", str(problem)[:300])
    if isinstance(problem, Paused):
        return Trouble("paused", str(problem)[:300], problem.proof)
    if isinstance(problem, CapReached):
        return Trouble("capped", str(problem)[:300])
    if isinstance(problem, IgnoreRequest):
        return Trouble("broken", str(problem)[:300] or "request dropped")
    if type(problem).__name__ == "TunnelError":
        status = _TUNNEL.search(str(problem))
        walled = status is not None and status.group(1) in {"401", "403", "407", "429"}
        return Trouble("blocked" if walled else "unreachable",
                       f"the proxy answered {status.group(1) if status else 'nothing usable'} to CONNECT")
    if isinstance(problem, DownloadTimeoutError | TimeoutError):
        return Trouble("timeout", said)
    if isinstance(problem, CannotResolveHostError | DownloadConnectionRefusedError | ConnectError):
        return Trouble("unreachable", said)
    if isinstance(problem, DownloadFailedError | ConnectionDone | ConnectionLost | UnsupportedURLSchemeError | OSError):
        return Trouble("broken", said)
    return Trouble("internal", said)
