"""A folder or a zip as a tree of named files, read with suspicion.

A zip that dajia wrote stores every file uncompressed, one after the other, every header field fixed:
its container is checked byte by byte. Any other zip is read within limits and said to be re-packed.
"""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

from exports.verifier.claims import ALTERED, BLOCK, UNEXPECTED, Claim, Refused

MAX_ENTRIES = 20000
MAX_FILE = 4 * 1024 ** 3
MAX_UNPACKED = 2 * 1024 ** 3
MAX_RATIO = 200
_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3L2H"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s4H2LH")
ZIP_TIME, ZIP_DATE, ZIP_VERSION, ZIP_MADE, ZIP_FLAGS, ZIP_MODE = 0, 33, 10, 0x0314, 0x0800, 0o100644 << 16


class Tree:
    """Names and how to read them. `problems` are claims about the container itself."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.names: list[str] = []
        self.problems: list[Claim] = []

    def open(self, name: str) -> Any:
        """A binary stream of one file, for use in a `with` block."""
        raise NotImplementedError

    def read(self, name: str, limit: int = 64 * 1024 * 1024) -> bytes:
        """One file whole; Refused when it is larger than `limit`."""
        with self.open(name) as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise Refused(f"{name}：超过 {limit} 字节")
        return bytes(data)


class FolderTree(Tree):
    """A folder. Links and special files are unexpected, never followed."""

    def __init__(self, root: Path) -> None:
        Tree.__init__(self, root.name)
        self.root = root
        for folder, folders, files in os.walk(str(root)):
            for name in [*files, *(f for f in folders if (Path(folder) / f).is_symlink())]:
                path = Path(folder) / name
                shown = path.relative_to(root).as_posix()
                if path.is_symlink() or not path.is_file():
                    self.problems.append(Claim(shown, UNEXPECTED, "是链接或特殊文件，不属于证据包，未打开"))
                else:
                    self.names.append(shown)
            if len(self.names) > MAX_ENTRIES:
                raise Refused(f"文件超过 {MAX_ENTRIES} 个，不像一个证据包")
        self.names.sort()

    def open(self, name: str) -> BinaryIO:
        """The file on disk."""
        return (self.root / name).open("rb")


class Window(io.RawIOBase):
    """Bytes `start` … `start + size` of a file, as a seekable stream of its own."""

    def __init__(self, path: Path, start: int, size: int) -> None:
        io.RawIOBase.__init__(self)
        self._file = path.open("rb")
        self._start, self._size, self._at = start, size, 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """As of any stream."""
        base = (0, self._at, self._size)[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """The position."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read within the window."""
        want = min(len(buffer), max(0, self._size - self._at))
        self._file.seek(self._start + self._at)
        data = self._file.read(want)
        buffer[:len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        """Close the file behind it too."""
        self._file.close()
        io.RawIOBase.close(self)


class StoredZip(Tree):
    """A zip in dajia's own form, checked byte by byte while it is opened."""

    def __init__(self, path: Path, entries: list[tuple[str, int, int]], wrong: list[str]) -> None:
        Tree.__init__(self, path.name)
        self.problems = [Claim(name, ALTERED, "zip 里记的校验和与内容不符") for name in wrong]
        self.path = path
        self._places = {name: (start, size) for name, start, size in entries}
        self.names = sorted(self._places)

    def open(self, name: str) -> io.BufferedReader:
        """The stored bytes of one entry."""
        start, size = self._places[name]
        return io.BufferedReader(Window(self.path, start, size))


class ForeignZip(Tree):
    """Any other zip, read by the standard library within limits."""

    def __init__(self, path: Path) -> None:
        Tree.__init__(self, path.name)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
            raise Refused(f"{path.name}：不是可读的 zip（{problem}）") from problem
        infos = self._zip.infolist()
        _refuse_bombs(infos, path.stat().st_size)
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            self._take(info)
        self.names = sorted(self._infos)

    def _take(self, info: zipfile.ZipInfo) -> None:
        name = info.filename
        if problem := hostile_name(name):
            self.problems.append(Claim(shown_name(name), UNEXPECTED, problem))
        elif name.endswith("/"):
            return
        elif name in self._infos:
            self.problems.append(Claim(shown_name(name), UNEXPECTED, "zip 里有两个同名文件"))
        elif info.external_attr >> 28 == 0xA:
            self.problems.append(Claim(shown_name(name), UNEXPECTED, "zip 里的符号链接，未打开"))
        else:
            self._infos[name] = info

    def open(self, name: str) -> io.BytesIO:
        """One entry unpacked in memory, never more than it declares."""
        info, out = self._infos[name], io.BytesIO()
        try:
            with self._zip.open(info) as source:
                while True:
                    block = source.read(BLOCK)
                    if not block:
                        break
                    out.write(block)
                    if out.tell() > info.file_size:
                        raise Refused(f"{shown_name(name)}：解压后大于声明的大小")
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as problem:
            raise Refused(f"{shown_name(name)}：读不出来（{problem}）") from problem
        out.seek(0)
        return out


def open_tree(path: Path) -> Tree:
    """The folder or zip at `path`; Refused when it is neither, or is hostile."""
    if path.is_dir():
        return FolderTree(path)
    wrong: list[str] = []
    entries, problem = stored_entries(path, wrong)
    if not problem:
        return StoredZip(path, entries, wrong)
    tree = ForeignZip(path)
    tree.problems.insert(0, Claim(path.name, ALTERED, f"zip 容器不是原件：{problem}；内容另行逐项核对"))
    return tree


def stored_entries(path: Path, wrong: list[str]) -> tuple[list[tuple[str, int, int]], str]:
    """(name, offset of data, size) of every entry, and "" — or the first way in which the container is not ours.

    Names whose checksum does not fit their bytes are added to `wrong`.
    """
    size = path.stat().st_size
    with path.open("rb") as source:
        if size < _END.size:
            return [], "文件太短"
        source.seek(size - _END.size)
        sign, disk, start, here, total, length, offset, comment = _END.unpack(source.read(_END.size))
        if (sign, disk, start, comment) != (b"PK\5\6", 0, 0, 0) or here != total:
            return [], "结尾记录不符"
        if offset + length + _END.size != size:
            return [], "目录位置或长度不符"
        source.seek(offset)
        directory = io.BytesIO(source.read(length))
        found: list[tuple[str, int, int]] = []
        at = 0
        for _ in range(total):
            entry, problem, at = _entry(source, directory, at, wrong)
            if problem:
                return [], problem
            if found and entry[0] <= found[-1][0]:
                return [], f"文件重名或次序不符：{shown_name(entry[0])}"
            found.append(entry)
        if at != offset or directory.read(1):
            return [], "文件之间有多余的字节"
    return found, ""


def local_header(name: bytes, crc: int, size: int) -> bytes:
    """The one local header a stored entry may have, its name included."""
    return _LOCAL.pack(b"PK\3\4", ZIP_VERSION, ZIP_FLAGS, 0, ZIP_TIME, ZIP_DATE, crc, size, size, len(name), 0) + name


def directory_entry(name: bytes, crc: int, size: int, at: int) -> bytes:
    """The one directory entry of a stored file whose local header lies at `at`."""
    return _CENTRAL.pack(b"PK\1\2", ZIP_MADE, ZIP_VERSION, ZIP_FLAGS, 0, ZIP_TIME, ZIP_DATE, crc, size, size, len(name),
                         0, 0, 0, 0, ZIP_MODE, at) + name


def end_record(count: int, length: int, at: int) -> bytes:
    """The one end record of a zip with `count` entries whose directory of `length` bytes lies at `at`."""
    return _END.pack(b"PK\5\6", 0, 0, count, count, length, at, 0)


def _entry(
    source: BinaryIO, directory: io.BytesIO, at: int, wrong: list[str],
) -> tuple[tuple[str, int, int], str, int]:
    """One directory entry compared field by field with its local header at `at`; the data follow it."""
    nothing = ("", 0, 0)
    raw = directory.read(_CENTRAL.size)
    if len(raw) != _CENTRAL.size:
        return nothing, "目录残缺", at
    row = _CENTRAL.unpack(raw)
    crc, size = row[7], row[9]
    name_bytes = directory.read(row[10])
    try:
        name = name_bytes.decode("utf-8")
    except UnicodeDecodeError:
        return nothing, "文件名不是 UTF-8", at
    if raw + name_bytes != directory_entry(name_bytes, crc, size, at) or hostile_name(name):
        return nothing, f"目录项不符：{shown_name(name)}", at
    source.seek(at)
    local = source.read(_LOCAL.size + len(name_bytes))
    if local != local_header(name_bytes, crc, size):
        return nothing, f"文件头不符：{shown_name(name)}", at
    start = at + len(local)
    if _crc(source, size) != crc:
        wrong.append(name)
    return (name, start, size), "", start + size


def _crc(source: BinaryIO, size: int) -> int:
    crc = 0
    while size > 0:
        block = source.read(min(size, BLOCK))
        if not block:
            return -1
        crc, size = zlib.crc32(block, crc), size - len(block)
    return crc


def hostile_name(name: str) -> str:
    """Why a name in a zip must not be used, "" when it may."""
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":"):
        return "绝对路径，拒绝"
    if ".." in parts or "\\" in name:
        return "路径越出证据包，拒绝"
    if not name or "" in parts[:-1] or "." in parts or len(name) > 400 or any(ord(c) < 32 or ord(c) == 127 for c in name):
        return "不合法的文件名，拒绝"
    return ""


def shown_name(name: str) -> str:
    """A name fit for a terminal."""
    return "".join(c if c.isprintable() else "?" for c in name)[:200]


def _refuse_bombs(infos: list[zipfile.ZipInfo], size: int) -> None:
    if len(infos) > MAX_ENTRIES:
        raise Refused(f"zip 里有 {len(infos)} 个文件，超过上限 {MAX_ENTRIES}，未打开")
    total = sum(info.file_size for info in infos)
    if total > MAX_UNPACKED or any(i.file_size > 10 * BLOCK and i.file_size > MAX_RATIO * max(1, i.compress_size) for i in infos):
        raise Refused(f"zip 解压后 {total} 字节（容器 {size} 字节），疑似压缩炸弹，未打开")
