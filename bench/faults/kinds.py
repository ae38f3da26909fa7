"""The faults: each disturbs a trial's home and says which words the reports must hold. The trial then runs to its end."""

import os
import resource
import shutil
import signal
import time
from pathlib import Path

from bench.faults.trial import NotHere
from bench.faults.world import children

FAULTS = []
_FAKETIME = ("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1")
RESUMED = ("上次运行中断", "修复并登记")


def fault(name, **settings):
    """Register a fault; `settings` are those of the home's configuration."""
    def register(play):
        FAULTS.append((name, play, settings))
        return play
    return register


def _must_fail(trial, code):
    if code in {0, 1}:
        trial.result.words.append(f"the disturbed run ended with {code}")


def _interrupted(trial):
    """A home whose run was killed in the middle of capturing."""
    daily = trial.start()
    daily.child("capture")
    time.sleep(trial.rng.uniform(0.6, 1.5))
    daily.kill()
    trial.commit()


def _disk_full(trial, room):
    trial.on_disk(48)
    ballast = trial.home.root / "ballast"
    free = shutil.disk_usage(trial.home.root).free
    ballast.write_bytes(b"\0" * (free - room))
    _must_fail(trial, trial.run())
    trial.commit()
    ballast.unlink()
    trial.expect("磁盘已满", "disk is full", "No space left")


for _label, _room in (("before anything is stored", 200_000), ("while crawling", 1_300_000), ("late", 2_600_000)):
    fault(f"disk full {_label}")(lambda trial, room=_room: _disk_full(trial, room))


@fault("quota: a file may not grow")
def _quota(trial):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000))
    trial.run(before=limit)  # what does not fit depends on how far it came: some runs end in part
    trial.commit()
    trial.expect("File too large", "disk is full", "磁盘已满", "disk I/O error")


@fault("store on a read-only disk")
def _read_only(trial):
    trial.on_disk(64)
    _interrupted(trial)
    if os.system(f"mount -o remount,ro '{trial.home.root}' 2>/dev/null"):
        raise NotHere("needs the right to remount a disk")
    try:
        _must_fail(trial, trial.run())
    finally:
        os.system(f"mount -o remount,rw '{trial.home.root}'")
    trial.expect("磁盘只读", "cannot be written", "Read-only")


def _clock_off(trial, offset):
    library = next((p for p in _FAKETIME if Path(p).exists()), None)
    if library is None:
        raise NotHere("needs libfaketime")
    _interrupted(trial)
    trial.run(env={"LD_PRELOAD": library, "FAKETIME": offset, "FAKETIME_DONT_RESET": "1"})
    trial.commit()


@fault("clock set back by 26 hours")
def _clock_back(trial):
    _clock_off(trial, "-26h")
    trial.expect("时钟早于")


@fault("clock set back by an hour")
def _clock_an_hour(trial):
    _clock_off(trial, "-1h")
    trial.expect("时钟早于")


@fault("network cut while searching")
def _cut_early(trial):
    daily = trial.start()
    daily.child("discover")
    trial.world.cut()
    daily.wait()
    trial.commit()
    trial.world.mend()
    trial.world.configure(trial.home, **trial.settings)
    trial.expect("无法连接", "unreachable")


@fault("network cut while capturing")
def _cut_late(trial):
    daily = trial.start()
    daily.child("capture")
    time.sleep(0.5)
    trial.world.cut()
    daily.wait()
    trial.commit()
    trial.world.mend()
    trial.world.configure(trial.home, **trial.settings)
    trial.expect("无法连接", "unreachable", "没有抓到")


@fault("browser and its driver killed", browser=True)
def _browser_killed(trial):
    daily = trial.start()
    stage = daily.child("deepen")
    until, found = time.monotonic() + 120, []
    while stage and not found and time.monotonic() < until:
        found = children(stage)
        time.sleep(0.05)
    time.sleep(trial.rng.uniform(0.5, 4.0))
    trial.strike(children(stage) if stage else [])
    daily.wait()
    daily.settle()
    trial.commit()
    trial.expect("浏览器")


