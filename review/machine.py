"""Whether this machine could have shown something else than the outside sent: what opposing parties ask of evidence.

Each check ends passed, failed or not checked (None), in words; a failed one never stops a run, it stands in its record.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

from crawlers.browsing.finding import BrowserMissing, find
from crawlers.facts import names
from crawlers.facts.draft import Unanswered
from evidence.config import Config

HOSTS = Path("/etc/hosts") if os.name != "nt" else Path(os.environ.get("SYSTEMROOT", "C:/Windows")) / "System32/drivers/etc/hosts"
TOLERANCE = 2.0  # seconds a clock may be wrong before the record says so
_NTP_EPOCH = 2_208_988_800
_OWN = ("localhost", "ip6-", "broadcasthost")
_ROOT = Path(__file__).resolve().parent.parent


def look(config: Config) -> dict[str, Any]:
    """The state of the machine, under the keys of a run's environment record."""
    hosts, resolving, clock, browser = _hosts(HOSTS), _resolving(config), _clock(config), _browser(config)
    checks = [_check("hosts 文件", *hosts.pop("check")), _check("域名解析", *resolving.pop("check")), _check("时钟", *clock.pop("check")),
              _check("代理", *_proxy(config)), _check("浏览器", *browser.pop("check")), _check("中文字体", *_fonts_said())]
    return {"clock": clock["said"], "clock_offset_seconds": clock["offset"], "clock_source": clock["source"], "hosts_file": hosts,
            "resolvers": resolving["answers"], "browser": browser["said"], "browser_sha256": browser["sha256"],
            "browser_profile": "每次访问用全新的空白配置，结束后删除", "fonts": list(fonts()), "programs": dict(programs()),
            "checks": checks}


def _check(name: str, ok: bool | None, detail: str) -> dict[str, Any]:
    return {"name": name, "result": {True: "pass", False: "fail", None: "not-checked"}[ok], "detail": detail}


def _hosts(path: Path) -> dict[str, Any]:
    """The hosts file: its digest, and every name it sends somewhere else than to this machine."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        return {"path": str(path), "check": (None, f"读不到 {path.name}：{problem.strerror}")}
    own = {socket.gethostname(), "host.docker.internal"}
    sent: list[str] = []
    for line in data.decode("utf-8", "replace").splitlines():
        address, *named = line.partition("#")[0].split()[:20] or [""]
        sent += [f"{name} → {address}" for name in named if not name.startswith(_OWN) and name not in own
                 and name.split(".")[0] not in own and not (_loopback(address) and "." not in name)]
    said = "没有改写任何网站的地址" if not sent else f"改写了 {len(sent)} 个名字的地址：{'、'.join(sent[:5])}"
    return {"path": str(path), "sha256": hashlib.sha256(data).hexdigest(), "redirects": sent[:100], "check": (not sent, said)}


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _resolving(config: Config) -> dict[str, Any]:
    """What each resolver answers for the control name; two that differ, or a private address, are told."""
    control = config.network.control.strip()
    if not control:
        return {"answers": {}, "check": (None, "未设对照域名（[network] control），没有比对解析结果")}
    try:
        servers = names.servers(config.network.resolvers)
    except (Unanswered, ValueError) as problem:
        return {"answers": {}, "check": (False, str(problem))}
    answers: dict[str, Any] = {}
    for server in servers:
        with ThreadPoolExecutor(1) as aside:  # the caller may have an event loop of its own
            reply = aside.submit(asyncio.run, names.ask(control, "A", server, config.network.connect_timeout)).result()
        answers[str(server)] = {"name": control, "state": reply.state, "rcode": reply.rcode, "values": sorted(reply.values)[:20]}
    silent = [place for place, said in answers.items() if not said["values"]]
    private = [v for said in answers.values() for v in said["values"] if not _outside(v)]
    if private:
        return {"answers": answers, "check": (False, f"{control} 被解析到内部地址 {'、'.join(private[:3])}")}
    if silent:
        return {"answers": answers, "check": (False, f"{'、'.join(silent)} 没有答出 {control}")}
    told = {tuple(said["values"]) for said in answers.values()}
    same = "一致" if len(told) == 1 else "各不相同（内容分发网络常见，全部记录在案）"
    return {"answers": answers, "check": (True, f"{len(answers)} 台解析服务器都答出 {control}，结果{same}")}


def _outside(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


def _clock(config: Config) -> dict[str, Any]:
    """The clock's offset in seconds and who told it: the configured time server, else the system's own time service."""
    server = config.network.time_server.strip()
    if server:
        try:
            offset = ntp_offset(server, config.network.connect_timeout)
        except (OSError, ValueError) as problem:
            said = f"向时间服务器 {server} 校时没有成功：{problem}；时间仅为抓取机时钟的陈述"
            return {"offset": None, "source": server, "said": said, "check": (False, said)}
        return _told(offset, f"NTP 服务器 {server}")
    if (told := _said(["chronyc", "-n", "-c", "tracking"]).split(","))[4:5] and told[2:3] != ["0"]:
        return _told(-float(told[4]), f"本机 chrony（参考源 {told[1]}）")
    synchronised = _said(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
    if synchronised == "yes":
        said = "系统报告已与网络时间同步（systemd-timesyncd），偏差数值未提供"
        return {"offset": None, "source": "timedatectl", "said": said, "check": (True, said)}
    said = "没有校时来源（未设 [network] time_server，系统未报告已同步）；时间仅为抓取机时钟的陈述"
    return {"offset": None, "source": "", "said": said, "check": (None, said)}


def _told(offset: float, source: str) -> dict[str, Any]:
    said = f"抓取机时钟与{source}相差 {offset:+.3f} 秒"
    return {"offset": round(offset, 3), "source": source, "said": said, "check": (abs(offset) <= TOLERANCE, said)}


def ntp_offset(server: str, seconds: float) -> float:
    """Seconds to add to this clock to get `server`'s time (SNTP, RFC 4330); OSError or ValueError when it does not say."""
    host, _, port = server.rpartition(":") if server.count(":") == 1 else (server, "", "")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as talk:
        talk.settimeout(seconds)
        talk.connect((host, int(port or 123)))
        sent = time.time()
        asked = struct.pack("!Q", int((sent + _NTP_EPOCH) * 2**32) & (2**64 - 1))
        talk.send(b"\x23" + bytes(39) + asked)
        answer = talk.recv(512)
        received = time.time()
    if len(answer) < 48 or answer[0] & 7 != 4 or not answer[1] or answer[0] >> 6 == 3 or answer[24:32] != asked:
        raise ValueError("回复不是已同步的 NTP 应答")
    there, back = struct.unpack("!QQ", answer[32:48])
    return float((there + back) / 2**33 - _NTP_EPOCH - (sent + received) / 2)


