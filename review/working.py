"""One machine of many: fetches what the shared queue lends into a store and WARCs of its own, to be united by `dajia merge`."""

from __future__ import annotations

from evidence import config as settings
from evidence.config import ConfigError
from evidence.frontier import patiently
from evidence.home import Home
from evidence.redis_link import forgetful, link, refusals
from evidence.store import Store
from review.daily import OK, PARTIAL, DailyRun
from review.lock import RunLock
from review.progress import Reporter
from review.run_report import RunResult


def work(home: Home, say: Reporter, limit: int = 0) -> RunResult:
    """Work until the queue is empty (or `limit` pages are done); ConfigError when there is no shared queue."""
    config = settings.load(home)
    if not config.frontier.url:
        raise ConfigError(f"{home.config}：没有共享队列。写上 [frontier] url = \"redis://主机:6379/0\" 再运行 dajia worker")
    client, patience = link(config.frontier), config.frontier.patience
    if problem := patiently(lambda: refusals(client), patience):
        raise ConfigError(f"{home.config}: field frontier.url: {problem}")
    if forgetful(client):
        say.say("注意：这个 Redis 没有开启 AOF（appendonly no），它重启会丢失队列")
    with RunLock(home) as lock, Store.open(home, actor="worker") as store:
        return patiently(lambda: _Work(store, config, say, lock.descriptor), patience).work(limit, patience)


class _Work(DailyRun):
    def work(self, limit: int, patience: float) -> RunResult:
        """Fetch, and end the run with a report as any other."""
        patiently(lambda: self._begin("worker"), patience)
        outcome = self._stage("worker", lambda: self._crawl("worker", "--limit", str(limit)))
        return self._end(outcome.code if outcome.code not in {OK, PARTIAL} else PARTIAL if self.problems else OK)
