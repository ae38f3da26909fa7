"""Turns per registrable domain: delay, daily cap, the pause after a wall; kept between runs, shared between processes."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import politeness
from evidence.store import Store
from evidence.stored_turns import StoredTurns
from evidence.turns import JITTER, LONGEST_PAUSE, MemoryTurns, Profile, Terms, Turn, decide, opened, shut

NOW = 1_790_000_000.0


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture(params=["memory", "store"])
def turns(request, tmp_path):
    """A register of each kind, on a clock of its own."""
    from evidence.home import Home

    clock = Clock()
    if request.param == "memory":
        made = MemoryTurns(clock, lambda: 0.5)
    else:
        home = Home.at(tmp_path / "home")
        Store.open(home).close()
        made = StoredTurns(home, clock, lambda: 0.5)
    made.clock = clock
    yield made
    made.close()


def test_a_clock_that_was_set_back_shuts_no_door_for_a_year(turns):
    terms = Terms(pause=600.0)
    turns.clock.now += 365 * 86_400
    turns.walled("a.com", "www.a.com", "captcha", "c1", terms)
    assert turns.take("a.com", "www.a.com", terms).refusal == "paused"
    turns.clock.now = NOW
    assert turns.take("a.com", "www.a.com", terms).refusal == ""


def test_a_domain_has_one_pace_whatever_host_of_it_is_asked(turns):
    terms = Terms(delay=4.0)
    waits = [turns.take("a.com", host, terms).wait for host in ("www.a.com", "m.a.com", "www.a.com")]
    step = 4.0 * sum(JITTER) / 2
    assert waits == [0.0, step, 2 * step]
    assert turns.take("b.com", "www.b.com", terms).wait == 0.0


def test_a_day_has_its_cap_and_the_next_day_begins_anew(turns):
    terms = Terms(cap=3)
    said = [turns.take("a.com", "a.com", terms).refusal for _ in range(5)]
    assert said == ["", "", "", "cap", "cap"]
    turns.clock.now += 86_400
    assert turns.take("a.com", "a.com", terms).refusal == ""


def test_a_wall_pauses_its_host_then_one_request_alone_tries_the_door(turns):
    terms = Terms(pause=100.0)
    assert turns.walled("a.com", "www.a.com", "captcha", "capture-1", terms) == NOW + 100
    refused = turns.take("a.com", "www.a.com", terms)
    assert (refused.refusal, refused.proof) == ("paused", "capture-1") and "captcha" in refused.why
    assert turns.take("a.com", "m.a.com", terms).refusal == "", "another service of the domain answers on"
    turns.clock.now += 101
    first, second = turns.take("a.com", "www.a.com", terms), turns.take("a.com", "www.a.com", terms)
    assert (first.probe, second.probe, second.again) == (True, False, True)
    turns.answered("a.com", "www.a.com")
    assert turns.take("a.com", "www.a.com", terms) == turns.take("a.com", "www.a.com", terms)


def test_two_walled_hosts_shut_the_whole_domain(turns):
    for host in ("www.a.com", "m.a.com"):
        turns.walled("a.com", host, "captcha", "", Terms())
    assert turns.take("a.com", "zhidao.a.com", Terms()).refusal == "paused"
    assert turns.take("b.com", "b.com", Terms()).refusal == ""


def test_a_door_found_shut_again_stays_shut_twice_as_long_but_never_a_day(turns):
    terms, pauses = Terms(pause=1000.0), []
    for _ in range(9):
        until = turns.walled("a.com", "a.com", "captcha", "", terms)
        pauses.append(until - turns.clock.now)
        turns.clock.now = until + 1
    assert pauses[:3] == [1000, 2000, 4000] and pauses[-1] == LONGEST_PAUSE < 86_400


def test_an_answer_under_way_before_the_wall_opens_nothing(turns):
    turns.walled("a.com", "a.com", "captcha", "", Terms())
    turns.answered("a.com", "a.com")
    assert turns.take("a.com", "a.com", Terms()).refusal == "paused"


def test_a_try_that_never_came_back_lets_another_try(turns):
    turns.walled("a.com", "a.com", "captcha", "", Terms(pause=10))
    turns.clock.now += 11
    assert turns.take("a.com", "a.com", Terms()).probe
    turns.clock.now += 61
    assert turns.take("a.com", "a.com", Terms()).probe


def test_robots_txt_is_no_try_at_the_door(turns):
    turns.walled("a.com", "a.com", "captcha", "", Terms(pause=10))
    turns.clock.now += 11
    assert not turns.take("a.com", "a.com", Terms(), probing=False).probe
    assert turns.take("a.com", "a.com", Terms()).probe


def test_what_one_process_did_binds_the_next(tmp_path):
    from evidence.home import Home

    home, clock = Home.at(tmp_path / "home"), Clock()
    Store.open(home).close()
    one = StoredTurns(home, clock, lambda: 0.5)
    one.take("a.com", "a.com", Terms(delay=5.0))
    one.walled("b.com", "b.com", "captcha", "capture-2", Terms())
    for _ in range(3):
        one.take("c.com", "c.com", Terms())
    one.close()
    two = StoredTurns(home, clock, lambda: 0.5)
    assert two.take("a.com", "a.com", Terms(delay=5.0)).wait > 0
    assert two.take("b.com", "b.com", Terms()).proof == "capture-2"
    assert two.take("c.com", "c.com", Terms(cap=3)).refusal == "cap"
    two.close()


def test_two_processes_at_once_keep_the_pace_together(tmp_path):
    from evidence.home import Home

    home, clock = Home.at(tmp_path / "home"), Clock()
    Store.open(home).close()
    registers = [StoredTurns(home, clock, lambda: 0.0) for _ in range(2)]
    waits = sorted(registers[n % 2].take("a.com", "a.com", Terms(delay=4.0)).wait for n in range(10))
    assert waits == [3.0 * n for n in range(10)]
    for register in registers:
        register.close()


@given(st.lists(st.tuples(st.sampled_from(["ask", "wall", "open"]), st.floats(0, 5000)), max_size=40))
def test_nobody_asks_through_a_shut_door_and_nothing_waits_for_ever(steps):
    profile, terms, now = Profile("a.com"), Terms(delay=3.0, pause=600.0), NOW
    for step, passed in steps:
        now += passed
        if step == "wall":
            shut(profile, "a.com", "captcha", "", terms, now)
        elif step == "open":
            opened(profile, "a.com", now)
        else:
            turn = decide(profile, "a.com", terms, now, 0.5)
            door = profile.doors.get("a.com")
            assert (turn.refusal == "paused") == (door is not None and door.until > now)
            assert 0 <= turn.wait < 3 * JITTER[1] * (len(steps) + 1)


def test_a_clock_set_back_stops_nobody():
    profile = Profile("a.com", next_at=NOW + 90_000)
    assert decide(profile, "a.com", Terms(delay=3.0), NOW, 0.5).wait == 0


def test_what_waited_for_its_turn_does_not_leave_after_a_wall(monkeypatch):
    polite = politeness.Politeness(10.0)

    async def sleep(seconds):
        polite.saw_wall("http://www.a.com/", "captcha", "capture-3")
    monkeypatch.setattr(politeness.asyncio, "sleep", sleep)

    async def ask():
        await polite.turn("a.com", host="www.a.com")
        await polite.turn("a.com", host="www.a.com")
    with pytest.raises(politeness.Paused) as caught:
        asyncio.run(ask())
    assert caught.value.proof == "capture-3"


def search(web, wall):
    """An engine that answers, or asks for a captcha while `wall()` says so."""
    from pathlib import Path

    pages = Path(__file__).parent / "fixtures" / "so360"
    ok, blocked = (pages / "ok.html").read_bytes(), (pages / "wall.html").read_bytes()
    return lambda path, headers: web.reply(blocked if wall() else ok)


def test_after_a_wall_the_next_run_asks_nothing_and_names_the_proof(crawl, web):
    web.pages["www.so.com"] = search(web, lambda: True)
    crawl.go("discover", "--sources", "so360")
    before = len(web.asked("www.so.com"))
    walls = {r["id"] for r in crawl.rows("SELECT id FROM captures WHERE outcome = 'blocked'")}  # two may have been under way
    crawl.begin()
    ran = crawl.go("discover", "--sources", "so360")
    assert (ran.code, ran.states) == (1, {"so360": "blocked"}), ran.errors
    assert len(web.asked("www.so.com")) == before
    proofs = [r["proof_capture"] for r in crawl.rows("SELECT proof_capture FROM source_runs")]
    assert len(proofs) == 2 and set(proofs) <= walls


def test_after_the_pause_the_door_is_tried_and_opens(crawl, web):
    walled = [True]
    web.pages["www.so.com"] = search(web, lambda: walled[0])
    crawl.go("discover", "--sources", "so360")
    with crawl.store() as store, store.transaction():
        store.db.execute("UPDATE doors SET until = 1")
    walled[0] = False
    crawl.begin()
    assert crawl.go("discover", "--sources", "so360").states == {"so360": "ok"}
    assert crawl.rows("SELECT * FROM doors") == []


def test_captures_keep_away_from_a_host_that_asked_for_a_captcha(crawl, web):
    from evidence import ids
    from evidence.frontier import Frontier

    web.pages["bbs.a.example"] = lambda path, headers: web.reply("<title>请输入验证码</title>".encode())
    crawl.begin()
    crawl.configure(crawl="concurrency = 1")
    with crawl.store() as store:
        for n in range(60):
            url = f"http://bbs.a.example/t/{n}"
            Frontier(store).add("plain", ids.url_key(url), {"url": url, "why": "manual", "origin": "t"}, run=crawl.run)
    crawl.go("capture")
    rows = crawl.rows("SELECT outcome, note FROM captures")
    assert len(rows) == 60 and {r["outcome"] for r in rows} == {"blocked"}
    assert len(web.asked("bbs.a.example")) < 30
    assert [r for r in rows if "left alone" in r["note"] or "just shown a wall" in r["note"]]


def test_the_daily_cap_is_told_and_not_called_empty(crawl, web):
    web.pages["www.so.com"] = search(web, lambda: False)
    crawl.configure(crawl="daily_cap = 3")
    ran = crawl.go("discover", "--sources", "so360")
    assert ran.states == {"so360": "degraded"} and "3 requests of" in ran.of("source")[0]["detail"], ran.errors
    assert len(web.log) == 3


def test_a_turn_that_was_overslept_is_lost(monkeypatch):
    """A process that stood still does not send at once everything whose turn came meanwhile."""
    taken = []

    class Register(MemoryTurns):
        def take(self, *given, **named):
            taken.append(super().take(*given, **named).wait)
            return Turn(wait=taken[-1])

    clock, slept = Clock(), []

    async def sleep(seconds):
        slept.append(seconds)
        clock.now += seconds + (3.0 if len(slept) == 1 else 0.0)  # the first sleep lasts too long

    turns = Register(clock, lambda: 0.5)
    polite = politeness.Politeness(1.0, turns)
    polite._clock = clock
    monkeypatch.setattr(politeness.asyncio, "sleep", sleep)
    for _ in range(2):
        asyncio.run(polite.turn("a.com"))
    step = sum(JITTER) / 2
    assert taken == pytest.approx([0.0, step, 0.0])  # asked again after oversleeping, and free by then
    assert slept == pytest.approx([step])
