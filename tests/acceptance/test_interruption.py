"""kill -9 of the daily run at ten different moments, then once more to the end: the same leads, nothing twice, nothing lost."""

import io
import os
import signal
import subprocess
import sys

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidence import custody
from evidence.home import Home
from evidence.store import Store
from review import daily, demonstration
from review.progress import Reporter

pytestmark = [pytest.mark.chain, pytest.mark.browser, pytest.mark.timeout(1200)]

# (words of a progress line, which one of them): the run is killed as that line appears
MOMENTS = [("发现", 1), ("page", 3), ("source", 2), ("采集：普通抓取", 1), ("page", 25), ("研判", 1), ("深采", 1), ("page", 6),
           ("站点事实", 1), ("生成日报", 1)]

WATCHED = """
import sys
from evidence.home import Home
from review import daily
from review.progress import Reporter

class Told(Reporter):
    def event(self, event):
        print(event.get("event"), flush=True)
    def stage(self, name):
        super().stage(name)

daily.daily(Home.at(sys.argv[1]), Told(sys.stdout))
"""


def run_until(home, words, nth):
    """Start the run, kill it with -9 when the line appears; True when it was killed before its end."""
    process = subprocess.Popen([sys.executable, "-c", WATCHED, str(home.root)], stdout=subprocess.PIPE, text=True,
                               encoding="utf-8", cwd=demonstration.folder().parent)
    seen = 0
    for line in process.stdout:
        seen += words in line
        if seen == nth:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait()
    process.stdout.close()
    return process.returncode == -signal.SIGKILL


def leads_of(home):
    with Store.open(home) as store:
        return {(r["kind"], r["subject"], r["band"]) for r in store.rows("SELECT kind, subject, band FROM v_leads")}


def test_ten_kills_change_nothing(demo, tmp_path):
    home = Home.at(tmp_path / "home")
    demonstration.prepare(home)
    with demonstration.web(home):
        killed = [run_until(home, *moment) for moment in MOMENTS]
        result = daily.daily(home, Reporter(io.StringIO()))
    assert sum(killed) >= 9, killed  # a late moment may find its stage already done
    assert result.outputs
    assert leads_of(home) == leads_of(demo[0])
    with Store.open(home) as store:
        assert [r["id"] for r in store.rows("SELECT id FROM v_runs WHERE kind = 'daily'")] == [result.run]
        twice = store.rows("SELECT url, means, profile, count(*) AS n FROM captures WHERE why <> 'serp' "
                           "GROUP BY url_key, means, profile, why, origin HAVING n > 1")
        assert [dict(r) for r in twice] == []
        assert list(custody.broken_links(custody.events(store.db))) == []
    for path in home.warc.glob("*.warc.gz"):
        with path.open("rb") as stream:
            assert sum(1 for _ in ArchiveIterator(stream)) > 0
    assert not list(home.warc.glob("*.open"))
