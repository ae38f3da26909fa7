"""The lists of a package: who is right when a file and a list disagree.

`manifest-sha256.txt` lists the payload, `tagmanifest-sha256.txt` everything else, `seal.txt` the tag manifest
and the tokens. Each is the one possible text for the files it lists, so a flipped byte in any of them, or
in any file, is found and put where it belongs. Whoever rewrites all of them is found by the digest that was
registered when the package was handed over, by a time-stamp token, or by the custody extract.
"""

from __future__ import annotations

from collections.abc import Iterable

from exports.verifier.claims import (
    ALTERED,
    MISSING,
    UNEXPECTED,
    VERIFIED,
    Claim,
    Digests,
    Refused,
    digests_of,
    sha256_of,
)
from exports.verifier.trees import Tree, shown_name

MANIFEST, TAGS, SEAL = "manifest-sha256.txt", "tagmanifest-sha256.txt", "seal.txt"
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD, TOKENS, MARK = "data/", "timestamps/", "# self "


def is_tag_file(name: str) -> bool:
    """Whether the tag manifest must list a file."""
    return not name.startswith((PAYLOAD, TOKENS)) and name not in (TAGS, SEAL)


def listing(digests: dict[str, str], names: Iterable[str]) -> bytes:
    """The one text that lists `names` with their digests."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(names)).encode("utf-8")


def seal(digests: dict[str, str]) -> bytes:
    """The one text of the seal over the tag manifest and the tokens in `digests`."""
    rows = listing(digests, [name for name in digests if name == TAGS or name.startswith(TOKENS)])
    return rows + f"{MARK}{sha256_of(rows)}\n".encode("ascii")


def parsed(text: bytes) -> dict[str, str]:
    """name → digest as far as a list can be read; lines that cannot are left out."""
    rows: dict[str, str] = {}
    for line in text.decode("utf-8", "replace").splitlines():
        digest, gap, name = line.partition("  ")
        if gap and len(digest) == 64 and not line.startswith("#"):
            rows[name] = digest
    return rows


class Bag:
    """One package under examination: the tree, the names within the bag's folder, digests of every file."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.prefix = _prefix(tree)
        self.claims: list[Claim] = [_inside(claim, self.prefix) for claim in tree.problems]
        self.digests: dict[str, Digests] = {}
        self._bad: set[str] = set()
        for name in tree.names:
            if not name.startswith(self.prefix):
                self.claims.append(Claim(shown_name(name), UNEXPECTED, "在证据包文件夹之外"))
                continue
            inner = name[len(self.prefix):]
            try:
                with tree.open(name) as stream:
                    self.digests[inner] = digests_of(stream)
            except (Refused, OSError) as problem:
                self._bad.add(inner)
                self.claims.append(Claim(inner, ALTERED, f"读不出来：{problem}"))

    def read(self, name: str, limit: int = 64 * 1024 * 1024) -> bytes:
        """One file whole, b"" when there is none; Refused when too large."""
        return self.tree.read(self.prefix + name, limit) if name in self.digests else b""

    def check(self, expected: str = "") -> list[Claim]:
        """A claim for every file there is or should be. `expected`: the registered digest of the tag manifest."""
        sha = {name: d.sha256 for name, d in self.digests.items()}
        named: dict[str, Claim] = {}
        for name in sorted(sha):
            named[name] = Claim(name, VERIFIED, f"SHA-256 {sha[name]}")
        trusted = self._seal(sha, named, expected)
        tags_ok = self._compare(TAGS, trusted, sha, [n for n in sha if is_tag_file(n)], named)
        listed = parsed(self.read(TAGS)) if tags_ok else {}
        rebuilt = listing(sha, [n for n in sha if is_tag_file(n)])
        digest = listed.get(MANIFEST) or (sha.get(MANIFEST, "") if sha256_of(rebuilt) == trusted else "")
        self._compare(MANIFEST, digest, sha, [n for n in sha if n.startswith(PAYLOAD)], named)
        if self.read("bagit.txt") not in (BAGIT, b"") and named["bagit.txt"].state == VERIFIED:
            named["bagit.txt"] = Claim("bagit.txt", ALTERED, "不是 BagIt 1.0 的声明")
        self._oxum(named)
        known = {claim.subject for claim in self.claims}
        self.claims += [c for name, c in sorted(named.items()) if not (name in known and c.state == VERIFIED)]
        return self.claims

    def _seal(self, sha: dict[str, str], named: dict[str, Claim], expected: str) -> str:
        """Judge the seal; returns the digest of the tag manifest to believe in."""
        if SEAL not in sha:
            named[SEAL] = Claim(SEAL, MISSING, "封签缺失")
            return expected or sha.get(TAGS, "")
        text = self.read(SEAL)
        rows, right = parsed(text), seal(sha)
        body, mark, own = text.rpartition(MARK.encode("ascii"))
        whole = mark != b"" and own == sha256_of(body).encode("ascii") + b"\n"
        if not whole:
            named[SEAL] = Claim(SEAL, ALTERED, "封签自身的校验不符")
        elif text != right:
            different = len(named)
            for name in sorted(set(rows) | {TAGS} | {n for n in sha if n.startswith(TOKENS)}):
                if name not in sha:
                    named[name] = Claim(name, MISSING, "封签列有此文件，包内没有")
                elif name not in rows:
                    named[name] = Claim(name, UNEXPECTED, "封签没有列出的文件")
                elif rows[name] != sha[name] and name != TAGS:
                    named[name] = Claim(name, ALTERED, "与封签记录的摘要不符")
            if rows.get(TAGS) == sha.get(TAGS) and len(named) == different and not any(
                    c.state != VERIFIED for c in named.values()):
                named[SEAL] = Claim(SEAL, ALTERED, "封签不是规定的写法")
        if expected and sha.get(TAGS) != expected:
            named[TAGS] = Claim(TAGS, ALTERED, f"与移送时登记的摘要不符：登记 {expected}，现为 {sha.get(TAGS, '（无）')}")
            return expected
        return expected or (rows.get(TAGS, "") if whole else sha.get(TAGS, ""))

    def _compare(self, name: str, trusted: str, sha: dict[str, str], files: list[str], named: dict[str, Claim]) -> bool:
        """Judge the list `name` against the digest to believe and the files it should list; True when it holds."""
        if name not in sha:
            named[name] = Claim(name, MISSING, "清单缺失")
            return False
        right, text = listing(sha, files), self.read(name)
        if text == right and (not trusted or sha[name] == trusted):
            return True
        if trusted and sha256_of(right) == trusted:  # the files are those of the true list, so the list is not
            named[name] = Claim(name, ALTERED, "清单被改动：各文件与原清单一致，清单自身不一致")
            return False
        rows = parsed(text)
        if (trusted and sha[name] != trusted) or listing(rows, rows) != text:
            named[name] = Claim(name, ALTERED, "清单被改动：摘要与记录不符" if trusted else "清单不是规定的写法")
        for file in sorted(set(rows) | set(files)):
            if file not in sha and file not in self._bad:
                named[file] = Claim(shown_name(file), MISSING, f"{name} 列有此文件，包内没有")
            elif file not in rows:
                named[file] = Claim(file, UNEXPECTED, f"{name} 没有列出的文件")
            elif file in sha and rows[file] != sha[file]:
                named[file] = Claim(file, ALTERED, f"SHA-256 与清单不符：清单 {rows[file]}，现为 {sha[file]}")
        return not trusted or sha[name] == trusted

    def _oxum(self, named: dict[str, Claim]) -> None:
        payload = [d.size for n, d in self.digests.items() if n.startswith(PAYLOAD)]
        wanted = f"Payload-Oxum: {sum(payload)}.{len(payload)}"
        lines = self.read("bag-info.txt").decode("utf-8", "replace").splitlines()
        if "bag-info.txt" in named and named["bag-info.txt"].state == VERIFIED and wanted not in lines and not any(
                c.state != VERIFIED for n, c in named.items() if n.startswith(PAYLOAD)):
            named["bag-info.txt"] = Claim("bag-info.txt", ALTERED, f"载荷大小与件数不符，应为 {wanted}")


def _prefix(tree: Tree) -> str:
    """The folder of the bag inside a zip ("" when the tree is the bag itself)."""
    if "bagit.txt" in tree.names or TAGS in tree.names:
        return ""
    tops = {name.split("/", 1)[0] for name in tree.names if name.endswith(("/bagit.txt", "/" + TAGS)) and name.count("/") == 1}
    if not tops:
        raise Refused(f"{tree.label}：不是证据包（没有 bagit.txt）")
    return min(tops) + "/"


def _inside(claim: Claim, prefix: str) -> Claim:
    return Claim(claim.subject[len(prefix):], claim.state, claim.detail) if claim.subject.startswith(prefix) else claim
