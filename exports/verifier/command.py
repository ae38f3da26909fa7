"""The verifier as one call and as a program: `python3 -I verify.py [PATH] [--manifest SHA256] [--roots PEM]… [--json]`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from exports.verifier.bags import TAGS, Bag
from exports.verifier.claims import ALTERED, NOT_VERIFIABLE, VERIFIED, Claim, Refused, digests_of, exit_code
from exports.verifier.contents import Contents
from exports.verifier.tokens import token_claim
from exports.verifier.trees import open_tree
from exports.verifier.warcs import warc_claims

LABELS = {"verified": "一致", "altered": "已改动", "missing": "缺失", "unexpected": "多出", "not-verifiable": "无法核验"}
WARC_SUFFIXES = (".warc.gz", ".warc.gz.open", ".warc")
STATEMENT = (
    "本核验证明：包内每个文件与清单、封签一致；截图与网页字节和抓取时的记录一致；研判依据的就是这些字节；记录的摘要在保管链摘录中。",
    "本核验不能证明：网站当时确实发出了这些字节（网络协议没有不可否认性，这是抓取方的陈述）；没有时间戳令牌时，时间只是抓取机的时钟。",
    "HTTP 头的次序、大小写和原因短语是重建的，记录中已注明。整包被重做一遍的情形，须凭移送时登记的清单摘要（--manifest）或时间戳令牌发现。",
)


def verify_package(path: Path, expected: str = "", roots: Iterable[Path] = ()) -> list[Claim]:
    """Every claim about a package (folder or zip) or a WARC; what is not even looked into is one altered claim."""
    try:
        if path.name.endswith(WARC_SUFFIXES):
            return verify_warc(path, expected)
        bag, trusted = Bag(open_tree(path)), list(roots)
        return bag.check(expected.lower()) + Contents(bag, trusted).check() + _beside(bag, path, trusted)
    except Refused as problem:
        return [Claim(path.name, ALTERED, str(problem))]


def _beside(bag: Bag, path: Path, roots: list[Path]) -> list[Claim]:
    """Tokens that were had after the package was sealed: `<package>.late-<authority>.tsr` beside it."""
    name = path.name[:-4] if path.name.endswith(".zip") else path.name
    digest = bag.digests[TAGS].sha256 if TAGS in bag.digests else ""
    found = sorted(p for p in path.absolute().parent.glob("*.tsr") if p.name.startswith(f"{name}.late-"))
    return [token_claim(p.name, p.read_bytes(), digest, roots, "本包的清单（补签）") for p in found]


def verify_warc(path: Path, expected: str = "") -> list[Claim]:
    """A WARC by itself: each record, and the whole against its registered digest when that is known."""
    with path.open("rb") as stream:
        digest = digests_of(stream).sha256
    with path.open("rb") as stream:
        claims, records = warc_claims(stream, path.name)
    if not claims:
        claims.append(Claim(f"{path.name}（逐条）", VERIFIED, f"{len(records)} 条记录各自成立"))
    if not expected:
        claims.append(Claim(path.name, NOT_VERIFIABLE, f"没有登记过的整文件摘要可比（现为 SHA-256 {digest}）：被整条删去的记录看不出来"))
    elif digest != expected.lower():
        claims.insert(0, Claim(path.name, ALTERED, f"整文件 SHA-256 与登记的不符：登记 {expected}，现为 {digest}"))
    else:
        claims.insert(0, Claim(path.name, VERIFIED, f"整文件 SHA-256 {digest} 与登记的一致"))
    return claims


def main(arguments: list[str]) -> int:
    """Print one line a claim and what it amounts to; exit code 0, 1 (altered), 2 (usage) or 5 (not verifiable)."""
    parser = argparse.ArgumentParser(prog="verify.py", description="核验证据包（文件夹或 zip）或 WARC：只用 Python 标准库，不联网")
    parser.add_argument("path", nargs="?", type=Path, default=Path(__file__).resolve().parent, help="默认：本程序所在的证据包")
    parser.add_argument("--manifest", default="", metavar="SHA256", help="移送时登记的清单摘要（WARC：整文件摘要）")
    parser.add_argument("--roots", action="append", type=Path, default=[], metavar="PEM", help="可信时间戳机构的根证书，可重复")
    parser.add_argument("--json", action="store_true", help="每行一条 JSON")
    given = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    for path in (given.path, *given.roots):
        if not path.exists():
            parser.error(f"找不到 {path}")
    claims = verify_package(given.path, given.manifest, given.roots)
    out = sys.stdout.write
    for claim in claims:
        if given.json:
            out(json.dumps(claim._asdict(), ensure_ascii=False) + "\n")
        else:
            text = f"{LABELS[claim.state]}  {claim.subject}  {claim.detail}"
            out("".join(c if c.isprintable() else "?" for c in text) + "\n")
    code = exit_code(claims)
    if not given.json:
        bad = sum(claim.state != VERIFIED for claim in claims)
        out("\n" + ("结论：全部一致" if code == 0 else f"结论：{bad} 项有问题，见上") + f"（共 {len(claims)} 项）\n")
        out("\n".join(STATEMENT) + "\n")
    return code
