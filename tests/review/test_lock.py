import os
import subprocess
import sys

import pytest

from review.lock import Locked, RunLock

HOLDER = """
import sys
from evidence.home import Home
from review.lock import RunLock
with RunLock(Home.at(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(home):
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(home.root)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_a_second_run_is_told_who_runs(home, holder):
    with pytest.raises(Locked, match=str(holder.pid)), RunLock(home):
        pass


def test_a_killed_holder_leaves_no_lock(home, holder):
    holder.kill()
    holder.wait()
    with RunLock(home):
        assert str(os.getpid()) in home.lock.read_text(encoding="utf-8")


def test_the_lock_ends_with_its_block(home):
    held = 0
    for _ in range(2):
        with RunLock(home):
            held += 1
    assert held == 2
