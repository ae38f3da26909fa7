"""RFC 3161 time-stamp tokens: whose data, what moment, and whether a trusted root stands behind them.

Which data a token is for is read here; its signature and chain are checked by the `openssl` program (which also knows SM2
and SM3), always against roots given by the person who verifies: a root found inside a token or a package proves nothing.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from exports.verifier.claims import ALTERED, NOT_VERIFIABLE, VERIFIED, Claim

_TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")
_TIME = re.compile(r"(\d{14})(\.\d+)?Z")


class Stamp(NamedTuple):
    """What a token says: digest (hexadecimal) of the data, and the moment, UTC."""

    imprint: str
    moment: str
    epoch: int


def read_token(token: bytes) -> Stamp | None:
    """The content of a time-stamp response, None when it is not one."""
    at = token.find(_TST_INFO)
    try:
        if at < 0 or token[:1] != b"\x30":
            return None
        wrapped = _value(token, at + len(_TST_INFO), 0xA0)
        info = _value(_value(wrapped, 0, 0x04), 0, 0x30)
        rest = _after(info, _after(info, 0))
        imprint = _value(info, rest, 0x30)
        digest = _value(imprint, _after(imprint, 0), 0x04)
        stamped = _value(info, _after(info, _after(info, rest)), 0x18).decode("ascii")
        found = _TIME.fullmatch(stamped)
        if not found:
            return None
        moment = datetime.strptime(found.group(1), "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)  # noqa: UP017 - 3.8
    except (IndexError, ValueError, UnicodeDecodeError):
        return None
    return Stamp(digest.hex(), moment.strftime("%Y-%m-%dT%H:%M:%SZ"), int(moment.timestamp()))


def token_claim(subject: str, token: bytes, digest: str, roots: Iterable[Path], what: str) -> Claim:
    """Judge one token that should be for data with SHA-256 `digest`; `what` names the data for the reader."""
    stamp = read_token(token)
    if stamp is None:
        return Claim(subject, ALTERED, "不是可读的 RFC 3161 时间戳令牌")
    if stamp.imprint != digest:
        return Claim(subject, ALTERED, f"令牌签的是另一份数据（{stamp.imprint}），不是{what}（{digest}）")
    trusted = [Path(root) for root in roots]
    said = f"{what}在 {stamp.moment} 之前已存在"
    if not trusted:
        return Claim(subject, NOT_VERIFIABLE, f"令牌与数据相符，称{said}；没有给定可信根证书，签名未核验（用 --roots 指定）")
    program = shutil.which("openssl")
    if program is None:
        return Claim(subject, NOT_VERIFIABLE, f"令牌与数据相符，称{said}；本机没有 openssl，签名未核验")
    problem = _signature_problem(program, token, stamp, trusted)
    if problem:
        return Claim(subject, ALTERED, f"令牌签名或证书链不成立：{problem}")
    return Claim(subject, VERIFIED, said)


def _signature_problem(program: str, token: bytes, stamp: Stamp, roots: list[Path]) -> str:
    """openssl's objection, "" when it has none; the chain is judged at the moment of the stamp."""
    with tempfile.TemporaryDirectory() as folder:
        reply, bundle = Path(folder) / "token.tsr", Path(folder) / "roots.pem"
        reply.write_bytes(token)
        bundle.write_bytes(b"\n".join(root.read_bytes() for root in roots))
        done = subprocess.run(
            [program, "ts", "-verify", "-digest", stamp.imprint, "-in", str(reply), "-CAfile", str(bundle),
             "-attime", str(stamp.epoch)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, env={"OPENSSL_CONF": "/dev/null", "PATH": "/usr/bin:/bin"})
    if done.returncode == 0 and b"Verification: OK" in done.stdout:
        return ""
    lines = [line for line in done.stdout.decode("utf-8", "replace").splitlines() if ":" in line and "Using" not in line]
    return (lines[-1] if lines else "openssl 未给出原因").strip()[-160:]


def _header(data: bytes, at: int) -> tuple[int, int]:
    """(start of the value, its length) of the DER element at `at`."""
    length = data[at + 1]
    if length < 0x80:
        return at + 2, length
    count = length & 0x7F
    if not 1 <= count <= 4:
        raise ValueError("length")
    return at + 2 + count, int.from_bytes(data[at + 2:at + 2 + count], "big")


def _value(data: bytes, at: int, tag: int) -> bytes:
    if data[at] != tag:
        raise ValueError("tag")
    start, length = _header(data, at)
    if start + length > len(data):
        raise ValueError("end")
    return data[start:start + length]


def _after(data: bytes, at: int) -> int:
    start, length = _header(data, at)
    return start + length
