"""What one request says, and what the looks of one round come to: unknown never counts as down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.looking import LABELS, MISSING, THERE, Look, Seen, answered, conclude, finding_of, without_our_faults

SEEN = {
    "the page we know": (Seen("ok", 200, same=True), "served"),
    "another page": (Seen("ok", 200), "changed"),
    "the page we know, cut short": (Seen("partial", 200, same=True), "served"),
    "the same page at another site": (Seen("ok", 200, same=True, elsewhere=True), "forwarded"),
    "another page at another site": (Seen("ok", 200, elsewhere=True), "changed"),
    "a missing page": (Seen("gone", 404), "gone"),
    "a parked name": (Seen("parked", 200), "parked"),
    "a captcha": (Seen("blocked", 200, "generic-captcha-title, status 200"), "walled"),
    "a closed region": (Seen("blocked", 403, "geo-cloudflare, status 403"), "geo"),
    "withheld for legal reasons here": (Seen("blocked", 451, "geo-status-451, status 451"), "geo"),
    "a login": (Seen("login", 401), "login"),
    "our own pause": (Seen("blocked", 0, "paused: a wall at 08:00"), "walled"),
    "a broken server": (Seen("error", 500, "status 500"), "error"),
    "our gateway": (Seen("error", 502, "status 502"), "error"),
    "a relay without a server behind it": (Seen("error", 522, "status 522"), "unreachable"),
    "no such name": (Seen("error", 0, "unreachable: CannotResolveHostError: x"), "unreachable"),
    "no answer in time": (Seen("error", 0, "timeout: DownloadTimeoutError: x"), "unreachable"),
    "torn in the middle": (Seen("error", 0, "broken: ConnectionLost: x"), "error"),
    "an inward address": (Seen("refused", 0, "refused: 10.0.0.1 is private"), "refused"),
}


@pytest.mark.parametrize(("seen", "finding"), SEEN.values(), ids=SEEN)
def test_what_one_request_says(seen, finding):
    assert finding_of(seen) == finding


ROUNDS = {
    "two cannot reach it": ({"a": "unreachable", "b": "unreachable"}, "down"),
    "gone for one, unreachable for another": ({"a": "gone", "b": "unreachable"}, "down"),
    "parked for both": ({"a": "parked", "b": "parked"}, "down"),
    "one vantage alone": ({"a": "gone"}, "unknown"),
    "one cannot reach it, the other's line is down": ({"a": "unreachable", "b": "ours"}, "unknown"),
    "nobody's line works": ({"a": "ours", "b": "ours"}, "unknown"),
    "walled for both": ({"a": "walled", "b": "walled"}, "unknown"),
    "gone for two, walled for the third": ({"a": "gone", "b": "gone", "c": "walled"}, "unknown"),
    "closed to our region, gone elsewhere": ({"a": "geo", "b": "gone"}, "unknown"),
    "there for one, gone for another": ({"a": "served", "b": "gone"}, "up"),
    "there for both": ({"a": "served", "b": "served"}, "up"),
    "leads on": ({"a": "forwarded", "b": "forwarded"}, "up"),
    "another page for both": ({"a": "changed", "b": "changed"}, "changed"),
    "another page for one, gone for another": ({"a": "changed", "b": "gone"}, "changed"),
    "a login": ({"a": "login", "b": "unreachable"}, "unknown"),
    "a broken server": ({"a": "error", "b": "error"}, "unknown"),
    "not asked": ({"a": "refused", "b": "refused"}, "unknown"),
    "no look at all": ({}, "unknown"),
}


@pytest.mark.parametrize(("round_", "state"), ROUNDS.values(), ids=ROUNDS)
def test_what_a_round_comes_to(round_, state):
    said = conclude(Look(place, finding) for place, finding in round_.items())
    assert said.state == state
    assert said.why


LOOKS = st.lists(st.builds(Look, st.sampled_from(["a", "b", "c"]), st.sampled_from(sorted(LABELS))), max_size=8)


@given(LOOKS, st.randoms(use_true_random=False))
def test_order_and_repetition_of_looks_do_not_matter(looks, chance):
    mixed = looks * 2
    chance.shuffle(mixed)
    assert conclude(mixed) == conclude(looks)


@given(LOOKS)
def test_down_takes_two_places_that_miss_it_and_nobody_who_was_answered(looks):
    if conclude(looks).state == "down":
        assert len({k.place for k in looks if k.finding in MISSING}) >= 2
        assert not any(k.finding in THERE or k.finding in {"changed", "walled", "login", "geo", "error"} for k in looks)


@given(LOOKS)
def test_our_own_outage_never_brings_down(looks):
    blind = without_our_faults([Look(k.place, "unreachable") for k in looks], working=())
    assert conclude(blind).state == "unknown"


@pytest.mark.parametrize(("seen", "proves"), [
    (Seen("ok", 200), True), (Seen("gone", 404), True), (Seen("blocked", 403), True), (Seen("error", 502), False),
    (Seen("error", 0), False), (Seen("login", 407), False)], ids=["a page", "a missing page", "a refusal", "our gateway", "silence", "our proxy"])
def test_which_answers_prove_that_our_line_works(seen, proves):
    assert answered(seen) is proves
