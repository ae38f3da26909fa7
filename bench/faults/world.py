"""A small web, and homes whose daily run against it takes seconds: what the faults are played on."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from crawlers import sources
from evidence.home import Home

ROOT = Path(__file__).resolve().parents[2]
SITES = ("www.diangongzheng8.cn", "www.anquanzheng-direct.com", "www.cx-mem-gov.top", "cx.mem.gov.cn", "www.fanzha-kepu.cn",
         "dgz666.xyz", "www.zsyz-china.com", "s.zs5208.top", "kuaizheng-hb.top", "cx.mem.gov.cn.zs-query.top", "tzzy-mk.com")
DAJIA = [sys.executable, "-c", "from review.cli import main; main()"]
ASKED = "so360"


class World:
    """The demo web with a few of its sites, in a process of its own; it can be cut off and mended."""

    def __init__(self, folder, sites=SITES):
        self.folder = folder
        self.sites = folder / "sites"
        for name in sites:
            shutil.copytree(ROOT / "demo" / "sites" / name, self.sites / name)
        self.process = None
        self.mend()

    def mend(self):
        """Start the web where it is not running."""
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        with (self.folder / "web.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "demo", "--port", "0", "--sites", self.sites, "--ready", ready, "--until-stdin-closes"],
                stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=ROOT)
        until = time.monotonic() + 60
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the web did not start: {(self.folder / 'web.log').read_text(encoding='utf-8')[-500:]}")
            time.sleep(0.02)
        self.places = json.loads(ready.read_text())

    def cut(self):
        """End the web at once: every connection breaks."""
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()

    def restore(self):
        """Start the web again where a trial left it cut or it died by itself."""
        if self.process.poll() is not None:
            self.mend()

    def configure(self, home, browser=False, recapture_days=7):
        """Write the configuration of `home`: one source, four queries, no pauses."""
        off = "".join(f"[sources.{name}]\nenabled = false\n" for name in sorted(sources.classes()) if name != ASKED)
        home.config.write_text(
            f'[network]\nproxy = "{self.places["proxy"]}"\nwhois = "{self.places["whois"]}"\nresolvers = ["{self.places["dns"]}"]\n'
            "connect_timeout = 4.0\ntimeout = 10.0\n"
            f"[crawl]\npages_per_query = 1\ndelay = 0.0\nmax_queries = 4\ndaily_cap = 0\npause = 0\nrecapture_days = {recapture_days}\n"
            f"[browser]\nenabled = {str(browser).lower()}\n[facts]\nwhois_interval = 0.0\n[recheck]\ndays = 0.0001\n{off}", encoding="utf-8")


class Daily:
    """One daily run as a process on `home`."""

    def __init__(self, home, env=None, before=None):
        self.home, self.began = home, time.monotonic()
        self.said = home.root.parent / f"{home.root.name}.said"
        with self.said.open("ab") as out:
            self.process = subprocess.Popen([*DAJIA, "--home", home.root, "daily"], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            cwd=ROOT, env=os.environ | (env or {}), preexec_fn=before)  # noqa: PLW1509 - one limit is set, nothing else

    def wait(self, seconds=240):
        """Its exit code."""
        return self.process.wait(timeout=seconds)

    def kill(self, number=signal.SIGKILL):
        """Signal the run itself; False when it had ended."""
        alive = self.process.poll() is None
        if alive:
            self.process.send_signal(number)
        self.process.wait(timeout=60)
        self.settle()
        return alive and self.process.returncode == -signal.SIGKILL

    def child(self, stage, seconds=240):
        """Wait for the crawl process of `stage`; its pid, 0 when the run ended without it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            for pid, words in processes():
                if "crawlers.run" in words and stage in words and str(self.home.root) in words:
                    return pid
            time.sleep(0.01)
        return 0

    def settle(self):
        """Wait until every process that works on this home is gone."""
        until = time.monotonic() + 30
        while time.monotonic() < until and of_home(self.home):
            time.sleep(0.02)


def processes():
    """(pid, arguments) of every process but this one."""
    for place in Path("/proc").iterdir():
        if place.name.isdigit() and int(place.name) != os.getpid():
            with suppress(OSError):
                if (place / "stat").read_text(errors="replace").rsplit(")", 1)[-1].split()[0] != "Z":
                    yield int(place.name), (place / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")


def of_home(home):
    """The pid of every process that was started on `home`."""
    return [pid for pid, words in processes() if str(home.root) in words]


def browsers(pid):
    """The browser's processes below `pid`, without the program that drives them."""
    names = {one: words[0] for one, words in processes()}
    return [one for one in children(pid) if "chrom" in Path(names.get(one, "")).name]


def children(pid):
    """Every process below `pid`, the nearest first."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with suppress(OSError):
                if int((place / "stat").read_text(errors="replace").rsplit(")", 1)[-1].split()[1]) == pid:
                    found.append(int(place.name))
    return found + [below for one in found for below in children(one)]


def home_at(folder, world, **settings):
    """A new home at `folder`, configured for `world`."""
    home = Home.at(folder).prepare()
    world.configure(home, **settings)
    return home
