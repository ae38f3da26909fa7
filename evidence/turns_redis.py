"""The register of turns in Redis: shared by every machine, by the server's clock, so that together they keep one site's pace.

The rules are those of `evidence.turns.decide`; a domain's profile is read, decided on and written back only if nobody
wrote it meanwhile (WATCH), else it is tried again. No turn is promised farther ahead than `AHEAD` seconds: many
workers with much to ask of one site come back to ask, and a killed one takes few turns with it.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from evidence.config import Frontier as Settings
from evidence.frontier import FrontierAway
from evidence.redis_link import link, reaching
from evidence.turns import Door, Profile, Terms, Turn, decide, opened, shut

AHEAD = 30.0
KEPT = 8 * 86_400  # seconds a profile outlives its last use
AWAY = Turn(wait=1.0, again=True)


class SharedTurns:
    """A register in Redis; see `evidence.turns.Turns`. While Redis is away nobody gets a turn."""

    def __init__(
        self, settings: Settings, clock: Callable[[], float] | None = None, chance: Callable[[], float] = random.random,
    ) -> None:
        self._redis, self._name, self._clock, self._chance = link(settings), f"{{dajia:{settings.queue}}}:domain", clock, chance
        self._owed: list[tuple[str, Callable[[Profile, float], Any]]] = []  # what could not be written while Redis was away

    def take(self, domain: str, host: str, terms: Terms, *, probing: bool = True) -> Turn:
        """See `Turns.take`."""
        try:
            self._pay()
            if terms.delay <= 0 and not terms.cap and not self._doors(domain):
                return Turn()  # nothing to keep, so nothing to quarrel about
            turn: Turn = self._change(domain, lambda profile, now: self._decided(profile, host, terms, now, probing))
        except FrontierAway:
            return AWAY
        return turn

    def walled(self, domain: str, host: str, wall: str, proof: str, terms: Terms) -> float:
        """See `Turns.walled`."""
        return float(self._noted(domain, lambda profile, now: shut(profile, host, wall, proof, terms, now).until)
                     or time.time() + terms.pause)

    def answered(self, domain: str, host: str) -> None:
        """See `Turns.answered`."""
        self._noted(domain, lambda profile, now: opened(profile, host, now))

    def close(self) -> None:
        """Write what is owed, if Redis is there."""
        try:
            self._pay()
        except FrontierAway:
            self._owed.clear()  # a wall that nobody else hears of will be met by them

    def _doors(self, domain: str) -> bool:
        with reaching(self._redis):
            return bool(_profile(domain, self._redis.get(f"{self._name}:{domain}")).doors)

    def _decided(self, profile: Profile, host: str, terms: Terms, now: float, probing: bool) -> Turn | None:
        if terms.delay > 0 and AHEAD < profile.next_at - now <= AHEAD + 100 * terms.delay + 3600:
            return None
        return decide(profile, host, terms, now, self._chance(), probing=probing)

    def _noted(self, domain: str, change: Callable[[Profile, float], Any]) -> Any:
        try:
            self._pay()
            return self._change(domain, change)
        except FrontierAway:
            self._owed.append((domain, change))
            return None

    def _pay(self) -> None:
        while self._owed:
            self._change(*self._owed[0])
            self._owed.pop(0)

    def _change(self, domain: str, change: Callable[[Profile, float], Any]) -> Any:
        """Apply `change` to a domain's profile as one atomic step; None from a turn means "ask again", and writes nothing."""
        from redis.exceptions import WatchError

        key = f"{self._name}:{domain}"
        while True:
            try:
                with reaching(self._redis), self._redis.pipeline() as pipe:
                    pipe.watch(key)
                    profile, now = _profile(domain, pipe.get(key)), self._now(pipe)
                    made = change(profile, now)
                    if made is None:
                        return Turn(wait=AHEAD * (0.5 + self._chance() / 2), again=True)
                    pipe.multi()
                    pipe.set(key, json.dumps(asdict(profile)), ex=KEPT)
                    pipe.execute()
                    return made
            except WatchError:  # somebody was first, or the connection broke, which the next try tells
                continue

    def _now(self, pipe: Any) -> float:
        if self._clock is not None:
            return self._clock()
        seconds, micros = pipe.time()
        return float(seconds) + float(micros) / 1e6


def _profile(domain: str, stored: str | None) -> Profile:
    if not stored:
        return Profile(domain)
    values = json.loads(stored)
    doors = {host: Door(**door) for host, door in values.pop("doors").items()}
    return Profile(**values, doors=doors)
