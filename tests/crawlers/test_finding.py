"""Which Chromium is taken: the headless shell first, what is configured always, the next one when one does not start."""

import asyncio

import pytest

from crawlers.browsing import finding
from crawlers.browsing.chromium import BrowserUnusable, Chromium
from crawlers.browsing.finding import BrowserMissing, find, found_all
from evidence.config import Browser

GOOD = "#!/bin/sh\necho 'Chromium 150.0.1.2'\n"
DEAD = "#!/bin/sh\n[ \"$1\" = --version ] && echo 'Chromium 150.0.1.2' && exit 0\necho 'lib.so: cannot open' >&2\nexit 127\n"
MUTE = "#!/bin/sh\nexit 127\n"


@pytest.fixture
def real():
    """The Chromium of this machine."""
    return find()


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with no Chromium but those it is given: machine(place, script) puts one there and says where."""
    for name in ("bin", "lib", "downloads"):
        (tmp_path / name).mkdir()
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "downloads"))
    monkeypatch.setattr(finding.shutil, "which", lambda name: str(tmp_path / "bin" / name) if (tmp_path / "bin" / name).exists() else None)
    monkeypatch.setattr(finding, "PLACES", (f"{tmp_path}/lib/chromium",))
    monkeypatch.setattr(finding, "SHELL_PLACES", (f"{tmp_path}/lib/chromium-headless-shell",))

    def put(place, script=GOOD):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)
        return path

    return put


SHELL = "downloads/chromium_headless_shell-1200/chrome-headless-shell-linux64/chrome-headless-shell"
OLDER = "downloads/chromium_headless_shell-1180/chrome-linux/headless_shell"
WHOLE = "downloads/chromium-1200/chrome-linux64/chrome"
ORDER = {
    "a shell on PATH": (["bin/chromium", "bin/chromium-headless-shell"], "bin/chromium-headless-shell", "Chromium headless shell 150.0.1.2"),
    "a shell in its place": (["bin/chromium", "lib/chromium-headless-shell"], "lib/chromium-headless-shell",
                             "Chromium headless shell 150.0.1.2"),
    "a downloaded shell": (["bin/chromium", SHELL, WHOLE], SHELL, "Chromium headless shell 150.0.1.2"),
    "an older download's name": (["lib/chromium", OLDER], OLDER, "Chromium headless shell 150.0.1.2"),
    "no shell": (["lib/chromium", "bin/chromium", WHOLE], "bin/chromium", "Chromium 150.0.1.2"),
    "downloads alone": ([WHOLE], WHOLE, "Chromium 150.0.1.2"),
}


@pytest.mark.parametrize(("there", "taken", "name"), ORDER.values(), ids=ORDER.keys())
def test_a_headless_shell_is_taken_before_a_whole_browser(machine, there, taken, name):
    put = {place: machine(place) for place in there}
    found = find()
    assert (found.path, found.name) == (put[taken], name)


def test_what_is_named_wins_and_stands_alone(machine, monkeypatch):
    machine("bin/chromium-headless-shell")
    chosen = machine("elsewhere/chrome")
    assert [f.path for f in found_all(str(chosen))] == [chosen]
    monkeypatch.setenv("BROWSER_PATH", str(chosen))
    assert [f.path for f in found_all()] == [chosen]
    monkeypatch.setenv("BROWSER_PATH", str(chosen) + "-gone")
    with pytest.raises(BrowserMissing, match="BROWSER_PATH"):
        find()


def test_a_shell_without_its_libraries_is_passed_over(machine):
    machine("bin/chromium-headless-shell", MUTE)
    whole = machine("bin/chromium")
    assert [f.path for f in found_all()] == [whole]


def test_without_any_the_packages_are_named(machine):
    with pytest.raises(BrowserMissing, match="chromium-headless-shell"):
        find()


def test_when_none_starts_the_first_one_is_told(machine, tmp_path):
    shell = machine("bin/chromium-headless-shell", DEAD)
    machine("bin/chromium", DEAD)
    with pytest.raises(BrowserUnusable, match=str(shell)):
        asyncio.run(Chromium.open(Browser(), tmp_path))


@pytest.mark.browser
def test_the_next_one_is_started_where_a_shell_is_not_and_is_the_one_recorded(real, machine, tmp_path):
    machine("bin/chromium-headless-shell", DEAD)
    (tmp_path / "bin/chromium").symlink_to(real.binary)

    async def opened():
        chromium = await Chromium.open(Browser(), tmp_path)
        try:
            return chromium.alive, chromium.found
        finally:
            await chromium.close()

    alive, found = asyncio.run(opened())
    assert alive and (found.binary, found.name, found.how) == (real.binary, real.name, "PATH: chromium")
