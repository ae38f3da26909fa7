"""Tokens in and beside packages: verified under given roots, and nothing else will do."""

import json
import shutil
import subprocess
import sys

import pytest

from evidence import ids, timestamps
from exports import package
from exports.packaging import bag, stamps
from exports.verifier.tokens import read_token
from exports.verify import verify

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


class Authority:
    """An offline time-stamp authority: a root, a key, and `token(digest)`."""

    def __init__(self, folder):
        self.folder, self.root = folder, folder / "ca.pem"
        folder.mkdir()
        (folder / "serial").write_text("01\n")
        (folder / "t.cnf").write_text(
            f"[t]\nserial={folder}/serial\nsigner_cert={folder}/tsa.pem\nsigner_key={folder}/tsa.key\nsigner_digest=sha256\n"
            f"default_policy=1.2.3.4.1\ndigests=sha256\n[ext]\nextendedKeyUsage=critical,timeStamping\n"
            "[ca]\nbasicConstraints=critical,CA:TRUE\n[req]\ndistinguished_name=dn\n[dn]\n")
        config, key = str(folder / "t.cnf"), ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        openssl("req", "-x509", *key, "-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.pem", "-subj", "/CN=Root", "-config", config,
                "-extensions", "ca")
        openssl("req", *key, "-keyout", f"{folder}/tsa.key", "-out", f"{folder}/tsa.csr", "-subj", "/CN=TSA", "-config", config)
        openssl("x509", "-req", "-in", f"{folder}/tsa.csr", "-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca.key", "-CAcreateserial",
                "-out", f"{folder}/tsa.pem", "-extfile", config, "-extensions", "ext")

    def token(self, digest):
        query, reply = self.folder / "q.tsq", self.folder / "r.tsr"
        openssl("ts", "-query", "-digest", digest, "-sha256", "-cert", "-out", str(query))
        openssl("ts", "-reply", "-queryfile", str(query), "-out", str(reply), "-config", str(self.folder / "t.cnf"), "-section", "t")
        return reply.read_bytes()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tsa") / "a")


@pytest.fixture(scope="module")
def impostor(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tsa") / "b")


@pytest.fixture
def root(tmp_path):
    """A small sealed bag without a token; its manifest digest in `.digest`."""
    folder = tmp_path / "bag"
    (folder / "data").mkdir(parents=True)
    (folder / "data/a.txt").write_text("a")
    (tmp_path / "digest").write_text(bag.close_bag(folder, {"External-Identifier": "1 x"}, {}))
    bag.put_seal(folder, {})
    return folder


def states(place, *roots):
    return {c.state for c in verify(place, roots=roots)}


def digest_of(root):
    return root.with_name("digest").read_text()


def test_a_sealed_token_is_verified_under_its_root(root, authority):
    bag.put_seal(root, {"test.tsr": authority.token(digest_of(root))})
    assert states(root, authority.root) == {"verified"}
    assert states(root) == {"verified", "not-verifiable"}  # without a root nothing is claimed


@pytest.mark.parametrize("which", ["another file's", "self-made authority", "flipped", "no token", "flipped and sealed again"])
def test_a_wrong_token_is_named(root, authority, impostor, which):
    token = bytearray(authority.token(ids.sha256(b"other") if which == "another file's" else digest_of(root)))
    if which == "self-made authority":
        token = bytearray(impostor.token(digest_of(root)))
    if which == "no token":
        token = bytearray(b"not a token")
    if which == "flipped and sealed again":
        token[-3] ^= 1
    bag.put_seal(root, {"test.tsr": bytes(token)})
    if which == "flipped":
        path = root / "timestamps/test.tsr"
        path.write_bytes(path.read_bytes()[:-2] + b"zz")
    claims = verify(root, roots=[authority.root])
    assert any(c.state == "altered" and "timestamps/test.tsr" in c.subject for c in claims)


@pytest.mark.parametrize("which", ["its own", "another file's", "self-made authority", "no token", "none given"])
def test_the_verifier_inside_says_the_same_of_tokens(root, authority, impostor, which):
    """Run as its recipient runs it: isolated, standard library alone."""
    maker = impostor if which == "self-made authority" else authority
    token = b"not a token" if which == "no token" else maker.token(ids.sha256(b"other") if which == "another file's" else digest_of(root))
    bag.put_seal(root, {"test.tsr": token})
    roots = [] if which == "none given" else [authority.root]
    named = [argument for path in roots for argument in ("--roots", str(path))]
    done = subprocess.run([sys.executable, "-I", "-S", str(root / "verify.py"), str(root), "--json", *named], capture_output=True, text=True)
    claims = verify(root, roots=roots)
    assert [tuple(json.loads(line).values()) for line in done.stdout.splitlines()] == [tuple(c) for c in claims]
    assert done.returncode == {"its own": 0, "none given": 5}.get(which, 1)


def test_a_missing_or_extra_token_is_named(root, authority):
    bag.put_seal(root, {"test.tsr": authority.token(digest_of(root))})
    (root / "timestamps/more.tsr").write_bytes(authority.token(digest_of(root)))
    assert ("timestamps/more.tsr", "unexpected") in {(c.subject, c.state) for c in verify(root, roots=[authority.root])}
    (root / "timestamps/more.tsr").unlink()
    (root / "timestamps/test.tsr").unlink()
    assert ("timestamps/test.tsr", "missing") in {(c.subject, c.state) for c in verify(root, roots=[authority.root])}


def test_a_late_token_lies_beside_and_is_called_late(root, authority, impostor):
    path = stamps.attach_late(root, "test", authority.token(digest_of(root)))
    late = [c for c in verify(root, roots=[authority.root]) if c.subject == path.name]
    assert [(c.state, "补签" in c.detail) for c in late] == [("verified", True)]
    stamps.attach_late(root, "test", impostor.token(digest_of(root)))
    assert "altered" in states(root, authority.root)


def test_warc_tokens_travel_with_the_evidence(world, tmp_path, authority):
    lead = world.lead("banzheng.example", html="<p>免考包过</p>")
    world.seal()
    row = world.store.one("SELECT name, sha256, at FROM warcs")
    waiting = timestamps.Pending("warc", row["name"], row["sha256"], "2026-01-01T00:00:00Z")
    token = authority.token(row["sha256"])
    timestamps.add(world.store, world.config, waiting, "test", token, read_token(token).moment)
    made = package.build(world.store, world.vault, lead, "wangxinban", tmp_path / "out", world.config)
    claims = verify(made.zip, roots=[authority.root])
    assert {c.state for c in claims} == {"verified"}
    assert any("封存原件" in c.detail and "补签" in c.detail for c in claims)
    assert {c.state for c in verify(world.home.root, roots=[authority.root])} == {"verified"}


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x82\xff", bytes.fromhex("3020060b2a864886f70d0109100104a0ff") + b"\0" * 30],
                         ids=["empty", "stub", "length", "runs out"])
def test_reading_a_broken_token_never_raises(data):
    assert read_token(data) is None
