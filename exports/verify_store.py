"""A store as a whole: the chain, its stamped heads, the locks, every row, every WARC byte, every verdict's bytes.

Read-only: nothing is migrated, nothing is repaired. What the store itself cannot prove is said by the claims of its tokens.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from evidence import custody, origins
from evidence.archive import OPEN, file_digests
from evidence.home import Home
from evidence.migrations import FACT_TABLES
from exports.verifier.claims import ALTERED, MISSING, NOT_VERIFIABLE, UNEXPECTED, VERIFIED, Claim
from exports.verifier.tokens import token_claim
from exports.verifier.warcs import Record, warc_claims
from exports.verify_rows import row_claims

_LOCKS = ("no_update", "no_delete", "no_replace")


def verify_store(home: Home, roots: Iterable[Path] = ()) -> list[Claim]:
    """Every claim about the store of `home` and the WARCs in its vault."""
    try:
        db = sqlite3.connect(f"file:{home.store}?mode=ro", uri=True, isolation_level=None)
        db.row_factory = sqlite3.Row
        return [*_chain(db, home), *_locks(db), *row_claims(db), *_verdicts(db), *_warcs(db, home), *_tokens(db, roots)]
    except sqlite3.DatabaseError as problem:
        return [Claim(home.store.name, ALTERED, f"不是可读的 SQLite 数据库：{problem}")]


def verify_stored_warc(home: Home, path: Path) -> list[Claim]:
    """One WARC of the vault against the store: the whole file, and each record that the store knows."""
    db = sqlite3.connect(f"file:{home.store}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    try:
        row = db.execute("SELECT * FROM warcs WHERE name = ?", (path.name,)).fetchone()
        return _unregistered(path) if row is None else _warc(db, path, row)
    finally:
        db.close()


def _chain(db: sqlite3.Connection, home: Home) -> Iterator[Claim]:
    expected, prev, count, wrong = 1, custody.GENESIS, 0, 0
    for event in custody.events(db):
        name, faults = f"保管链第 {event.seq} 号", []
        if event.seq != expected:
            faults.append(f"第 {expected} 号缺失")
        elif event.prev != prev:
            faults.append("不接前一号（被改动、删去或换了次序）")
        if event.hash != custody.event_hash(event):
            faults.append("内容与散列不符（被改动）")
        yield from (Claim(name, ALTERED, fault) for fault in faults)
        expected, prev, count, wrong = event.seq + 1, event.hash, count + 1, wrong + len(faults)
    for told in origins.faults(db):
        wrong += 1
        yield Claim("并入的保管链", ALTERED, told)
    heads = list(custody.broken_heads(db, home.heads))
    for told in heads:
        yield Claim(home.heads.name, ALTERED, f"链头与库外留存的不符（链被截短或重写）：{told}")
    if not wrong and not heads:
        there = home.heads.exists() and home.heads.stat().st_size > 0
        outside = "，与库外留存的链头一致" if there else "；库外没有留存链头"
        yield Claim("保管链", VERIFIED, f"{count} 个事件环环相扣{origins.said(db)}{outside}")


def _locks(db: sqlite3.Connection) -> Iterator[Claim]:
    names = {r["name"] for r in db.execute("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'table')")}
    lost = [f"{table}_{lock}" for table in FACT_TABLES if table in names for lock in _LOCKS if f"{table}_{lock}" not in names]
    yield from (Claim(f"触发器 {name}", MISSING, "只增不改的锁被拆除") for name in lost)
    if not lost:
        yield Claim("只增不改的锁", VERIFIED, "各事实表的触发器都在")


def _verdicts(db: sqlite3.Connection) -> Iterator[Claim]:
    wrong = db.execute("SELECT v.id, v.body_sha256 FROM verdicts v WHERE v.body_sha256 <> '' AND NOT EXISTS "
                       "(SELECT 1 FROM artifacts a WHERE a.capture = v.capture AND a.sha256 = v.body_sha256)").fetchall()
    yield from (Claim(f"研判 {r['id']}", ALTERED, f"所依据的字节（{r['body_sha256']}）不是其抓取记录中的任何一件") for r in wrong)
    if not wrong:
        count = db.execute("SELECT count(*) FROM verdicts").fetchone()[0]
        yield Claim("研判与字节", VERIFIED, f"{count} 条研判都绑定到其抓取的字节")


def _warcs(db: sqlite3.Connection, home: Home) -> Iterator[Claim]:
    listed = {r["name"]: r for r in db.execute("SELECT * FROM warcs ORDER BY name")}
    gone = _disposed(db)
    for name, row in listed.items():
        path = home.warc / name
        if name in gone and not path.exists():
            yield Claim(name, VERIFIED, gone[name])
        elif path.is_file():
            yield from _warc(db, path, row)
        else:
            yield Claim(name, MISSING, "登记过的 WARC 不在证据库里")
    for path in sorted(home.warc.iterdir()) if home.warc.is_dir() else ():
        if path.name not in listed and not path.name.endswith((OPEN, ".torn")):
            yield Claim(path.name, UNEXPECTED, "没有登记的文件")


def _disposed(db: sqlite3.Connection) -> dict[str, str]:
    """What was destroyed when its time was over, and on whose order; older stores know nothing of it."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'disposals'").fetchone():
        return {}
    return {r["warc"]: f"保存期满，{r['at'][:10]} 由 {r['person']} 按“{r['rule']}”销毁；登记的 SHA-256 {r['sha256']} 仍在"
            for r in db.execute("SELECT * FROM disposals")}


