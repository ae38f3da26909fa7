"""`dajia export KIND`: every format is a command, what leaves is entered in the chain, mistakes get one clear line."""

import json

import pytest

from evidence import custody
from evidence.archive import file_digests
from exports import formats
from review import cli


@pytest.fixture
def dajia(busy, capsys):
    """Run one command on a full day's store; returns exit code, output and error."""
    (busy.home.config).write_text('[operator]\nunit = "某市互联网信息办公室"\nname = "王某"\nphone = "0590-0000000"\n'
                                  '[exports]\nmail_from = "desk@unit.example"\n', encoding="utf-8")

    def run(*words):
        with pytest.raises(SystemExit) as end:
            cli.main(["--home", str(busy.home.root), "export", *words])
        said = capsys.readouterr()
        return end.value.code, said.out, said.err
    return run


ARGUMENTS = {"day": (), "released": (), "agency": ("wangxinban",), "period": ("--quarter", "2026Q4"), "lead": ("fangcha.example",)}


@pytest.mark.parametrize("made", formats.catalogue(), ids=lambda f: f.name)
def test_every_format_is_a_command_that_makes_its_file(dajia, busy, tmp_path, made):
    out = ("--out", str(tmp_path / "made")) if made.about != "agency" else ("--out", str(tmp_path))
    code, said, error = dajia(made.name.replace("_", "-"), *ARGUMENTS[made.about], *out, "--json")
    assert (code, error) == (0, "")
    [row] = [json.loads(line) for line in said.splitlines()]
    path = next(p for p in tmp_path.iterdir() if str(p) == row["path"])
    assert file_digests(path)[0] == row["sha256"]
    events = [e for e in custody.events(busy.store.db) if e.event == "exported"]
    assert [(e.digest, e.detail["format"]) for e in events] == [(row["sha256"], made.name)]
    assert list(custody.broken_links(custody.events(busy.store.db))) == []


def test_without_a_place_the_file_lies_in_the_home(dajia, busy):
    code, said, _ = dajia("hosts")
    assert code == 0
    assert (busy.home.exports / "feeds" / "blocklist.hosts").exists()
    assert "SHA-256" in said


@pytest.mark.parametrize(("words", "told"), [
    pytest.param(("stixx",), "是不是 'stix'", id="misspelt-kind"),
    pytest.param(("batch", "wangxinbn"), "没有收件机关“wangxinbn”", id="unknown-recipient"),
    pytest.param(("bulletin", "--quarter", "2026"), "2026Q1", id="no-quarter"),
    pytest.param(("xarf", "banzheng.example"), "未经两人复核", id="not-released"),
    pytest.param(("xarf", "nirgends.example"), "没有线索", id="no-such-lead"),
    pytest.param(("xlsx", "--run", "nope"), "没有任务 nope", id="no-such-run"),
    pytest.param(("batch", "wangxinban", "--since", "gestern"), "gestern", id="no-day"),
])
def test_a_mistake_is_told_in_one_line(dajia, words, told):
    code, _, error = dajia(*words)
    assert code == 2
    assert told in error
    assert "Traceback" not in error


def test_nothing_released_is_said_not_left_empty(dajia, busy):
    busy.decide(busy.leads["released"], "revoke", reason="误认")
    code, said, _ = dajia("batch", "wangxinban")
    assert code == 0
    assert "没有可导出的内容" in said
