"""The WACZ inside a package: its own list, its WARC record by record, its index."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

from exports.verifier.claims import ALTERED, MISSING, UNEXPECTED, Claim, Refused, sha256_of
from exports.verifier.trees import MAX_ENTRIES, Tree, hostile_name, shown_name
from exports.verifier.warcs import Record, warc_claims

_OWN = frozenset(("datapackage.json", "datapackage-digest.json"))


def wacz_claims(tree: Tree, name: str, label: str) -> tuple[list[Claim], list[tuple[str, str, str]]]:
    """(claims that do not hold, (address, capture, SHA-256 of payload) of every response and resource)."""
    try:
        with tree.open(name) as stream, zipfile.ZipFile(stream) as box:
            claims = _listed(box, label)
            payloads: list[tuple[str, str, str]] = []
            for inner in sorted(n for n in box.namelist() if n.startswith("archive/")):
                with box.open(inner) as warc:
                    found, records = warc_claims(warc, f"{label}/{inner}")
                claims += found + _indexed(box, label, inner, records)
                payloads += [(r.headers.get("warc-target-uri", ""), r.headers.get("x-dajia-capture", ""), r.payload.decode("ascii"))
                             for r in records if r.kind in ("response", "resource")]
            if not payloads:
                claims.append(Claim(label, MISSING, "WACZ 里没有网页内容"))
            return claims, payloads
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, AttributeError, OSError, EOFError, NotImplementedError,
            Refused) as problem:
        return [Claim(label, ALTERED, f"不是可读的 WACZ：{problem}")], []


def _listed(box: zipfile.ZipFile, label: str) -> list[Claim]:
    """The datapackage: digest of the list, and every file against it."""
    claims: list[Claim] = []
    names = box.namelist()
    if len(names) > MAX_ENTRIES or any(hostile_name(n) for n in names) or any(i.compress_type for i in box.infolist()):
        return [Claim(label, ALTERED, "WACZ 里有不合法的文件名或压缩方式")]
    if len(names) != len(set(names)):
        claims.append(Claim(label, UNEXPECTED, "WACZ 里有同名文件"))
    package = box.read("datapackage.json") if "datapackage.json" in names else b"{}"
    if "datapackage-digest.json" not in names:
        claims.append(Claim(f"{label}/datapackage-digest.json", MISSING, "WACZ 清单的摘要缺失"))
    elif json.loads(box.read("datapackage-digest.json").decode("utf-8")).get("hash") != f"sha256:{sha256_of(package)}":
        claims.append(Claim(f"{label}/datapackage.json", ALTERED, "WACZ 清单与其摘要不符"))
    listed = {r["path"]: (r["hash"], r["bytes"]) for r in json.loads(package.decode("utf-8")).get("resources", [])}
    for name in sorted(set(names) | set(listed)):
        subject = f"{label}/{shown_name(name)}"
        if name in _OWN:
            continue
        if name not in names:
            claims.append(Claim(subject, MISSING, "WACZ 清单列有此文件，包内没有"))
        elif name not in listed:
            claims.append(Claim(subject, UNEXPECTED, "WACZ 清单没有列出的文件"))
        elif _digest(box, name) != listed[name]:
            claims.append(Claim(subject, ALTERED, "与 WACZ 清单不符"))
    return claims


def _digest(box: zipfile.ZipFile, name: str) -> tuple[str, int]:
    one, size = hashlib.sha256(), 0
    with box.open(name) as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            one.update(block)
            size += len(block)
    return f"sha256:{one.hexdigest()}", size


def _indexed(box: zipfile.ZipFile, label: str, inner: str, records: list[Record]) -> list[Claim]:
    """Every line of the index leads to a record with that address, and every response has a line."""
    lines: set[tuple[Any, ...]] = set()
    for name in box.namelist():
        if name.startswith("indexes/"):
            for line in io.TextIOWrapper(box.open(name), "utf-8"):
                row = json.loads(line.split(" ", 2)[2])
                if f"archive/{row.get('filename')}" == inner:
                    lines.add((row.get("url"), int(row["offset"]), int(row["length"])))
    there = {(r.headers.get("warc-target-uri"), r.offset, r.length) for r in records if r.kind in ("response", "resource")}
    return [Claim(f"{label} {str(url)[:120]}", ALTERED, "索引与 WARC 记录不符") for url, _, _ in sorted(lines ^ there, key=str)]