def _warc(db: sqlite3.Connection, path: Path, row: sqlite3.Row) -> list[Claim]:
    """The file against its registered digests; only where they differ is each record asked what is wrong with it."""
    sha, sm3, size = file_digests(path)
    whole = (sha, sm3, size) == (row["sha256"], row["sm3"], row["size"])
    with path.open("rb") as stream:
        faults, records = warc_claims(stream, path.name)
    claims = _against_store(db, path.name, records, named=not whole)
    if whole and row["records"] != len(records):
        claims.append(Claim(path.name, ALTERED, f"登记 {row['records']} 条记录，现有 {len(records)} 条"))
    if whole:
        return claims or [Claim(path.name, VERIFIED, f"整文件 SHA-256 {sha}、SM3 与登记一致，{len(records)} 条记录")]
    return [Claim(path.name, ALTERED, f"整文件摘要与登记的不符：登记 {row['sha256']}，现为 {sha}"), *faults, *claims]


def _against_store(db: sqlite3.Connection, name: str, records: list[Record], named: bool) -> list[Claim]:
    """Each stored artifact at its place with its digest; `named`: also address, time and capture of its record."""
    there = {record.offset: record for record in records}
    claims = []
    for a in db.execute('SELECT a.capture, a.name, a.sha256, a."offset", a.length, c.url, c.started, c.ended, c.hops, c.asked_url FROM '
                        "artifacts a JOIN captures c ON c.id = a.capture WHERE a.warc = ?", (name,)):
        record, what = there.get(a["offset"]), f"{name} 抓取 {a['capture']} 的 {a['name']}"
        if record is None or record.length != a["length"]:
            claims.append(Claim(what, MISSING, f"位置 {a['offset']} 没有这条记录（被删、移动或截断）"))
        elif record.payload.decode("ascii", "replace") != a["sha256"]:
            claims.append(Claim(what, ALTERED, "内容与库中登记的摘要不符"))
        elif named:
            claims += [Claim(what, ALTERED, fault) for fault in _header_faults(a, record.headers)]
    return claims


def _header_faults(a: sqlite3.Row, h: dict[str, str]) -> Iterator[str]:
    uri, date = h.get("warc-target-uri", ""), h.get("warc-date", "")
    if h.get("x-dajia-capture") != a["capture"]:
        yield "记录属于另一次抓取"
    if a["name"] == "body" and uri not in (a["url"], a["asked_url"]) and uri not in a["hops"]:
        yield f"WARC-Target-URI 与抓取记录不符：{uri}"
    if not a["started"] <= date <= a["ended"]:
        yield f"WARC-Date {date} 不在抓取起止时间内"


def _unregistered(path: Path) -> list[Claim]:
    with path.open("rb") as stream:
        claims, _ = warc_claims(stream, path.name)
    return [*claims, Claim(path.name, NOT_VERIFIABLE, "证据库没有登记这个文件")]


def _tokens(db: sqlite3.Connection, roots: Iterable[Path]) -> Iterator[Claim]:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'tokens'").fetchone():
        return
    given = list(roots)
    for row in db.execute("SELECT * FROM tokens ORDER BY at"):
        late = "（补签）" if row["late"] else ""
        yield token_claim(f"时间戳 {row['subject_kind']} {row['subject_id']} {row['authority']}{late}", bytes(row["token"]), row["sha256"],
                          given, f"{row['subject_kind']} {row['subject_id']}")
