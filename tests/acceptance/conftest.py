"""One undisturbed run of the demo serves every acceptance test that only looks at its results."""

import io

import pytest

from evidence.home import Home
from review import demonstration
from review.progress import Reporter


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """(home, what was shown) of one whole demo."""
    home = Home.at(tmp_path_factory.mktemp("demo") / "home")
    return home, demonstration.run(home, Reporter(io.StringIO()))
