"""Alone or together: the queue and the register of turns that the configuration asks for."""

from __future__ import annotations

from evidence.config import Config
from evidence.frontier import Frontier
from evidence.home import Home
from evidence.store import Store
from evidence.stored_turns import StoredTurns
from evidence.turns import Turns


def frontier_for(store: Store, config: Config) -> Frontier:
    """The queue of `store`: in it, or shared by `[frontier] url`. ConfigError, FrontierAway when that cannot be reached."""
    if not config.frontier.url:
        return Frontier(store)
    from evidence.frontier_redis import SharedFrontier

    return SharedFrontier(store, config.frontier)


def turns_for(home: Home, config: Config) -> Turns:
    """The register of turns: of this installation, or of all that share the queue."""
    if not config.frontier.url:
        return StoredTurns(home)
    from evidence.turns_redis import SharedTurns

    return SharedTurns(config.frontier)
