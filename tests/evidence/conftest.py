"""Builders for evidence tests: a home in a temporary folder, an open store, a capture."""

import pytest

from evidence import ids
from evidence.home import Home
from evidence.records import Capture
from evidence.store import Store


@pytest.fixture
def home(tmp_path):
    return Home.at(tmp_path / "home").prepare()


@pytest.fixture
def store(home):
    with Store.open(home) as opened:
        yield opened


@pytest.fixture
def make_capture():
    def make(run="r", url="http://cert.example/a", **changes):
        now = ids.utc_now()
        values = {"id": ids.new_id(), "run": run, "asked_url": url, "url": url, "started": now, "ended": now,
                  "means": "http", "profile": "desktop", "outcome": "ok", "status": 200}
        return Capture(**(values | changes))
    return make
