"""The takedown clock: every row of its tables, days counted from the right moment, and indifference to order and repetition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.takedown import PAPER, PHASE_LABELS, SITE, Event, clock, days_between


def at(day, hour=8):
    return f"2026-{1 + (day - 1) // 28:02}-{1 + (day - 1) % 28:02}T{hour:02}:00:00.000000Z"


def story(*events):
    """(day, kind) or (day, kind, what) → events."""
    return [Event(at(day), kind, *rest) for day, kind, *rest in events]


RELEASED = story((1, "seen"), (1, "confirmed"), (1, "released"))
FILED = [*RELEASED, *story((2, "filed", "wangxinban"))]
CASES = {
    "nothing decided": (story((1, "seen")), "seen", {"seen": at(1)}),
    "one person": (story((1, "seen"), (2, "confirmed")), "confirmed", {"confirmed": at(2)}),
    "two people": (RELEASED, "released", {"released": at(1)}),
    "a second person without a first": (story((1, "seen"), (2, "released")), "seen", {"released": ""}),
    "filed": (FILED, "filed", {"filed": at(2)}),
    "filed by another way before the second person": (
        story((1, "seen"), (1, "confirmed"), (2, "filed", "cnnic")), "filed", {"filed": at(2)}),
    "accepted": ([*FILED, *story((4, "accepted", "wangxinban"))], "accepted", {"accepted": at(4)}),
    "refused": ([*FILED, *story((4, "refused", "wangxinban"))], "released", {"filed": at(2), "accepted": ""}),
    "up all the time": ([*FILED, *story((3, "up"), (4, "up"))], "filed", {"site": "up", "last_up": at(4)}),
    "down": ([*FILED, *story((3, "up"), (4, "down"))], "down", {"down": at(4), "down_after_filing": at(4), "spells": 1}),
    "down before it was filed": (
        [*RELEASED, *story((2, "up"), (3, "down"), (5, "filed"))], "down", {"down": at(3), "down_after_filing": ""}),
    "down for six days": ([*FILED, *story((4, "down"), (10, "down"))], "down", {"stayed_7": ""}),
    "down for seven days": ([*FILED, *story((4, "down"), (11, "down"))], "stayed_7", {"stayed_7": at(11)}),
    "down for a week, but nobody could look on the seventh day": (
        [*FILED, *story((4, "down"), (11, "unknown"), (13, "down"))], "stayed_7", {"stayed_7": at(13)}),
    "unknown for ever after": ([*FILED, *story((4, "down"), (11, "unknown"), (40, "unknown"))], "down", {"stayed_7": "", "stayed_30": ""}),
    "down for thirty days": ([*FILED, *story((4, "down"), (11, "down"), (34, "down"))], "stayed_30", {"stayed_30": at(34)}),
    "looked at again only after thirty days": ([*FILED, *story((4, "down"), (40, "down"))], "stayed_30", {"stayed_7": at(40)}),
    "returned": ([*FILED, *story((4, "down"), (9, "up"))], "returned", {"returned": at(9), "returns": 1, "down": at(4)}),
    "returned and down again": (
        [*FILED, *story((4, "down"), (9, "up"), (10, "down"), (16, "down"))], "down",
        {"down": at(10), "stayed_7": "", "spells": 2, "down_after_filing": at(4)}),
    "down, then something else stands there": ([*FILED, *story((4, "down"), (8, "changed"))], "down", {"last_state": "changed"}),
    "something else never makes it down": ([*FILED, *story((4, "up"), (8, "changed"))], "changed", {"down": ""}),
    "only unknown": ([*FILED, *story((4, "unknown"), (5, "unknown"))], "filed", {"down": "", "site": "unwatched"}),
    "moved": ([*FILED, *story((4, "down"), (6, "moved", "neu.example"))], "moved", {"moved_to": "neu.example", "down": at(4)}),
    "a copy elsewhere while it stands": ([*FILED, *story((3, "up"), (4, "moved", "b.example"), (5, "up"))], "filed", {"moved": at(4)}),
    "the old address leads on": ([*FILED, *story((5, "up"), (5, "moved", "b.example"))], "moved", {"site": "up"}),
    "revoked": ([*FILED, *story((5, "down"), (6, "revoked"))], "closed", {"confirmed": "", "down": at(5)}),
    "dismissed, reopened, confirmed": (
        story((1, "seen"), (2, "dismissed"), (3, "reopened"), (4, "confirmed")), "confirmed", {"confirmed": at(4)}),
    "up and down in the same second": ([*FILED, *story((4, "down"), (4, "up"))], "filed", {"down": "", "site": "up"}),
}


@pytest.mark.parametrize(("events", "phase", "fields"), CASES.values(), ids=CASES)
def test_a_story_has_its_clock(events, phase, fields):
    made = clock(events, "L")
    assert made.phase == phase, made
    assert {name: getattr(made, name) for name in fields} == fields


def test_every_phase_has_a_chinese_name_and_every_move_leads_somewhere_known():
    papers, sites = {s for s, _ in PAPER} | set(PAPER.values()), {s for s, _ in SITE} | set(SITE.values())
    assert papers <= {*PHASE_LABELS, "closed"}
    assert sites == {"unwatched", "up", "changed", "down", "returned"}


KINDS = sorted({kind for _, kind in PAPER} | {kind for _, kind in SITE} | {"seen", "unknown", "moved"})
EVENTS = st.lists(st.builds(lambda day, kind, what: Event(at(day), kind, what), st.integers(1, 56), st.sampled_from(KINDS),
                            st.sampled_from(["", "a", "b"])), max_size=24)


@given(EVENTS, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_change_the_clock(events, chance):
    mixed = [*events, *events[: len(events) // 2]]
    chance.shuffle(mixed)
    assert clock(mixed) == clock(events)


@given(EVENTS)
def test_unknown_never_brings_down_nor_keeps_down(events):
    without = clock([e for e in events if e.kind != "unknown"])
    made = clock(events)
    for name in ("phase", "site", "down", "stayed_7", "stayed_30", "returned", "spells", "down_after_filing"):
        assert getattr(made, name) == getattr(without, name)


@given(EVENTS)
def test_what_stayed_down_was_down_that_long_and_not_up_in_between(events):
    made = clock(events)
    for field, days in (("stayed_7", 7), ("stayed_30", 30)):
        if when := getattr(made, field):
            assert days_between(made.down, when) >= days
            assert not any(made.down < e.at <= when and e.kind == "up" for e in events)
            assert any(e.at == when and e.kind == "down" for e in events)


@pytest.mark.parametrize(("first", "second", "days"), [
    (at(1), at(3), 2.0), (at(3), at(1), None), ("", at(1), None), (at(1), "", None), (at(1, 8), at(1, 20), 0.5)],
    ids=["two days", "the wrong way round", "no beginning", "no end", "half a day"])
def test_days_between(first, second, days):
    assert days_between(first, second) == days
