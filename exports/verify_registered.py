"""A delivered package against the store that built it: the registered digest, and the custody extract against the chain."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from evidence.home import Home
from exports.verifier.bags import TAGS, Bag
from exports.verifier.claims import ALTERED, UNEXPECTED, VERIFIED, Claim, Refused
from exports.verifier.contents import CUSTODY
from exports.verifier.trees import open_tree


def registered_claims(home: Home, path: Path) -> list[Claim]:
    """What the store of `home` knows of the package at `path`; empty when it knows nothing of it or there is no store."""
    if not home.store.is_file():
        return []
    try:
        bag = Bag(open_tree(path))
        info = dict(line.split(": ", 1) for line in bag.read("bag-info.txt").decode("utf-8", "replace").splitlines() if ": " in line)
        told = json.loads(bag.read(CUSTODY).decode("utf-8")) if CUSTODY in bag.digests else {}
    except (Refused, ValueError):
        return []  # what is wrong with the package itself is said by its own claims
    db = sqlite3.connect(f"file:{home.store}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    try:
        lead, _, agency = info.get("External-Identifier", "").partition(" ")
        return [*_digest(db, bag, lead, agency), *_extract(db, told)]
    finally:
        db.close()


def _digest(db: sqlite3.Connection, bag: Bag, lead: str, agency: str) -> list[Claim]:
    rows = db.execute("SELECT manifest_sha256, at FROM packages WHERE lead = ? AND agency = ? ORDER BY at", (lead, agency)).fetchall()
    found = bag.digests[TAGS].sha256 if TAGS in bag.digests else "（无）"
    known = {row["manifest_sha256"]: row["at"] for row in rows}
    if found in known:
        return [Claim("移送登记", VERIFIED, f"清单摘要与 {known[found]} 登记的一致")]
    return [Claim(TAGS, ALTERED, f"与移送时登记的摘要不符：登记 {'、'.join(known)}，现为 {found}")] if known else []


def _extract(db: sqlite3.Connection, told: Any) -> list[Claim]:
    events = told.get("events") if isinstance(told, dict) else None
    wrong, held = [], 0
    for event in events if isinstance(events, list) else []:
        known = _hashes(db, event) if isinstance(event, dict) else []
        if not known or event.get("hash") not in known:
            wrong.append(Claim(f"{CUSTODY} 第 {event.get('seq') if isinstance(event, dict) else '?'} 号", UNEXPECTED, "与本库的保管链不符"))
        held += bool(known)
    if not held:
        return []  # another installation's package
    return wrong or [Claim("保管链摘录", VERIFIED, f"{held} 个事件都在本库的保管链中")]


def _hashes(db: sqlite3.Connection, event: dict[str, Any]) -> list[str]:
    """What the chains here hold for an event: this store's own by its number, those of united stores by the hash."""
    rows = db.execute("SELECT hash FROM custody WHERE seq = ?", (event.get("seq"),)).fetchall()
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'origin_custody'").fetchone():
        rows += db.execute("SELECT hash FROM origin_custody WHERE hash = ?", (event.get("hash"),)).fetchall()
    return [str(row["hash"]) for row in rows]
