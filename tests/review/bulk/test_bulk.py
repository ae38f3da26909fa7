"""Bulk jobs in shards: the same bytes as the serial command, whatever dies on the way; memory flat; bad shards told."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import engine, ruleset_digest
from evidence.home import Home
from review.bulk import columns, running, shards
from review.bulk.running import Job, run
from review.bulk.shards import BulkError, Part
from review.bulk.working import work
from review.cli import main

DAJIA = str(Path(sys.executable).with_name("dajia"))
TEXTS = ["代办电工证免考包过，微信 banzheng_test", "应急管理局发布特种作业考试通知", "假冒证书查询网站曝光，请勿上当", "高处作业证 不用考试 三天出证 联系 13900001234"]
NAMES = ["cx-mem.example", "baidu.com", "mem-gov.cx.top", "xn--fiq228c.com", "not a name", "cneb-gov.com.cn", "示例.网址", "zhongguo-anquan.com"]


def dajia(*words):
    done = subprocess.run([DAJIA, *map(str, words)], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return done


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """(input, output of the serial command): pages, bad lines and empty lines, the last without an end."""
    folder = tmp_path_factory.mktemp("pages")
    lines = [json.dumps({"id": n, "url": f"http://h{n}.example/", "html": f"<title>{TEXTS[n % 4]}</title><p>{TEXTS[n % 3]} 第 {n} 页</p>"},
                        ensure_ascii=False) for n in range(160)]
    lines[20:20] = ["", "{not json", '{"id": "x", "url": "http://a.example/"}', "[]"]
    source = folder / "pages.jsonl"
    source.write_text("\n".join(lines), encoding="utf-8")
    dajia("judge", "--jsonl", source, "--out", folder / "serial.jsonl")
    return source, (folder / "serial.jsonl").read_bytes()


def job(source, folder, **more):
    form = {"judge": "jsonl", "scan": "names"}[more.get("name", "judge")]
    return Job(**({"name": "judge", "source": source, "form": form, "out": folder / "out.jsonl", "folder": folder / "shards", "size": 4_000,
                   "workers": 1} | more))


def told(line):
    pass


@given(st.lists(st.binary(max_size=9).map(lambda b: b.replace(b"\n", b"")), max_size=12), st.integers(1, 30), st.booleans())
@settings(deadline=None)
def test_parts_hold_each_line_once_in_order(tmp_path_factory, lines, size, ended):
    path = tmp_path_factory.getbasetemp() / "cut.txt"
    path.write_bytes(b"\n".join(lines) + b"\n" * ended)
    if path.read_bytes()[:2] == b"\x1f\x8b":
        return
    parts = shards.plan([path], "names", size)
    whole = path.read_bytes()
    assert b"".join(line for part in parts for line in shards.lines(part)) == whole
    read = []
    for part in parts:
        span = shards.Span(part)
        while data := span.read(7):
            read.append(data)
        span.close()
    assert b"".join(read) == whole


def test_shards_give_the_same_bytes_as_the_serial_command(pages, tmp_path):
    source, serial = pages
    done = run(job(source, tmp_path), told)
    assert (tmp_path / "out.jsonl").read_bytes() == serial
    assert done.parts > 5 and done.counts == {"judged": 160, "bad": 3}
    again = run(job(source, tmp_path), told)
    assert again.before == done.parts and again.counts == done.counts


@pytest.mark.parametrize("damage", ["a result cut", "a note gone", "a result altered", "a draft left"])
def test_what_is_not_whole_is_done_again(pages, tmp_path, damage):
    source, serial = pages
    run(job(source, tmp_path), told)
    path = tmp_path / "shards" / "00002.jsonl"
    {"a result cut": lambda: path.write_bytes(path.read_bytes()[:-9]), "a note gone": path.with_suffix(".json").unlink,
     "a result altered": lambda: path.write_bytes(path.read_bytes().replace(b"0", b"1", 1)),
     "a draft left": lambda: path.with_suffix(".99.part").write_bytes(b"half a li")}[damage]()
    done = run(job(source, tmp_path), told)
    assert done.before == done.parts - (damage != "a draft left")
    assert (tmp_path / "out.jsonl").read_bytes() == serial


def test_a_killed_process_and_a_killed_run_change_nothing(pages, tmp_path):
    source, serial = pages
    command = [DAJIA, "judge", "--jsonl", str(source), "--out", str(tmp_path / "out.jsonl"), "--shards", str(tmp_path / "shards"),
               "--shard-mb", "0.0015", "--workers", "2"]
    first = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    children = killed(tmp_path, first, 5)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    psutil.wait_procs(children, timeout=30)
    second = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    before = len(list((tmp_path / "shards").glob("*.jsonl")))
    killed(tmp_path, second, before + 5)
    said = second.communicate(timeout=120)[1]
    assert second.returncode == 1, said  # the three bad lines
    assert "先前已完成" in said and (tmp_path / "out.jsonl").read_bytes() == serial


def killed(folder, process, count):
    """Wait for `count` shards, then kill one worker process; returns the children."""
    until = time.monotonic() + 90
    while len(list((folder / "shards").glob("*.jsonl"))) < count:
        assert time.monotonic() < until and process.poll() is None, process.communicate()
        time.sleep(0.02)
    children = psutil.Process(process.pid).children(recursive=True)
    victims = [c for c in children if "spawn_main" in " ".join(c.cmdline())]
    assert victims
    victims[0].kill()
    return children


def test_a_shard_that_fails_is_told_and_the_others_go_on(pages, tmp_path):
    source, _ = pages
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(source.read_bytes())
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(source.read_bytes())[:-200])
    done = run(job(folder, tmp_path), told)
    assert len(done.failed) == 1 and "b.jsonl.gz" in done.failed[0] and done.counts["judged"] == 160
    assert not (tmp_path / "out.jsonl").exists()
    said = dajia("judge", "--jsonl", folder, "--out", tmp_path / "o2", "--shards", tmp_path / "s2", "--workers", "1")
    assert said.returncode == 1 and "没有写出" in said.stderr and "Traceback" not in said.stderr


def test_a_cluster_that_exists_is_used_by_its_address(pages, tmp_path):
    source, serial = pages
    scheduler = subprocess.Popen([str(Path(sys.executable).with_name("dask")), "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                                  "--scheduler-file", str(tmp_path / "scheduler.json")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    worker = subprocess.Popen([str(Path(sys.executable).with_name("dask")), "worker", "--scheduler-file", str(tmp_path / "scheduler.json"), "--no-dashboard",
                               "--nworkers", "1", "--nthreads", "1", "--local-directory", str(tmp_path)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not (tmp_path / "scheduler.json").exists() or not (tmp_path / "scheduler.json").read_text():
            assert time.monotonic() < until
            time.sleep(0.1)
        address = json.loads((tmp_path / "scheduler.json").read_text())["address"]
        done = dajia("judge", "--jsonl", source, "--out", tmp_path / "out.jsonl", "--shards", tmp_path / "shards", "--shard-mb", "0.005", "--cluster", address)
        assert done.returncode == 1 and "研判 160" in done.stderr, done.stderr
        assert (tmp_path / "out.jsonl").read_bytes() == serial
    finally:
        for process in (worker, scheduler):
            process.terminate()
            process.wait(30)


@pytest.fixture
def own_weights(tmp_path):
    """A home whose own weights change what the pages get."""
    home = Home.at(tmp_path / "home").prepare()
    home.weights.write_text("weights:\n" + "".join(f"  {rule.name}: {rule.weight / 2:g}\n" for rule in engine.shipped()), encoding="utf-8")
    yield home
    engine.adjust({})


@pytest.mark.parametrize("workers", ["1", "2"], ids=["this process", "processes of Dask"])
def test_shards_are_judged_by_the_weights_of_the_installation(pages, own_weights, tmp_path, workers):
    source = tmp_path / "in.jsonl"
    source.write_bytes(b"\n".join(pages[0].read_bytes().splitlines()[:12]))
    at = ["--home", str(own_weights.root), "judge", "--jsonl", str(source), "--out"]
    for more in (["serial.jsonl"], ["out.jsonl", "--shards", str(tmp_path / "shards"), "--shard-mb", "0.0005", "--workers", workers]):
        with pytest.raises(SystemExit) as ended:
            main([*at, str(tmp_path / more[0]), *more[1:]])
        assert ended.value.code == 0
    made = (tmp_path / "serial.jsonl").read_bytes()
    assert (tmp_path / "out.jsonl").read_bytes() == made
    assert made != b"".join(pages[1].splitlines(keepends=True)[:12])


def test_a_process_takes_the_weights_over_and_refuses_other_rules(pages, own_weights, tmp_path):
    part = shards.plan([pages[0]], "jsonl", 4_000)[0]
    weights = {rule.name: rule.weight / 2 for rule in engine.shipped()}
    engine.adjust(weights)
    theirs = ruleset_digest()
    engine.adjust({})
    assert theirs != ruleset_digest()
    (tmp_path / "shards").mkdir()
    with pytest.raises(BulkError, match="同一版本"):
        work("judge", str(tmp_path / "shards"), part, {}, theirs)
    assert work("judge", str(tmp_path / "shards"), part, weights, theirs).number == 0
    assert dict(engine.adjusted()) == weights


def test_names_in_shards_give_the_same_hits(tmp_path):
    source = tmp_path / "names.txt"
    source.write_text("\n".join(NAMES * 40), encoding="utf-8")
    dajia("scan", source, "--out", tmp_path / "serial.jsonl", "--quiet")
    done = run(job(source, tmp_path, name="scan", size=300), told)
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "serial.jsonl").read_bytes()
    assert done.parts > 10 and done.counts["bad"] == 40 and done.counts["hits"] > 40 and done.examples


def test_parquet_in_and_out_say_what_json_lines_say(pages, tmp_path):
    source, serial = pages
    rows = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines() if line.startswith('{"id": ') and '"html"' in line]
    table = pyarrow.Table.from_pylist([r | {"id": str(r["id"]), "facts": {"icp_in_footer": "京ICP备00000001号"} if r["id"] else None} for r in rows])
    pyarrow.parquet.write_table(table, tmp_path / "in.parquet", row_group_size=30)
    done = dajia("judge", "--parquet", tmp_path / "in.parquet", "--out", tmp_path / "out.parquet", "--shard-mb", "0.001", "--workers", "1")
    assert done.returncode == 0, done.stderr
    said = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()
    known = {row["id"]: row for row in map(json.loads, serial.splitlines()) if "error" not in row}
    assert len(said) == 160 and [r["band"] for r in said][:8] == [known[n]["band"] for n in range(8)]
    assert said[0]["findings"] == known[0]["findings"] and said[0]["error"] is None


BAD = {
    "no such file": (["judge", "--jsonl", "no-such.jsonl", "--out", "o", "--shards", "s"], "找不到"),
    "no file to write": (["scan", "a.txt", "--shards", "s"], "--out"),
    "a folder in use": (["scan", "a.txt", "--out", "o", "--shards", "used", "--workers", "1"], "不是空的"),
    "another job's folder": (["scan", "a.txt", "--out", "o", "--shards", "job", "--workers", "1"], "另一种任务"),
    "no such cluster": (["scan", "a.txt", "--out", "o", "--shards", "s1", "--cluster", "tcp://127.0.0.1:1"], "连不上"),
    "no Parquet": (["scan", "bad.parquet", "--out", "o", "--shards", "s2", "--workers", "1"], "不是可读的 Parquet"),
    "no such column": (["scan", "other.parquet", "--out", "o", "--shards", "s3", "--workers", "1"], "没有列 name"),
    "two inputs": (["judge", "--jsonl", "a.txt", "--parquet", "b", "--out", "o"], "只能用一个"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_mistake_gets_one_clear_message(tmp_path, monkeypatch, capsys, case):
    words, said = BAD[case]
    (tmp_path / "a.txt").write_text("a.example\n")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no more")
    pyarrow.parquet.write_table(pyarrow.table({"host": ["a"]}), tmp_path / "other.parquet")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "x").touch()
    shards.claim(tmp_path / "job", {"job": "judge", "files": [], "rules": "", "cuts": ""})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code in (1, 2, 3) and said in capsys.readouterr().err


def test_memory_does_not_grow_with_the_input(tmp_path, monkeypatch):
    """What the coordinator keeps is a note a shard; a worker holds a line at a time."""
    import tracemalloc

    monkeypatch.setattr(running, "work", lambda name, folder, part, weights, rules: shards.Note(part.number, {"judged": 1}, [], 0, ""))
    peaks = []
    for size in (200, 2_000):
        path = tmp_path / f"{size}.jsonl"
        with path.open("w") as out:
            for n in range(size):
                out.write(json.dumps({"id": n, "text": "电" * 1_000}) + "\n")
        tracemalloc.start()
        assert sum(len(line) for line in shards.lines(Part(0, str(path), "lines", 0, path.stat().st_size))) == path.stat().st_size
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 2 + 100_000


def test_facts_may_be_text_or_a_struct():
    for facts in ({"icp_real_owner": "某公司", "none": None}, '{"icp_real_owner": "某公司"}'):
        assert json.loads(columns.as_line({"id": "1", "text": "t", "facts": facts}))["facts"] == {"icp_real_owner": "某公司"}


def test_an_input_that_changed_is_not_mixed(pages, tmp_path):
    source = tmp_path / "p.jsonl"
    source.write_bytes(pages[0].read_bytes())
    run(job(source, tmp_path), told)
    source.write_bytes(source.read_bytes() + b"\n{}\n")
    with pytest.raises(BulkError, match="另一份输入"):
        run(job(source, tmp_path), told)
