"""How a big input is cut, and how the results of its parts are kept so that a run can be taken up again.

Plain text is cut by bytes: a part has the lines that begin in it. Compressed files are one part each; Parquet files are
cut by row groups. Nothing is read to make the plan. Each part's result is written under another name, synced and
renamed, then its note (counts, size, SHA-256) likewise; only a result that agrees with its note counts as done.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PLAN = "plan.json"
_LONGEST = 64 << 20
_SUFFIXES = {"jsonl": (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"), "names": (".txt", ".txt.gz", ".list", ".csv"),
             "parquet": (".parquet",)}
_OTHERS = {"job": "另一种任务", "files": "另一份输入（文件名、大小或修改时间变了）", "rules": "另一版规则",
           "cuts": "另一种切分（--shard-mb）"}


class BulkError(Exception):
    """A bulk job that cannot be done as asked; the message names file and fix."""


@dataclass(frozen=True, slots=True)
class Part:
    """One shard: `first` and `end` are bytes of plain text, row groups of Parquet, 0 and -1 of a compressed file."""

    number: int
    path: str
    kind: str  # lines · gzip · parquet
    first: int
    end: int

    @property
    def label(self) -> str:
        """The shard as people find it."""
        where = {"lines": f"字节 {self.first}–{self.end}", "parquet": f"行组 {self.first}–{self.end}"}.get(self.kind, "整个文件")
        return f"分片 {self.number:05d}（{self.path}，{where}）"


@dataclass(frozen=True, slots=True)
class Note:
    """What a finished shard says of itself."""

    number: int
    counts: dict[str, int]
    examples: list[str]
    size: int
    sha256: str


def inputs(source: Path, form: str) -> list[Path]:
    """The files of an input, a file or a folder of them; BulkError when there are none."""
    if source.is_file():
        return [source]
    if not source.exists():
        raise BulkError(f"找不到 {source}")
    found = sorted(p for p in source.iterdir() if p.name.endswith(_SUFFIXES[form]))
    if not found:
        raise BulkError(f"{source}：文件夹里没有 {'、'.join(_SUFFIXES[form])} 文件")
    return found


def plan(files: list[Path], form: str, size: int) -> list[Part]:
    """Cut the files into parts of about `size` bytes, in their order."""
    parts: list[Part] = []
    for path in files:
        if form == "parquet":
            from review.bulk.columns import row_groups

            cuts = row_groups(path, size)
            kind = "parquet"
        elif _zipped(path):
            cuts, kind = [(0, -1)], "gzip"
        else:
            whole = path.stat().st_size
            cuts, kind = [(at, min(at + size, whole)) for at in range(0, whole, size)], "lines"
        parts += [Part(len(parts) + n, str(path.absolute()), kind, first, end) for n, (first, end) in enumerate(cuts)]
    return parts


def fingerprint(files: list[Path], parts: list[Part], job: str, rules: str) -> dict[str, Any]:
    """What a folder of shards belongs to: these bytes, cut this way, by these rules."""
    return {"job": job, "rules": rules, "files": [[str(p.absolute()), p.stat().st_size, p.stat().st_mtime_ns] for p in files],
            "cuts": hashlib.sha256(json.dumps([asdict(p) for p in parts]).encode()).hexdigest(), "parts": len(parts)}


def claim(folder: Path, told: dict[str, Any]) -> None:
    """Take the folder for this job, or go on with it; BulkError when it is another job's."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PLAN
    if not path.exists():
        if any(folder.iterdir()):
            raise BulkError(f"--shards {folder}：文件夹不是空的，也不是分片目录；请换一个")
        write(path, json.dumps(told, ensure_ascii=False).encode())
        return
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise BulkError(f"{path}：读不懂；删去这个分片目录后重新开始") from problem
    for name, what in _OTHERS.items():
        if known.get(name) != told[name]:
            raise BulkError(f"--shards {folder}：里面是{what}的结果；请换一个目录，或删去它重新开始")


def lines(part: Part) -> Iterator[bytes]:
    """The lines that begin in a part of a plain file."""
    with Path(part.path).open("rb") as source:
        if part.first:
            source.seek(part.first - 1)
            _rest(source)
        while source.tell() < part.end:
            line = source.readline(_LONGEST + 1)
            if not line:
                return
            if not line.endswith(b"\n") and len(line) > _LONGEST:
                _rest(source)
            yield line


def _rest(source: Any) -> None:
    """Read on to the end of the line."""
    while (piece := source.readline(1 << 20)) and not piece.endswith(b"\n"):
        pass


class Span:
    """The bytes of a part's lines as a stream with `read`."""

    def __init__(self, part: Part) -> None:
        self._file = Path(part.path).open("rb")  # noqa: SIM115 - closed by close()
        if part.first:
            self._file.seek(part.first - 1)
            _rest(self._file)
        self._end, self._over = part.end, self._file.tell() >= part.end

    def read(self, n: int) -> bytes:
        """The next bytes, at most `n` and the rest of a line; b"" after the last line that began in the part."""
        if self._over:
            return b""
        at = self._file.tell()
        data = self._file.read(min(n, self._end - at))
        if at + len(data) >= self._end or not data:
            self._over = True
            if data and not data.endswith(b"\n"):
                data += self._file.readline(_LONGEST)
        return data

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def result(folder: Path, number: int) -> Path:
    """The file of a shard's result."""
    return folder / f"{number:05d}.jsonl"


def finished(folder: Path, number: int) -> Note | None:
    """The note of a shard that is done and whole, else None."""
    try:
        note = Note(**json.loads((folder / f"{number:05d}.json").read_text(encoding="utf-8")))
        path = result(folder, number)
        if path.stat().st_size != note.size or _digest(path) != note.sha256:
            return None
    except (OSError, ValueError, TypeError):
        return None
    return note


def seal(folder: Path, number: int, written: Path, counts: dict[str, int], examples: list[str]) -> Note:
    """Make a written result the shard's."""
    note = Note(number, counts, examples, written.stat().st_size, _digest(written))
    written.rename(result(folder, number))
    write(folder / f"{number:05d}.json", json.dumps(asdict(note), ensure_ascii=False).encode())
    return note


def write(path: Path, data: bytes) -> None:
    """Write a small file whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    with draft.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    draft.rename(path)


def joined(folder: Path, count: int) -> Iterator[bytes]:
    """Every result in order, in blocks."""
    for number in range(count):
        with result(folder, number).open("rb") as source:
            while block := source.read(1 << 20):
                yield block


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _zipped(path: Path) -> bool:
    with path.open("rb") as source:
        return source.read(2) == b"\x1f\x8b"