def _proxy(config: Config) -> tuple[bool | None, str]:
    named = [n for n in ("http_proxy", "https_proxy", "all_proxy") if os.environ.get(n) or os.environ.get(n.upper())]
    if config.network.proxy:
        return True, "经配置的代理访问（见 configured_proxy）；对方地址由代理解析"
    return (None, f"环境变量设有代理：{'、'.join(named)}") if named else (True, "没有代理，直接访问")


def _browser(config: Config) -> dict[str, Any]:
    if not config.browser.enabled:
        return {"said": "", "sha256": "", "check": (None, "配置里已关闭浏览器，没有截图")}
    try:
        said, digest = _chromium(config.browser.path)
    except BrowserMissing as problem:
        return {"said": "", "sha256": "", "check": (False, f"没有可用的 Chromium：{problem}")}
    return {"said": said, "sha256": digest, "check": (True, f"{said}，程序文件 SHA-256 {digest}")}


@lru_cache(maxsize=4)
def _chromium(configured: str) -> tuple[str, str]:
    found = find(configured)
    return found.name, _digest(found.binary)


@lru_cache(maxsize=1)
def fonts() -> tuple[str, ...]:
    """The families with Chinese glyphs that the system's font list names, at most 60."""
    listed = _said(["fc-list", ":lang=zh", "family"], 20.0).splitlines()
    return tuple(sorted({line.split(",")[0].strip() for line in listed} - {""}))[:60]


def _fonts_said() -> tuple[bool | None, str]:
    found = fonts()
    return (True, f"{len(found)} 种，含 {found[0]}") if found else (None, "系统字体清单里没有中文字体（或没有 fc-list）")


@lru_cache(maxsize=1)
def programs() -> Mapping[str, str]:
    """SHA-256 of the programs that take part: the interpreter, openssl, and dajia's own code and rules taken together."""
    found = {"python": _digest(Path(sys.executable).resolve())}
    if openssl := shutil.which("openssl"):
        found["openssl"] = _digest(Path(openssl).resolve())
    code = hashlib.sha256()
    for package in ("evidence", "crawlers", "classifiers", "exports", "review"):
        for path in sorted((_ROOT / package).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                code.update(f"{path.relative_to(_ROOT).as_posix()} {_digest(path)}\n".encode())
    return found | {"dajia": code.hexdigest()}


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError:
        return ""  # an unreadable program is named without a digest


def _said(command: list[str], seconds: float = 5.0) -> str:
    """What a program of the system says, "" when there is none or it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
