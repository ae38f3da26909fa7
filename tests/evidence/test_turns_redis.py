"""Turns in Redis: the rules of one process, kept by many."""

import itertools
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import redis_link
from evidence.config import Frontier as Settings
from evidence.turns import JITTER, MemoryTurns, Terms
from evidence.turns_redis import AHEAD, SharedTurns

NOW = 1_790_000_000.0


@pytest.fixture
def register(redis_server):
    made = []

    def one(**named):
        made.append(SharedTurns(Settings(url=redis_server.url), **named))
        return made[-1]

    yield one
    for turns in made:
        turns.close()
    redis_link._client.cache_clear()


STEPS = st.lists(st.tuples(st.sampled_from(["take", "aside", "walled", "answered"]), st.sampled_from(["www.a.com", "m.a.com"]),
                           st.floats(0, 900)), max_size=14)


def test_many_registers_say_what_one_says(register, redis_server):
    @settings(max_examples=40, deadline=None)
    @given(STEPS, st.sampled_from([0.0, 2.0]), st.sampled_from([0, 4]))
    def told_alike(steps, delay, cap):
        redis_server.flush()
        now, terms = [NOW], Terms(delay, cap, 600.0)
        one = MemoryTurns(lambda: now[0], lambda: 0.5)
        many = [register(clock=lambda: now[0], chance=lambda: 0.5) for _ in range(2)]
        for n, (what, host, wait) in enumerate(steps):
            shared = many[n % 2]
            if what in ("take", "aside"):
                said = [t.take("a.com", host, terms, probing=what == "take") for t in (one, shared)]
            elif what == "walled":
                said = [t.walled("a.com", host, "captcha", "c1", terms) for t in (one, shared)]
            else:
                said = [t.answered("a.com", host) for t in (one, shared)]
            assert said[0] == said[1]
            now[0] += wait

    told_alike()


def test_turns_taken_at_once_never_come_closer_than_the_pace(register):
    terms, waits, guard = Terms(delay=1.0), [], threading.Lock()

    def take():
        turns = register(clock=lambda: NOW)
        for _ in range(5):
            turn = turns.take("a.com", "www.a.com", terms)
            with guard:
                waits.append(turn.wait)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waits.sort()
    assert len(waits) == 20 and all(b - a >= JITTER[0] - 1e-6 for a, b in itertools.pairwise(waits))


def test_no_turn_is_promised_far_ahead(register):
    turns, terms = register(clock=lambda: NOW, chance=lambda: 0.5), Terms(delay=20.0)
    said = [turns.take("a.com", "a.com", terms) for _ in range(5)]
    assert [turn.again for turn in said] == [False, False, True, True, True]
    assert all(turn.wait <= AHEAD for turn in said[2:])


def test_a_connection_that_breaks_under_a_turn_is_an_outage(register, redis_server):
    """Redis ends the connection between the reading and the writing of a profile."""
    def cut():
        if redis_server.process.poll() is None:
            redis_server.kill()
        return NOW

    turns = register(clock=cut)
    assert turns.take("a.com", "a.com", Terms(delay=1.0)).again
    redis_server.start()


def test_nobody_gets_a_turn_while_the_register_is_away_and_a_wall_is_told_later(register, redis_server):
    turns, terms = register(clock=lambda: NOW), Terms(pause=600.0)
    redis_server.kill()
    turns.walled("a.com", "a.com", "captcha", "c1", terms)
    assert turns.take("a.com", "a.com", terms).again
    redis_server.start()
    assert turns.take("a.com", "a.com", terms).refusal == "paused"
    assert register(clock=lambda: NOW).take("a.com", "a.com", terms).proof == "c1"