@fault("WARC half-written")
def _half_warc(trial):
    _interrupted(trial)
    opened = next(iter(trial.home.warc.glob("*.open")), None)
    whole = next(iter(trial.home.warc.glob("*.warc.gz*"))).read_bytes()
    opened = opened or trial.home.warc / "half-capture-00000000.warc.gz.open"
    with opened.open("ab") as out:
        out.write(whole[:trial.rng.randrange(20, 400)])
    trial.expect(*RESUMED)


@fault("WARC created, nothing written")
def _empty_warc(trial):
    _interrupted(trial)
    (trial.home.warc / "empty-capture-00000000.warc.gz.open").touch()
    trial.expect(*RESUMED)


@fault("write-ahead log cut short")
def _wal_cut(trial):
    _interrupted(trial)
    log = trial.home.store.with_name(trial.home.store.name + "-wal")
    if log.exists() and log.stat().st_size > 8192:
        os.truncate(log, log.stat().st_size - trial.rng.randrange(1, 8192))
    trial.before = {}  # what the disk lost was never there; what is readable now must stay
    trial.commit()
    trial.expect(*RESUMED)


@fault("stale lock of a dead process")
def _stale_lock(trial):
    _interrupted(trial)
    trial.home.lock.write_text('{"pid": 999999, "at": "2026-01-01T00:00:00Z"}', encoding="utf-8")
    trial.expect(*RESUMED)


@fault("stale lock of a process number that lives")
def _reused_lock(trial):
    _interrupted(trial)
    trial.home.lock.write_text('{"pid": 1, "at": "\x00', encoding="utf-8")
    trial.expect(*RESUMED)


@fault("a second run started meanwhile")
def _two(trial):
    daily = trial.start()
    daily.child("discover")
    second = trial.run_beside()
    if second != 3:
        trial.result.words.append(f"the second run ended with {second}")
    daily.wait()
    daily.settle()
    trial.commit()
    trial.expect("另一个任务正在运行")


@fault("configuration broken")
def _bad_config(trial):
    _interrupted(trial)
    good = trial.home.config.read_text(encoding="utf-8")
    trial.home.config.write_text(good.replace("max_queries", "max_querys"), encoding="utf-8")
    _must_fail(trial, trial.run())
    trial.home.config.write_text(good, encoding="utf-8")
    trial.expect("did you mean 'max_queries'")


@fault("exports folder cannot be written")
def _no_exports(trial):
    _blocked(trial, trial.home.exports)


@fault("logs folder cannot be written")
def _no_logs(trial):
    _blocked(trial, trial.home.logs)


@fault("archive folder cannot be written")
def _no_warc(trial):
    _interrupted(trial)
    aside = trial.home.warc.with_name("warc.aside")
    trial.home.warc.rename(aside)
    trial.home.warc.write_text("in the way", encoding="utf-8")
    _must_fail(trial, trial.run())
    trial.home.warc.unlink()
    aside.rename(trial.home.warc)
    trial.expect(str(trial.home.warc))


def _blocked(trial, folder):
    """A file where a folder must be: the same for root as for anybody."""
    shutil.rmtree(folder)
    folder.write_text("in the way", encoding="utf-8")
    _must_fail(trial, trial.run())
    trial.commit()
    folder.unlink()
    trial.expect(str(folder))


@fault("told to stop (SIGTERM)")
def _terminated(trial):
    daily = trial.start()
    daily.child("capture")
    time.sleep(trial.rng.uniform(0.4, 1.4))
    daily.process.send_signal(signal.SIGTERM)
    daily.wait()
    daily.settle()
    trial.commit()
    trial.expect("收到停止信号")


@fault("power cut: everything killed at once")
def _power(trial):
    daily = trial.start()
    time.sleep(trial.rng.uniform(1.0, trial.span))
    trial.strike([*children(daily.process.pid), daily.process.pid])
    daily.wait()
    daily.settle()
    trial.commit()
    trial.expect(*RESUMED, "任务")


