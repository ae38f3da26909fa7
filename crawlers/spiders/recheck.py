"""Looks again at what was confirmed: the plain fetch of lane `recheck`."""

from crawlers.spiders.capture import CaptureSpider as _Capture


class RecheckSpider(_Capture):
    """Like `capture`, for addresses that must be asked again however lately they were."""

    name = "recheck"
    lane = "recheck"
    why = "recheck"
