"""The shared queue on a real Redis: the same promises as the queue in the store, among several stores."""

import pytest

from evidence import redis_link
from evidence.config import ConfigError
from evidence.config import Frontier as Settings
from evidence.frontier import MAX_ATTEMPTS, Frontier, FrontierAway, patiently
from evidence.frontier_redis import NEVER_BACK, SharedFrontier
from evidence.home import Home
from evidence.redis_link import QueueLost
from evidence.store import Store


@pytest.fixture
def worker(redis_server, tmp_path):
    """worker(name) is the frontier of a store of its own; the same name is the same store, opened again."""
    stores = []

    def made(name="w1", lease=60.0, **more):
        store = Store.open(Home.at(tmp_path / name))
        stores.append(store)
        return SharedFrontier(store, Settings(url=redis_server.url, lease=lease, **more))

    yield made
    for store in stores:
        store.close()
    redis_link._client.cache_clear()


def fill(frontier, *names, run="r", **more):
    return [frontier.add("plain", name, {"url": name}, run=run, **more) for name in names]


def keys(leases):
    return [lease.key for lease in leases]


def settle(frontier, *leases):
    with frontier._store.transaction():
        for lease in leases:
            frontier.ack(lease, "ok")
    frontier.committed()


def test_work_is_lent_once_what_matters_first(worker):
    one, two = worker("w1"), worker("w2")
    fill(one, "a", "b", priority=-5)
    fill(two, "c", priority=50)
    assert keys(one.lease("plain", "", 2)) == ["c", "a"]
    assert keys(two.lease("plain", "", 9)) == ["b"]
    assert one.lease("plain", "", 9) == two.lease("plain", "", 9) == []
    assert one.counts("plain") == {"waiting": 0, "leased": 3, "done": 0, "failed": 0}


def test_a_key_waits_once_in_a_run_and_a_later_run_replaces_it(worker):
    one = worker()
    assert fill(one, "a", "a", run="r1") == [True, False]
    assert fill(one, "a", run="r2") == [True]
    lent = one.lease("plain", "", 9)
    assert [(x.key, x.run) for x in lent] == [("a", "r2")]
    settle(one, *lent)
    assert fill(one, "a", run="r2") == [False]
    assert one.counts("plain") == {"waiting": 0, "leased": 0, "done": 1, "failed": 0}
    assert one.counts("plain", "r2")["done"] == 1


def test_a_silent_worker_loses_its_work_and_may_not_store_it(worker):
    slow, quick = worker("w1", lease=1.0), worker("w2", lease=1.0)
    fill(slow, "a", "b")
    lost = slow.lease("plain", "", 2)
    slow._again(lost[:1], 5_000)  # as if five seconds had passed without a word
    assert keys(quick.lease("plain", "", 9)) == ["a"]
    assert slow.keep(lost) == [False, True]


def test_renewed_work_stays_ours(worker):
    one, two = worker("w1", lease=1.0), worker("w2", lease=1.0)
    fill(one, "a")
    lent = one.lease("plain", "", 1)
    one._again(lent, 5_000)
    one.renew(lent)
    assert two.lease("plain", "", 1) == [] and one.keep(lent) == [True]


def test_a_worker_killed_between_commit_and_acknowledgement_knows_what_it_has(worker):
    first = worker("w1")
    fill(first, "a", "b", "c")
    a, _, _ = first.lease("plain", "", 3)
    with first._store.transaction():
        first.ack(a)
    first._store.close()  # killed before `committed`
    again = worker("w1")
    assert again.free_all("plain") == 2
    assert again.counts("plain") == {"waiting": 0, "leased": 2, "done": 1, "failed": 0}
    assert sorted(keys(worker("w2").lease("plain", "", 9))) == ["b", "c"]


