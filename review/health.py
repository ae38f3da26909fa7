"""体检: what a machine must have for dajia to do its work, each with the fix in one line."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from crawlers.probe import Probe, browser_probes
from evidence import config as settings
from evidence.home import Home
from evidence.store import Store, StoreError

ENOUGH_BYTES = 2 * 1024**3
_OLDEST = datetime(2026, 1, 1, tzinfo=UTC)


def examine(home: Home) -> Iterator[Probe]:
    """Every check in turn; a check that breaks is itself a failed check, never a crash."""
    for name, check in _CHECKS:
        try:
            yield check(home)
        except Exception as problem:  # noqa: BLE001 - told as this check's result
            yield Probe(name, False, f"{type(problem).__name__}: {problem}", "请把这一行告诉维护人员")
    try:
        config = settings.load(home)
    except settings.ConfigError:
        config = settings.Config()  # told by its own check
    yield from browser_probes(config, home.scratch)


def _python(home: Home) -> Probe:
    version = ".".join(map(str, sys.version_info[:3]))
    return Probe("Python", sys.version_info >= (3, 11), version, "安装 Python 3.11 或更新版本")


def _sqlite(home: Home) -> Probe:
    db = sqlite3.connect(":memory:")
    try:
        db.execute("CREATE VIRTUAL TABLE t USING fts5(a)")
        db.execute("SELECT json_extract('{\"a\":1}', '$.a')")
    except sqlite3.OperationalError as problem:
        return Probe("SQLite 与全文检索", False, f"{sqlite3.sqlite_version}：{problem}", "换用带 FTS5 的 SQLite（Debian 自带的即可）")
    finally:
        db.close()
    return Probe("SQLite 与全文检索", True, f"{sqlite3.sqlite_version}，FTS5", "")


def _digests(home: Home) -> Probe:
    ok = "sm3" in hashlib.algorithms_available
    return Probe("SHA-256 与 SM3", ok, "可用" if ok else "这个 Python 的 OpenSSL 没有 SM3", "换用 OpenSSL 1.1.1 以上构建的 Python")


def _configuration(home: Home) -> Probe:
    try:
        settings.load(home)
    except settings.ConfigError as problem:
        return Probe("配置文件", False, str(problem).replace("\n", "；"), f"按提示修改 {home.config}")
    return Probe("配置文件", True, str(home.config) if home.config.exists() else "无，全部用默认值", "")


def _disk(home: Home) -> Probe:
    place = home.root
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    return Probe("磁盘空间", free >= ENOUGH_BYTES, f"{free / 1024**3:.1f} GB 可用（{place}）", "清出至少 2 GB，或用 --home 换到别的磁盘")


def _store(home: Home) -> Probe:
    existed = home.root.exists()
    try:
        home.prepare()
        if home.store.exists():
            with Store.open(home, actor="doctor") as store:
                count = store.one("SELECT count(*) AS n FROM captures")
            return Probe("证据库可写", True, f"{home.store}，{count['n'] if count else 0} 份采集", "")
        probe = home.scratch / "write-probe"
        probe.write_bytes(b"0")
        probe.unlink()
    except (OSError, StoreError) as problem:
        return Probe("证据库可写", False, str(problem), f"让运行用户拥有 {home.root}，或用 --home 指定可写的目录")
    return Probe("证据库可写", True, f"{home.root}" + ("" if existed else "（已新建）"), "")


def _private(home: Home) -> Probe:
    """Whether anybody but the owner can look into the installation."""
    shown = [p for p in (home.root, home.store, home.warc, home.exports, home.config) if p.exists() and p.stat().st_mode & 0o077]
    shut = not shown or home.root not in shown
    return Probe("数据目录权限", shut, "仅所有者可读" if shut else f"其他用户可以看到：{'、'.join(map(str, shown))}",
                 f"chmod -R go-rwx {home.root}")


def _clock(home: Home) -> Probe:
    now = datetime.now(UTC)
    newest = ""
    if home.store.exists():
        with Store.open(home, actor="doctor") as store:
            row = store.one("SELECT max(started) AS at FROM captures")
            newest = str(row["at"] or "") if row else ""
    stamp = now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    ok = now > _OLDEST and newest <= stamp
    detail = f"{stamp[:19]}Z，本机时区 {time.strftime('%Z %z')}" + ("" if newest <= stamp else f"；早于库中最新证据 {newest}")
    return Probe("时钟", ok, detail, "校准系统时间（timedatectl set-ntp true 或 chronyc makestep）")


_CHECKS: tuple[tuple[str, Callable[[Home], Probe]], ...] = (
    ("Python", _python), ("SQLite 与全文检索", _sqlite), ("SHA-256 与 SM3", _digests), ("配置文件", _configuration),
    ("磁盘空间", _disk), ("时钟", _clock), ("数据目录权限", _private), ("证据库可写", _store),
)
