"""The stored records of a lead as JSON, each with the digest that its custody event holds.

A record that had to be masked says so and keeps the digest of the unmasked one, which stays in the store.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from evidence import ids
from evidence.records import as_row
from exports import fields
from exports.dossier import Dossier
from exports.masking import Item
from exports.packaging.originals import Exhibit, selected

# Codes and numbers of ours, in which no personal data stand and a mask would break references.
_FIXED = frozenset({"id", "run", "capture", "lead", "verdict", "sha256", "sm3", "digest", "prev", "hash", "origin", "ruleset",
                    "body_sha256", "warc", "started", "ended", "at", "rule", "name", "media_type", "kind", "type", "first_verdict"})
_HOLDER = frozenset({"registrant", "registrant_email"})  # of a site fact: a person's name or mailbox without a label
FOLDER = "data/evidence"


def write_records(dossier: Dossier, root: Path, exhibits: Iterable[Exhibit]) -> list[tuple[str, Item]]:
    """Write captures, verdicts, facts, decisions, lead, environment and custody extract; returns what was masked."""
    masked: list[tuple[str, Item]] = []
    paths: dict[str, dict[str, str]] = {}
    for exhibit in exhibits:
        if exhibit.path:
            paths.setdefault(exhibit.capture.id, {})[exhibit.artifact.name] = exhibit.path
    taken = {c.id for c in selected(dossier)}
    lists: dict[str, list[Any]] = {
        "captures": selected(dossier), "verdicts": [v for v in dossier.verdicts if v.capture in taken],
        "facts": list(dossier.facts), "decisions": list(dossier.decisions), "lead": [dossier.lead],
    }
    vouched: set[str] = set()
    for name, records in lists.items():
        rows = []
        for record in records:
            row = _row(as_row(record), dossier, name, masked)
            if name == "captures":
                row["files"] = paths.get(record.id, {})
            vouched.add(str(row["digest"]))
            rows.append(row)
        _write(root, name, rows)
    _write(root, "environment", [{"run": r.id, "kind": r.kind, "day": r.day, "started": r.started, "environment": r.environment}
                                 for r in dossier.runs])
    _write(root, "entry", [_row(_step(s), dossier, "entry", masked)["record"] for s in dossier.entry])
    _write(root, "custody", _custody(dossier))
    return masked


def _custody(dossier: Dossier) -> dict[str, Any]:
    """The events that concern the lead, whole, so that each one's hash can be computed again."""
    events = [as_row(event) for event in dossier.custody]
    last = events[-1] if events else {}
    return {"count": len(events), "events": events, "last": {"seq": last.get("seq"), "hash": last.get("hash")},
            "note": "hash = SHA-256 of the canonical JSON list [seq, at, event, subject_kind, subject_id, digest, actor, detail, prev]"}


def _step(step: Any) -> dict[str, Any]:
    return {"kind": step.kind, "url": step.url, "by": step.verdict, "capture": step.capture.id if step.capture else "",
            "sighting": as_row(step.sighting) if step.sighting else None}


def _row(record: dict[str, Any], dossier: Dossier, where: str, masked: list[tuple[str, Item]]) -> dict[str, Any]:
    record = json.loads(json.dumps(record))  # tuples become lists, as the verifier reads them
    digest = ids.digest(record)
    found: list[Item] = []
    shown = _masked(record, dossier, found)
    masked += [(f"{FOLDER}/{where}.json {record.get('id', '')}", item) for item in found]
    return {"record": shown, "digest": digest, "masked": bool(found)}


def _masked(value: Any, dossier: Dossier, found: list[Item], key: str = "") -> Any:
    if isinstance(value, str):
        if key in _FIXED or not value:
            return value
        result = fields.masked_as(dossier, key, value) if key in _HOLDER else fields.masked(dossier, value)
        found += result.items
        return result.text
    if isinstance(value, Mapping):
        return {k: _masked(v, dossier, found, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_masked(v, dossier, found) for v in value]
    return value


def _write(root: Path, name: str, value: Any) -> None:
    path = root / FOLDER / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8", "replace"))


def write_replies(dossier: Dossier, root: Path) -> list[tuple[str, Item]]:
    """Raw replies of the registries and name servers as text files, masked; returns what was masked."""
    masked: list[tuple[str, Item]] = []
    for number, fact in enumerate(dossier.facts, 1):
        if not fact.raw:
            continue
        name = f"data/facts/{number:02d}-{fact.kind}.txt"
        result = fields.masked(dossier, fact.raw)
        masked += [(name, item) for item in result.items]
        digest = ids.sha256(fact.raw.encode("utf-8", "replace"))
        head = (f"# {fact.kind} {fact.host}  server {fact.server}  at {fact.at}\n"
                f"# SHA-256 of the raw reply as UTF-8: {digest}\n\n")
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((head + result.text).encode("utf-8", "replace"))
    return masked
