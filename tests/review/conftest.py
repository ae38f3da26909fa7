"""Builders for review tests: a home, an open store, captures with verdicts."""

import pytest

from evidence import ids
from evidence.home import Home
from evidence.records import Capture, Finding, Verdict
from evidence.store import Store


@pytest.fixture
def home(tmp_path):
    return Home.at(tmp_path / "home").prepare()


@pytest.fixture
def store(home):
    with Store.open(home) as opened:
        yield opened


@pytest.fixture
def judged(store):
    """judged(url, band=…, kind=…, scope=…, capture=…) stores a capture with its verdict and returns both."""
    run = store.begin_run("daily", "2026-01-02")

    def make(url="http://cert.example/", band="high", kind="ad", capture=None, means="http", why="sighting", **changes):
        now = ids.utc_now()
        if capture is None:
            capture = Capture(id=ids.new_id(), run=run, asked_url=url, url=url, started=now, ended=now, means=means,
                              profile="desktop", outcome="ok", status=200, title="标题", why=why)
            store.add_capture(capture)
        score = {"high": 80.0, "medium": 55.0, "low": 30.0, "none": 0.0}[band]
        findings = (Finding("ad/no_exam", score, "免考", 0, 2, "页面写着“免考”"),) if score else ()
        values = {"id": ids.new_id(), "capture": capture.id, "run": run, "ruleset": "r1", "kind": kind, "band": band,
                  "score": score, "body_sha256": "0" * 64, "at": ids.utc_now(), "findings": findings}
        verdict = Verdict(**(values | changes))
        store.add_verdict(verdict)
        return capture, verdict
    return make
