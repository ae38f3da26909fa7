"""Fetches what any machine queued: lane `plain` of the shared frontier, until it is empty, far away, or enough was done."""

import time

from crawlers.spiders.capture import CaptureSpider as _Capture
from evidence.redis_link import QueueLost


class WorkSpider(_Capture):
    """Like `capture`, but the queue is everybody's: while others hold work it may come back, so the worker stays.

    `session.limit` pages at most (0: no limit), so that a supervisor may start a fresh process with a fresh WARC.
    """

    name = "worker"

    def more_may_come(self) -> bool:
        """Whether to wait for work of others, or for a queue that is away."""
        frontier, patience = self.session.frontier, self.session.config.frontier.patience
        away = getattr(frontier, "away_since", 0.0)
        if away and time.monotonic() - away > patience:
            self.halted = f"the queue was out of reach for {patience:.0f} s; the worker stops, nothing it committed is lost"
            self.session.emit({"event": "error", "detail": self.halted})
            return False
        try:
            return frontier.more(self.lane)
        except QueueLost as problem:
            self.session.ledger.failure = problem  # ends the crawl, told by its exit code
            return False

    def _lease(self, room):
        limit = self.session.limit
        if limit:
            room = min(room, limit - self.done - len(self.open_leases))
            if room <= 0:
                if not self.open_leases:
                    self.halted = "limit"
                return []
        return super()._lease(room)