def test_a_commit_that_failed_acknowledges_nothing(worker):
    one = worker()
    fill(one, "a")
    lent = one.lease("plain", "", 1)
    one.keep(lent)
    with pytest.raises(RuntimeError), one._store.transaction():
        one.ack(lent[0])
        raise RuntimeError("the disk is full")
    assert one.counts("plain")["leased"] == 1 and one.keep(lent) == [True]


def test_an_outage_lends_nothing_loses_nothing_and_ends(worker, redis_server):
    one = worker()
    fill(one, "a", "b", "c")
    lent = one.lease("plain", "", 2)
    with one._store.transaction():
        one.ack(lent[0])
    redis_server.kill()
    one.committed()
    assert one.lease("plain", "", 9) == [] and one.away_since and one.more("plain")
    with pytest.raises(FrontierAway, match=r"127\.0\.0\.1"):
        one.keep(lent)
    redis_server.start()
    assert keys(one.lease("plain", "", 9)) == ["c"]
    assert one.counts("plain") == {"waiting": 0, "leased": 2, "done": 1, "failed": 0}


def test_a_queue_that_vanished_is_told(worker, redis_server):
    one = worker()
    fill(one, "a")
    redis_server.flush()
    with pytest.raises(QueueLost, match="append-only"):
        one.lease("plain", "", 1)


def test_released_work_comes_back_at_once_and_fails_in_the_end(worker):
    one, two = worker("w1"), worker("w2")
    fill(one, "a")
    for n in range(MAX_ATTEMPTS):
        lent = (one, two)[n % 2].lease("plain", "", 1)
        assert lent[0].attempts == n + 1
        (one, two)[n % 2].release(lent[0], "timeout")
    assert one.counts("plain") == {"waiting": 0, "leased": 0, "done": 0, "failed": 1}


def test_work_that_kills_its_workers_is_given_up(worker):
    one = worker()
    fill(one, "a")
    for _ in range(NEVER_BACK):
        lent = one.lease("plain", "", 1)
        assert keys(lent) == ["a"]
        one._again(lent, 86_400_000)
    assert one.lease("plain", "", 1) == []
    assert one.counts("plain")["failed"] == 1


def test_what_one_machine_must_do_stays_in_its_store(worker):
    one, two = worker("w1"), worker("w2")
    one.add("plain", "soon", {"ephemeral": True}, run="r")
    one.add("serp", "q", {"source": "so360"}, run="r")
    assert two.lease("plain", "", 9) == two.lease("serp", "", 9) == []
    assert keys(one.lease("plain", "", 9, match={"ephemeral": True})) == ["soon"]


def test_work_that_waited_in_the_store_before_is_done_too(worker):
    one = worker()
    Frontier(one._store).add("plain", "old", {}, run="r")
    fill(one, "new")
    lent = one.lease("plain", "x", 9)
    assert keys(lent) == ["old", "new"]
    settle(one, *lent)
    assert one.counts("plain", "r")["done"] == 2


def test_the_address_may_lie_in_the_environment(monkeypatch):
    monkeypatch.setenv("THE_QUEUE", "redis://:secret@127.0.0.1:1/0")
    settings = Settings(url="env:THE_QUEUE")
    assert redis_link.address(settings).endswith("/0")
    with pytest.raises(FrontierAway) as told, redis_link.reaching(redis_link.link(settings)):
        redis_link.link(settings).ping()
    assert "secret" not in str(told.value)
    monkeypatch.delenv("THE_QUEUE")
    with pytest.raises(ConfigError, match="THE_QUEUE"):
        redis_link.address(settings)


def test_a_queue_that_is_away_is_waited_for_so_long(monkeypatch):
    waited, answers = [], [FrontierAway("away"), FrontierAway("away"), "there"]
    monkeypatch.setattr("evidence.frontier.time.sleep", waited.append)

    def ask():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert patiently(ask, 60) == "there" and len(waited) == 2
    answers += [FrontierAway("away")]
    with pytest.raises(FrontierAway):
        patiently(ask, -1)
