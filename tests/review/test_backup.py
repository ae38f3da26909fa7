"""A backup made while others write is whole, verifies, and becomes an installation again; nothing existing is overwritten."""

import json
import shutil
import sqlite3
import threading

import pytest
from click.testing import CliRunner

from evidence import backup, ids
from evidence.archive import WarcWriter
from evidence.home import Home
from evidence.records import Capture
from evidence.store import Store
from exports.verify import verify
from review.cli import cli

BODY = "高处作业证查询".encode()


def captured(store, writer, n):
    """One capture with its bytes, committed as the crawl does."""
    now, made = ids.utc_now(), ids.new_id()
    artifact = writer.response(capture_id=made, url=f"http://a.example/{n}", status=200, headers=[], body=BODY, started=now)
    writer.sync()
    store.add_capture(Capture(id=made, run=writer.run, asked_url=f"http://a.example/{n}", url=f"http://a.example/{n}", started=now,
                              ended=ids.utc_now(), means="http", profile="desktop", outcome="ok", status=200, why="sighting",
                              artifacts=(artifact,)), ("标题", "正文"))


@pytest.fixture
def filled(home, store):
    """A run with one closed WARC of three captures."""
    run = store.begin_run("daily", "2026-01-02")
    writer = WarcWriter.create(home, run, "capture")
    for n in range(3):
        captured(store, writer, n)
    store.add_warc(writer.close())
    store.end_run(run, "ok", {})
    return run


def dajia(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments], standalone_mode=False)


def wrong(path):
    return [f"{c.subject} {c.state} {c.detail}" for c in verify(path) if c.state != "verified"]


def test_a_backup_is_a_home_that_verifies_and_restores(home, filled, tmp_path):
    home.config.write_text("[crawl]\ndelay = 5.0\n", encoding="utf-8")
    package = home.exports / "packages" / "p.zip"
    package.parent.mkdir()
    package.write_bytes(b"PK")
    done = dajia("--home", home.root, "backup", tmp_path / "b", "--json")
    made = json.loads(done.output)
    assert (done.return_value, made["problems"]) == (0, [])
    again = Home.at(tmp_path / "again")
    done = dajia("--home", again.root, "restore", tmp_path / "b")
    assert done.return_value == 0, done.output
    assert "核验一致" in done.output
    assert again.config.read_text(encoding="utf-8") == home.config.read_text(encoding="utf-8")
    assert (again.exports / "packages" / "p.zip").read_bytes() == b"PK"
    with Store.open(again) as store:
        assert store.one("SELECT count(*) AS n FROM captures")["n"] == 3
        assert [r["event"] for r in store.rows("SELECT event FROM custody ORDER BY seq DESC LIMIT 1")] == ["restored"]


def test_a_second_backup_shares_what_never_changes_and_old_ones_go(home, filled, tmp_path):
    folders = [json.loads(dajia("--home", home.root, "backup", tmp_path / "b", "--keep", 2, "--json").output) for _ in range(3)]
    warc = next(home.warc.glob("*.warc.gz")).name
    assert [f["linked"] > 0 for f in folders] == [False, True, True]
    assert sorted(p.name for p in (tmp_path / "b").iterdir()) == sorted(f["folder"].rsplit("/", 1)[1] for f in folders[1:])
    assert (tmp_path / "b" / folders[2]["folder"] / "warc" / warc).stat().st_nlink == 2
    assert wrong(tmp_path / "b" / folders[2]["folder"]) == []


def test_a_backup_made_while_a_crawl_writes_is_of_one_moment(home, store, tmp_path):
    run = store.begin_run("daily", "2026-01-02")
    stop = threading.Event()

    def crawl():
        with Store.open(home) as own:
            writer, n = WarcWriter.create(home, run, "capture"), 0
            while not stop.is_set() or n < 3:
                captured(own, writer, n)
                n += 1
                if n % 5 == 0:  # closed and registered while the backup reads
                    own.add_warc(writer.close())
                    writer = WarcWriter.create(home, run, "capture")
            own.add_warc(writer.close())
    thread = threading.Thread(target=crawl)
    thread.start()
    try:
        made = [backup.make(store, tmp_path / "b") for _ in range(4)]
    finally:
        stop.set()
        thread.join()
    for number, one in enumerate(made):
        assert wrong(one.folder) == []
        again = Home.at(tmp_path / f"again{number}")
        assert dajia("--home", again.root, "restore", one.folder).return_value == 0
        assert wrong(again.root) == []
        assert not list(again.warc.glob("*.open"))


@pytest.mark.parametrize("damage", ["altered", "missing", "no manifest"])
def test_a_damaged_backup_is_refused_by_name(home, filled, tmp_path, damage):
    made = backup.make(Store.open(home), tmp_path / "b")
    warc = next((made.folder / "warc").glob("*.warc.gz"))
    if damage == "altered":
        data = bytearray(warc.read_bytes())
        data[40] ^= 1
        warc.write_bytes(bytes(data))
    elif damage == "missing":
        warc.unlink()
    else:
        (made.folder / backup.MANIFEST).unlink()
    again = Home.at(tmp_path / "again")
    with pytest.raises(backup.BackupError, match=warc.name if damage != "no manifest" else "备份"):
        backup.restore(made.folder, again)
    assert not again.root.exists()


def test_nothing_is_ever_overwritten(home, filled, tmp_path):
    made = backup.make(Store.open(home), tmp_path / "b")
    with pytest.raises(backup.BackupError, match="不会覆盖"):
        backup.restore(made.folder, home)


def test_a_backup_inside_the_home_is_refused(home, filled):
    with pytest.raises(backup.BackupError, match="不能放在"):
        backup.make(Store.open(home), home.root / "backup")


def test_a_backup_that_was_cut_off_counts_for_nothing(home, filled, tmp_path):
    whole = backup.make(Store.open(home), tmp_path / "b")
    shutil.copytree(whole.folder, tmp_path / "b" / "99990101T000000Z-aaaa.part")
    assert backup.newest(tmp_path / "b") == whole.folder
    backup.make(Store.open(home), tmp_path / "b")
    assert not list((tmp_path / "b").glob("*.part"))


def test_a_broken_store_makes_no_backup(home, filled, tmp_path):
    with Store.open(home) as store:
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(home.store.read_bytes())
    data[8192:8192 + 2048] = b"\xff" * 2048
    home.store.write_bytes(bytes(data))
    done = dajia("--home", home.root, "backup", tmp_path / "b")
    assert done.exception is not None or done.return_value not in {0, None}
    assert backup.newest(tmp_path / "b") is None
    assert isinstance(done.exception, (backup.BackupError, sqlite3.DatabaseError, Exception))
