"""A folder made into a sealed bag and a zip: BagIt 1.0, lists, seal, container in the one form the verifier checks."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Mapping
from pathlib import Path

from evidence.ids import sha256
from exports.verifier import bags, standalone, trees


def close_bag(root: Path, info: Mapping[str, str], tags: Mapping[str, str]) -> str:
    """Turn `root` (which holds `data/`) into a bag; returns the SHA-256 of its tag manifest.

    `info` becomes bag-info.txt, `tags` are further text files beside it; verify.py is added.
    """
    digests, sizes = _payload(root)
    rows = [*info.items(), ("Payload-Oxum", f"{sum(sizes)}.{len(sizes)}")]
    texts = dict(tags) | {
        "bag-info.txt": "".join(f"{key}: {' '.join(value.split())}\n" for key, value in rows if value),
        "verify.py": standalone(),
    }
    data = {name: text.encode("utf-8", "replace") for name, text in texts.items()}
    data |= {"bagit.txt": bags.BAGIT, bags.MANIFEST: bags.listing(digests, digests)}
    for name, content in data.items():
        (root / name).write_bytes(content)
    tag_list = bags.listing({name: sha256(content) for name, content in data.items()}, data)
    (root / bags.TAGS).write_bytes(tag_list)
    return sha256(tag_list)


def put_seal(root: Path, tokens: Mapping[str, bytes]) -> None:
    """Write the tokens (name → bytes) and the seal over them and the tag manifest."""
    digests = {bags.TAGS: sha256((root / bags.TAGS).read_bytes())}
    for name, token in tokens.items():
        path = root / bags.TOKENS / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(token)
        digests[bags.TOKENS + name] = sha256(token)
    (root / bags.SEAL).write_bytes(bags.seal(digests))


def zip_bag(root: Path, target: Path) -> str:
    """The bag as a zip whose bytes follow from its content alone; returns the zip's SHA-256."""
    names = sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
    places: list[tuple[bytes, int, int, int]] = []
    digest, at = hashlib.sha256(), 0
    with target.open("wb") as out:
        def put(data: bytes) -> None:
            nonlocal at
            out.write(data)
            digest.update(data)
            at += len(data)

        for name in names:
            path, shown = root / name, f"{root.name}/{name}".encode()
            crc, size = _crc(path)
            places.append((shown, crc, size, at))
            put(trees.local_header(shown, crc, size))
            with path.open("rb") as source:
                while block := source.read(1 << 20):
                    put(block)
        start = at
        for place in places:
            put(trees.directory_entry(*place))
        put(trees.end_record(len(places), at - start, start))
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _payload(root: Path) -> tuple[dict[str, str], list[int]]:
    digests: dict[str, str] = {}
    sizes: list[int] = []
    for path in sorted((root / "data").rglob("*")):
        if path.is_file():
            with path.open("rb") as source:
                digests[path.relative_to(root).as_posix()] = hashlib.file_digest(source, "sha256").hexdigest()
            sizes.append(path.stat().st_size)
    return digests, sizes


def _crc(path: Path) -> tuple[int, int]:
    crc = size = 0
    with path.open("rb") as source:
        while block := source.read(1 << 20):
            crc, size = zlib.crc32(block, crc), size + len(block)
    return crc, size
