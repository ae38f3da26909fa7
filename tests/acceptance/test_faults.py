"""A short round of `python -m bench.faults`: the run and one of its processes killed, one fault; nothing lost, doubled, broken or left unsaid."""

import json
import subprocess
import sys

import pytest

from bench.faults import journal, table
from bench.faults.trial import Result
from review import demonstration

pytestmark = [pytest.mark.chain, pytest.mark.timeout(900)]
SEED = 12  # of one kill of the run and one of the process that asks for site facts


def test_kills_and_faults_cost_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "bench.faults", "--kills", "1", "--browser-kills", "0", "--recheck-kills", "0", "--seed", str(SEED), "--dir", tmp_path,
         "--only", "half-written", "--json", tmp_path / "out.json", "--journal", tmp_path / "played.jsonl"],
        capture_output=True, text=True, encoding="utf-8", cwd=demonstration.folder().parent)
    assert done.returncode == 0, done.stdout + done.stderr
    made = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert made["kills"] >= 1
    assert (made["faults"], made["left"]) == (1, "")
    assert [made[k] for k in ("lost", "missing", "more", "doubled", "unsound", "untold")] == [0] * 6
    assert set(journal.Journal(tmp_path / "played.jsonl", SEED).known) == {trial["name"] for trial in made["trials"]}


def test_a_harness_that_was_stopped_goes_on_with_what_it_knows(tmp_path):
    path, told = tmp_path / "played.jsonl", Result("kills 1", killing="kills", victims={"run": 2}, told=True, seconds=1.5)
    journal.Journal(path, 1).add("kills 1", told)
    with path.open("a", encoding="utf-8") as out:
        out.write('{"key": "half a li')
    assert journal.Journal(path, 1).known == {"kills 1": told}
    assert journal.Journal(path, 2).known == {}
    path.write_text(path.read_text(encoding="utf-8").replace(journal.program(), "another state"), encoding="utf-8")
    assert journal.Journal(path, 1).known == {}


@pytest.mark.parametrize("wrong", ["lost", "missing", "more", "doubled", "unsound", "told"])
def test_one_wrong_figure_makes_the_table_bad(wrong):
    good = Result("fault", told=True)
    assert table.summary([good])["bad"] == 0
    setattr(good, wrong, 0 if wrong == "told" else 1)
    assert table.summary([good])["bad"] == 1
    assert any(line.startswith("fault") for line in table.lines([good]))
