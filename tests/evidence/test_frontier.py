import pytest

from evidence.frontier import MAX_ATTEMPTS, Frontier
from evidence.store import Store


@pytest.fixture
def frontier(store):
    return Frontier(store)


def test_work_is_lent_once_highest_priority_first(frontier):
    for name, priority in (("a", 0), ("b", 5), ("c", 1)):
        frontier.add("plain", name, {"url": name}, run="r", priority=priority)
    assert [lease.key for lease in frontier.lease("plain", "w1", 2)] == ["b", "c"]
    assert [lease.key for lease in frontier.lease("plain", "w2", 9)] == ["a"]
    assert frontier.lease("plain", "w3", 9) == []


def test_the_same_key_waits_once_in_a_run_and_again_in_the_next(frontier):
    assert frontier.add("plain", "a", {}, run="r1") is True
    assert frontier.add("plain", "a", {}, run="r1") is False
    frontier.ack(frontier.lease("plain", "w", 1)[0])
    assert frontier.add("plain", "a", {}, run="r2") is True
    assert frontier.counts("plain")["waiting"] == 1


def test_a_lease_that_ran_out_is_lent_again(frontier):
    frontier.add("plain", "a", {}, run="r")
    frontier.lease("plain", "dead", 1, seconds=-1)
    assert frontier.lease("plain", "alive", 1)[0].attempts == 2


def test_an_acknowledgement_is_undone_with_its_transaction(store, frontier):
    frontier.add("plain", "a", {}, run="r")
    lease = frontier.lease("plain", "w", 1)[0]
    with pytest.raises(RuntimeError), store.transaction():
        frontier.ack(lease)
        raise RuntimeError("killed before the commit")
    assert frontier.counts("plain")["leased"] == 1
    assert frontier.free_all() == 1


def test_released_work_fails_for_good_after_some_attempts(frontier):
    frontier.add("plain", "a", {}, run="r")
    for _ in range(MAX_ATTEMPTS):
        frontier.release(frontier.lease("plain", "w", 1)[0], "timeout")
    assert frontier.counts("plain") == {"waiting": 0, "leased": 0, "done": 0, "failed": 1}


def test_leases_can_ask_for_one_source(frontier):
    frontier.add("serp", "1", {"source": "so360", "query": "电工证"}, run="r")
    frontier.add("serp", "2", {"source": "baidu", "query": "电工证"}, run="r")
    assert [x.key for x in frontier.lease("serp", "w", 9, match={"source": "baidu"})] == ["2"]


def test_two_connections_never_lend_the_same_work(home, store, frontier):
    for n in range(50):
        frontier.add("plain", str(n), {}, run="r")
    with Store.open(home) as other:
        second = Frontier(other)
        lent = []
        for _ in range(10):
            lent += frontier.lease("plain", "w1", 3) + second.lease("plain", "w2", 3)
    keys = [x.key for x in lent]
    assert len(keys) == len(set(keys)) == 50


def test_an_unknown_lane_is_named(frontier):
    with pytest.raises(ValueError, match="lanes: serp"):
        frontier.add("plane", "a", {}, run="r")
