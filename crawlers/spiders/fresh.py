"""Fetches, while the sources are still being asked, what would be gone when they are done."""

from crawlers.spiders.capture import CaptureSpider as _Capture


class FreshSpider(_Capture):
    """Like `capture`, for addresses that live for minutes (signed article links): captured as they are found."""

    name = "fresh"

    @property
    def match(self):
        """The ephemeral ones of the lane."""
        return {"ephemeral": True}

    def more_may_come(self):
        """As long as any source is asked."""
        return bool(self.session.searching)
