"""Looks again at what was confirmed: the plain fetch of lane `recheck`, from one vantage at a time."""

from dataclasses import replace
from typing import Any

from crawlers.spiders.capture import CaptureSpider as _Capture
from evidence.frontier import Lease
from evidence.records import Capture


class RecheckSpider(_Capture):
    """Like `capture`, for addresses that must be asked again however lately they were."""

    name = "recheck"
    lane = "recheck"
    why = "recheck"

    @property
    def match(self) -> dict[str, Any]:
        """The leases of the vantage this process looks from; all of them when it was started by hand."""
        return {"vantage": self.session.vantage} if self.session.vantage else {}

    def _capture(self, lease: Lease, *told: Any, **more: Any) -> Capture:
        return replace(super()._capture(lease, *told, **more), profile=lease.payload.get("profile", "desktop"))
