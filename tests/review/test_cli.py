"""Mistakes of a user: one clear message, the right exit code, never a traceback; some through the real program, most through its entry point."""

import gzip
import json
import os
import sqlite3
import subprocess
import sys

import pytest

from evidence.store import Store
from review import cli, leads


def program(*arguments):
    """`dajia` as a process of its own."""
    return subprocess.run([sys.executable, "-c", "from review.cli import main; main()", *map(str, arguments)],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", timeout=120, env=os.environ)


@pytest.fixture
def dajia(capfd):
    """`dajia` in this process: an exception that the program does not expect fails the test by itself."""
    def run(*arguments):
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main([str(one) for one in arguments])
        said = capfd.readouterr()
        return subprocess.CompletedProcess(arguments, ended.value.code, said.out, said.err)
    return run


def test_help_lists_every_command():
    said = program("--help").stdout
    for name in ("daily", "demo", "doctor", "judge", "scan", "verify", "leads", "decide", "export", "explain"):
        assert name in said


@pytest.mark.parametrize("arguments", [["dialy"], ["leads"], ["explain", "no-such.html"], ["export", "package", "x"]], ids=" ".join)
def test_the_program_and_its_entry_point_say_the_same(dajia, arguments):
    there, here = program(*arguments), dajia(*arguments)
    assert (there.returncode, there.stdout, there.stderr) == (here.returncode, here.stdout, here.stderr)


@pytest.mark.parametrize(("arguments", "code", "says"), [
    (["dialy"], 2, "daily"),
    (["daily", "--source", "so36"], 2, "so360"),
    (["discover", "baidoo"], 2, "baidu"),
    (["leads"], 2, "dajia daily"),
    (["decide", "x", "confirm", "--reviewer", "张三"], 2, "dajia daily"),
    (["decide", "x", "bless", "--reviewer", "张三"], 2, "confirm"),
    (["decide", "x", "confirm"], 2, "--reviewer"),
    (["verify", "no-such.zip"], 2, "no-such.zip"),
    (["scan", "no-such.txt"], 2, "no-such.txt"),
    (["judge", "--jsonl", "no-such.jsonl"], 3, "no-such.jsonl"),
    (["judge", "--out", "x"], 2, "--jsonl"),
    (["explain", "no-such.html"], 3, "no-such.html"),
    (["explain", "http://never.example/"], 2, "dajia daily"),
    (["capture", "javascript:alert(1)"], 2, "不是网址"),
    (["export", "package", "x"], 2, "dajia daily"),
    (["search", "证"], 2, "dajia daily"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_a_mistake_gets_one_clear_message(dajia, arguments, code, says):
    done = dajia(*arguments)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("text", "says"), [
    ("[crawl]\ndelai = 1\n", "did you mean 'delay'"),
    ("[crawl]\ndelay = -1\n", "crawl.delay"),
    ("[crawl\n", "not valid TOML"),
    ('[sources.baidu]\nrobots = "override"\n', "legal_basis"),
], ids=["misspelt key", "bad value", "broken file", "override without ground"])
def test_a_bad_configuration_names_file_and_field(dajia, home, text, says):
    home.config.write_text(text, encoding="utf-8")
    done = dajia("--home", home.root, "daily")
    assert done.returncode == 2
    assert str(home.config) in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_store_from_a_newer_version_is_left_alone(dajia, home, store):
    store.close()
    db = sqlite3.connect(home.store)
    db.execute("INSERT INTO migrations (name, at) VALUES ('9999_future', '2030-01-01')")
    db.commit()
    db.close()
    done = dajia("--home", home.root, "daily")
    assert done.returncode == 3
    assert str(home.store) in done.stderr
    assert "Traceback" not in done.stderr


def test_a_store_that_is_no_database_is_told(dajia, home):
    home.store.write_text("这不是数据库" * 100, encoding="utf-8")
    done = dajia("--home", home.root, "leads")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_a_lead_goes_from_queue_to_decision_and_back(dajia, home, store, judged):
    judged("http://seller.example/\x1b[31m")
    leads.build(store)
    store.close()
    at = ("--home", home.root)
    assert "seller.example" in dajia(*at, "leads").stdout
    assert "免考" in dajia(*at, "leads", "seller").stdout
    assert "\x1b" not in dajia(*at, "leads", "seller").stdout
    assert dajia(*at, "decide", "seller", "confirm", "--reviewer", "张三").returncode == 0
    again = dajia(*at, "decide", "seller", "second", "--reviewer", "张三")
    assert (again.returncode, "另一人" in again.stderr) == (2, True)
    early = dajia(*at, "export", "package", "seller")
    assert (early.returncode, "两人" in early.stderr) == (2, True)
    assert dajia(*at, "decide", "seller", "revoke", "--reviewer", "张三", "--reason", "误报").returncode == 0
    rows = [json.loads(line) for line in dajia(*at, "leads", "--json").stdout.splitlines()]
    assert [(r["subject"], r["state"]) for r in rows] == [("seller.example", "revoked")]


def test_bulk_judging_keeps_order_and_tells_bad_lines(dajia, tmp_path):
    source = tmp_path / "in.jsonl"
    lines = ['{"id": 1, "text": "高处作业证免考包过，加微信 gk139x0000"}', "{broken", '{"id": 3, "text": "今天天气好"}']
    source.write_text("\n".join(lines), encoding="utf-8")
    done = dajia("judge", "--jsonl", source, "--out", tmp_path / "out.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert done.returncode == 1
    assert [r.get("id") for r in rows] == [1, None, 3]
    assert "error" in rows[1]
    assert rows[0]["kind"] == "ad"
    assert rows[2]["band"] == "none"


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_bulk_scanning_reports_hits_only(dajia, tmp_path, packed):
    data = b"baidu.com\ncx-mem-gov.cn\nno name!\nexample.org\n"
    source = tmp_path / "names"
    source.write_bytes(gzip.compress(data) if packed else data)
    done = dajia("scan", source)
    assert done.returncode == 1
    assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == ["cx-mem-gov.cn"]
    assert "坏行 1" in done.stderr


def test_no_network_is_told_fast_and_is_not_silence(home):
    """Every source unreachable: exit 4, each named, nothing called empty."""
    home.config.write_text('[network]\nproxy = "http://127.0.0.1:9"\nconnect_timeout = 2\n[crawl]\ndelay = 0\nmax_queries = 1\n',
                           encoding="utf-8")
    done = program("--home", home.root, "daily", "--json")
    assert done.returncode == 4, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert set(said["sources"].values()) <= {"unreachable", "disabled"}
    with Store.open(home) as store:
        assert store.one("SELECT count(*) FROM source_runs WHERE state = 'empty'")[0] == 0
