"""What all spiders of one crawl process share: home, configuration, store, archive, politeness."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from crawlers.ledger import Ledger
from crawlers.politeness import Politeness
from evidence import config as settings
from evidence.archive import WarcWriter
from evidence.asking import Yield
from evidence.home import Home
from evidence.sharing import frontier_for, turns_for
from evidence.store import Store

Event = dict[str, Any]
TOOL = "dajia-crawlers/0.1 (Scrapy 2.19)"


def _silent(event: Event) -> None:
    """Nobody listens: `scrapy crawl` has its own log."""


class Session:
    """One crawl process at work on one run. Open it with `open`, and `close` it whatever happened."""

    def __init__(
        self, home: Home, config: settings.Config, store: Store, run: str, label: str,
        emit: Callable[[Event], None] = _silent,
    ) -> None:
        self.home, self.config, self.store, self.run, self.emit = home, config, store, run, emit
        self.frontier = frontier_for(store, config)
        self.writer = WarcWriter.create(home, run, label)
        self.ledger = Ledger(store, self.writer, self.frontier)
        crawl = config.crawl
        self.politeness = Politeness(crawl.delay, turns_for(home, config), crawl.daily_cap, crawl.pause * 60)
        self.worker = f"{socket.gethostname()}:{os.getpid()}"
        self.stopping = False
        self._proxies = getproxies()
        self.limit = 0  # pages after which a worker ends; 0: none
        self.total, self.finished = 0, 0  # pieces of work known and done, for progress
        self.searching: set[str] = set()  # sources that may still show pages others wait for
        self.waiting: list[asyncio.Event] = []  # who wants to know when one of them has ended
        self.readers: dict[str, Any] = {}  # host → the source that reads pages of it
        self.gains: dict[str, Yield] | None = None  # what query texts brought, once it was looked up
        self.vantage = ""  # from where `recheck` looks

    def stand(self, vantage: str) -> None:
        """Look from a vantage of the configuration from now on; ConfigError when it names none of that name."""
        known = self.config.recheck.vantages
        if vantage not in known:
            raise settings.ConfigError(f"{self.home.config}: field recheck.vantages: no {vantage!r}; there are: {', '.join(known)}")
        self.config = self.config.model_copy(update={"network": known[vantage].network(self.config.network)})
        self.vantage = vantage

    def ended(self, source: str) -> None:
        """`source` shows nothing more in this run."""
        self.searching.discard(source)
        for event in self.waiting:
            event.set()

    def page(self, url: str, outcome: str, **more: str) -> None:
        """Report one piece of work done."""
        self.finished += 1
        self.emit({"event": "page", "url": url, "outcome": outcome, "done": self.finished,
                   "waiting": max(0, self.total - self.finished)} | more)

    @classmethod
    def open(
        cls, home: Home, run: str = "", label: str = "crawl", emit: Callable[[Event], None] = _silent, *,
        day: str = "",
    ) -> Self:
        """Open the store; without `run`, begin one of kind `scrapy` for `day`."""
        config = settings.load(home)
        store = Store.open(home, actor=f"crawl:{label}")
        try:
            if run and not store.one("SELECT 1 FROM runs WHERE id = ?", run):
                raise settings.ConfigError(f"--run: {run!r} is no run of {home.store}; begin one first")
            return cls(home, config, store, run or store.begin_run("scrapy", day, _environment(config)), label, emit)
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        """Commit what is pending, close and register the WARC."""
        try:
            if self.ledger.failure is None:
                self.ledger.flush()
            self.politeness.turns.close()
            self.store.add_warc(self.writer.close())
        finally:
            self.store.close()

    def proxy_for(self, url: str) -> str:
        """The proxy `url` goes through: the configured one, else the environment's, else ""."""
        if self.config.network.proxy:
            return self.config.network.proxy
        if not self._proxies:
            return ""
        parts = urlsplit(url)
        return "" if proxy_bypass(parts.hostname or "") else self._proxies.get(parts.scheme, "")


def _environment(config: settings.Config) -> dict[str, Any]:
    """What a run started by hand states of itself: above all the source policies, robots overrides among them."""
    return {"tool": TOOL, "source_policies": {name: s.model_dump() for name, s in config.sources.items()}}


def apply(crawler: Any, config: settings.Config) -> None:
    """Lay the installation's choices over Scrapy's settings, before the crawler freezes them."""
    network, crawl = config.network, config.crawl
    headers = dict(crawler.settings.getdict("DEFAULT_REQUEST_HEADERS"))
    if network.contact:
        headers["From"] = network.contact
    crawler.settings.setdict({
        "USER_AGENT": network.user_agent,
        "DEFAULT_REQUEST_HEADERS": headers,
        "DOWNLOAD_TIMEOUT": network.timeout,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1 if crawl.delay else crawl.concurrency,
    }, priority="spider")
