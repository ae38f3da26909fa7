"""A short round of `python -m bench.faults`: a few kills and a few faults, nothing lost, doubled, broken or left unsaid."""

import json
import subprocess
import sys

import pytest

from review import demonstration

pytestmark = [pytest.mark.chain, pytest.mark.timeout(900)]


def test_kills_and_faults_cost_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "bench.faults", "--kills", "1", "--browser-kills", "0", "--recheck-kills", "0", "--seed", "7", "--dir", tmp_path,
         "--only", "half-written", "--json", tmp_path / "out.json", "--journal", tmp_path / "played.jsonl"],
        capture_output=True, text=True, encoding="utf-8", cwd=demonstration.folder().parent)
    assert done.returncode == 0, done.stdout + done.stderr
    made = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert made["kills"] >= 1
    assert made["faults"] == 1
    assert [made[k] for k in ("lost", "missing", "more", "doubled", "unsound", "untold")] == [0] * 6
