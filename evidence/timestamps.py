"""RFC 3161 time-stamp tokens: asked of configured authorities, believed only under configured roots, late ones marked late.

The queue is what has no token yet: closed WARCs, delivered packages, and each day's head of the custody chain. Nothing is
lost while the network is closed; a later run asks again. Requests and checks are made by the `openssl` program,
which also knows authorities that sign with SM2.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from evidence import custody, ids
from evidence.config import Authority, Config
from evidence.store import Store

MAX_REPLY = 256 * 1024
_TIME = re.compile(r"^Time stamp: (\w{3} +\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)? \d{4}) GMT", re.M)


class TimestampError(Exception):
    """No usable token; the message names the authority and why."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Something without a token: `kind` warc · package · head, its id, the SHA-256 to be stamped, and since when."""

    kind: str
    subject: str
    sha256: str
    since: str


@dataclass(frozen=True, slots=True)
class Token:
    """A stored token. `stamped` is the authority's time; `late` when it came more than the allowed minutes after `since`."""

    id: str
    subject_kind: str
    subject_id: str
    sha256: str
    authority: str
    token: bytes
    stamped: str
    late: bool
    at: str


def root_files(config: Config) -> list[Path]:
    """The roots of every configured authority."""
    return [Path(root) for authority in config.timestamps.authorities for root in authority.roots]


def ask(authority: Authority, sha256: str, *, proxy: str = "", timeout: float = 10.0) -> tuple[bytes, str]:
    """A token over data with this SHA-256, and its time; TimestampError unless it stands under the authority's roots."""
    program = shutil.which("openssl")
    if program is None:
        raise TimestampError("本机没有 openssl，无法申请时间戳；安装 openssl 后再运行 dajia stamp")
    with tempfile.TemporaryDirectory() as folder:
        query, reply = Path(folder) / "q.tsq", Path(folder) / "r.tsr"
        done = _run(program, "ts", "-query", "-digest", sha256, "-sha256", "-cert", "-out", str(query))
        if done.returncode:
            raise TimestampError(f"openssl 无法生成时间戳请求：{_last(done.stdout)}")
        reply.write_bytes(_post(authority, query.read_bytes(), proxy, timeout))
        said = _run(program, "ts", "-reply", "-in", str(reply), "-text")
        found = _TIME.search(said.stdout)
        if found is None:
            raise TimestampError(f"{authority.name}：回复不是时间戳（{_last(said.stdout)}）")
        moment = datetime.strptime(re.sub(r"\.\d+", "", found[1]), "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
        bundle = Path(folder) / "roots.pem"
        bundle.write_bytes(_roots(authority))
        checked = _run(program, "ts", "-verify", "-queryfile", str(query), "-in", str(reply), "-CAfile", str(bundle),
                       "-attime", str(int(moment.timestamp())))
        if checked.returncode or "Verification: OK" not in checked.stdout:
            raise TimestampError(f"{authority.name}：令牌在配置的根证书下不成立（{_last(checked.stdout)}）")
        return reply.read_bytes(), moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def pending(store: Store, authority: str) -> Iterator[Pending]:
    """What has no token of `authority` yet, oldest first."""
    for row in store.rows(
            "SELECT 'warc' AS kind, name AS subject, sha256, at FROM warcs UNION ALL "
            "SELECT 'package', id, manifest_sha256, at FROM packages ORDER BY at"):
        if not _has(store, authority, row["kind"], row["subject"]):
            yield Pending(row["kind"], row["subject"], row["sha256"], row["at"])
    head = store.one("SELECT seq, hash, at FROM custody WHERE event <> 'stamped' ORDER BY seq DESC LIMIT 1")
    if head and not store.one("SELECT 1 FROM tokens WHERE authority = ? AND subject_kind = 'head' AND sha256 = ?", authority,
                              stamped := ids.sha256(head["hash"].encode())):  # a united store has heads of the same number
        yield Pending("head", str(head["seq"]), stamped, head["at"])


def stamp_pending(store: Store, config: Config) -> tuple[list[Token], list[str]]:
    """Ask for everything that waits; returns the new tokens and one line for each authority that did not answer."""
    made, problems = [], []
    for authority in config.timestamps.authorities:
        for waiting in list(pending(store, authority.name)):
            try:
                reply, stamped = ask(authority, waiting.sha256, proxy=config.network.proxy, timeout=config.timestamps.timeout)
            except TimestampError as problem:
                problems.append(f"{problem}；待签的留到下次")
                break  # the others would fail alike
            made.append(add(store, config, waiting, authority.name, reply, stamped))
    return made, problems


def add(store: Store, config: Config, waiting: Pending, authority: str, reply: bytes, stamped: str) -> Token:
    """Store a token with its custody event."""
    late = ids.moment(stamped) - ids.moment(waiting.since) > timedelta(minutes=config.timestamps.late_minutes)
    token = Token(ids.new_id(), waiting.kind, waiting.subject, waiting.sha256, authority, reply, stamped, late, ids.utc_now())
    with store.transaction():
        row = asdict(token)
        store.db.execute(f"INSERT INTO tokens ({', '.join(row)}) VALUES ({', '.join('?' for _ in row)})", list(row.values()))
        custody.append(store.db, "stamped", waiting.kind, waiting.subject, ids.digest(token_record(row)), store.actor,
                       {"authority": authority, "late": late, "stamped": stamped})
    return token


def token_record(row: dict[str, Any]) -> dict[str, Any]:
    """A token's row as it is digested: the token itself by its SHA-256."""
    return dict(row) | {"token": ids.sha256(bytes(row["token"])), "late": bool(row["late"])}


def tokens(db: sqlite3.Connection, kind: str, subject: str) -> list[Token]:
    """The tokens on one thing, oldest first."""
    rows = db.execute("SELECT * FROM tokens WHERE subject_kind = ? AND subject_id = ? ORDER BY at", (kind, subject)).fetchall()
    return [Token(**(dict(r) | {"late": bool(r["late"]), "token": bytes(r["token"])})) for r in rows]


def _has(store: Store, authority: str, kind: str, subject: str) -> bool:
    return store.one("SELECT 1 FROM tokens WHERE authority = ? AND subject_kind = ? AND subject_id = ?", authority, kind,
                     subject) is not None


def _post(authority: Authority, query: bytes, proxy: str, timeout: float) -> bytes:
    """The authority's answer to a query, bounded."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy, "https": proxy} if proxy else {}))
    kind = {"Content-Type": "application/timestamp-query"}
    request = urllib.request.Request(authority.url, query, kind)  # noqa: S310 - the configuration admits http(s) alone
    try:
        with opener.open(request, timeout=timeout) as answer:
            data: bytes = answer.read(MAX_REPLY + 1)
    except (OSError, urllib.error.URLError, ValueError) as problem:
        raise TimestampError(f"{authority.name}（{authority.url}）没有应答：{problem}") from problem
    if len(data) > MAX_REPLY:
        raise TimestampError(f"{authority.name}：应答超过 {MAX_REPLY} 字节")
    return data


def _roots(authority: Authority) -> bytes:
    try:
        return b"\n".join(Path(root).read_bytes() for root in authority.roots)
    except OSError as problem:
        raise TimestampError(f"{authority.name}：根证书读不出来：{problem}；检查 dajia.toml [timestamps] 的 roots") from problem


def _run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          timeout=60, env={"OPENSSL_CONF": "/dev/null", "PATH": "/usr/bin:/bin", "LC_ALL": "C"})


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("Using ")]
    return lines[-1][-200:] if lines else "没有说明"
