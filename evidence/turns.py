"""Whose request may leave when: what is owed to each registrable domain, kept between runs.

One profile per registrable domain, shared by every spider, by plain and browser fetches and by every process of an
installation: the next free moment, the requests of the day, and the walls its hosts have put up. A wall pauses the
host that showed it, longer each time it is met again; when a second host of the domain shows one too, the whole
domain pauses. (Services of one domain are walled apart from each other: an engine's article search went on answering
while its web search asked for captchas.) After the pause one request alone tries the door, and its answer decides.

`Turns` is what a shared register must offer; `StoredTurns` keeps it in the store, `MemoryTurns` for one process.
The rules themselves are `decide`, `shut` and `opened`: pure functions on a domain's `Profile`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

JITTER = (0.75, 1.5)  # of the delay: a fixed beat is impolite to a server with many clients like us
PROBE_SECONDS = 60.0  # how long the one request at a half-open door may take before another may try
LONGEST_PAUSE = 12 * 3600.0  # below a day, so that a daily run always tries once
FAR = 3600.0  # a next free moment farther away than this comes from a clock that was set back


@dataclass(frozen=True, slots=True)
class Terms:
    """How a domain is treated. `delay` and `pause` in seconds (0: none), `cap` requests a day (0: no limit)."""

    delay: float = 0.0
    cap: int = 0
    pause: float = 1800.0


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer to "may I?": after `wait` seconds, or not at all (`refusal` paused · cap, `why`, `proof` capture).

    `again`: after the wait the question must be put once more. `probe`: this request tries a door that was shut.
    """

    wait: float = 0.0
    refusal: str = ""
    why: str = ""
    proof: str = ""
    again: bool = False
    probe: bool = False


@dataclass(slots=True)
class Door:
    """A host that showed a wall: how often in a row, until when it is left alone, and the proof."""

    host: str
    walls: int = 0
    until: float = 0.0
    probing: float = 0.0
    wall: str = ""
    proof: str = ""


@dataclass(slots=True)
class Profile:
    """A registrable domain: next free moment (epoch seconds), day (YYYY-MM-DD, local), requests of it, doors."""

    domain: str
    next_at: float = 0.0
    day: str = ""
    asked: int = 0
    doors: dict[str, Door] = field(default_factory=dict)


class Turns(Protocol):
    """A register of turns; every method is one atomic step, also between machines."""

    def take(self, domain: str, host: str, terms: Terms, *, probing: bool = True) -> Turn:
        """The next turn for a request to `host`; without `probing` it does not count as the try at a shut door."""

    def walled(self, domain: str, host: str, wall: str, proof: str, terms: Terms) -> float:
        """`host` answered with a wall; returns until when it is left alone (epoch seconds)."""

    def answered(self, domain: str, host: str) -> None:
        """`host` answered properly: its door is open again."""

    def close(self) -> None:
        """Write what is still in memory."""


def decide(profile: Profile, host: str, terms: Terms, now: float, chance: float, *, probing: bool = True) -> Turn:
    """The turn of a request, noted in `profile`. `chance` from 0 to 1 spreads the delay over `JITTER`."""
    shut = [door for door in profile.doors.values() if _shut(door, now)]
    door = profile.doors.get(host)
    closed = door if door is not None and _shut(door, now) else shut[0] if len(shut) > 1 else None
    if closed is not None:
        until = time.strftime("%m-%d %H:%M", time.localtime(closed.until))
        return Turn(refusal="paused", proof=closed.proof,
                    why=f"not asked: {closed.host} showed a wall ({closed.wall}) and is left alone until {until}")
    day = time.strftime("%Y-%m-%d", time.localtime(now))
    asked = profile.asked if profile.day == day else 0
    if terms.cap and asked >= terms.cap:
        return Turn(refusal="cap", why=f"not asked: {profile.domain} had its {terms.cap} requests of {day}")
    probe = door is not None and door.walls > 0 and probing
    if door is not None and probe:
        if now < door.probing <= now + PROBE_SECONDS:
            return Turn(wait=1.0, again=True)
        door.probing = now + PROBE_SECONDS
    profile.day, profile.asked = day, asked + 1
    if terms.delay <= 0:
        return Turn(probe=probe)
    at = max(now, profile.next_at if profile.next_at - now <= max(FAR, 100 * terms.delay) else now)
    profile.next_at = at + terms.delay * (JITTER[0] + (JITTER[1] - JITTER[0]) * chance)
    return Turn(wait=at - now, probe=probe)


def _shut(door: Door, now: float) -> bool:
    """Whether the pause of a door lasts; one longer than any pause comes from a clock that was set back."""
    return now < door.until <= now + LONGEST_PAUSE


def shut(profile: Profile, host: str, wall: str, proof: str, terms: Terms, now: float) -> Door:
    """Note a wall: the pause doubles each time the same door is found shut after a pause."""
    door = profile.doors.setdefault(host, Door(host))
    if _shut(door, now):  # an answer that was under way when the first wall came
        return door
    door.walls += 1
    door.until = now + min(terms.pause * 2 ** min(door.walls - 1, 20), LONGEST_PAUSE)
    door.probing, door.wall, door.proof = 0.0, wall, proof
    return door


def opened(profile: Profile, host: str, now: float) -> bool:
    """Note a proper answer; False while the pause lasts (an answer that was under way before the wall proves nothing)."""
    door = profile.doors.get(host)
    if door is None or _shut(door, now):
        return False
    del profile.doors[host]
    return True


class MemoryTurns:
    """A register for one process, forgotten at its end."""

    def __init__(self, clock: Callable[[], float] = time.time, chance: Callable[[], float] = random.random) -> None:
        self._clock, self._chance = clock, chance
        self._profiles: dict[str, Profile] = {}

    def profile(self, domain: str) -> Profile:
        """The profile of a domain, made when it is first met."""
        return self._profiles.setdefault(domain, Profile(domain))

    def take(self, domain: str, host: str, terms: Terms, *, probing: bool = True) -> Turn:
        """See `Turns.take`."""
        return decide(self.profile(domain), host, terms, self._clock(), self._chance(), probing=probing)

    def walled(self, domain: str, host: str, wall: str, proof: str, terms: Terms) -> float:
        """See `Turns.walled`."""
        return shut(self.profile(domain), host, wall, proof, terms, self._clock()).until

    def answered(self, domain: str, host: str) -> None:
        """See `Turns.answered`."""
        opened(self.profile(domain), host, self._clock())

    def close(self) -> None:
        """Nothing to write."""
