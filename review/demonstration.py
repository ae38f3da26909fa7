"""The whole chain on the demo web: start it, run the daily job against it, decide, package, verify, score."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from evidence.archive import Vault
from evidence.config import load
from evidence.home import Home
from evidence.store import Store
from exports.verify import verify
from review import daily as chain
from review import decisions, leads, packaging, scoring
from review.progress import Reporter
from review.run_report import RunResult

MARK = ".demo"  # only a folder that holds this file is ever emptied
START_SECONDS = 30.0


class DemoError(Exception):
    """The demo cannot run; the message says why."""


@dataclass(slots=True)
class Shown:
    """What the demo did: the run, its score, outputs by kind, packages and whether they verify."""

    result: RunResult
    score: scoring.Score
    outputs: dict[str, Path] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    seconds: float = 0.0
    deciding: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        """0 when the chain did what it promises on the demo web."""
        return 0 if self.score.perfect and not self.broken and self.result.outputs else 1


def folder() -> Path:
    """Where the demo web lies."""
    spec = find_spec("demo")
    if spec is None or not spec.submodule_search_locations:
        raise DemoError("找不到 demo/：请在完整的项目目录里运行（克隆仓库后 make demo）")
    return Path(next(iter(spec.submodule_search_locations)))


def prepare(home: Home) -> None:
    """An empty home for the demo; refuses a folder that is not its own."""
    if home.root.exists() and any(home.root.iterdir()):
        if not (home.root / MARK).exists():
            raise DemoError(f"{home.root} 里有别的数据，演示不会清空它；请用 --home 指定一个空文件夹")
        shutil.rmtree(home.root)
    home.prepare()
    (home.root / MARK).write_text("dajia demo 的数据目录，每次演示前清空\n", encoding="utf-8")


@contextmanager
def web(home: Home) -> Iterator[dict[str, Any]]:
    """The demo web in a process of its own, configured into `home`; ends with the block."""
    ready, log = home.scratch / "demo-ready.json", home.logs / "demo-hosts.log"
    ready.unlink(missing_ok=True)
    with (home.logs / "demo-web.log").open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "demo", "--port", "0", "--log", str(log), "--ready", str(ready), "--until-stdin-closes"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors, cwd=folder().parent, env=_environment())
        try:
            places = _ready(process, ready, home.logs / "demo-web.log")
            template = (folder() / "dajia.toml").read_text(encoding="utf-8")
            for name in ("proxy", "whois", "dns"):
                template = template.replace("{" + name + "}", str(places[name]))
            home.config.write_text(template, encoding="utf-8")
            yield places
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(folder().parent), os.environ.get("PYTHONPATH", "")]))}


def _ready(process: subprocess.Popen[bytes], ready: Path, log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
            raise DemoError("演示网络没有启动：" + " / ".join(tail))
        time.sleep(0.02)
    places: dict[str, Any] = json.loads(ready.read_text(encoding="utf-8"))
    return places


def run(home: Home, say: Reporter) -> Shown:
    """The demo from an empty home to its score."""
    started = time.monotonic()
    prepare(home)
    with web(home):
        result = chain.daily(home, say)
    with Store.open(home, actor="demo") as store:
        shown = Shown(result, scoring.Score(), dict(result.outputs))
        _decide_and_package(store, shown, say)
        shown.score = scoring.score(store, scoring.load(folder() / "truth"))
    shown.outputs |= {"store": home.store, "hosts": home.logs / "demo-hosts.log"}
    shown.hosts = _hosts(home.logs / "demo-hosts.log")
    shown.seconds = round(time.monotonic() - started, 1)
    return shown


def _decide_and_package(store: Store, shown: Shown, say: Reporter) -> None:
    """Two invented people decide on the heaviest lead of each kind, so that packages and the daily files show it."""
    config, vault, home = load(store.home), Vault(store.home), store.home
    say.stage("package")
    began = time.monotonic()
    made = 0
    for kind in ("ad", "fake_site"):
        row = store.one("SELECT id, subject FROM v_leads WHERE kind = ? AND band IN ('medium', 'high') "
                        "ORDER BY score DESC, id LIMIT 1", kind)
        if row is None:
            continue
        lead = leads.find(store, row["id"])
        decisions.decide(store, lead, "confirm", "演示初审员", "演示：核对截图与引文后确认")
        decisions.decide(store, lead, "second", "演示复核员", "演示：另一人复核同意")
        shown.deciding.append(str(row["subject"]))
        for built in packaging.build(store, vault, lead, (), home.exports / "packages", config):
            shown.outputs[f"package-{kind}-{built.agency}"] = built.zip
            made += 1
            shown.broken += [f"{built.zip.name}: {c.subject} {c.state} {c.detail}" for place in (built.path, built.zip)
                             for c in verify(place) if c.state != "verified"]
    shown.outputs |= packaging.daily_again(store, config, shown.result.run, None)
    spent = time.monotonic() - began
    shown.result.seconds["package"] = round(spent, 2)
    say.done("package", spent, f"{made} 个证据包")


def _hosts(log: Path) -> list[str]:
    if not log.exists():
        return []
    with log.open(encoding="utf-8") as lines:
        return sorted({json.loads(line)["host"] for line in lines if line.strip()})
