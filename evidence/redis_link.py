"""The connection to a Redis that machines share: opened from the configuration, its outages told apart from its answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from evidence.config import ConfigError, Frontier
from evidence.frontier import FrontierAway

OLDEST = (6, 2)  # XAUTOCLAIM
SECONDS = 10.0


class QueueLost(Exception):
    """Redis came back without the queue: work that was queued is gone, and somebody must know."""


def link(settings: Frontier) -> Any:
    """A client for `settings.url`, one for each process; ConfigError when the address or the library is missing."""
    return _client(address(settings), os.getpid())


def address(settings: Frontier) -> str:
    """The address itself, taken from the environment where the configuration says `env:NAME`."""
    if not settings.url.startswith("env:"):
        return settings.url
    name = settings.url.removeprefix("env:")
    if not (found := os.environ.get(name, "")):
        raise ConfigError(f'dajia.toml: field frontier.url: "env:{name}" but the variable {name} is not set; export it')
    return found


@lru_cache(maxsize=4)
def _client(url: str, _pid: int) -> Any:
    try:
        import redis
    except ImportError as problem:
        raise ConfigError("dajia.toml: field frontier.url: the package redis is missing; pip install 'dajia[cluster]'") from problem
    try:
        return redis.Redis.from_url(url, decode_responses=True, socket_timeout=SECONDS, socket_connect_timeout=SECONDS,
                                    retry=None, health_check_interval=0)
    except ValueError as problem:
        raise ConfigError(f"dajia.toml: field frontier.url: {problem}") from problem


@contextmanager
def reaching(client: Any) -> Iterator[None]:
    """Turn an outage into FrontierAway and a vanished queue into QueueLost; the password is never told."""
    from redis import exceptions

    try:
        yield
    except (exceptions.AuthenticationError, exceptions.NoPermissionError) as problem:
        raise ConfigError(f"dajia.toml: field frontier.url: {where(client)} refuses us: {problem}") from problem
    except (exceptions.ConnectionError, exceptions.TimeoutError) as problem:  # also while it loads its file
        raise FrontierAway(f"{where(client)}: {type(problem).__name__}: {problem}") from problem
    except exceptions.ResponseError as problem:
        if "NOGROUP" in str(problem):
            raise QueueLost(f"{where(client)} came back without the queue; is its append-only file on? What was queued is lost: "
                            "queue it again with dajia daily") from problem
        raise


def where(client: Any) -> str:
    """Host, port and database, without a password."""
    known = client.connection_pool.connection_kwargs
    return f"redis {known.get('path') or '{}:{}'.format(known.get('host'), known.get('port'))}/{known.get('db', 0)}"


def refusals(client: Any) -> str:
    """Why this Redis cannot hold the queue; "" when it can."""
    with reaching(client):
        version = str(client.info("server").get("redis_version", "0"))
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    return "" if numbers >= OLDEST else f"{where(client)} is version {version}; the queue needs 6.2 or newer"


def forgetful(client: Any) -> bool:
    """Whether this Redis says that it keeps no append-only file; one that will not say is believed."""
    from redis import exceptions

    try:
        return dict(client.config_get("appendonly")).get("appendonly") == "no"
    except exceptions.RedisError:
        return False
