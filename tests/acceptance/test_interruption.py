"""kill -9 of the daily run at ten different moments, then once more to the end: the same findings, nothing twice, nothing lost."""

import io
import os
import signal
import subprocess
import sys

import pytest

from bench.faults import state
from bench.faults.world import ROOT, World, home_at
from evidence.store import Store
from review import daily
from review.progress import Reporter

pytestmark = [pytest.mark.chain, pytest.mark.browser, pytest.mark.timeout(300)]

# An advertisement, a fake query site, the real one, and a page that warns: enough for every stage to have work.
SITES = ("kuaizheng-hb.top", "www.cx-mem-gov.top", "cx.mem.gov.cn", "www.fanzha-kepu.cn")
# (stage, words of a line within it, which one of them): the run is killed as that line appears
MOMENTS = [("发现", "page", 2), ("发现", "so360", 1), ("采集", "▶", 1), ("采集", "page", 2), ("研判", "▶", 1),
           ("深采", "▶", 1), ("深采", "page", 1), ("深采", "page", 2), ("站点事实", "▶", 1), ("生成日报", "▶", 1)]

WATCHED = """
import sys
from evidence.home import Home
from review import daily
from review.progress import Reporter

class Told(Reporter):
    def event(self, event):
        super().event(event)
        print(event.get("event"), flush=True)

daily.daily(Home.at(sys.argv[1]), Told(sys.stdout))
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("web"), SITES)
    yield made
    made.cut()


@pytest.fixture(scope="module")
def undisturbed(world, tmp_path_factory):
    """What one run that nobody disturbed amounts to."""
    home = home_at(tmp_path_factory.mktemp("undisturbed") / "home", world, browser=True)
    daily.daily(home, Reporter(io.StringIO()))
    return state.content(home)


def run_until(home, stage, words, nth):
    """Start the run, kill it with -9 when the line appears; True when it was killed before its end."""
    process = subprocess.Popen([sys.executable, "-c", WATCHED, str(home.root)], stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT)
    seen, within = 0, False
    for line in process.stdout:
        within = stage in line if "▶" in line else within
        seen += within and words in line
        if seen == nth:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait()
    process.stdout.close()
    return process.returncode == -signal.SIGKILL


def test_ten_kills_change_nothing(world, undisturbed, tmp_path):
    home, committed = home_at(tmp_path / "home", world, browser=True), {}
    killed = []
    for moment in MOMENTS:
        killed.append(run_until(home, *moment))
        for table, rows in state.committed(home).items():
            committed.setdefault(table, set()).update(rows)
    result = daily.daily(home, Reporter(io.StringIO()))
    assert sum(killed) >= 9, dict(zip(MOMENTS, killed, strict=True))  # a late moment may find its stage already done
    assert all(killed[MOMENTS.index(m)] for m in MOMENTS if m[0] == "深采")
    assert result.outputs
    assert {row[0] for row in undisturbed["leads"]} == {"ad", "fake_site"}
    assert any(row[1] == "browser" for row in undisturbed["pages"])
    assert state.differences(undisturbed, state.content(home)) == (0, 0, "")
    assert state.lost(committed, state.committed(home)) == 0
    assert state.doubled(home) == []
    assert state.unsound(home) == []
    with Store.open(home) as store:
        assert [r["id"] for r in store.rows("SELECT id FROM v_runs WHERE kind = 'daily'")] == [result.run]
